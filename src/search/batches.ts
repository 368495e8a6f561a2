import type { Charset } from '../charset.ts'
import type { Catalog, Repository } from '../corpus/catalog.ts'
import { argumentBytesOf, hasName } from './arguments.ts'

/** Candidates that are given to one ripgrep process, in order. */
export interface Batch {
  /** In the catalog. */
  readonly positions: Uint32Array
  /** Whether each hit is wanted as soon as it is found. */
  readonly isEager: boolean
  /** What they all are read as, if it is said. */
  readonly charset: Charset | undefined
}

/** What the files of a repository are read as, where it is not what they say of themselves. */
export type CharsetOf = (repository: Repository) => Charset | undefined

/**
 * How much one process is given. Where there is much to search the first batch of some size is small and tells each hit
 * at once; the others are large, since each is a process, and of about one length, since two run side by side.
 */
const alone: Size = { files: 1, bytes: Number.POSITIVE_INFINITY }
const first: Size = { files: 64, bytes: 4_000_000 }
const other: Size = { files: 8_192, bytes: 128_000_000 }
/**
 * So few are searched by one process before it would pay to have told the first hit at once, at a system call a line, or
 * to have had a second process: what they hold keeps the other core busy.
 */
const few: Size = { files: 256, bytes: 16_000_000 }

interface Size {
  readonly files: number
  /** Of the files; the first one may have more. */
  readonly bytes: number
}

/** What it costs to search a file, in bytes that could be searched meanwhile: to open it, mostly. */
const bytesPerFile = 40_000

/** Linux takes 2 MiB of arguments. */
const argumentBytes = 1_000_000

/** A file whose name cannot travel in an argument is handed over as an open descriptor; so many fit in one batch. */
const descriptors = 16

/**
 * @param isNarrowed whether these are few of the files in scope. Otherwise the first file is a batch of its own, so
 *   that a request that runs into its time limit, or on whose files ripgrep crashes, has got at least one file further
 *   whatever these are: where there is much to search, one process more does not matter
 */
export function* batches(
  catalog: Catalog,
  positions: Uint32Array,
  isNarrowed: boolean,
  charsetOf: CharsetOf,
): Generator<Batch> {
  const eager = isNarrowed ? (fits(catalog, positions, few) ? [] : [first]) : [alone, first]
  let half: number | undefined
  for (let nth = 0, from = 0; from < positions.length; nth++) {
    const isEager = nth < eager.length
    const size = eager[nth] ?? other
    const left = positions.subarray(from)
    if (!isEager) half ??= halfOf(catalog, left)
    const count = lengthOf(
      catalog,
      left,
      size,
      isEager ? Number.POSITIVE_INFINITY : half!,
      charsetOf,
    )
    const charset = charsetOf(repositoryOf(catalog, left[0]!))
    yield { positions: left.subarray(0, count), isEager, charset }
    from += count
  }
}

/** How many of the files, from the first, make one batch. */
function lengthOf(
  catalog: Catalog,
  positions: Uint32Array,
  size: Size,
  half: number,
  charsetOf: CharsetOf,
): number {
  const charset = charsetOf(repositoryOf(catalog, positions[0]!))
  const most = Math.min(positions.length, size.files)
  let content = 0
  let bytes = 0
  let unnamed = 0
  for (let count = 0; count < most; count++) {
    const position = positions[count]!
    content += catalog.columns.bytes[position]!
    bytes += argumentBytesOf(catalog, position)
    unnamed += hasName(catalog, position) ? 0 : 1
    const isTooMuch = content > size.bytes || bytes > argumentBytes || unnamed > descriptors
    if (count > 0 && (isTooMuch || charsetOf(repositoryOf(catalog, position)) !== charset))
      return count
    if (content + (count + 1) * bytesPerFile >= half) return count + 1
  }
  return most
}

const repositoryOf = ({ columns, repositories }: Catalog, position: number): Repository =>
  repositories[columns.repository[position]!]!

function fits({ columns }: Catalog, positions: Uint32Array, size: Size): boolean {
  if (positions.length > size.files) return false
  let bytes = 0
  for (const position of positions) bytes += columns.bytes[position]!
  return bytes <= size.bytes
}

/** What each of two processes is to search of files, where that is worth a second one. */
function halfOf(catalog: Catalog, positions: Uint32Array): number {
  if (fits(catalog, positions, few)) return Number.POSITIVE_INFINITY
  let cost = positions.length * bytesPerFile
  for (const position of positions) cost += catalog.columns.bytes[position]!
  return cost / 2
}
