import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bounded } from '../process/bounds.ts'
import { startChild } from '../process/child.ts'
import { listArgs } from '../ripgrep/args.ts'
import type { Absent } from './catalog.ts'
import { discover, type Found, ownerOf, type Root } from './discover.ts'
import { mayBeSeen } from './policy.ts'

export interface ListOptions {
  readonly rgPath: string
  readonly hidden: boolean
}

/** The visible files of one root, and the repositories they belong to. */
export interface Listing {
  readonly root: Root
  readonly found: readonly Found[]
  /** By position in `found`: paths relative to that repository, bytes one character each. */
  readonly paths: readonly (readonly string[])[]
}

/** A listing that could not be made, in words for the operator. */
export class ListError extends Error {}

/** A hostile ignore file can cost ripgrep more than a gigabyte. */
const listBounds = { memoryBytes: 1 << 29, cpuSeconds: 120 }

export async function listRoot(root: Root, options: ListOptions): Promise<Listing> {
  const proposed = await rgFiles(root, options, { hidden: options.hidden, ignored: false })
  const plain = proposed.filter((path) => mayBeSeen(path, noHidden))
  const found = discover(root, plain)
  const owner = ownerOf(found)
  const visible = options.hidden
    ? await withTracked(
        root,
        found,
        proposed.filter((path) => owner(path) !== undefined),
      )
    : plain
  const paths: string[][] = found.map(() => [])
  for (const path of visible) {
    const index = owner(path)
    // A bare repository's files are git's own.
    if (index === undefined || found[index]!.kind === 'bare') continue
    paths[index]!.push(path.slice(found[index]!.prefix.length))
  }
  return { root, found, paths }
}

/** Counts what the listing left out, by repository and reason; the price of two more walks. */
export async function countAbsent(
  { root, found, paths }: Listing,
  options: ListOptions,
): Promise<readonly Absent[]> {
  const owner = ownerOf(found)
  const count = async (what: { hidden: boolean; ignored: boolean }) => {
    const counts = found.map(() => 0)
    for (const path of await rgFiles(root, options, what)) {
      const index = owner(path)
      if (index !== undefined && found[index]!.kind !== 'bare') counts[index]!++
    }
    return counts
  }
  const unhidden = await count({ hidden: false, ignored: true })
  const all = await count({ hidden: true, ignored: true })
  const others = countOthers(root, found, paths)
  return found.map((_, index) => {
    const visible = paths[index]!.length
    const visibleHidden = paths[index]!.filter(isHidden).length
    return {
      ignored: Math.max(0, unhidden[index]! - (visible - visibleHidden)),
      hidden: Math.max(0, all[index]! - unhidden[index]! - visibleHidden),
      ...others[index]!,
    }
  })
}

const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'))

/** Links and special files, which ripgrep's listing passes over, in the directories that hold visible files. */
function countOthers(
  root: Root,
  found: readonly Found[],
  paths: readonly (readonly string[])[],
): readonly { links: number; special: number }[] {
  return found.map(({ prefix }, index) => {
    const directories = new Set([''])
    for (const path of paths[index]!) {
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        const directory = path.slice(0, at)
        if (directories.has(directory)) break
        directories.add(directory)
      }
    }
    let links = 0
    let special = 0
    for (const directory of directories) {
      for (const entry of entriesOf(root.directory, `${prefix}${directory}`)) {
        if (entry.isSymbolicLink()) links++
        else if (!entry.isFile() && !entry.isDirectory()) special++
      }
    }
    return { links, special }
  })
}

function entriesOf(root: string, latin1: string) {
  const path = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(latin1, 'latin1')])
  try {
    return readdirSync(path, { withFileTypes: true, encoding: 'buffer' })
  } catch {
    return []
  }
}

async function rgFiles(
  root: Root,
  options: ListOptions,
  what: { readonly hidden: boolean; readonly ignored: boolean },
): Promise<string[]> {
  const command = bounded(options.rgPath, listArgs(what), listBounds)
  const child = startChild(command.file, command.args, { cwd: root.directory })
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  const ended = await child.ended
  if (ended.kind === 'not-started') {
    throw new ListError(`ripgrep cannot be run in ${root.directory}: ${ended.code}`)
  }
  if (ended.kind === 'killed') {
    throw new ListError(
      `listing ${root.directory} took more memory or time than allowed (${ended.signal}): see its ignore files`,
    )
  }
  // `./` stands before each path.
  return Buffer.concat(chunks)
    .toString('latin1')
    .split('\0')
    .flatMap((path) => (path === '' ? [] : [path.slice(2)]))
}

const noHidden = () => false

/** The visible paths when dot files are let in: those that git tracks in a checkout, all in a plain directory. */
async function withTracked(
  root: Root,
  found: readonly Found[],
  proposed: readonly string[],
): Promise<string[]> {
  const owner = ownerOf(found)
  const tracked = await Promise.all(
    found.map(({ kind, prefix }) => (kind === 'checkout' ? trackedPaths(root, prefix) : undefined)),
  )
  return proposed.filter((path) =>
    mayBeSeen(
      path,
      () => tracked[owner(path)!]?.has(path) ?? found[owner(path)!]!.kind !== 'checkout',
    ),
  )
}

/** What git tracks in a checkout, relative to the root; nothing if git is absent or refuses. */
async function trackedPaths(root: Root, prefix: string): Promise<ReadonlySet<string>> {
  // The checkout may belong to someone else, and its configuration may name programs.
  const args = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', 'ls-files', '-z']
  const git = startChild('git', args, {
    cwd: join(root.directory, Buffer.from(prefix, 'latin1').toString()),
  })
  const chunks: Buffer[] = []
  for await (const chunk of git.stdout) chunks.push(chunk as Buffer)
  const ended = await git.ended
  if (ended.kind !== 'exited' || ended.code !== 0) return new Set()
  const paths = Buffer.concat(chunks).toString('latin1').split('\0')
  return new Set(paths.map((path) => `${prefix}${path}`))
}
