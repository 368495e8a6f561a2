/**
 * Posting lists: the documents that hold a gram, ascending, as Rice codes of their gaps (R. F. Rice, 1979): each gap
 * as a quotient in unary and a remainder of fixed width, which comes near the entropy of a list whatever its density,
 * in a few lines; a list that a bitmap holds in fewer bytes is one.
 */

/** Width of the remainders for so many of so many documents: both sides compute it, so that it is not stored. */
export function riceWidth(count: number, documents: number): number {
  const mean = documents / count
  return mean < 3 ? 0 : Math.floor(Math.log2(mean * 0.69))
}

/** Bytes of the bitmap that a list is kept as, if it is. */
const bitmapBytes = (documents: number): number => (documents + 7) >> 3

/** Whether a list is a bitmap, which its length tells. */
export const isBitmap = (count: number, bytes: number, documents: number): boolean =>
  count > 1 && bytes === bitmapBytes(documents)

export interface ListWriter {
  /** Appends the list of those documents in `all` from one place on to before another; returns its bytes. */
  write(all: Uint32Array, from: number, to: number): number
  /** What has been written since the last call. */
  take(): Uint8Array
  readonly length: number
}

export function createListWriter(documents: number): ListWriter {
  const largest = bitmapBytes(documents)
  let bytes = new Uint8Array(1 << 20)
  let view = new DataView(bytes.buffer)
  let at = 0
  const reserve = (more: number) => {
    if (at + more <= bytes.length) return
    const larger = new Uint8Array(Math.max(bytes.length * 2, at + more))
    larger.set(bytes)
    bytes = larger
    view = new DataView(bytes.buffer)
  }
  return {
    write(all, from, to) {
      const count = to - from
      const width = riceWidth(count, documents)
      // No list is worth more bytes than a bitmap, and none is followed further than one code beyond that.
      reserve(2 * largest + 16)
      // Without remainders, codes are the bitmap up to the last document.
      const isLong = width === 0 && count > 1 && (all[to - 1]! + 8) >> 3 >= largest
      const end = isLong ? at + largest : writeCodes(view, at, at + largest, all, from, to, width)
      if (end - at < largest || count === 1) {
        const written = end - at
        at = end
        return written
      }
      bytes.fill(0, at, at + largest)
      writeBitmap(bytes, at, all, from, to)
      at += largest
      return largest
    },
    take() {
      const taken = bytes.slice(0, at)
      at = 0
      return taken
    },
    get length() {
      return at
    },
  }
}

/** Writes Rice codes, unless they go beyond `most`; returns where they end. */
function writeCodes(
  view: DataView,
  at: number,
  most: number,
  all: Uint32Array,
  from: number,
  to: number,
  width: number,
): number {
  const mask = (1 << width) - 1
  // Bits that no full byte holds yet: seven at most between two steps.
  let bits = 0
  let filled = 0
  let last = -1
  for (let i = from; i < to && at <= most; i++) {
    const document = all[i]!
    const gap = (document - last - 1) | 0
    last = document
    let quotient = gap >>> width
    for (; quotient > 7; quotient -= 8) {
      bits |= 0xff << filled
      view.setUint8(at++, bits)
      bits >>>= 8
    }
    // The quotient in ones, and the zero that ends them.
    bits |= ((1 << quotient) - 1) << filled
    filled += quotient + 1
    // Together they may not fit 32 bits.
    if (width > 16) {
      view.setInt32(at, bits, true)
      at += filled >>> 3
      bits >>>= filled & 24
      filled &= 7
    }
    bits |= (gap & mask) << filled
    filled += width
    view.setInt32(at, bits, true)
    at += filled >>> 3
    bits >>>= filled & 24
    filled &= 7
  }
  // What is left of the last byte has been written already.
  return filled > 0 ? at + 1 : at
}

function writeBitmap(
  bytes: Uint8Array,
  at: number,
  all: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const document = all[i]!
    bytes[at + (document >> 3)]! |= 1 << (document & 7)
  }
}

/**
 * Reads a list into `into`, which has room for it.
 *
 * @returns how many documents were read: fewer than `count` if the bytes are not what was written
 */
export function readList(
  bytes: Uint8Array,
  from: number,
  to: number,
  count: number,
  documents: number,
  into: Uint32Array,
): number {
  let read = 0
  if (isBitmap(count, to - from, documents)) {
    for (let at = from; at < to; at++) {
      let byte = bytes[at]!
      while (byte !== 0 && read < count) {
        const bit = 31 - Math.clz32(byte & -byte)
        const document = (at - from) * 8 + bit
        if (document >= documents) return read
        into[read++] = document
        byte &= byte - 1
      }
    }
    return read
  }
  const width = riceWidth(count, documents)
  const mask = (1 << width) - 1
  // Behind the end come zeros: what they are read as is noticed below.
  const byteAt = (place: number) => (place < to ? bytes[place]! : 0)
  let at = from
  let bits = 0
  let filled = 0
  let last = -1
  while (read < count) {
    for (; filled <= 22; filled += 8) bits |= byteAt(at++) << filled
    let quotient = onesBelow(bits)
    if (quotient + 1 + width <= filled) {
      // Nearly always: the whole code is here.
      last += (quotient << width) + ((bits >>> (quotient + 1)) & mask) + 1
      bits >>>= quotient + 1 + width
      filled -= quotient + 1 + width
    } else {
      let ones = quotient
      quotient = 0
      while (ones >= filled) {
        quotient += filled
        // No list that was written has such a gap.
        if (quotient > documents) return read
        bits = 0
        for (filled = 0; filled <= 22; filled += 8) {
          bits |= byteAt(at++) << filled
        }
        ones = onesBelow(bits)
      }
      quotient += ones
      if (quotient > documents >> width) return read
      bits >>>= ones + 1
      filled -= ones + 1
      for (; filled < width; filled += 8) bits |= byteAt(at++) << filled
      last += (quotient << width) + (bits & mask) + 1
      bits >>>= width
      filled -= width
    }
    if (last >= documents || at - (filled >> 3) > to) return read
    into[read++] = last
  }
  return read
}

/** How many ones there are before the first zero, from the lowest bit on; `bits` has at most 31. */
const onesBelow = (bits: number): number => 31 - Math.clz32(~bits & (bits + 1))
