import { blockEntries, writeVarint } from './format.ts'

/** A gram's posting list: its documents are read from `from` to `to` in the lists, or it has the one `document`. */
export interface Entry {
  readonly gram: number
  readonly count: number
  readonly from: number
  readonly to: number
  /** The only one, if `count` is 1: it stands in the dictionary itself. */
  readonly document: number
}

/** The dictionary while it is being written. */
export interface DictionaryWriter {
  /** Grams ascend. @param bytes of its list; for a list of one, none is written */
  add(gram: number, count: number, bytes: number, document: number): void
  /** Sections, by name. */
  end(): {
    readonly dictionary: Uint8Array
    readonly blockGrams: Uint32Array
    readonly blockStarts: Uint32Array
    readonly blockLists: Float64Array
  }
}

export function createDictionaryWriter(): DictionaryWriter {
  let bytes = new Uint8Array(1 << 20)
  let at = 0
  let inBlock = blockEntries
  let last = 0
  let listAt = 0
  const grams: number[] = []
  const starts: number[] = []
  const lists: number[] = []
  return {
    add(gram, count, listBytes, document) {
      if (at + 32 > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2)
        larger.set(bytes)
        bytes = larger
      }
      if (inBlock === blockEntries) {
        grams.push(gram)
        starts.push(at)
        lists.push(listAt)
        last = gram
        inBlock = 0
      }
      inBlock++
      at = writeVarint(bytes, at, gram - last)
      at = writeVarint(bytes, at, count)
      at = writeVarint(bytes, at, count === 1 ? document : listBytes)
      if (count > 1) listAt += listBytes
      last = gram
    },
    end: () => ({
      dictionary: bytes.slice(0, at),
      blockGrams: Uint32Array.from(grams),
      blockStarts: Uint32Array.from(starts),
      blockLists: Float64Array.from(lists),
    }),
  }
}

/**
 * Reads the grams from one on to before another in a block of a dictionary, as far as it goes, and appends them.
 *
 * @param list where the block's first list begins
 */
export function readBlock(
  bytes: Uint8Array,
  firstGram: number,
  list: number,
  wanted: { readonly from: number; readonly to: number },
  entries: Entry[],
): void {
  let at = 0
  let gram = firstGram
  const next = () => {
    let byte = bytes[at++]!
    let value = byte & 0x7f
    for (let shift = 7; byte > 0x7f && at < bytes.length; shift += 7) {
      byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
    }
    return value >>> 0
  }
  while (at < bytes.length) {
    gram += next()
    if (gram >= wanted.to) return
    const count = next()
    const third = next()
    const to = count === 1 ? list : list + third
    if (gram >= wanted.from) {
      entries.push({ gram, count, from: list, to, document: count === 1 ? third : -1 })
    }
    list = to
  }
}
