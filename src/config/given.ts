import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse as parseToml, TomlError } from 'smol-toml'
import { type Setting, settings } from '../settings.ts'
import { ConfigError } from './error.ts'

/** The variable of the environment that says a setting. */
export const variableOf = (name: string): string =>
  `RIPLINE_${name.toUpperCase().replaceAll('-', '_')}`

interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly positionals: readonly string[]
}

/** @param argv without the program and script */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      allowNegative: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
        ...Object.fromEntries(
          settings.map(({ name, kind }) => [
            name,
            { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
          ]),
        ),
      },
    })
    return { values: values as Arguments['values'], positionals }
  } catch (error) {
    throw new ConfigError(
      `${(error as Error).message.split(/\.(?=\s)/)[0]}; ripline --help lists the options`,
    )
  }
}

/**
 * What each setting is: as its argument says, or its variable, or the settings file, or else by default.
 *
 * @throws ConfigError
 */
export function settingValues(
  values: Arguments['values'],
  env: NodeJS.ProcessEnv,
): ReadonlyMap<string, string | boolean | number> {
  const file = readFile(values.config ?? env.RIPLINE_CONFIG)
  // A variable that is set to nothing is not set.
  const given = (name: string): unknown =>
    values[name] ??
    (env[variableOf(name)] || undefined) ??
    ((name === 'port' && env.PORT) || undefined) ??
    file.get(name)
  return new Map(
    settings.map((setting) => [setting.name, settingValue(setting, given(setting.name))]),
  )
}

function readFile(path: unknown): ReadonlyMap<string, unknown> {
  if (typeof path !== 'string' || path === '') return new Map()
  try {
    const table = new Map(Object.entries(parseToml(readFileSync(path, 'utf8'))))
    for (const name of table.keys()) {
      if (!settings.some((setting) => setting.name === name)) {
        throw new ConfigError(`${path}: there is no setting ${name}`)
      }
    }
    return table
  } catch (error) {
    if (error instanceof TomlError) {
      throw new ConfigError(`${path}, line ${error.line}: ${error.message.split('\n')[0]}`)
    }
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function settingValue(setting: Setting, given: unknown): string | boolean | number {
  if (given === undefined || given === '') return setting.default
  switch (setting.kind) {
    case 'text':
      if (typeof given === 'string') return given
      break
    case 'table':
      if (typeof given === 'string') return given
      if (isTable(given)) {
        return Object.entries(given)
          .map(([name, text]) => `${name}=${text}`)
          .join(',')
      }
      break
    case 'flag':
      if (typeof given === 'boolean') return given
      if (given === '1' || given === 'true') return true
      if (given === '0' || given === 'false') return false
      break
    case 'number': {
      const number = typeof given === 'string' && decimal.test(given) ? Number(given) : given
      const { floor = 0, ceiling = 0, isWhole } = setting
      const fits = typeof number === 'number' && number >= floor && number <= ceiling
      if (fits && (!isWhole || Number.isInteger(number))) return number
      throw new ConfigError(
        `${setting.name} takes a ${isWhole ? 'whole ' : ''}number from ${floor} to ${ceiling}, not ${shown(given)}`,
      )
    }
  }
  throw new ConfigError(`${setting.name} does not take ${shown(given)}`)
}

const isTable = (given: unknown): given is Readonly<Record<string, string>> =>
  typeof given === 'object' &&
  given !== null &&
  Object.values(given).every((value) => typeof value === 'string')

/** A settings file can hold tables and lists. */
const shown = (given: unknown): string =>
  typeof given === 'string' ? given : JSON.stringify(given)

/** What people write, and not all that `Number` takes: `0x50`, ` `, `1e3`. */
const decimal = /^\d+(\.\d+)?$/
