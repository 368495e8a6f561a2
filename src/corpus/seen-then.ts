import { type Catalog, findFile, type Repository } from './catalog.ts'
import { listDirectory } from './directory.ts'
import { notIgnored } from './ignore-rule.ts'
import type { ListOptions } from './list.ts'
import { mayBeSeen } from './policy.ts'

/** A path that a commit has, relative to its repository; bytes one character each. */
export interface ThenPath {
  readonly path: string
  readonly isDirectory: boolean
}

/**
 * Which paths of a commit may be seen: those that may be seen now, or might, if they were there. So what the rules of
 * today hide or ignore is not to be had from yesterday, either.
 *
 * @param exclude what the exclude file of the repository says, where its `.git` is a file
 */
export async function seenThen(
  catalog: Catalog,
  repository: Repository,
  paths: readonly ThenPath[],
  options: ListOptions,
  signal: AbortSignal,
  exclude: string | undefined,
): Promise<ReadonlySet<string>> {
  const { root, prefix, kind } = repository
  const seen = new Set<string>()
  const asked = new Map<string, string>()
  const directories = directoriesNow(catalog, repository)
  for (const { path, isDirectory } of paths) {
    if (!mayBeSeen(`${prefix}${path}`, () => options.hidden)) continue
    // Without a work tree there are no ignore files.
    const isNow =
      kind === 'bare' ||
      (isDirectory
        ? directories(path)
        : findFile(catalog, repository, Buffer.from(path, 'latin1')) !== undefined)
    if (isNow) seen.add(path)
    else asked.set(`${prefix}${path}${isDirectory ? `/${inDirectory}` : ''}`, path)
  }
  const own = exclude === undefined ? undefined : { prefix, text: exclude }
  const found = await notIgnored(root, [...asked.keys()], options, signal, own)
  for (const path of found) seen.add(asked.get(path)!)
  return seen
}

/** Whether a directory is there now; each directory above is listed once. */
function directoriesNow(catalog: Catalog, repository: Repository): (path: string) => boolean {
  const listed = new Map<string, ReadonlySet<string>>()
  // A submodule is a repository of itself.
  const inner = new Set(
    catalog.repositories.filter(({ root }) => root === repository.root).map(({ prefix }) => prefix),
  )
  return (path) => {
    if (inner.has(`${repository.prefix}${path}/`)) return true
    const slash = path.lastIndexOf('/')
    const above = path.slice(0, Math.max(slash, 0))
    let names = listed.get(above)
    if (!names) {
      const found = listDirectory(catalog, repository, Buffer.from(above, 'latin1'))
      names = new Set(found?.directories.map(({ name }) => name.toString('latin1')))
      listed.set(above, names)
    }
    return names.has(path.slice(slash + 1))
  }
}

/** A directory is one that is not ignored if a file in it would not be. */
const inDirectory = 'ripline-2f7c1e'

/**
 * The same of all files of a commit at once.
 *
 * @param paths of files that may be seen unless they are ignored, relative to the repository; bytes one character each
 * @param now those that are seen now
 * @returns by position, 1 for one that may be seen
 */
export async function judgePaths(
  { root, prefix, kind }: Pick<Repository, 'root' | 'prefix' | 'kind'>,
  paths: readonly string[],
  now: ReadonlySet<string>,
  options: ListOptions,
  signal: AbortSignal,
  exclude: string | undefined,
): Promise<Uint8Array> {
  const seen = new Uint8Array(paths.length)
  const asked = new Map<string, number>()
  for (const [position, path] of paths.entries()) {
    if (kind === 'bare' || now.has(path)) seen[position] = 1
    else asked.set(`${prefix}${path}`, position)
  }
  const own = exclude === undefined ? undefined : { prefix, text: exclude }
  const found = await notIgnored(root, [...asked.keys()], options, signal, own)
  for (const path of found) seen[asked.get(path)!] = 1
  return seen
}
