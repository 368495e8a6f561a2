import type { Catalog, Repository } from './catalog.ts'
import { pathsText } from './catalog.ts'
import { ancestors, discover, nestedKind, ownerOf } from './discover.ts'
import { type ListedFile, type Listing, listedFiles, reaching, realDirectory } from './list.ts'
import { textOf } from './path.ts'
import type { Scan, ScanOptions } from './scan.ts'
import { untouchedDirectories } from './untouched.ts'
import { EndlessError } from './walk.ts'

/** What a listing of only some directories found, and what it leaves as it was. */
export interface Relisting {
  /** Of each root, in the order of the roots, the files in the directories that were entered. */
  readonly listings: readonly Omit<Listing, 'trouble'>[]
  /** By position in the earlier catalog: 1 if its directory was not entered. */
  readonly isKept: Uint8Array
}

/** Arguments that say what is not entered; with more of them a whole listing is as quick. */
const mostExcluded = 4_000

/**
 * Lists again only the directories that have to do with a change. ripgrep walks each root from its top and is told
 * what not to enter, so that every rule counts that counts in a whole listing.
 *
 * @param changed paths of what may have changed since, absolute, bytes one character each
 * @returns `undefined` if only a whole listing tells
 */
export async function relist(
  options: ScanOptions,
  { catalog, directories }: Scan,
  changed: readonly string[],
): Promise<Relisting | undefined> {
  // Which hidden files a checkout tracks can change without a change to any directory.
  if (options.hidden) return undefined
  const listings: Omit<Listing, 'trouble'>[] = []
  const isKept = new Uint8Array(catalog.columns.count)
  for (const root of options.roots) {
    const directory = realDirectory(root)
    const top = Buffer.from(directory).toString('latin1')
    const untouched = untouchedDirectories(top, directories, changed)
    if (!untouched || untouched.size > mostExcluded) return undefined
    const isUntouched = below(untouched)
    const own = catalog.repositories.filter((repository) => repository.root === directory)
    const kept = own.flatMap((repository) => keep(catalog, repository, isUntouched, isKept))
    const files = await filesOf(directory, [...untouched], options)
    if (!files) return undefined
    const kinds = new Map(own.map(({ prefix, kind }) => [prefix, kind]))
    const kindOf = (prefix: string) => {
      if (!isUntouched(prefix)) return nestedKind(directory, prefix)
      const kind = kinds.get(prefix)
      return kind === 'directory' ? undefined : kind
    }
    const found = reaching(directory, () => {
      const paths = [...kept, ...files.map(({ path }) => path)]
      return discover(root, directory, paths, kindOf)
    })
    const owner = ownerOf(found)
    const owned: ListedFile[][] = found.map(() => [])
    for (const file of files) {
      const index = owner(file.path)
      if (index !== undefined && found[index]!.kind !== 'bare') owned[index]!.push(file)
    }
    listings.push({ directory, found, files: owned })
  }
  return { listings, isKept }
}

/** Whether a directory is one of some, or below one. */
function below(prefixes: ReadonlySet<string>): (prefix: string) => boolean {
  const known = new Map<string, boolean>()
  return (prefix) => {
    const before = known.get(prefix)
    if (before !== undefined) return before
    const isBelow = prefixes.has(prefix) || ancestors(prefix).some((one) => prefixes.has(one))
    known.set(prefix, isBelow)
    return isBelow
  }
}

/** Marks the files of a repository that stay; returns, for each directory that has such, the path of one. */
function keep(
  catalog: Catalog,
  { from, to, prefix }: Repository,
  isUntouched: (directory: string) => boolean,
  isKept: Uint8Array,
): readonly string[] {
  const { pathEnds } = catalog.columns
  const text = pathsText(catalog)
  const paths = new Map<string, string>()
  let start = from === 0 ? 0 : pathEnds[from - 1]!
  let last: string | undefined
  let isLast = false
  for (let i = from; i < to; i++) {
    const path = text.slice(start, pathEnds[i])
    start = pathEnds[i]!
    const directory = path.slice(0, path.lastIndexOf('/') + 1)
    if (directory !== last) {
      last = directory
      isLast = isUntouched(prefix + directory)
      if (isLast) paths.set(directory, prefix + path)
    }
    if (isLast) isKept[i] = 1
  }
  return [...paths.values()]
}

async function filesOf(
  directory: string,
  untouched: readonly string[],
  options: ScanOptions,
): Promise<readonly ListedFile[] | undefined> {
  const without = untouched.map((prefix) => textOf(prefix.slice(0, -1)))
  try {
    return await listedFiles(directory, { ...options, without })
  } catch (error) {
    if (error instanceof EndlessError) return undefined
    throw error
  }
}
