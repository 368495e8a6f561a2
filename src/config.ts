import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { availableParallelism, homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rgPath } from '@vscode/ripgrep'
import { parse as parseToml, TomlError } from 'smol-toml'
import { type Charset, charsetOf, knownCharsets } from './charset.ts'
import { isCodeHostSetting, isEditorSetting } from './code-host.ts'
import type { Root } from './corpus/discover.ts'
import { type Limits, limitTable } from './limits.ts'
import { type LogMode, logModes } from './log.ts'
import { type Setting, settings } from './settings.ts'

/** What the server was told to do. The only reader of the arguments, the environment and the settings file. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Begins and ends with `/`. */
  readonly basePath: string
  readonly hidden: boolean
  readonly rescanMs: number
  /** Where the index of these roots is kept; `undefined` if there is to be none. */
  readonly indexDirectory: string | undefined
  /** Where the files of revisions that are searched are written. */
  readonly revisionDirectory: string
  readonly rgPath: string
  /** Addresses and networks of proxies that say for whom they ask. */
  readonly trustProxy: readonly string[]
  /** Names by which it may be asked for besides those of this machine itself; `undefined` for any. */
  readonly hosts: readonly string[] | undefined
  readonly log: LogMode
  readonly metrics: boolean
  readonly gitPath: string
  /** Whether patterns may be PCRE2's. */
  readonly pcre2: boolean
  /** What the files of repositories, by name, are read as. */
  readonly encodings: ReadonlyMap<string, Charset>
  /** Where repositories, by name, are shown by others: see `code-host.ts`. */
  readonly codeHosts: ReadonlyMap<string, string>
  /** The template of a link that opens a file in an editor of this machine. */
  readonly editor: string | undefined
  readonly limits: Limits
  readonly roots: readonly Root[]
  /** Whether the bundled demo corpus is served, for want of another. */
  readonly isDemo: boolean
  /** The `corpus` setting, if there is no such directory. */
  readonly missingCorpus: string | undefined
}

/** Wrong usage or configuration, in one line for the operator. */
export class ConfigError extends Error {}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** To serve the corpus, or only to bring its index up to date. */
  | { readonly kind: 'serve' | 'index'; readonly config: Config }

/**
 * @param argv without the program and script
 * @throws ConfigError
 */
export function readCommand(argv: readonly string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals: words } = readArguments(argv)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  // A directory of that name is `./index`.
  const kind = words[0] === 'index' ? 'index' : 'serve'
  const positionals = kind === 'index' ? words.slice(1) : words
  const file = readFile(values.config ?? env.RIPLINE_CONFIG)
  // A variable that is set to nothing is not set.
  const given = (name: string): unknown =>
    values[name] ??
    (env[variableOf(name)] || undefined) ??
    ((name === 'port' && env.PORT) || undefined) ??
    file.get(name)
  const value = new Map(
    settings.map((setting) => [setting.name, settingValue(setting, given(setting.name))]),
  )
  const asText = (name: string) => value.get(name) as string
  const asNumber = (name: string) => value.get(name) as number

  const host = asText('host')
  const corpus = asText('corpus')
  const missingCorpus =
    positionals.length === 0 && corpus !== '' && !exists(corpus) ? corpus : undefined
  const named = positionals.length > 0 || corpus === '' ? positionals : [corpus]
  const isDemo = named.length === 0 || missingCorpus !== undefined
  if (!isLoopback(host) && value.get('public') !== true) {
    throw new ConfigError(
      `${host} can be reached by other machines, and whoever reaches it reads the corpus: add --public if that is meant`,
    )
  }
  const roots = rootsOf(isDemo ? [demo] : named)
  const cache = cacheDirectory(asText('cache'), roots, env)
  if (kind === 'index' && value.get('index') !== true) {
    throw new ConfigError('index is switched off by a setting of that name')
  }
  return {
    kind,
    config: {
      host,
      port: asNumber('port'),
      basePath: basePathOf(asText('base-path')),
      trustProxy: proxiesOf(asText('trust-proxy')),
      hosts: hostsOf(asText('hosts'), isLoopback(host) && asText('trust-proxy') === ''),
      log: logModeOf(asText('log')),
      metrics: value.get('metrics') === true,
      hidden: value.get('hidden') === true,
      rescanMs: asNumber('rescan-seconds') * 1_000,
      indexDirectory: value.get('index') === true ? cache : undefined,
      revisionDirectory: join(cache, 'revisions'),
      rgPath: asText('rg') || rgPath,
      gitPath: asText('git') || 'git',
      pcre2: value.get('pcre2') === true,
      encodings: encodingsOf(asText('encodings')),
      codeHosts: codeHostsOf(asText('code-hosts')),
      editor: editorOf(asText('editor'), value.get('public') === true),
      limits: limitsOf(asNumber),
      roots,
      isDemo,
      missingCorpus,
    },
  }
}

/** Nothing but addresses: `true`, or a number of hops, would believe whoever asks. */
function proxiesOf(text: string): readonly string[] {
  const proxies = text.split(',').map((one) => one.trim())
  if (text === '') return []
  for (const one of proxies) {
    const [address = '', bits, ...more] = one.split('/')
    const most = { 4: 32, 6: 128 }[isIP(address)] ?? -1
    const isRight =
      more.length === 0 &&
      most >= 0 &&
      (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most))
    if (!isRight) throw new ConfigError(`trust-proxy takes addresses and networks, and not ${one}`)
  }
  return proxies
}

/**
 * Who listens on a loopback address and has no proxy before it is asked for by the names of this machine only: a page
 * from elsewhere whose name has been turned to this machine (DNS rebinding) asks by that name.
 */
function hostsOf(text: string, isAlone: boolean): readonly string[] | undefined {
  if (text === '') return isAlone ? [] : undefined
  return text.split(',').map((one) => {
    const name = one.trim().toLowerCase()
    if (isIP(name) === 6) return `[${name}]`
    if (/^(?:[\w-]+\.)*[\w-]+$|^\[[\da-f:.]+\]$/.test(name)) return name
    throw new ConfigError(`hosts takes names and addresses without a port, and not ${one}`)
  })
}

function logModeOf(text: string): LogMode {
  const mode = logModes.find((one) => one === text)
  if (!mode) throw new ConfigError(`log takes ${logModes.join(', ')}, and not ${text}`)
  return mode
}

/** Each set of roots has a directory of its own, so that many servers can share one cache. */
function cacheDirectory(cache: string, roots: readonly Root[], env: NodeJS.ProcessEnv): string {
  const base = cache
    ? resolve(cache)
    : join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ripline')
  const hash = createHash('sha256')
  for (const { directory } of roots) hash.update(`${directory}\0`)
  return join(base, hash.digest('hex').slice(0, 16))
}

export const variableOf = (name: string): string =>
  `RIPLINE_${name.toUpperCase().replaceAll('-', '_')}`

function readArguments(argv: readonly string[]) {
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
    return { values: values as Record<string, string | boolean | undefined>, positionals }
  } catch (error) {
    throw new ConfigError(
      `${(error as Error).message.split(/\.(?=\s)/)[0]}; ripline --help lists the options`,
    )
  }
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

function encodingsOf(text: string): ReadonlyMap<string, Charset> {
  const pairs = text.split(',').filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      const charset = at > 0 ? charsetOf(pair.slice(at + 1)) : undefined
      if (!charset) throw new ConfigError(`encodings does not take ${pair}: ${knownCharsets}`)
      return [pair.slice(0, at), charset]
    }),
  )
}

function codeHostsOf(text: string): ReadonlyMap<string, string> {
  // An address may hold commas, but not before a name and a sign.
  const pairs = text.split(/,(?=[^,=]+=)/).filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      const host = pair.slice(at + 1)
      if (at > 0 && isCodeHostSetting(host)) return [pair.slice(0, at), host]
      throw new ConfigError(
        `code-hosts does not take ${pair}: a kind that is known, none, or an address with {path}`,
      )
    }),
  )
}

function editorOf(text: string, isPublic: boolean): string | undefined {
  if (text === '') return undefined
  if (isPublic) {
    throw new ConfigError(
      'editor is for a server that only this machine reaches: its links tell where files are',
    )
  }
  if (isEditorSetting(text)) return text
  throw new ConfigError(`editor does not take ${text}: an address with {path}`)
}

/** A settings file can hold tables and lists. */
const shown = (given: unknown): string =>
  typeof given === 'string' ? given : JSON.stringify(given)

/** What people write, and not all that `Number` takes: `0x50`, ` `, `1e3`. */
const decimal = /^\d+(\.\d+)?$/

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

function basePathOf(given: string): string {
  if (!/^[\w./~-]*$/.test(given)) {
    throw new ConfigError(`base-path takes letters, digits and - . _ ~ /, not ${given}`)
  }
  const parts = given.split('/').filter((part) => part !== '')
  return parts.length === 0 ? '/' : `/${parts.join('/')}/`
}

function limitsOf(asNumber: (name: string) => number): Limits {
  const limits = Object.fromEntries(
    Object.entries(limitTable).map(([key, { name }]) => [key, asNumber(name)]),
  ) as Record<keyof Limits, number>
  const slots = limits.slots || availableParallelism()
  return { ...limits, slots, queue: limits.queue || 8 * slots }
}

const demo = fileURLToPath(new URL('../corpus', import.meta.url))

/** `DIR` or `NAME=DIR`; a directory whose own name has a `=` is found first. */
function rootsOf(directories: readonly string[]): readonly Root[] {
  return directories.map((given): Root => {
    const separator = given.indexOf('=')
    const isNamed = separator > 0 && !exists(given)
    const name = isNamed ? given.slice(0, separator) : undefined
    if (name !== undefined && !isName(name)) {
      throw new ConfigError(
        `${name} cannot be the name of a repository: it has an @, or a part that is empty, . or ..`,
      )
    }
    return { directory: directoryAt(isNamed ? given.slice(separator + 1) : given), name }
  })
}

const isName = (name: string): boolean =>
  !/[@\0]/.test(name) && name.split('/').every((part) => !['', '.', '..'].includes(part))

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** The directory's own path, absolute. A link stays one: it may lead to another directory tomorrow. */
function directoryAt(path: string): string {
  try {
    if (!statSync(path).isDirectory()) throw new ConfigError(`${path} is not a directory`)
    return resolve(path)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(
      code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read: ${code}`,
    )
  }
}
