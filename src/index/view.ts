import type { Catalog } from '../corpus/catalog.ts'
import { fileStates } from '../corpus/catalog.ts'
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
  const tables = segments.map(tableOf)
  const documents = new Uint32Array(columns.count)
  const isUsed = new Uint8Array(total)
  let unindexed = 0
  for (let i = 0; i < columns.count; i++) {
    if (columns.state[i] === searched) {
      let document = 0
      for (let nth = 0; nth < tables.length && document === 0; nth++) {
        const own = find(tables[nth]!, columns.digest, 4 * i)
        if (own > 0) document = bases[nth]! + own
      }
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

/** The documents of a segment by their digests: open addressing. */
interface Table {
  readonly digests: Uint32Array
  /** Numbers of documents plus one, at a place that their digests say, or behind it; 0 for none. */
  readonly numbers: Uint32Array
}

/** Each catalog asks the same segments: a table costs more to make than all that is looked up in it. */
const tables = new WeakMap<Segment, Table>()

function tableOf(segment: Segment): Table {
  const known = tables.get(segment)
  if (known) return known
  const { buffer, byteOffset, length } = segment.digests
  const digests = new Uint32Array(buffer, byteOffset, length / Uint32Array.BYTES_PER_ELEMENT)
  const numbers = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, segment.documents * 2))))
  const mask = numbers.length - 1
  for (let document = 0; document < segment.documents; document++) {
    const from = 4 * document
    const first = digests[from]!
    // A file that turned out to be no document has no digest.
    if ((first | digests[from + 1]! | digests[from + 2]! | digests[from + 3]!) === 0) continue
    let at = first & mask
    while (numbers[at] !== 0) at = (at + 1) & mask
    numbers[at] = document + 1
  }
  const table = { digests, numbers }
  tables.set(segment, table)
  return table
}

/** @param from where the four numbers of the digest begin */
function find({ digests, numbers }: Table, digest: Uint32Array, from: number): number {
  const mask = numbers.length - 1
  const a = digest[from]!
  for (let at = a & mask; numbers[at] !== 0; at = (at + 1) & mask) {
    const own = 4 * (numbers[at]! - 1)
    if (
      digests[own] === a &&
      digests[own + 1] === digest[from + 1] &&
      digests[own + 2] === digest[from + 2] &&
      digests[own + 3] === digest[from + 3]
    ) {
      return numbers[at]!
    }
  }
  return 0
}
