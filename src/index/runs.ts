import { writeSync } from 'node:fs'
import { gramCount } from './symbols.ts'

/**
 * Runs: the (gram, document) pairs of some documents, on disk, since those of a whole corpus do not fit in memory. A
 * run is not sorted but thrown into buckets, by the upper bits of the gram; in a bucket, documents ascend. What a pair
 * is in its bucket fits 32 bits: the lower bits of the gram, then the document less the run's first.
 */
export interface Run {
  /** Of the file. */
  readonly name: string
  /** The document that the pairs count from. */
  readonly first: number
  /** By bucket, the number of pairs before it; one more for all pairs. */
  readonly starts: Uint32Array
}

/** Lower bits of a gram: so few buckets that one line of each fits a near cache, as do the grams of one. */
export const lowBits = 14
const documentBits = 32 - lowBits
/** So many documents can be in a run. */
export const mostDocuments = 2 ** documentBits
export const bucketCount = Math.ceil(gramCount / 2 ** lowBits)

export const lowOf = (pair: number): number => pair >>> documentBits
export const documentOf = (pair: number): number => pair & (mostDocuments - 1)

export interface RunWriter {
  /** Documents ascend, from the run's first on, by less than `mostDocuments`. */
  add(document: number, grams: Uint32Array): void
  /** Whether it is time to write. */
  readonly isFull: boolean
  /** Writes what has been added as one run, and begins the next with no document. */
  write(name: string, file: number): Run
}

/** Pairs in a run, about. */
const pairs = 6_000_000

export function createRunWriter(): RunWriter {
  let grams = new Uint32Array(pairs)
  let thrown = new Uint32Array(pairs)
  let count = 0
  const sizes = new Uint32Array(bucketCount)
  /** Documents, and where the grams of each end. */
  const documents: number[] = []
  const ends: number[] = []

  const countAll = (more: Uint32Array) => {
    for (let i = 0; i < more.length; i++) sizes[more[i]! >>> lowBits]!++
  }
  const throwAll = (places: Uint32Array) => {
    const [from, to] = [grams, thrown]
    for (let nth = 0, i = 0; nth < documents.length; nth++) {
      const [document, end] = [documents[nth]! - documents[0]!, ends[nth]!]
      for (; i < end; i++) {
        const gram = from[i]!
        to[places[gram >>> lowBits]!++] = (gram << documentBits) | document
      }
    }
  }
  return {
    add(document, more) {
      if (count + more.length > grams.length) {
        const larger = new Uint32Array((count + more.length) * 1.5)
        larger.set(grams.subarray(0, count))
        grams = larger
        thrown = new Uint32Array(larger.length)
      }
      grams.set(more, count)
      count += more.length
      countAll(more)
      documents.push(document)
      ends.push(count)
    },
    get isFull() {
      return count > pairs * 0.9
    },
    write(name, file) {
      const starts = new Uint32Array(bucketCount + 1)
      for (let bucket = 0; bucket < bucketCount; bucket++) {
        starts[bucket + 1] = starts[bucket]! + sizes[bucket]!
      }
      throwAll(starts.slice())
      writeAll(file, new Uint8Array(thrown.buffer, 0, 4 * count))
      const first = documents[0] ?? 0
      sizes.fill(0)
      documents.length = 0
      ends.length = 0
      count = 0
      return { name, first, starts }
    },
  }
}

/** Writes all of the bytes; throws if the disk takes no more. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
