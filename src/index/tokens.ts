import { isAscii } from 'node:buffer'
import { longestRuns } from './longest.ts'
import {
  capital,
  gramCount,
  highGram,
  highLength,
  isDigit,
  kinds,
  leastWord,
  longBefore,
  longestWord,
  longGram,
  longLength,
  shapeBase,
  shapeBits,
  shapeLength,
  shapeSymbols,
  symbolKinds,
  textGrams,
  textLength,
  textSymbolCount,
  textSymbols,
  traits,
  wordGram,
} from './symbols.ts'

/** What the index keeps of one document. */
export interface Tokens {
  /** Its distinct grams, in no order. Valid until the next document is read. */
  readonly grams: Uint32Array
  readonly traits: number
  /** By kind, the longest run. */
  readonly runs: Uint8Array
}

/**
 * The text grams that are common: a bit for each value of a hash, so that the set fits the processor's nearest cache.
 * That some more grams are taken for common does no harm, as long as builder and reader agree.
 */
export type CommonGrams = Uint8Array
const commonBits = 20
export const commonBytes = 2 ** commonBits / 8

const commonBit = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - commonBits)
/** 1 if it is common, 0 if not. */
export const isCommon = (common: CommonGrams, gram: number): number => {
  const bit = commonBit(gram)
  return (common[bit >> 3]! >> (bit & 7)) & 1
}
export const addCommon = (common: CommonGrams, gram: number): void => {
  const bit = commonBit(gram)
  common[bit >> 3]! |= 1 << (bit & 7)
}

const newline = 0x0a
/** Bytes of a document that are read at once, by one family after the other: with their grams they fit a near cache. */
const blockBytes = 1 << 14
/** Line ends behind a document, as many as a gram reaches: those of shape, and those of text. */
const behind = shapeLength
const behindText = textLength - 1
/** Blocks overlap by more than the longest gram and what text leaves, so that each gram stands whole in one of them. */
const overlap = Math.max(longLength, longestWord + 2) + behind

const allShape = 2 ** (shapeBits * shapeLength) - 1
const isCapital = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a
/** By byte, its text symbol, and whether it is a capital. */
const symbolOf = textSymbols.map((symbol, byte) => (isCapital(byte) ? symbol | capital : symbol))
const symbolMask = capital - 1
/** What the first two symbols of a text gram are worth, as one number. */
const firstTwo = textSymbolCount ** 2
/** The bits of the text grams in a long one. */
const longMask = 2 ** (longLength - textLength + 1) - 1
/** How far behind the end of letters and digits the last symbol of a long gram stands. */
const longBehind = longLength - 1 - longBefore

/**
 * Reads documents, one after the other.
 *
 * @param common the text grams between which long grams stand; `undefined` for no long grams
 */
export function createTokenizer(common: CommonGrams | undefined): (bytes: Buffer) => Tokens {
  // Arrays that are never replaced: loops over them are twice as fast, since the compiler knows where they are.
  const block = new Uint8Array(overlap + blockBytes + behind)
  const symbols = new Uint8Array(block.length)
  /** Places in the block where symbols of another kind begin. */
  const ends = new Uint16Array(block.length)
  /** By place, whether the text grams that end there, and before it, are common; the lowest bit is the place's own. */
  const commons = new Uint8Array(block.length + longLength)
  /** Grams of the block that are new. */
  const found = new Uint32Array(block.length * 4)
  let foundCount = 0
  /**
   * By gram, two bits: whether this document holds it, so that it is told once, and whether it is common. Bits, since
   * grams with near numbers are in the same texts: nearly all that is looked up is in a near cache.
   */
  const known = new Int32Array(Math.ceil(gramCount / 16))
  const commonMask = 0xaaaaaaaa | 0
  let grams = new Uint32Array(1 << 14)
  let count = 0

  if (common) {
    for (let gram = 0; gram < textGrams; gram++) {
      known[gram >>> 4]! |= (isCommon(common, gram) << 1) << (gram << 1)
    }
  }

  const add = (gram: number) => {
    const now = known[gram >>> 4]!
    if (((now >>> (gram << 1)) & 1) === 1) return
    known[gram >>> 4] = now | (1 << (gram << 1))
    found[foundCount++] = gram
  }

  /** Text grams; returns how many `ends` there are. No step of the loop depends on what is hard to foresee. */
  const readText = (size: number): number => {
    for (let i = 0; i < behindText; i++) symbols[i] = symbolOf[block[i]!]!
    const before = (i: number) => symbols[i]! & symbolMask
    let first = before(0) * textSymbolCount + before(1)
    let second = before(1) * textSymbolCount + before(2)
    let last = before(2)
    let kind = symbolKinds[last]!
    let inCommon = 0
    let endCount = 0
    let at = foundCount
    for (let i = behindText; i < size; i++) {
      const own = symbolOf[block[i]!]!
      symbols[i] = own
      const symbol = own & symbolMask
      const third = (Math.imul(last, textSymbolCount) + symbol) | 0
      const gram = (Math.imul(first, firstTwo) + third) | 0
      last = symbol
      first = second
      second = third
      const now = known[gram >>> 4]!
      const bits = now >>> (gram << 1)
      known[gram >>> 4] = now | (1 << (gram << 1))
      found[at] = gram
      at = (at + (~bits & 1)) | 0
      inCommon = (inCommon << 1) | ((bits >>> 1) & 1)
      commons[i] = inCommon
      const ownKind = symbolKinds[symbol]!
      const change = kind ^ ownKind
      ends[endCount] = i
      endCount = (endCount + ((change | (change >>> 1)) & 1)) | 0
      kind = ownKind
    }
    // What stands there is of the block before.
    commons.fill(0, size, size + longLength)
    foundCount = at
    return endCount
  }

  /**
   * Long grams and words.
   *
   * @param most no pattern asks for more than one line end behind the text, which stands here
   */
  const readEnds = (endCount: number, most: number) => {
    for (let i = 0; i < endCount; i++) {
      const end = ends[i]!
      const kind = symbolKinds[symbols[end - 1]!]!
      if (kind === kinds.other) continue
      const last = end + longBehind
      if (kind === kinds.token && last <= most && (commons[last]! & longMask) === longMask) {
        const from = last - longLength + 1
        add(longGram(symbols, from, hasCapital(from, end) | (hasCapital(end, last + 1) << 1)))
      }
      if (symbolKinds[symbols[end]!] === kinds.other) readWord(end)
    }
  }

  const readWord = (end: number) => {
    const least = Math.max(0, end - longestWord - 1)
    let from = end
    while (from > least && symbolKinds[symbols[from - 1]!] !== kinds.other) from--
    // Longer, or it began in a block before, which had all of it.
    if (from === least || end - from < leastWord || isDigit(symbols[from]! & symbolMask)) return
    add(wordGram(symbols, from, end, hasCapital(from, from + 1) | (hasCapital(from + 1, end) << 1)))
  }

  const hasCapital = (from: number, to: number): number => {
    let any = 0
    for (let i = from; i < to; i++) any |= symbols[i]!
    return any >>> 7
  }

  const readShape = (size: number) => {
    let gram = 0
    for (let i = 0; i < shapeLength - 1; i++) {
      gram = (gram << shapeBits) | shapeSymbols[block[i]!]!
    }
    let at = foundCount
    for (let i = shapeLength - 1; i < size; i++) {
      gram = ((gram << shapeBits) | shapeSymbols[block[i]!]!) & allShape
      const numbered = (shapeBase + gram) | 0
      const now = known[numbered >>> 4]!
      const bit = 1 << (numbered << 1)
      if ((now & bit) !== 0) continue
      known[numbered >>> 4] = now | bit
      found[at] = numbered
      at = (at + 1) | 0
    }
    foundCount = at
  }

  /** High grams; returns the traits. */
  const readHigh = (size: number): number => {
    let met = 0
    for (let i = 0; i <= size - highLength; i++) {
      const byte = block[i]!
      if (byte < 0x80) continue
      const [second, third] = [block[i + 1]!, block[i + 2]!]
      add(highGram(byte, second, third))
      met |= traitsOf(byte, second, third)
    }
    return met
  }

  const forget = (own: Uint32Array) => {
    for (let i = 0; i < own.length; i++) known[own[i]! >>> 4]! &= commonMask
  }

  const keepFound = () => {
    if (count + foundCount > grams.length) {
      const larger = new Uint32Array((count + foundCount) * 2)
      larger.set(grams.subarray(0, count))
      grams = larger
    }
    grams.set(found.subarray(0, foundCount), count)
    count += foundCount
  }

  return (bytes) => {
    const ascii = isAscii(bytes)
    let met = 0
    count = 0
    block[0] = newline
    let size = 1
    for (let from = 0; ; from += blockBytes) {
      const part = bytes.subarray(from, from + blockBytes)
      block.set(part, size)
      size += part.length
      const isLast = from + blockBytes >= bytes.length
      if (isLast) {
        block.fill(newline, size, size + behind)
        size += behind
      }
      foundCount = 0
      // Where the document goes on, the rest is read with the next block.
      readEnds(readText(size - (behind - behindText)), isLast ? size - behind : size)
      readShape(size)
      if (!ascii) met |= readHigh(size)
      keepFound()
      if (isLast) break
      block.copyWithin(0, size - overlap, size)
      size = overlap
    }
    const own = grams.subarray(0, count)
    forget(own)
    return { grams: own, traits: met, runs: longestRuns(bytes) }
  }
}

function traitsOf(first: number, second: number, third: number): number {
  // U+017F, U+212A.
  if (first === 0xc5 && second === 0xbf) return traits.foldsToAscii
  if (first === 0xe2 && second === 0x84 && third === 0xaa) return traits.foldsToAscii
  // U+0660 is the first digit beyond ASCII; U+2000 to U+9FFF and Hangul hold none.
  const mayLead = (first >= 0xd9 && first <= 0xe1) || first === 0xea || first >= 0xee
  return mayLead ? traits.unicodeDigits : 0
}
