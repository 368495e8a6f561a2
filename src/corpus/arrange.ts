import { createHash } from 'node:crypto'
import type { Catalog, Columns, Repository } from './catalog.ts'
import { classOf, pathClasses } from './classify.ts'
import { columnsOver } from './columns.ts'
import { type Language, languageOf, languages } from './language.ts'
import type { ListedFile, Listing } from './list.ts'
import { orderKey, repositoryKey } from './order.ts'
import { textOf } from './path.ts'
import { ListError } from './walk.ts'

/** Puts what was listed in order: a catalog whose files are all `pending`. */
export function arrange(listings: readonly Listing[]): Catalog {
  const listed = listedRepositories(listings)
  refuseDuplicates(listed)
  const columns = columnsOver(
    listed.reduce((sum, { files }) => sum + files.length, 0),
    listed.reduce((sum, { files, prefix }) => sum + pathBytesOf(files, prefix), 0),
  )
  let from = 0
  const repositories = listed.map(({ files, ...repository }, index): Repository => {
    const to = from + files.length
    fill(columns, from, inOrder(files, repository.prefix.length), index)
    const arranged = { ...repository, from, to, generation: digestOf(columns, from, to) }
    from = to
    return { ...arranged, absent: undefined }
  })
  return {
    generation: generationOf(repositories),
    complete: false,
    scannedAtMs: Date.now(),
    repositories,
    columns,
  }
}

/** A repository with what was listed of it. */
export interface ListedRepository extends Pick<Repository, 'name' | 'kind' | 'root' | 'prefix'> {
  readonly files: readonly ListedFile[]
}

/** The repositories of all roots, in catalog order. */
export function listedRepositories(
  listings: readonly Omit<Listing, 'trouble'>[],
): readonly ListedRepository[] {
  return listings
    .flatMap(({ directory, found, files }) =>
      found.map((one, index) => ({ ...one, root: directory, files: files[index]! })),
    )
    .map((repository) => ({ repository, key: repositoryKey(repository.name) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ repository }) => repository)
}

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

const pathBytesOf = (files: readonly ListedFile[], prefix: string): number =>
  files.reduce((sum, { path }) => sum + path.length - prefix.length, 0)

export interface PlacedFile {
  readonly file: ListedFile
  /** Relative to the repository. */
  readonly path: string
  readonly pathClass: number
}

const classIndex = Object.fromEntries(pathClasses.map((name, index) => [name, index]))

/** The files of a repository, in catalog order. */
export function* inOrder(
  files: readonly ListedFile[],
  prefixLength: number,
): Generator<PlacedFile> {
  // Sorted as plain strings, which is five times as quick as with a comparison of our own. The NUL and the position
  // behind the key change no order, as no path holds a NUL.
  const keys = files.map((file, index) => {
    const path = file.path.slice(prefixLength)
    return `${orderKey('', classIndex[classOf(textOf(path))]!, path)}\0${index}`
  })
  for (const key of keys.sort()) {
    const file = files[Number(key.slice(key.lastIndexOf('\0') + 1))]!
    yield { file, path: file.path.slice(prefixLength), pathClass: Number(key[0]) }
  }
}

const languageIndex = new Map<Language, number>(languages.map((language, i) => [language, i + 1]))

/** The language's position in `languages` plus one; 0 for none. */
export function languageIndexOf(path: string, firstLine?: string): number {
  const language = languageOf(path, firstLine)
  return language ? languageIndex.get(language)! : 0
}

/** Writes files that have not been looked at, from a position on. */
export function fill(
  columns: Columns,
  from: number,
  files: Iterable<PlacedFile>,
  repositoryIndex: number,
): void {
  const paths = Buffer.from(columns.paths.buffer, columns.paths.byteOffset, columns.paths.length)
  let position = from
  let end = from === 0 ? 0 : columns.pathEnds[from - 1]!
  for (const { file, path, pathClass } of files) {
    end += paths.write(path, end, 'latin1')
    columns.pathEnds[position] = end
    columns.repository[position] = repositoryIndex
    columns.pathClass[position] = pathClass
    columns.bytes[position] = file.bytes
    columns.modifiedMs[position] = file.modifiedMs
    columns.changedMs[position] = file.changedMs
    columns.inode[position] = file.inode
    columns.language[position] = languageIndexOf(textOf(path))
    position++
  }
}

/** Digest of a repository's paths, sizes and times. */
export function digestOf(
  { paths, pathEnds, bytes, modifiedMs }: Columns,
  from: number,
  to: number,
): string {
  const start = from === 0 ? 0 : pathEnds[from - 1]!
  const end = to === 0 ? 0 : pathEnds[to - 1]!
  // Counted from the repository's own beginning, whatever stands before it in the catalog.
  const ends = pathEnds.slice(from, to).map((at) => at - start)
  return digest(
    paths.subarray(start, end),
    ends,
    bytes.subarray(from, to),
    modifiedMs.subarray(from, to),
  )
}

/** The corpus's generation: a digest over the repositories' own. */
export const generationOf = (
  repositories: readonly Pick<Repository, 'name' | 'generation'>[],
): string => digest(repositories.map(({ name, generation }) => `${name}\0${generation}\0`).join(''))

export function digest(...parts: readonly (string | NodeJS.ArrayBufferView)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url').slice(0, 16)
}
