import { classOf, pathClasses } from './classify.ts'
import { type Encoding, encodings } from './decode.ts'
import { type Language, languages } from './language.ts'
import { keyText, type OrderKey, orderKey, repositoryKey } from './order.ts'

/**
 * The catalog: the one ordered list of visible files. Immutable; a new one replaces it whole when the corpus changes.
 * A file is its position in the list, kept in columns and not in objects, since a corpus can hold millions.
 */
export interface Catalog {
  /** Changes when a file does: a digest over the repositories' own. */
  readonly generation: string
  /** Whether every file has been looked at; before that, files are `pending` and counts are missing. */
  readonly complete: boolean
  /** When the scan that it rests on ended, in ms since 1970. */
  readonly scannedAtMs: number
  /** In catalog order. */
  readonly repositories: readonly Repository[]
  readonly columns: Columns
}

export interface Repository {
  readonly name: string
  readonly kind: 'checkout' | 'directory' | 'bare'
  /** The directory that was named on the command line, absolute and without links. */
  readonly root: string
  /** Where the repository stands below the root: empty, or ending in `/`; bytes one character each. */
  readonly prefix: string
  /** Positions of its files: from, and one past the last. */
  readonly from: number
  readonly to: number
  /** Digest of its files' paths, sizes and times. */
  readonly generation: string
  /** Files that are not in the catalog, counted when one in it last changed; `undefined` until then. */
  readonly absent: Absent | undefined
  /** The id of the commit whose files these are, if they are not the files as they are now. */
  readonly revision?: string
}

/** Why files below a repository do not exist for its readers. */
export interface Absent {
  readonly ignored: number
  readonly hidden: number
  readonly links: number
  /** FIFOs, sockets, devices. */
  readonly special: number
  /** Directories that cannot be read, whatever is in them; there only if there are any. */
  readonly shut?: number
}

export const absentReasons = [
  'ignored',
  'hidden',
  'links',
  'special',
] as const satisfies readonly (keyof Absent)[]

/** One value a file, by position; all over one block of memory, see `columns.ts`. */
export interface Columns {
  readonly count: number
  /** Every path's bytes, one after the other; each relative to its repository. */
  readonly paths: Uint8Array
  /** Where each path ends in `paths`; it begins where the one before ends. */
  readonly pathEnds: Uint32Array
  readonly repository: Uint32Array
  readonly pathClass: Uint8Array
  readonly state: Uint8Array
  readonly bytes: Float64Array
  readonly modifiedMs: Float64Array
  /** With the inode it tells the next scan whether this is the file that was looked at: nobody can set it at will. */
  readonly changedMs: Float64Array
  readonly inode: Float64Array
  /** Lines; 0 until looked at. */
  readonly lines: Uint32Array
  /** Position in `languages` plus one; 0 for none. */
  readonly language: Uint16Array
  readonly encoding: Uint8Array
  /** The first 128 bits of the SHA-256 of its bytes, four numbers a file, if it is searched; 0 until looked at. */
  readonly digest: Uint32Array
}

/** `pending`: not looked at yet, and searched like any other. The last three are left out of searches. */
export const fileStates = ['pending', 'searched', 'binary', 'large', 'unreadable'] as const
export type FileState = (typeof fileStates)[number]

/** A view of one file, made from the columns when one is needed. */
export interface CatalogFile {
  readonly index: number
  readonly repository: Repository
  /** The path's bytes, relative to the repository. */
  readonly path: Buffer
  /** The repository's. */
  readonly revision: string | undefined
  readonly state: FileState
  readonly bytes: number
  readonly modifiedMs: number
  readonly lines: number
  readonly language: Language | undefined
  readonly encoding: Encoding
}

export function fileAt(catalog: Catalog, index: number): CatalogFile {
  const { columns } = catalog
  const language = columns.language[index]!
  const repository = catalog.repositories[columns.repository[index]!]!
  return {
    index,
    repository,
    path: pathAt(catalog, index),
    revision: repository.revision,
    state: fileStates[columns.state[index]!]!,
    bytes: columns.bytes[index]!,
    modifiedMs: columns.modifiedMs[index]!,
    lines: columns.lines[index]!,
    language: language === 0 ? undefined : languages[language - 1],
    encoding: encodings[columns.encoding[index]!]!,
  }
}

/** The path's bytes, relative to its repository. Shares memory with the catalog. */
export function pathAt({ columns }: Catalog, index: number): Buffer {
  const from = index === 0 ? 0 : columns.pathEnds[index - 1]!
  return Buffer.from(
    columns.paths.buffer,
    columns.paths.byteOffset + from,
    columns.pathEnds[index]! - from,
  )
}

const texts = new Map<Columns, string>()
/** A listing asks often, or not for long. */
const keptMs = 10_000
let forgetting: NodeJS.Timeout | undefined

/** All paths as one string, a character for each byte: cutting pieces from it is cheaper than from bytes. */
export function pathsText({ columns }: Catalog): string {
  const { buffer, byteOffset, byteLength } = columns.paths
  const text = texts.get(columns) ?? Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
  texts.set(columns, text)
  forgetting ??= setTimeout(() => texts.clear(), keptMs).unref()
  forgetting.refresh()
  return text
}

/** The path's bytes relative to the repository's root directory, where ripgrep runs. */
export function pathBelowRoot({ repository, path }: CatalogFile): Buffer {
  return Buffer.concat([Buffer.from(repository.prefix, 'latin1'), path])
}

/** The order key of the file at a position. */
export function keyAt(catalog: Catalog, index: number): OrderKey {
  const repository = catalog.repositories[catalog.columns.repository[index]!]!
  return orderKey(
    repositoryKey(repository.name),
    catalog.columns.pathClass[index]!,
    pathAt(catalog, index).toString('latin1'),
  )
}

/** The first position whose key, as text, is not before `key`: where an answer is continued. */
export function positionOf(catalog: Catalog, key: string): number {
  return lowerBound(0, catalog.columns.count, (i) => keyText(keyAt(catalog, i)) < key)
}

/** The file of that path, if the catalog has it. */
export function findFile(
  catalog: Catalog,
  repository: Repository,
  path: Buffer,
): CatalogFile | undefined {
  const pathClass = pathClasses.indexOf(classOf(path.toString('utf8')))
  const wanted = orderKey(repositoryKey(repository.name), pathClass, path.toString('latin1'))
  const at = lowerBound(repository.from, repository.to, (i) => keyAt(catalog, i) < wanted)
  if (at === repository.to || !pathAt(catalog, at).equals(path)) return undefined
  return fileAt(catalog, at)
}

/** The first position that is not before something, of positions of which those before come first. */
export function lowerBound(from: number, to: number, isBefore: (index: number) => boolean): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** The repository that a path below `/view/` names, and the rest: the longest matching name wins. */
export function splitRepository(
  catalog: Catalog,
  components: readonly string[],
): { repository: Repository; rest: readonly string[] } | undefined {
  for (let length = components.length; length > 0; length--) {
    const name = components.slice(0, length).join('/')
    const repository = catalog.repositories.find((candidate) => candidate.name === name)
    if (repository) return { repository, rest: components.slice(length) }
  }
  return undefined
}
