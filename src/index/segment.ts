import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type Entry, readBlock } from './dictionary.ts'
import { decodeHeader, digestBytes, headerBytes, type Section, sectionStarts } from './format.ts'
import { isBitmap, readList } from './lists.ts'
import { runKinds } from './symbols.ts'
import type { CommonGrams } from './tokens.ts'

/**
 * An open segment: the grams of some documents, read from disk by position. What is held in memory is one number in
 * a hundred of the dictionary, and a few bytes a document.
 */
export interface Segment {
  readonly documents: number
  readonly textBytes: number
  /** Of the file. */
  readonly bytes: number
  /** Each document's digest, `digestBytes` each. */
  readonly digests: Uint8Array
  readonly traits: Uint8Array
  /** Longest runs: by document, and in it by kind. */
  readonly runs: Uint8Array
  /** The common text grams; empty where there are no long grams. */
  readonly common: CommonGrams
  /** The lists of all grams from one to before another. */
  range(from: number, to: number): readonly Entry[]
  /** The documents in a list, in a buffer that the next call uses again. */
  read(entry: Entry): Uint32Array
  /** Those of the documents, ascending, that are in a list, too: in their own array, which is written over. */
  keep(documents: Uint32Array, entry: Entry): Uint32Array
  /** The bytes from the first of these lists to the end of the last, read at once; then each list from them. */
  readAll(entries: readonly Entry[], each: (documents: Uint32Array) => void): void
  /** When it was written, in ms since 1970. */
  readonly writtenAtMs: number
  /** Whether nobody has written to the file since it was opened. */
  isUnchanged(): boolean
  close(): void
}

/** Opens a segment file; `undefined` if it is not a whole segment of this version. Does not read the lists. */
export function openSegment(path: string): Segment | undefined {
  const file = tryOpen(path)
  if (file === undefined) return undefined
  const segment = segmentOf(file)
  if (!segment) closeSync(file)
  return segment
}

/** Whether the file is, byte for byte, what its header says that it was. Reads it all. */
export function isWhole(path: string): boolean {
  const file = tryOpen(path)
  if (file === undefined) return false
  try {
    const header = decodeHeader(readBytes(file, 0, headerBytes))
    if (!header) return false
    const { end } = sectionStarts(header)
    if (fstatSync(file).size !== end) return false
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(1 << 20)
    for (let at = headerBytes; at < end; ) {
      const count = readSync(file, chunk, 0, Math.min(chunk.length, end - at), at)
      if (count === 0) return false
      hash.update(chunk.subarray(0, count))
      at += count
    }
    return hash.digest().equals(header.body)
  } catch {
    return false
  } finally {
    closeSync(file)
  }
}

/** Opens a regular file. Whatever else has its name, a FIFO or a link, is not waited for and not followed. */
function tryOpen(path: string): number | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    if (fstatSync(file).isFile()) return file
    closeSync(file)
    return undefined
  } catch {
    return undefined
  }
}

function segmentOf(file: number): Segment | undefined {
  const header = decodeHeader(readBytes(file, 0, headerBytes))
  if (!header) return undefined
  const starts = sectionStarts(header)
  const { size, mtimeMs } = fstatSync(file)
  if (size !== starts.end) return undefined
  const section = (name: Section) => readBytes(file, starts[name], header.bytes[name])
  const { documents, textBytes } = header
  const blockGrams = numbers(Uint32Array, section('blockGrams'))
  const blockStarts = numbers(Uint32Array, section('blockStarts'))
  const blockLists = numbers(Float64Array, section('blockLists'))
  const [digests, traits, runs] = [section('digests'), section('traits'), section('runs')]
  if (
    blockGrams.length !== blockStarts.length ||
    blockGrams.length !== blockLists.length ||
    digests.length !== documents * digestBytes ||
    traits.length !== documents ||
    runs.length !== documents * runKinds.length
  ) {
    return undefined
  }

  const [blocks, lists] = [createReadBuffer(), createReadBuffer()]
  let scratch = new Uint32Array(1_024)
  const decode = (bytes: Uint8Array, from: number, { count, document }: Entry, length: number) => {
    if (scratch.length < count) scratch = new Uint32Array(Math.min(count, documents))
    if (count === 1) {
      scratch[0] = document
      return scratch.subarray(0, 1)
    }
    const read = readList(bytes, from, from + length, count, documents, scratch)
    return scratch.subarray(0, read)
  }
  const range = (from: number, to: number): readonly Entry[] => {
    const entries: Entry[] = []
    const first = Math.max(0, upperBound(blockGrams, from) - 1)
    const last = upperBound(blockGrams, to - 1)
    if (last <= first) return entries
    const start = blockStarts[first]!
    const end = blockStarts[last] ?? header.bytes.dictionary
    const bytes = blocks.read(file, starts.dictionary + start, end - start)
    for (let block = first; block < last; block++) {
      const blockEnd = (blockStarts[block + 1] ?? header.bytes.dictionary) - start
      readBlock(
        bytes.subarray(blockStarts[block]! - start, blockEnd),
        blockGrams[block]!,
        blockLists[block]!,
        { from, to },
        entries,
      )
    }
    return entries
  }
  return {
    documents,
    textBytes,
    bytes: starts.end,
    digests,
    traits,
    runs,
    common: section('common'),
    range,
    read(entry) {
      if (entry.count === 1) return decode(scratchBytes, 0, entry, 0)
      const length = entry.to - entry.from
      return decode(lists.read(file, starts.lists + entry.from, length), 0, entry, length)
    },
    keep(kept, entry) {
      const { count, from, to } = entry
      let left = 0
      if (isBitmap(count, to - from, documents)) {
        const bits = lists.read(file, starts.lists + from, to - from)
        for (let i = 0; i < kept.length; i++) {
          const one = kept[i]!
          if (((bits[one >> 3]! >> (one & 7)) & 1) === 1) kept[left++] = one
        }
        return kept.subarray(0, left)
      }
      const list = this.read(entry)
      for (let i = 0, at = 0; i < kept.length; i++) {
        const one = kept[i]!
        while (at < list.length && list[at]! < one) at++
        if (list[at] === one) kept[left++] = one
      }
      return kept.subarray(0, left)
    },
    readAll(entries, each) {
      const first = entries[0]
      const last = entries.at(-1)
      if (!first || !last) return
      const bytes = lists.read(file, starts.lists + first.from, last.to - first.from)
      for (const entry of entries) {
        each(decode(bytes, entry.from - first.from, entry, entry.to - entry.from))
      }
    },
    writtenAtMs: mtimeMs,
    isUnchanged() {
      const now = fstatSync(file)
      return now.size === size && now.mtimeMs === mtimeMs
    },
    close: () => closeSync(file),
  }
}

const scratchBytes = new Uint8Array()

/** Reads into memory that the next reading uses again, up to a size that is seldom needed. */
function createReadBuffer() {
  let memory = Buffer.allocUnsafeSlow(16_384)
  return {
    read(file: number, from: number, length: number): Buffer {
      if (length > keptBytes) return readBytes(file, from, length)
      if (length > memory.length) memory = Buffer.allocUnsafeSlow(Math.min(length * 2, keptBytes))
      return readBytes(file, from, length, memory.subarray(0, length))
    },
  }
}

const keptBytes = 1 << 20

/** What the file holds there; what it does not hold is zero. */
function readBytes(
  file: number,
  from: number,
  length: number,
  bytes = Buffer.allocUnsafeSlow(length),
): Buffer {
  for (let at = 0; at < length; ) {
    const count = readSync(file, bytes, at, length - at, from + at)
    if (count === 0) {
      bytes.fill(0, at)
      break
    }
    at += count
  }
  return bytes
}

function numbers<T>(
  kind: { new (buffer: ArrayBuffer, from: number, length: number): T; BYTES_PER_ELEMENT: number },
  bytes: Buffer,
): T {
  // Copied to where it may be seen as numbers.
  const memory = new Uint8Array(bytes)
  return new kind(memory.buffer, 0, Math.floor(bytes.length / kind.BYTES_PER_ELEMENT))
}

/** The first place whose value is above `wanted`. */
function upperBound(values: Uint32Array, wanted: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! <= wanted) low = middle + 1
    else high = middle
  }
  return low
}
