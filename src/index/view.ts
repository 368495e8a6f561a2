import type { Catalog, Columns } from '../corpus/catalog.ts'
import { fileStates } from '../corpus/catalog.ts'
import { digestBytes } from './format.ts'
import type { Segment } from './segment.ts'

/** The index as one catalog sees it: immutable, replaced whole. */
export interface View {
  readonly segments: readonly Segment[]
  /** By segment, the number of its first document among all. */
  readonly bases: readonly number[]
  /** By position in the catalog, the number of the document plus one; 0 for a file that is in no segment. */
  readonly documents: Uint32Array
  /** Searched files that are in no segment. */
  readonly unindexed: number
  /** By segment, documents that a file has. */
  readonly used: readonly number[]
}

const pending = fileStates.indexOf('pending')
const searched = fileStates.indexOf('searched')

/**
 * Finds each file's document by its digest. What was read is what counts: a file that was renamed, copied or touched
 * is in the index still, and one whose bytes have changed is not.
 */
export function viewOf({ columns }: Catalog, segments: readonly Segment[]): View {
  const bases: number[] = []
  let total = 0
  for (const segment of segments) {
    bases.push(total)
    total += segment.documents
  }
  const find = finderOf(segments, total)
  const documents = new Uint32Array(columns.count)
  const isUsed = new Uint8Array(total)
  let unindexed = 0
  for (let i = 0; i < columns.count; i++) {
    if (columns.state[i] === searched) {
      const document = find(columns, i)
      documents[i] = document
      if (document === 0) unindexed++
      else isUsed[document - 1] = 1
    } else if (columns.state[i] === pending) unindexed++
  }
  const used = segments.map((segment, i) => {
    const from = bases[i]!
    let count = 0
    for (let document = 0; document < segment.documents; document++) {
      count += isUsed[from + document]!
    }
    return count
  })
  return { segments, bases, documents, unindexed, used }
}

/** Looks up a file's document by its digest: open addressing over the documents of all segments. */
function finderOf(
  segments: readonly Segment[],
  total: number,
): (columns: Columns, i: number) => number {
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, total * 2))) - 1
  const table = new Uint32Array(mask + 1)
  const digests = new Uint32Array(4 * total)
  let number = 0
  for (const segment of segments) {
    new Uint8Array(digests.buffer).set(segment.digests, digestBytes * number)
    for (let document = 0; document < segment.documents; document++) {
      const from = 4 * number++
      const first = digests[from]!
      // A file that turned out to be no document has no digest.
      if ((first | digests[from + 1]! | digests[from + 2]! | digests[from + 3]!) === 0) continue
      let at = first & mask
      while (table[at] !== 0) at = (at + 1) & mask
      table[at] = number
    }
  }
  return ({ digest }, i) => {
    const a = digest[4 * i]
    const b = digest[4 * i + 1]
    const c = digest[4 * i + 2]
    const d = digest[4 * i + 3]
    for (let at = a! & mask; table[at] !== 0; at = (at + 1) & mask) {
      const from = 4 * (table[at]! - 1)
      if (
        digests[from] === a &&
        digests[from + 1] === b &&
        digests[from + 2] === c &&
        digests[from + 3] === d
      ) {
        return table[at]!
      }
    }
    return 0
  }
}
