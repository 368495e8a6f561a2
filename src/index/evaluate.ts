import type { Entry } from './dictionary.ts'
import type { GramQuery, Grams } from './query.ts'
import type { Segment } from './segment.ts'
import { longestRun, runKinds } from './symbols.ts'
import { isCommon } from './tokens.ts'

/** How a query was answered by a segment: the documents that may match, and what that took. */
export interface Found {
  /** By document: 1 if it may match. `undefined` for all. */
  readonly marks: Uint8Array | undefined
  readonly listsRead: number
  readonly postingsRead: number
}

/**
 * What one search may cost, counted in postings read, of some nanoseconds each: the event loop stands still for it.
 * Then it goes on with the candidates that it has.
 */
const mostWork = 4_000_000
/** There are few segments, and small ones are to narrow, too. */
const leastWork = 300_000
const workPerReading = 150
const workPerList = 60
/** Going through all documents, by each of them. */
const workPerDocument = 1 / 4

/**
 * @param exceptTraits documents with one of these are candidates whatever their grams
 * @param share that the segment has of all documents, and of what a search may cost
 * @param marks zeros, one a document
 */
export function evaluate(
  segment: Segment,
  query: GramQuery,
  exceptTraits: number,
  share = 1,
  marks = new Uint8Array(segment.documents),
): Found {
  const reader = createReader(segment, Math.max(mostWork * share, leastWork))
  let found: Uint32Array | undefined
  try {
    found = reader.find(query)
    // Only now: what was read may have been written meanwhile.
    if (!segment.isUnchanged()) found = undefined
  } catch {
    // A disk that fails, or bytes that are no longer what was checked: then every document may match.
    scratches.delete(segment)
  }
  if (!found) return { marks: undefined, ...reader.cost }
  for (const document of found) marks[document] = 1
  for (let document = 0; exceptTraits !== 0 && document < marks.length; document++) {
    if ((segment.traits[document]! & exceptTraits) !== 0) marks[document] = 1
  }
  return { marks, ...reader.cost }
}

/** The lists of one lookup: a document is wanted that is in any of them. */
interface Lists {
  readonly entries: readonly (readonly Entry[])[]
  readonly count: number
}

function createReader(segment: Segment, work: number) {
  const { documents, runs, common } = segment
  const cost = { listsRead: 0, postingsRead: 0 }
  const scratch = scratchOf(segment)
  const sweep = documents * workPerDocument

  /** The lists of some grams; `undefined` if they say nothing here, or not for a bearable price. */
  const listsOf = ({ ranges, inCommon }: Grams): Lists | undefined => {
    if (inCommon.length > 0 && common.length === 0) return undefined
    if (!inCommon.every((gram) => isCommon(common, gram) === 1)) return undefined
    const found: (readonly Entry[])[] = []
    let count = 0
    for (const { from, to } of ranges) {
      if (work < 0) return undefined
      const entries = segment.range(from, to)
      work -= workPerReading + entries.length * workPerList
      for (const entry of entries) count += entry.count
      if (entries.length > 0) found.push(entries)
    }
    return { entries: found, count }
  }
  const mark = ({ entries }: Lists) => {
    for (const some of entries) segment.readAll(some, markAll)
  }
  const markAll = (list: Uint32Array) => {
    for (let i = 0; i < list.length; i++) scratch[list[i]!] = 1
  }
  const pay = ({ entries, count }: Lists) => {
    work -= count + entries.length * workPerReading
    cost.postingsRead += count
    for (const some of entries) cost.listsRead += some.length
  }
  /** All documents in the lists. */
  const union = (lists: Lists): Uint32Array => {
    pay(lists)
    const [only, ...others] = lists.entries.flat()
    if (!only) return new Uint32Array()
    if (others.length === 0) return segment.read(only).slice()
    mark(lists)
    return takeMarked()
  }
  const takeMarked = (): Uint32Array => {
    work -= sweep
    let count = 0
    for (let document = 0; document < documents; document++) count += scratch[document]!
    const marked = new Uint32Array(count)
    for (let document = 0, at = 0; at < count; document++) {
      if (scratch[document] === 1) marked[at++] = document
    }
    scratch.fill(0)
    return marked
  }
  /** Those of the documents that are in the lists. */
  const kept = (found: Uint32Array, lists: Lists): Uint32Array => {
    pay(lists)
    const [only, ...others] = lists.entries.flat()
    if (!only) return new Uint32Array()
    if (others.length === 0) return segment.keep(found, only)
    mark(lists)
    return keepMarked(found)
  }
  /** Those of the documents that are marked; to be let go of, the array is written over. */
  const keepMarked = (found: Uint32Array): Uint32Array => {
    let count = 0
    for (let i = 0; i < found.length; i++) {
      const document = found[i]!
      if (scratch[document] === 1) found[count++] = document
    }
    scratch.fill(0)
    return found.subarray(0, count)
  }

  /** `undefined` if the query says nothing here, or not for a bearable price. */
  const find = (query: GramQuery): Uint32Array | undefined => {
    if (work < sweep) return undefined
    switch (query.kind) {
      case 'all':
        return undefined
      case 'run': {
        const least = Math.min(query.length, longestRun)
        for (let document = 0; document < documents; document++) {
          if (runs[document * runKinds.length + query.of]! >= least) scratch[document] = 1
        }
        return takeMarked()
      }
      case 'grams':
        return intersection([query])
      case 'or': {
        const found: Uint32Array[] = []
        for (const one of query.of) {
          const some = find(one)
          if (!some) return undefined
          found.push(some)
        }
        for (const some of found) markAll(some)
        return takeMarked()
      }
      case 'and':
        return intersection(query.of)
    }
  }

  /** The rarest lists first, so that few documents are left when the long ones come. */
  const intersection = (queries: readonly GramQuery[]): Uint32Array | undefined => {
    const known: Lists[] = []
    let found: Uint32Array | undefined
    for (const query of queries) {
      if (query.kind === 'grams') {
        const lists = listsOf(query)
        if (lists) known.push(lists)
        continue
      }
      const more = find(query)
      if (!more) continue
      if (found) {
        markAll(found)
        found = keepMarked(more)
        work -= sweep
      } else found = more
    }
    let vain = 0
    for (const lists of known.sort((a, b) => a.count - b.count)) {
      if (lists.count + sweep > work || lists.count > worthReading(found, documents)) break
      const before = found?.length
      found = found ? kept(found, lists) : union(lists)
      vain = before === found.length ? vain + lists.count : 0
      if (vain > found.length * vainPerCandidate + fewPostings) break
    }
    return found
  }

  return { find, cost }
}

const scratches = new WeakMap<Segment, Uint8Array>()

/** Zeros, one a document, which whoever sets some leaves as zeros: an evaluation runs to its end at once. */
function scratchOf(segment: Segment): Uint8Array {
  const known = scratches.get(segment) ?? new Uint8Array(segment.documents)
  scratches.set(segment, known)
  return known
}

/** Postings that may be read to have fewer candidates: one costs a few thousandths of searching a file. */
const worthReading = (found: Uint32Array | undefined, documents: number): number =>
  found ? Math.max(found.length * 100, fewPostings) : documents * 0.8

const fewPostings = 20_000
/** So many postings for each candidate that have left all of them show that the rest will, too. */
const vainPerCandidate = 200
