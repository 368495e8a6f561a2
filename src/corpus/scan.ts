import { countAbsent } from './absent.ts'
import { arrange, digest, generationOf, languageIndexOf } from './arrange.ts'
import {
  type Absent,
  type Catalog,
  type Columns,
  type FileState,
  fileStates,
  keyAt,
  pathAt,
  type Repository,
} from './catalog.ts'
import { type Encoding, encodings } from './decode.ts'
import type { Root } from './discover.ts'
import { type Listing, type ListOptions, listRoot } from './list.ts'
import { createLooker } from './look.ts'
import type { ScanMessage } from './message.ts'

export interface ScanOptions extends ListOptions {
  readonly roots: readonly Root[]
  readonly maxFileBytes: number
}

/** A catalog, and what tells the next scan that nothing has changed. */
export interface Scan {
  readonly catalog: Catalog
  /** Digest of all that was listed; empty if there is reason to look again. */
  readonly fingerprint: string
  /** The directories that its files stand in, and those above up to their roots; absolute, bytes one character each. */
  readonly directories: readonly string[]
}

/** Lists every root, one after the other, without reading any file. */
export async function listCorpus(options: ScanOptions): Promise<readonly Listing[]> {
  const listings: Listing[] = []
  for (const root of options.roots) listings.push(await listRoot(root, options))
  return listings
}

/** Digest of all that was listed, in the order in which it was. */
export function fingerprintOf(listings: readonly Listing[]): string {
  return digest(
    ...listings.flatMap(({ directory, found, files }) => [
      JSON.stringify({ directory, found }),
      ...files.flatMap((visible) => [
        visible.map(({ path }) => `${path}\0`).join(''),
        Float64Array.from(visible, ({ bytes }) => bytes),
        Float64Array.from(visible, ({ modifiedMs }) => modifiedMs),
        Float64Array.from(visible, ({ changedMs }) => changedMs),
        Float64Array.from(visible, ({ inode }) => inode),
      ]),
    ]),
  )
}

function directoriesOf(listings: readonly Listing[]): readonly string[] {
  const directories = new Set<string>()
  for (const { directory: root, found, files } of listings) {
    const top = Buffer.from(root).toString('latin1')
    // Also those of repositories without a file, to which one may be added.
    const paths = [...found.map(({ prefix }) => prefix), ...files.flat().map(({ path }) => path)]
    let last = ''
    for (const path of paths) {
      let slash = path.lastIndexOf('/')
      if (path.slice(0, slash) === last) continue
      last = path.slice(0, slash)
      for (; slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
        const directory = `${top}/${path.slice(0, slash)}`
        if (directories.has(directory)) break
        directories.add(directory)
      }
    }
    directories.add(top)
  }
  return [...directories]
}

/** A size is known without a look, so that the first catalog leaves out the same large files as the complete one. */
function leaveOutLarge({ count, bytes, state }: Columns, maxFileBytes: number): void {
  const large = stateIndex.get('large')!
  for (let i = 0; i < count; i++) if (bytes[i]! > maxFileBytes) state[i] = large
}

/** How often the server hears how far a scan is. */
const reportMs = 250

/**
 * Puts what was listed in order, looks at every file that the previous scan did not see as it is now, and returns
 * the complete catalog, with the previous scan's account of what is not in it.
 *
 * @param tell hears how many files have been looked at, and before that, if there is no previous scan, the catalog
 *   in which none has been
 */
export async function lookAtCorpus(
  listings: readonly Listing[],
  options: ScanOptions,
  previous: Scan | undefined,
  tell: (message: ScanMessage) => void,
): Promise<Scan> {
  const catalog = arrange(listings)
  leaveOutLarge(catalog.columns, options.maxFileBytes)
  const directories = directoriesOf(listings)
  if (!previous) tell({ type: 'scan', scan: { catalog, fingerprint: '', directories } })

  const look = createLooker(options.maxFileBytes)
  let reported = performance.now()
  const repositories = catalog.repositories.map((repository): Repository => {
    const before = previous && positionsBefore(previous.catalog, catalog, repository)
    for (let i = repository.from; i < repository.to; i++) {
      const known = before?.(i)
      if (previous && known !== undefined)
        copyLook(catalog.columns, i, previous.catalog.columns, known)
      else lookAt(catalog, repository, i, look)
      if (performance.now() - reported > reportMs) {
        tell({ type: 'progress', looked: i })
        reported = performance.now()
      }
    }
    return { ...repository, generation: lookedGeneration(catalog.columns, repository) }
  })
  const known = new Map(previous?.catalog.repositories.map(({ name, absent }) => [name, absent]))
  return {
    // What cannot be read now is tried each time.
    fingerprint: catalog.columns.state.includes(unreadable) ? '' : fingerprintOf(listings),
    directories,
    catalog: {
      ...catalog,
      generation: generationOf(repositories),
      complete: true,
      repositories: repositories.map((repository) => ({
        ...repository,
        absent: known.get(repository.name),
      })),
    },
  }
}

/**
 * Where each file of a repository stood in an earlier catalog, if it is still the file that was looked at then. To be
 * asked in order: both catalogs are sorted by the same key, so one walk along both finds them all.
 */
function positionsBefore(
  before: Catalog,
  now: Catalog,
  { name, root, prefix }: Repository,
): (index: number) => number | undefined {
  const old = before.repositories.find((other) => other.name === name)
  if (old?.root !== root || old.prefix !== prefix) return () => undefined
  let at = old.from
  return (index) => {
    const path = pathAt(now, index)
    while (at < old.to && !pathAt(before, at).equals(path)) {
      if (keyAt(before, at) > keyAt(now, index)) return undefined
      at++
    }
    if (at === old.to) return undefined
    const known = at++
    return isSame(now.columns, index, before.columns, known) ? known : undefined
  }
}

function isSame(now: Columns, i: number, before: Columns, j: number): boolean {
  return (
    before.state[j] !== unreadable &&
    now.inode[i] === before.inode[j] &&
    now.changedMs[i] === before.changedMs[j] &&
    now.bytes[i] === before.bytes[j] &&
    now.modifiedMs[i] === before.modifiedMs[j]
  )
}

function copyLook(to: Columns, i: number, from: Columns, j: number): void {
  to.state[i] = from.state[j]!
  to.lines[i] = from.lines[j]!
  to.encoding[i] = from.encoding[j]!
  to.language[i] = from.language[j]!
  to.digest.set(from.digest.subarray(4 * j, 4 * j + 4), 4 * i)
}

const stateIndex = new Map<FileState, number>(fileStates.map((state, index) => [state, index]))
const unreadable = stateIndex.get('unreadable')!
const encodingIndex = new Map<Encoding, number>(encodings.map((name, index) => [name, index]))

function lookAt(
  catalog: Catalog,
  { root, prefix }: Repository,
  i: number,
  look: ReturnType<typeof createLooker>,
): void {
  const { columns } = catalog
  const path = pathAt(catalog, i)
  const { state, lines, encoding, firstLine, digest } = look(
    root,
    Buffer.concat([Buffer.from(prefix, 'latin1'), path]),
  )
  columns.state[i] = stateIndex.get(state)!
  columns.lines[i] = lines
  columns.encoding[i] = encodingIndex.get(encoding)!
  columns.digest.set(digest, 4 * i)
  if (columns.language[i] === 0 && firstLine.startsWith('#!')) {
    columns.language[i] = languageIndexOf(path.toString('utf8'), firstLine)
  }
}

/** A file that can no longer be read changes no size and no time, and yet what is found. */
function lookedGeneration({ state }: Columns, { from, to, generation }: Repository): string {
  const states = state.subarray(from, to)
  return states.includes(unreadable) ? digest(generation, states) : generation
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
export function withAbsent(scan: Scan, absent: Readonly<Record<string, Absent>>): Scan {
  const repositories = scan.catalog.repositories.map((repository) => ({
    ...repository,
    absent: absent[repository.name] ?? repository.absent,
  }))
  return { ...scan, catalog: { ...scan.catalog, repositories } }
}
