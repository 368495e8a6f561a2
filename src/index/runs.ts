import { writeSync } from 'node:fs'
import { writeVarint } from './format.ts'

/**
 * Sorted runs: the (gram, document) pairs of some documents, by gram and then by document, on disk, since those of a
 * whole corpus do not fit in memory. Each run is cut at the same grams into parts, so that parts can be merged side
 * by side. In a part: the gram less the one before (varint), the number of documents, the documents less the one
 * before (varints).
 */
export interface RunWriter {
  /** Documents ascend. */
  add(document: number, grams: Uint32Array): void
  /** Whether it is time to write. */
  readonly isFull: boolean
  /**
   * Sorts what has been added, and writes each part to its file.
   *
   * @param bounds where each part ends, as a gram; ascending, the last above all grams
   */
  write(bounds: readonly number[], files: readonly number[]): void
}

/** Pairs that are sorted at once. */
const pairs = 6_000_000
/** Two rounds of a radix sort over 26 bits; every gram is less than `2 ** 26`. */
const digitBits = 13
const digits = 2 ** digitBits

export function createRunWriter(): RunWriter {
  let grams = new Uint32Array(pairs)
  let documents = new Uint32Array(pairs)
  let otherGrams = new Uint32Array(pairs)
  let otherDocuments = new Uint32Array(pairs)
  let count = 0

  const grow = (needed: number) => {
    const larger = (old: Uint32Array) => {
      const array = new Uint32Array(needed * 1.5)
      array.set(old.subarray(0, count))
      return array
    }
    grams = larger(grams)
    documents = larger(documents)
    otherGrams = new Uint32Array(grams.length)
    otherDocuments = new Uint32Array(grams.length)
  }
  const sortBy = (shift: number) => {
    const starts = new Uint32Array(digits + 1)
    for (let i = 0; i < count; i++) starts[((grams[i]! >>> shift) & (digits - 1)) + 1]!++
    for (let digit = 0; digit < digits; digit++) starts[digit + 1]! += starts[digit]!
    for (let i = 0; i < count; i++) {
      const to = starts[(grams[i]! >>> shift) & (digits - 1)]!++
      otherGrams[to] = grams[i]!
      otherDocuments[to] = documents[i]!
    }
    ;[grams, otherGrams] = [otherGrams, grams]
    ;[documents, otherDocuments] = [otherDocuments, documents]
  }
  return {
    add(document, more) {
      if (count + more.length > grams.length) grow(count + more.length)
      grams.set(more, count)
      documents.fill(document, count, count + more.length)
      count += more.length
    },
    get isFull() {
      return count > pairs * 0.9
    },
    write(bounds, files) {
      sortBy(0)
      sortBy(digitBits)
      let from = 0
      for (const [part, bound] of bounds.entries()) {
        from = writePart(grams, documents, from, count, bound, files[part]!)
      }
      count = 0
    },
  }
}

/** Writes the pairs from one place on whose grams are below the bound; returns where they end. */
function writePart(
  grams: Uint32Array,
  documents: Uint32Array,
  from: number,
  count: number,
  bound: number,
  file: number,
): number {
  const bytes = Buffer.allocUnsafe(1 << 20)
  let at = 0
  let lastGram = 0
  let i = from
  while (i < count && grams[i]! < bound) {
    const gram = grams[i]!
    let end = i + 1
    while (end < count && grams[end] === gram) end++
    at = writeVarint(bytes, at, gram - lastGram)
    at = writeVarint(bytes, at, end - i)
    lastGram = gram
    for (let last = 0; i < end; i++) {
      at = writeVarint(bytes, at, documents[i]! - last)
      last = documents[i]!
      if (at > bytes.length - 32) {
        writeAll(file, bytes.subarray(0, at))
        at = 0
      }
    }
    if (at > bytes.length - 32) {
      writeAll(file, bytes.subarray(0, at))
      at = 0
    }
  }
  writeAll(file, bytes.subarray(0, at))
  return i
}

/** Writes all of the bytes; throws if the disk takes no more. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
