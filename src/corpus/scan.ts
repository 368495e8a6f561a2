import { countAbsent } from './absent.ts'
import { arrange, listedRepositories } from './arrange.ts'
import type { Absent, Catalog } from './catalog.ts'
import type { Root } from './discover.ts'
import { inspect, leaveOutLarge } from './inspect.ts'
import {
  areSameRepositories,
  isAsListed,
  isSameCatalog,
  type KnownFiles,
  knownFiles,
} from './known.ts'
import { type Listing, type ListOptions, listRoot } from './list.ts'
import { relist } from './relist.ts'
import { splice } from './splice.ts'
import { directoriesOf } from './standing.ts'

export interface ScanOptions extends ListOptions {
  readonly roots: readonly Root[]
  readonly maxFileBytes: number
}

/** A catalog, and where its files stand. */
export interface Scan {
  readonly catalog: Catalog
  /** The directories that its files stand in, and those above up to their roots; absolute, bytes one character each. */
  readonly directories: readonly string[]
}

/** Lists every root, one after the other, without reading any file. */
export async function listCorpus(options: ScanOptions): Promise<readonly Listing[]> {
  const listings: Listing[] = []
  for (const root of options.roots) listings.push(await listRoot(root, options))
  return listings
}

/**
 * Puts what was listed in order, looks at every file that the previous scan did not see as it is now, and returns
 * the complete catalog, with the previous scan's account of what is not in it.
 *
 * @param onListed hears, if there is no previous scan, the catalog in which no file has been looked at
 * @param onLook hears of each file that has been
 * @returns `undefined` if nothing has changed
 */
export function scanListed(
  listings: readonly Listing[],
  { maxFileBytes }: ScanOptions,
  previous: Scan | undefined,
  onListed: (scan: Scan) => void = () => {},
  onLook: (position: number) => void = () => {},
): Scan | undefined {
  if (previous && isAsListed(listings, previous.catalog)) return undefined
  const catalog = arrange(listings)
  leaveOutLarge(catalog.columns, maxFileBytes)
  const directories = directoriesOf(catalog)
  if (!previous) onListed({ catalog, directories })
  const known = previous && knownFiles(previous.catalog)
  const positions = catalog.columns.state.keys()
  const looked = inspect(catalog, positions, maxFileBytes, known, onLook)
  if (!previous) return { catalog: looked, directories }
  if (isSameCatalog(looked, previous.catalog)) return undefined
  const scan = { catalog: looked, directories }
  return withAbsent(
    scan,
    Object.fromEntries(previous.catalog.repositories.map(({ name, absent }) => [name, absent])),
  )
}

/**
 * The scan that `listCorpus` and `scanListed` would make, for the price of the directories that have to do with some
 * changes.
 *
 * @param changed absolute, bytes one character each: everything that has changed since the previous scan
 * @returns `unchanged`; `undefined` if only a whole listing tells
 */
export async function scanChanged(
  options: ScanOptions,
  previous: Scan,
  changed: readonly string[],
): Promise<Scan | 'unchanged' | undefined> {
  const before = previous.catalog
  const relisting = await relist(options, previous, changed)
  if (!relisting) return undefined
  const listed = listedRepositories(relisting.listings)
  if (!areSameRepositories(listed, before.repositories)) return undefined
  const { catalog, fresh } = splice(before, relisting.isKept, listed)
  const known = withoutThese(changed, knownFiles(before, relisting.isKept))
  const looked = inspect(catalog, fresh, options.maxFileBytes, known, () => {})
  if (isSameCatalog(looked, before)) return 'unchanged'
  return { catalog: looked, directories: directoriesOf(looked) }
}

/** What has been heard to change is looked at again, even if its size and time are the same. */
function withoutThese(paths: readonly string[], known: KnownFiles): KnownFiles {
  const excepted = new Set(paths)
  return {
    ...known,
    positionOf(repository, path) {
      const top = Buffer.from(repository.root).toString('latin1')
      const whole = `${top === '/' ? '' : top}/${repository.prefix}${path}`
      return excepted.has(whole) ? undefined : known.positionOf(repository, path)
    },
  }
}

/** Counts, by the name of each repository, what is not in the catalog: another walk, which nobody has to wait for. */
export async function absentByRepository(
  listings: readonly Listing[],
  options: ListOptions,
): Promise<Readonly<Record<string, Absent>>> {
  const counts: [string, Absent][] = []
  for (const listing of listings) {
    const absent = await countAbsent(listing, options)
    for (const [index, { name }] of listing.found.entries()) counts.push([name, absent[index]!])
  }
  return Object.fromEntries(counts)
}

/** The same scan with another account of what is not in the catalog. */
export function withAbsent(scan: Scan, absent: Readonly<Record<string, Absent | undefined>>): Scan {
  const repositories = scan.catalog.repositories.map((repository) => ({
    ...repository,
    absent: absent[repository.name] ?? repository.absent,
  }))
  return { ...scan, catalog: { ...scan.catalog, repositories } }
}
