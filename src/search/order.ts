import { type Catalog, keyAt, lowerBound as search } from '../corpus/catalog.ts'
import { keyText } from '../corpus/order.ts'
import type { Query } from '../query/query.ts'
import type { Counts, FileCount } from './count.ts'
import { type Cursor, cursorAt, formatCursor } from './cursor.ts'
import { lowerBound, type Start } from './start.ts'

/** The order in which an answer gives its candidates, and how far it has come after so many of them. */
export interface Order {
  /** Of the candidates in the catalog, in this order. */
  readonly positions: Uint32Array
  /** Only lines behind this one of the first file are wanted. */
  readonly afterLine: number
  /** Where in `positions` the file stands. */
  placeOf(position: number): number
  /** Files in scope that are dealt with when so many candidates are: the others are known not to match. */
  filesThrough(candidates: number): number
  /** Their bytes. */
  bytesThrough(candidates: number): number
  /** Sorts bytewise as the files come. */
  keyOf(position: number): string
  /** The cursor behind a line of a file, or, with line 0, behind the file. */
  cursorBehind(position: number, line: number, only: boolean): string
  /** The cursor that begins where this answer did. */
  cursorBefore(): string
}

/** The catalog's order. */
export function pathOrder(catalog: Catalog, query: Query, start: Start): Order {
  const { scope, positions, afterLine, cursor } = start
  const filesThrough = (candidates: number) =>
    candidates === positions.length ? scope.length : lowerBound(scope, positions[candidates]!)
  return {
    positions,
    afterLine,
    placeOf: (position) => lowerBound(positions, position),
    filesThrough,
    bytesThrough(candidates) {
      const files = filesThrough(candidates)
      return bytesOf(catalog, files < scope.length ? scope.subarray(0, files) : scope)
    },
    keyOf: (position) => keyText(keyAt(catalog, position)),
    cursorBehind: (position, line, only) => cursorAt(catalog, query, position, line, only),
    cursorBefore: () => formatCursor(query, cursor ?? fromTheBeginning),
  }
}

/** Most matches first; files with as many in the catalog's order. Of files that were not counted there is none. */
export function matchesOrder(catalog: Catalog, query: Query, start: Start, counts: Counts): Order {
  const { scope, cursor } = start
  const ranked = counts.files.toSorted((a, b) => b.matches - a.matches || a.position - b.position)
  const keyOf = (file: FileCount) => rankKey(catalog, file)
  const isPast = (file: FileCount, { key, line }: Cursor) =>
    line > 0 ? keyOf(file) < key : keyOf(file) <= key
  const from = cursor ? search(0, ranked.length, (i) => isPast(ranked[i]!, cursor)) : 0
  const left = ranked.slice(from)
  const positions = Uint32Array.from(left, ({ position }) => position)
  const places = new Map(left.map(({ position }, place) => [position, place]))
  const at = (position: number) => left[places.get(position)!]!
  const isInFile = left[0] !== undefined && cursor?.key === keyOf(left[0])
  const uncounted = start.positions.subarray(counts.counted)
  const reached = uncounted.length === 0 ? scope.length : lowerBound(scope, uncounted[0]!)
  const reachedBytes = bytesOf(catalog, reached < scope.length ? scope.subarray(0, reached) : scope)
  return {
    positions,
    afterLine: isInFile ? cursor.line : 0,
    placeOf: (position) => places.get(position)!,
    filesThrough: (candidates) => reached - (positions.length - candidates),
    bytesThrough: (candidates) => reachedBytes - bytesOf(catalog, positions.slice(candidates)),
    keyOf: (position) => keyOf(at(position)),
    cursorBehind(position, line, only) {
      // The rest of one file is the same in whatever order.
      if (only) return cursorAt(catalog, query, position, line, true)
      const key = keyOf(at(position))
      return formatCursor(query, { key, line, only, generation: catalog.generation })
    },
    cursorBefore: () => formatCursor(query, cursor ?? fromTheBeginning),
  }
}

const fromTheBeginning: Cursor = { key: '', line: 0, only: false, generation: '' }

/** More matches, an earlier key; see `isRanked`. */
function rankKey(catalog: Catalog, { position, matches }: FileCount): string {
  const rank = (2 ** 48 - matches).toString(16).padStart(13, '0')
  return `${rank}.${keyText(keyAt(catalog, position))}`
}

/** Of whole scopes, which many searches have in common. */
const known = new WeakMap<Uint32Array, number>()

export function bytesOf({ columns }: Catalog, positions: Uint32Array): number {
  let bytes = known.get(positions)
  if (bytes === undefined) {
    bytes = 0
    for (const position of positions) bytes += columns.bytes[position]!
    known.set(positions, bytes)
  }
  return bytes
}
