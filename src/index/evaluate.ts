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

/** Postings that one search reads of a segment; then it goes on with the candidates that it has. */
const mostPostings = 3_000_000
/** Grams that one search looks up in a segment. */
const mostLookups = 20_000

/**
 * @param exceptTraits documents with one of these are candidates whatever their grams
 */
export function evaluate(segment: Segment, query: GramQuery, exceptTraits: number): Found {
  const reader = createReader(segment)
  let found: Uint32Array | undefined
  try {
    found = reader.find(query)
  } catch {
    // A disk that fails, or bytes that are no longer what was checked: then every document may match.
    scratches.delete(segment)
  }
  let marks: Uint8Array | undefined
  if (found) {
    marks = new Uint8Array(segment.documents)
    for (const document of found) marks[document] = 1
    for (let document = 0; exceptTraits !== 0 && document < marks.length; document++) {
      if ((segment.traits[document]! & exceptTraits) !== 0) marks[document] = 1
    }
  }
  return { marks, ...reader.cost }
}

/** The lists of one lookup: a document is wanted that is in any of them. */
interface Lists {
  readonly entries: readonly (readonly Entry[])[]
  readonly count: number
}

function createReader(segment: Segment) {
  const { documents, runs, common } = segment
  const cost = { listsRead: 0, postingsRead: 0 }
  const scratch = scratchOf(segment)
  let lookups = 0

  /** The lists of some grams; `undefined` if they say nothing here, or not for a bearable price. */
  const listsOf = ({ ranges, inCommon }: Grams): Lists | undefined => {
    if (inCommon.length > 0 && common.length === 0) return undefined
    if (!inCommon.every((gram) => isCommon(common, gram) === 1)) return undefined
    const found: (readonly Entry[])[] = []
    let count = 0
    for (const { from, to } of ranges) {
      if (lookups++ > mostLookups) return undefined
      const entries = segment.range(from, to)
      lookups += entries.length >> 3
      for (const entry of entries) count += entry.count
      if (entries.length > 0) found.push(entries)
    }
    return { entries: found, count }
  }
  const mark = ({ entries }: Lists) => {
    for (const some of entries) {
      segment.readAll(some, (list) => {
        for (let i = 0; i < list.length; i++) scratch[list[i]!] = 1
      })
    }
  }
  const pay = ({ entries, count }: Lists) => {
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
    const marked = new Uint32Array(documents)
    let count = 0
    for (let document = 0; document < documents; document++) {
      if (scratch[document] === 1) marked[count++] = document
    }
    scratch.fill(0)
    return marked.subarray(0, count)
  }
  /** Those of the documents that are in the lists. */
  const kept = (found: Uint32Array, lists: Lists): Uint32Array => {
    pay(lists)
    const [only, ...others] = lists.entries.flat()
    if (!only) return new Uint32Array()
    if (others.length === 0) return segment.keep(found, only)
    mark(lists)
    const rest = found.filter((document) => scratch[document] === 1)
    scratch.fill(0)
    return rest
  }
  const canRead = ({ count }: Lists): boolean => cost.postingsRead + count <= mostPostings

  const find = (query: GramQuery): Uint32Array | undefined => {
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
        const found = query.of.map(find)
        if (found.includes(undefined)) return undefined
        for (const some of found) for (const document of some!) scratch[document] = 1
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
      if (found) for (const document of found) scratch[document] = 1
      found = found ? more.filter((document) => scratch[document] === 1) : more
      scratch.fill(0)
    }
    let vain = 0
    for (const lists of known.sort((a, b) => a.count - b.count)) {
      if (!canRead(lists) || lists.count > worthReading(found, documents)) break
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
