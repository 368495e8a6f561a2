import { join } from 'node:path'
import type { Catalog, Repository } from '../corpus/catalog.ts'
import { mayBeSeen } from '../corpus/policy.ts'
import { seenThen, type ThenPath } from '../corpus/seen-then.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { type Commit, readCommit } from '../git/commit.ts'
import { findGitDirectory, textAt } from '../git/directory.ts'
import { type Look, lookInto, notInstalled } from '../git/look.ts'
import { type Resolved, resolveCommit } from '../git/resolve.ts'
import { listTree, type TreeEntry } from '../git/tree.ts'
import type { Server } from './server.ts'

/** What a path of a commit leads to. */
export interface AtCommit extends Resolved {
  readonly details: Commit
  /** `undefined` for the top. */
  readonly entry: TreeEntry | undefined
  /** Of a directory: what may be seen in it. */
  readonly children: readonly TreeEntry[]
  /** What may be seen in the directory that it stands in; nothing stands beside the top. */
  listBeside(): Promise<readonly TreeEntry[]>
}

/** Looks into a repository's git on behalf of a request. */
export async function lookAt<T>(
  { git }: Server,
  { root, prefix, kind, name }: Repository,
  signal: AbortSignal,
  work: (look: Look) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (!(await git.isInstalled)) return failed(notInstalled)
  const directory = findGitDirectory(root, prefix, kind)
  if (typeof directory === 'string') return failed(noGit(directory, name))
  return lookInto(git, directory, signal, work)
}

const noGit = (why: 'none' | 'elsewhere', name: string): Failure => ({
  kind: 'not-found',
  message:
    why === 'none'
      ? `${name} is no git checkout, so there are only its files as they are now.`
      : `What git knows of ${name} is kept outside of what is served here, and is not looked at.`,
  nearest: { repository: name, path: '' },
})

/**
 * Finds what a commit has at a path: first of all whether the path may be seen at all, so that what is hidden or
 * ignored and what is not there are one answer.
 */
export async function findAtCommit(
  server: Server,
  catalog: Catalog,
  look: Look,
  repository: Repository,
  revision: string,
  path: Buffer,
  signal: AbortSignal,
): Promise<Result<AtCommit>> {
  const isTop = path.length === 0
  const bytes = path.toString('latin1')
  const absent = () => failed(notThere(repository, revision, path))
  const { hidden } = server.config
  if (!isTop && !mayBeSeen(`${repository.prefix}${bytes}`, () => hidden)) return absent()
  const slash = bytes.lastIndexOf('/')
  const above = Buffer.from(bytes.slice(0, Math.max(slash, 0)), 'latin1')
  const resolved = await resolveCommit(look, revision, above)
  if (!resolved.ok) return resolved
  const { refs, commit, tree } = resolved.value
  if (tree === undefined) return absent()
  const siblings = await listTree(look, refs.format, tree)
  const name = bytes.slice(slash + 1)
  const entry = isTop ? undefined : siblings.find((one) => one.name === name)
  if (!isTop && !entry) return absent()
  const seen = (entries: readonly TreeEntry[], below: string) =>
    seenOf(server, catalog, look, repository, entries, below, signal)
  if (entry && (await seen([entry], bytes.slice(0, slash + 1))).length === 0) return absent()
  const children = isTop
    ? await seen(siblings, '')
    : entry?.kind === 'directory'
      ? await seen(await listTree(look, refs.format, entry.id), `${bytes}/`)
      : []
  const details = await readCommit(look, refs, commit)
  if (!details) return absent()
  const listBeside = async () => (isTop ? [] : seen(siblings, bytes.slice(0, slash + 1)))
  return succeeded({ ...resolved.value, details, entry, children, listBeside })
}

/** Those that may be seen. @param below where they stand: empty, or ending in `/` */
async function seenOf(
  server: Server,
  catalog: Catalog,
  look: Look,
  repository: Repository,
  entries: readonly TreeEntry[],
  below: string,
  signal: AbortSignal,
): Promise<readonly TreeEntry[]> {
  const paths = entries.map(({ name, kind }) => ({
    path: `${below}${name}`,
    isDirectory: kind === 'directory' || kind === 'submodule',
  }))
  const seen = await seenPaths(server, catalog, look, repository, paths, signal)
  return entries.filter(({ name }) => seen.has(`${below}${name}`))
}

/** Those paths of a commit that may be seen. */
export function seenPaths(
  { config }: Server,
  catalog: Catalog,
  look: Look,
  repository: Repository,
  paths: readonly ThenPath[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  return seenThen(catalog, repository, paths, config, signal, excludeOf(look, repository))
}

/** What the exclude file of a repository says, where its `.git` is a file that leads elsewhere. */
export function excludeOf({ git }: Look, { kind }: Repository): string | undefined {
  const isFile = !git.own.endsWith('/.git') && kind === 'checkout'
  return isFile ? (textAt(join(git.common, 'info/exclude')) ?? '') : undefined
}

const notThere = ({ name }: Repository, revision: string, path: Buffer): Failure => ({
  kind: 'not-found',
  message: `${name} has no ${path.toString('utf8')} at ${revision}.`,
  nearest: { repository: name, path: '' },
})
