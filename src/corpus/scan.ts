import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import type { Absent, Catalog, Columns, Repository } from './catalog.ts'
import { fileStates } from './catalog.ts'
import { classOf, pathClasses } from './classify.ts'
import { encodings } from './decode.ts'
import type { Root } from './discover.ts'
import { type Language, languageOf, languages } from './language.ts'
import { countAbsent, ListError, type Listing, type ListOptions, listRoot } from './list.ts'
import { createLooker } from './look.ts'
import { orderKey, repositoryKey } from './order.ts'

export interface ScanOptions extends ListOptions {
  readonly roots: readonly Root[]
  readonly maxFileBytes: number
}

/** A catalog, and what tells later whether a file is still the one that was looked at. */
export interface Scan {
  readonly catalog: Catalog
  /** By position: inode and change time, which a file's owner cannot set at will. */
  readonly inode: Float64Array
  readonly changedMs: Float64Array
  readonly listings: readonly Listing[]
}

const stateIndex = Object.fromEntries(fileStates.map((state, index) => [state, index])) as Record<
  (typeof fileStates)[number],
  number
>
const classIndex = Object.fromEntries(pathClasses.map((name, index) => [name, index]))
const languageIndex = new Map<Language, number>(languages.map((language, i) => [language, i + 1]))
const encodingIndex = new Map(encodings.map((encoding, index) => [encoding, index]))

/** Lists every root and puts the files in order, without reading any. */
export async function listCorpus(options: ScanOptions): Promise<Scan> {
  const listings = await Promise.all(options.roots.map((root) => listRoot(root, options)))
  return arrange(listings)
}

interface ListedRepository extends Omit<Repository, 'from' | 'to' | 'generation' | 'absent'> {
  readonly paths: readonly string[]
}

function arrange(listings: readonly Listing[]): Scan {
  const listed = listings
    .flatMap(({ root, found, paths }) =>
      found.map(
        ({ name, kind, prefix }, index): ListedRepository => ({
          name,
          kind,
          prefix,
          root: root.directory,
          paths: paths[index]!,
        }),
      ),
    )
    .sort((a, b) => (repositoryKey(a.name) < repositoryKey(b.name) ? -1 : 1))
  refuseDuplicates(listed)

  const total = listed.reduce((sum, { paths }) => sum + paths.length, 0)
  const pathBytes = listed.reduce(
    (sum, { paths }) => paths.reduce((n, path) => n + path.length, sum),
    0,
  )
  const columns: Columns = {
    count: total,
    paths: new Uint8Array(pathBytes),
    pathEnds: new Uint32Array(total),
    repository: new Uint32Array(total),
    pathClass: new Uint8Array(total),
    state: new Uint8Array(total),
    bytes: new Float64Array(total),
    modifiedMs: new Float64Array(total),
    lines: new Uint32Array(total),
    language: new Uint16Array(total),
    encoding: new Uint8Array(total),
  }
  const inode = new Float64Array(total)
  const changedMs = new Float64Array(total)
  let position = 0
  let pathEnd = 0
  const repositories = listed.map(({ paths, ...repository }, repositoryIndex): Repository => {
    const from = position
    const digest = createHash('sha256')
    for (const { path, pathClass } of inOrder(repository.name, paths)) {
      const bytes = Buffer.from(path, 'latin1')
      const stat = lstatSync(absolute(repository, bytes), {
        throwIfNoEntry: false,
      })
      // Gone, or swapped, since ripgrep listed it.
      if (!stat?.isFile()) continue
      columns.paths.set(bytes, pathEnd)
      pathEnd += bytes.length
      columns.pathEnds[position] = pathEnd
      columns.repository[position] = repositoryIndex
      columns.pathClass[position] = pathClass
      columns.bytes[position] = stat.size
      columns.modifiedMs[position] = stat.mtimeMs
      columns.language[position] = languageIndex.get(languageOf(bytes.toString('utf8'))!) ?? 0
      inode[position] = stat.ino
      changedMs[position] = stat.ctimeMs
      digest.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`)
      position++
    }
    const generation = digest.digest('base64url').slice(0, 16)
    return { ...repository, from, to: position, generation, absent: undefined }
  })
  const catalog: Catalog = {
    generation: generationOf(repositories),
    complete: false,
    scannedAtMs: Date.now(),
    repositories,
    columns: { ...columns, count: position },
  }
  return { catalog, inode, changedMs, listings }
}

function inOrder(
  repository: string,
  paths: readonly string[],
): readonly { path: string; pathClass: number }[] {
  const prefix = repositoryKey(repository)
  return paths
    .map((path) => {
      const pathClass = classIndex[classOf(Buffer.from(path, 'latin1').toString('utf8'))]!
      return { path, pathClass, key: orderKey(prefix, pathClass, path) }
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

const absolute = ({ root, prefix }: { root: string; prefix: string }, path: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(prefix, 'latin1'), path])

const generationOf = (repositories: readonly Repository[]): string =>
  createHash('sha256')
    .update(repositories.map(({ name, generation }) => `${name}\0${generation}\0`).join(''))
    .digest('base64url')
    .slice(0, 16)

function refuseDuplicates(repositories: readonly ListedRepository[]): void {
  for (const [index, { name, root, prefix }] of repositories.entries()) {
    const other = repositories[index + 1]
    if (other?.name !== name) continue
    throw new ListError(
      `two repositories are called ${name}: ${root}/${prefix} and ${other.root}/${other.prefix}; ` +
        'name one of them with NAME=DIR',
    )
  }
}

/**
 * Looks at every file that the previous scan did not see as it is now, and returns the complete catalog.
 *
 * @param progress is told how many files have been looked at, a few times a second
 */
export async function lookAtCorpus(
  scan: Scan,
  options: ScanOptions,
  previous: Scan | undefined,
  progress: (looked: number) => void,
): Promise<Scan> {
  const { catalog } = scan
  const { columns, repositories } = catalog
  const look = createLooker(options.maxFileBytes)
  const known = previous ? knownFiles(previous) : undefined
  let reported = performance.now()

  for (const repository of repositories) {
    for (let i = repository.from; i < repository.to; i++) {
      const path = Buffer.from(
        columns.paths.subarray(i === 0 ? 0 : columns.pathEnds[i - 1]!, columns.pathEnds[i]!),
      )
      const before = known?.get(`${repository.name}\0${path.toString('latin1')}`)
      if (previous && before !== undefined && same(scan, i, previous, before)) {
        copyLook(columns, i, previous.catalog.columns, before)
        continue
      }
      const below = Buffer.concat([Buffer.from(repository.prefix, 'latin1'), path])
      const seen = look(repository.root, below)
      columns.state[i] = stateIndex[seen.state]
      columns.lines[i] = seen.lines
      columns.encoding[i] = encodingIndex.get(seen.encoding)!
      if (columns.language[i] === 0 && seen.firstLine.startsWith('#!')) {
        const language = languageOf(path.toString('utf8'), seen.firstLine)
        columns.language[i] = language ? languageIndex.get(language)! : 0
      }
      if (performance.now() - reported > 250) {
        progress(i)
        reported = performance.now()
      }
    }
  }
  const absent = await absentByRepository(scan.listings, options)
  return {
    ...scan,
    catalog: {
      ...catalog,
      complete: true,
      repositories: repositories.map((repository) => ({
        ...repository,
        absent: absent.get(repository.name),
      })),
    },
  }
}

async function absentByRepository(
  listings: readonly Listing[],
  options: ListOptions,
): Promise<ReadonlyMap<string, Absent>> {
  const counts = new Map<string, Absent>()
  for (const listing of listings) {
    const absent = await countAbsent(listing, options)
    for (const [index, { name }] of listing.found.entries()) counts.set(name, absent[index]!)
  }
  return counts
}

function knownFiles({ catalog }: Scan): ReadonlyMap<string, number> {
  const { columns, repositories } = catalog
  const known = new Map<string, number>()
  const text = Buffer.from(columns.paths.buffer).toString('latin1')
  for (const { name, from, to } of repositories) {
    for (let i = from; i < to; i++) {
      known.set(
        `${name}\0${text.slice(i === 0 ? 0 : columns.pathEnds[i - 1]!, columns.pathEnds[i]!)}`,
        i,
      )
    }
  }
  return known
}

function same(now: Scan, i: number, before: Scan, j: number): boolean {
  return (
    now.inode[i] === before.inode[j] &&
    now.changedMs[i] === before.changedMs[j] &&
    now.catalog.columns.bytes[i] === before.catalog.columns.bytes[j] &&
    now.catalog.columns.modifiedMs[i] === before.catalog.columns.modifiedMs[j]
  )
}

function copyLook(to: Columns, i: number, from: Columns, j: number): void {
  to.state[i] = from.state[j]!
  to.lines[i] = from.lines[j]!
  to.encoding[i] = from.encoding[j]!
  to.language[i] = from.language[j]!
}
