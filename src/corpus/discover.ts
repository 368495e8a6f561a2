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
 * @param paths the visible files below the root, bytes one character each
 */
export function discover(root: Root, paths: readonly string[]): readonly Found[] {
  const { directory } = root
  const name = root.name ?? (withoutMarks(basename(directory)) || 'root')
  if (isBare(directory)) return [{ name, kind: 'bare', prefix: '' }]

  const top = visibleChildren(directory)
  const candidates = new Set([
    ...directoriesOf(paths),
    ...top.directories.map((child) => `${child}/`),
  ])
  const nested: Found[] = []
  for (const prefix of candidates) {
    const kind = isCheckout(directory, prefix)
      ? 'checkout'
      : isBare(join(directory, prefix))
        ? 'bare'
        : undefined
    if (kind) nested.push({ name: prefix.slice(0, -1), kind, prefix })
  }

  if (isCheckout(directory, '')) {
    return [
      { name, kind: 'checkout', prefix: '' },
      ...nested.map((found) => ({ ...found, name: `${name}/${repositoryName(found.name)}` })),
    ]
  }
  const onlyDirectories = top.files === 0 && top.directories.length > 0
  if (nested.length === 0 && !onlyDirectories) return [{ name, kind: 'directory', prefix: '' }]

  // Many: what stands in no checkout belongs to its top directory, and what stands at the top to the root itself.
  const above = new Set(nested.flatMap(({ prefix }) => ancestors(prefix)))
  const loose = new Set(
    loosePaths(nested, paths).map((path) => path.slice(0, path.indexOf('/') + 1)),
  )
  const plain = top.directories
    .map((child) => `${child}/`)
    .filter((prefix) => !nested.some((found) => found.prefix === prefix))
    .filter((prefix) => !above.has(prefix) || loose.has(prefix))
    .map((prefix): Found => ({ name: prefix.slice(0, -1), kind: 'directory', prefix }))
  return [
    ...(loose.has('') ? [{ name, kind: 'directory', prefix: '' } as const] : []),
    ...[...nested, ...plain].map((found) => ({
      ...found,
      name: `${root.name === undefined ? '' : `${root.name}/`}${repositoryName(found.name)}`,
    })),
  ]
}

function loosePaths(nested: readonly Found[], paths: readonly string[]): readonly string[] {
  const owner = ownerOf(nested)
  return paths.filter((path) => owner(path) === undefined)
}

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
function ancestors(prefix: string): string[] {
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

const repositoryName = (latin1: string): string =>
  withoutMarks(Buffer.from(latin1, 'latin1').toString('utf8'))

/** `@` separates a revision in our URLs; and a name is text, also where a directory's is not. */
const withoutMarks = (name: string): string => name.replaceAll(/[@\ufffd]/g, '_')

const join = (directory: string, prefix: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(prefix, 'latin1')])

function kindOf(path: Buffer): 'file' | 'directory' | 'other' | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat) return undefined
  return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other'
}

function isCheckout(directory: string, prefix: string): boolean {
  const kind = kindOf(join(directory, `${prefix}.git`))
  return kind === 'directory' || kind === 'file'
}

function isBare(directory: string | Buffer): boolean {
  const at = (name: string) =>
    kindOf(Buffer.concat([Buffer.from(directory), Buffer.from(`/${name}`)]))
  return at('HEAD') === 'file' && at('objects') === 'directory' && at('refs') === 'directory'
}

function visibleChildren(directory: string): { files: number; directories: readonly string[] } {
  const entries = readdirSync(directory, { withFileTypes: true, encoding: 'buffer' })
    .map((entry) => ({ entry, name: entry.name.toString('latin1') }))
    .filter(({ name }) => !name.startsWith('.'))
  return {
    files: entries.filter(({ entry }) => entry.isFile()).length,
    directories: entries.filter(({ entry }) => entry.isDirectory()).map(({ name }) => name),
  }
}
