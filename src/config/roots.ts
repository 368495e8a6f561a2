import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Root } from '../corpus/discover.ts'
import { ConfigError } from './error.ts'

/** `DIR` or `NAME=DIR`; a directory whose own name has a `=` is found first. */
export function rootsOf(directories: readonly string[]): readonly Root[] {
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

export function exists(path: string): boolean {
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
