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
  /** Appends a list; returns its bytes. */
  write(list: Uint32Array, count: number): number
  /** What has been written since the last call. */
  take(): Uint8Array
  readonly length: number
}

export function createListWriter(documents: number): ListWriter {
  let bytes = new Uint8Array(1 << 20)
  let at = 0
  const reserve = (more: number) => {
    if (at + more <= bytes.length) return
    const larger = new Uint8Array(Math.max(bytes.length * 2, at + more))
    larger.set(bytes)
    bytes = larger
  }
  return {
    write(list, count) {
      const largest = bitmapBytes(documents)
      // Gaps of n documents cost at most n quotient bits in all, and each a stop bit and a remainder.
      reserve(largest + count * 5 + 8)
      const from = at
      const width = riceWidth(count, documents)
      let bits = 0
      let filled = 0
      let last = -1
      for (let i = 0; i < count; i++) {
        const gap = list[i]! - last - 1
        last = list[i]!
        let quotient = gap >>> width
        while (quotient > 0) {
          const ones = quotient < 8 ? quotient : 8
          bits |= ((1 << ones) - 1) << filled
          filled += ones
          quotient -= ones
          while (filled >= 8) {
            bytes[at++] = bits
            bits >>>= 8
            filled -= 8
          }
        }
        // The stop bit is a zero, the remainder follows.
        filled++
        while (filled >= 8) {
          bytes[at++] = bits
          bits >>>= 8
          filled -= 8
        }
        bits |= (gap & ((1 << width) - 1)) << filled
        filled += width
        while (filled >= 8) {
          bytes[at++] = bits
          bits >>>= 8
          filled -= 8
        }
        if (at - from >= largest + 4) break
      }
      if (filled > 0) bytes[at++] = bits
      if (at - from < largest || count === 1) return at - from
      bytes.fill(0, from, from + largest)
      for (let i = 0; i < count; i++) bytes[from + (list[i]! >> 3)]! |= 1 << (list[i]! & 7)
      at = from + largest
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
