import { readSync } from 'node:fs'
import { createDictionaryWriter } from './dictionary.ts'
import { createListWriter } from './lists.ts'
import { writeAll } from './runs.ts'

/** What merging one part of the runs has made; its lists are in the file. */
export interface MergedPart {
  readonly listBytes: number
  readonly dictionary: Uint8Array
  readonly blockGrams: Uint32Array
  readonly blockStarts: Uint32Array
  readonly blockLists: Float64Array
}

/** Bytes of lists that are held before they are written. */
const heldBytes = 4 << 20

/**
 * Merges one part of every run into posting lists.
 *
 * @param runs open files of this part; each run's documents stand behind those of the run before
 * @param documents in the whole segment
 * @param file takes the lists
 */
export function mergeRuns(runs: readonly number[], documents: number, file: number): MergedPart {
  const readers = runs.map(openRun)
  const lists = createListWriter(documents)
  const dictionary = createDictionaryWriter()
  const list = new Uint32Array(documents)
  let listBytes = 0
  for (;;) {
    let gram = Number.POSITIVE_INFINITY
    for (const reader of readers) if (reader.gram < gram) gram = reader.gram
    if (gram === Number.POSITIVE_INFINITY) break
    let count = 0
    for (const reader of readers) {
      if (reader.gram === gram) count = reader.read(list, count)
    }
    if (count === 1) dictionary.add(gram, 1, 0, list[0]!)
    else {
      const bytes = lists.write(list, count)
      listBytes += bytes
      dictionary.add(gram, count, bytes, -1)
      if (lists.length > heldBytes) writeAll(file, lists.take())
    }
  }
  writeAll(file, lists.take())
  return { listBytes, ...dictionary.end() }
}

interface RunReader {
  /** The gram whose documents come next; infinite at the end. */
  gram: number
  /** Puts its documents behind those in the list; returns how many it then holds. Moves on to the next gram. */
  read(list: Uint32Array, count: number): number
}

function openRun(file: number): RunReader {
  const bytes = new Uint8Array(1 << 18)
  let length = 0
  let at = 0
  /** Sees to it that a whole number can be read, if there is one. */
  const fill = () => {
    bytes.copyWithin(0, at, length)
    length -= at
    at = 0
    while (length < bytes.length) {
      const count = readSync(file, bytes, length, bytes.length - length, null)
      if (count === 0) break
      length += count
    }
  }
  const next = () => {
    if (at + 5 > length) fill()
    let byte = bytes[at++]!
    let value = byte & 0x7f
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
    }
    return value
  }
  const begin = (last: number) => {
    if (at + 5 > length) fill()
    return at === length ? Number.POSITIVE_INFINITY : last + next()
  }
  const reader: RunReader = {
    gram: 0,
    read(list, count) {
      const end = count + next()
      for (let document = 0; count < end; ) {
        document += next()
        list[count++] = document
      }
      reader.gram = begin(reader.gram)
      return count
    },
  }
  reader.gram = begin(0)
  return reader
}
