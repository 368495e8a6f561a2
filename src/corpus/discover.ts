import { lstatSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'

/** A directory to serve, as named on the command line. */
export interface Root {
  /** Absolute; where it leads, if it is a link, is asked at each scan. */
  readonly directory: string
  /** From `NAME=DIR`. */
  readonly name: string | undefined
}

/** A repository found below a root. */
export interface Found {
  readonly name: string
  readonly kind: 'checkout' | 'directory' | 'bare'
  /** Below the root: empty, or ending in `/`; bytes one character each. */
  readonly prefix: string
}

/**
 * Which repositories a root holds. A git checkout is one, and so is every checkout nested in it; a directory that
 * holds checkouts, or only directories, is many; any other is one.
 *
 * @param directory where the root is now: absolute, without links
 * @param paths of the files below it that may be visible at least one of each directory, bytes one character each
 * @param kindOf what a directory below it is, if it is a repository of itself
 */
export function discover(
  root: Root,
  directory: string,
  paths: readonly string[],
  kindOf = (prefix: string) => nestedKind(directory, prefix),
): readonly Found[] {
  const name = root.name ?? (withoutMarks(basename(root.directory)) || 'root')
  if (isBare(directory)) return [{ name, kind: 'bare', prefix: '' }]

  const top = visibleChildren(directory)
  const nested: Found[] = []
  for (const prefix of new Set([...directoriesOf(paths), ...top.directories])) {
    const kind = kindOf(prefix)
    if (kind) nested.push(foundAt(prefix, kind))
  }
  if (isCheckout(directory, '')) {
    return [{ name, kind: 'checkout', prefix: '' }, ...named(`${name}/`, nested)]
  }
  const onlyDirectories = top.files === 0 && top.directories.length > 0
  if (nested.length === 0 && !onlyDirectories) return [{ name, kind: 'directory', prefix: '' }]

  // Many: what stands in no checkout belongs to its top directory, and what stands at the top to the root itself.
  const taken = new Set(nested.flatMap(({ prefix }) => [prefix, ...ancestors(prefix)]))
  const owner = ownerOf(nested)
  const loose = new Set(paths.filter((path) => owner(path) === undefined).map(topOf))
  const plain = top.directories.filter((prefix) => !taken.has(prefix) || loose.has(prefix))
  for (const prefix of plain) loose.delete(prefix)
  return [
    ...(loose.size > 0 ? [{ name, kind: 'directory', prefix: '' } as const] : []),
    ...named(root.name === undefined ? '' : `${name}/`, [
      ...nested,
      ...plain.map((prefix) => foundAt(prefix, 'directory')),
    ]),
  ]
}

/** Asks the disk. */
export function nestedKind(directory: string, prefix: string): 'checkout' | 'bare' | undefined {
  if (isCheckout(directory, prefix)) return 'checkout'
  return isBare(join(directory, prefix)) ? 'bare' : undefined
}

const foundAt = (prefix: string, kind: Found['kind']): Found => ({
  name: withoutMarks(Buffer.from(prefix.slice(0, -1), 'latin1').toString('utf8')),
  kind,
  prefix,
})

/** `@` separates a revision in our URLs; and a name is text, also where a directory's is not. */
const withoutMarks = (name: string): string => name.replaceAll(/[@\ufffd]/g, '_')

/** With the name of what they stand in. Names that have become equal are told apart by a number. */
function named(above: string, found: readonly Found[]): readonly Found[] {
  const seen = new Map<string, number>()
  return found
    .toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))
    .map((one) => {
      const nth = (seen.get(one.name) ?? 0) + 1
      seen.set(one.name, nth)
      return { ...one, name: `${above}${one.name}${nth === 1 ? '' : `~${nth}`}` }
    })
}

/** `a/b/c` → `a/`, `a` → nothing. */
const topOf = (path: string): string => path.slice(0, path.indexOf('/') + 1)

/** The repository that each path belongs to: the one with the longest prefix. */
export function ownerOf(found: readonly Found[]): (path: string) => number | undefined {
  const byPrefix = new Map(found.map(({ prefix }, index) => [prefix, index]))
  // Files of one directory stand together in the listing, so its answer is kept.
  let lastDirectory: string | undefined
  let lastOwner: number | undefined
  return (path) => {
    const directory = path.slice(0, path.lastIndexOf('/') + 1)
    if (directory === lastDirectory) return lastOwner
    lastDirectory = directory
    lastOwner = undefined
    for (const prefix of [directory, ...ancestors(directory), '']) {
      lastOwner = byPrefix.get(prefix)
      if (lastOwner !== undefined) break
    }
    return lastOwner
  }
}

/** `a/b/c/` → `a/b/`, `a/`. */
export function ancestors(prefix: string): string[] {
  const found: string[] = []
  for (
    let at = prefix.lastIndexOf('/', prefix.length - 2);
    at > 0;
    at = prefix.lastIndexOf('/', at - 1)
  ) {
    found.push(prefix.slice(0, at + 1))
  }
  return found
}

/** Every directory that holds one of the paths, itself or further down; each ends in `/`. */
export function directoriesOf(paths: readonly string[]): Set<string> {
  const directories = new Set<string>()
  let last = ''
  for (const path of paths) {
    const directory = path.slice(0, path.lastIndexOf('/') + 1)
    if (directory === last) continue
    last = directory
    for (const one of [directory, ...ancestors(directory)]) if (one !== '') directories.add(one)
  }
  return directories
}

const join = (directory: string, prefix: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(prefix, 'latin1')])

function entryAt(path: Buffer): 'directory' | 'other' | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    return stat?.isDirectory() ? 'directory' : stat && 'other'
  } catch {
    // In a directory that cannot be entered.
    return undefined
  }
}

/** A directory, in a submodule or a worktree a file; and whatever else stands there, git's rules are meant. */
function isCheckout(directory: string, prefix: string): boolean {
  return entryAt(join(directory, `${prefix}.git`)) !== undefined
}

function isBare(directory: string | Buffer): boolean {
  const at = (name: string) =>
    entryAt(Buffer.concat([Buffer.from(directory), Buffer.from(`/${name}`)]))
  return at('HEAD') === 'other' && at('objects') === 'directory' && at('refs') === 'directory'
}

function visibleChildren(directory: string): { files: number; directories: readonly string[] } {
  const entries = readdirSync(directory, { withFileTypes: true, encoding: 'buffer' })
    .map((entry) => ({ entry, name: entry.name.toString('latin1') }))
    .filter(({ name }) => !name.startsWith('.'))
  return {
    files: entries.filter(({ entry }) => entry.isFile()).length,
    directories: entries.filter(({ entry }) => entry.isDirectory()).map(({ name }) => `${name}/`),
  }
}
