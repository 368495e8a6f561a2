import { readSync } from 'node:fs'
import { createDictionaryWriter } from './dictionary.ts'
import { createListWriter } from './lists.ts'
import { documentOf, lowBits, lowOf, type Run, writeAll } from './runs.ts'

/** What merging some buckets of the runs has made; its lists are in the file. */
export interface MergedPart {
  readonly listBytes: number
  readonly dictionary: Uint8Array
  readonly blockGrams: Uint32Array
  readonly blockStarts: Uint32Array
  readonly blockLists: Float64Array
}

/** A run whose file is open. */
export interface OpenRun extends Run {
  readonly file: number
}

/** Bytes of lists that are held before they are written. */
const heldBytes = 4 << 20
/** Pairs that are read at once, if one bucket has no more: of many runs, each reading is then of some kilobytes. */
const readPairs = 1 << 20

/**
 * Merges a part of the buckets, from one on to before another, into posting lists: each bucket is sorted by counting,
 * within a near cache.
 *
 * @param runs each run's documents stand behind those of the run before
 * @param documents in the whole segment
 * @param file takes the lists
 */
export function mergeRuns(
  runs: readonly OpenRun[],
  [from, to]: readonly [number, number],
  documents: number,
  file: number,
): MergedPart {
  const lists = createListWriter(documents)
  const dictionary = createDictionaryWriter()
  let listBytes = 0
  const add = (gram: number, list: Uint32Array, begin: number, end: number) => {
    if (end - begin === 1) {
      dictionary.add(gram, 1, 0, list[begin]!)
      return
    }
    const bytes = lists.write(list, begin, end)
    listBytes += bytes
    dictionary.add(gram, end - begin, bytes, -1)
    if (lists.length > heldBytes) writeAll(file, lists.take())
  }
  const held = createHeld(runs)
  const sorted = createSorter()
  for (let bucket = from; bucket < to; ) {
    const end = held.read(bucket, to)
    for (; bucket < end; bucket++) {
      const slices = held.of(bucket)
      if (slices.length === 0) continue
      const { list, ends } = sorted(slices)
      let begin = 0
      for (let low = 0; low < ends.length; low++) {
        const end = ends[low]!
        if (end > begin) add(bucket * 2 ** lowBits + low, list, begin, end)
        begin = end
      }
    }
  }
  writeAll(file, lists.take())
  return { listBytes, ...dictionary.end() }
}

/** Pairs that a run has of a bucket. */
interface Slice {
  readonly pairs: Uint32Array
  /** The document that they count from. */
  readonly first: number
}

/** The pairs of a few buckets, in memory. */
function createHeld(runs: readonly OpenRun[]) {
  let pairs = new Uint32Array(readPairs)
  /** The first bucket held; by run, where its pairs begin. */
  let first = 0
  const begins = new Uint32Array(runs.length)
  const countIn = (from: number, to: number) =>
    runs.reduce((sum, { starts }) => sum + starts[to]! - starts[from]!, 0)
  return {
    /** Reads buckets from one on, before the last; returns the first that is not held. */
    read(from: number, last: number): number {
      let to = from + 1
      let count = countIn(from, to)
      for (; to < last; to++) {
        const more = countIn(to, to + 1)
        if (count + more > readPairs) break
        count += more
      }
      if (count > pairs.length) pairs = new Uint32Array(count)
      let at = 0
      for (const [i, { file, starts }] of runs.entries()) {
        begins[i] = at
        const end = at + starts[to]! - starts[from]!
        readExactly(file, pairs.subarray(at, end), 4 * starts[from]!)
        at = end
      }
      first = from
      return to
    },
    /** What is held of a bucket, by run; of runs that have nothing in it, nothing. */
    of(bucket: number): readonly Slice[] {
      const slices: Slice[] = []
      for (const [i, { starts, first: from }] of runs.entries()) {
        const before = begins[i]! - starts[first]!
        const [begin, end] = [starts[bucket]!, starts[bucket + 1]!]
        if (begin === end) continue
        slices.push({ pairs: pairs.subarray(before + begin, before + end), first: from })
      }
      return slices
    },
  }
}

/** Sorts the pairs of one bucket by their gram; by document they are. */
function createSorter() {
  const ends = new Uint32Array(2 ** lowBits)
  let list = new Uint32Array(readPairs)
  const countAll = (pairs: Uint32Array) => {
    for (let i = 0; i < pairs.length; i++) ends[lowOf(pairs[i]!)]!++
  }
  const place = ({ pairs, first }: Slice, list: Uint32Array) => {
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i]!
      list[ends[lowOf(pair)]!++] = first + documentOf(pair)
    }
  }
  /** Documents, and by the lower bits of a gram, where its documents end; both until the next call. */
  return (slices: readonly Slice[]): { readonly list: Uint32Array; readonly ends: Uint32Array } => {
    ends.fill(0)
    for (const { pairs } of slices) countAll(pairs)
    let count = 0
    for (let low = 0; low < ends.length; low++) {
      const size = ends[low]!
      // For now, where it begins.
      ends[low] = count
      count += size
    }
    if (count > list.length) list = new Uint32Array(count)
    for (const slice of slices) place(slice, list)
    return { list, ends }
  }
}

function readExactly(file: number, numbers: Uint32Array, position: number): void {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(file, bytes, at, bytes.length - at, position + at)
    if (count === 0) throw new Error('a run has been cut short')
    at += count
  }
}
