import {
  capital,
  gramCount,
  highGram,
  isDigit,
  kinds,
  leastWord,
  lineEnd,
  longBefore,
  longestRun,
  longestWord,
  longGram,
  longLength,
  runKinds,
  shapeBase,
  shapeBits,
  shapeLength,
  shapeSymbols,
  symbolKinds,
  textGram,
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
 * The text grams that are common: a bit for each value of a hash. That some more grams are taken for common does no
 * harm, as long as builder and reader agree.
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
const allShape = 2 ** (shapeBits * shapeLength) - 1
const isCapital = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a
/** By byte, its text symbol, and whether it is a capital. */
const symbolOf = textSymbols.map((symbol, byte) => (isCapital(byte) ? symbol | capital : symbol))
/** By symbol, what it adds to a gram's number as its first. */
const cubes = Int32Array.from(
  { length: 2 * capital },
  (_, symbol) => (symbol & (capital - 1)) * textSymbolCount ** (textLength - 1),
)
/** Capitals in a row of places, as bits: among the last four, which a gram begins with, and among those before. */
const inGram = 2 ** textLength - 1
const inBefore = (2 ** longBefore - 1) << textLength
/** A long gram holds so many text grams. */
const textInLong = longLength - textLength + 1

/**
 * Reads documents, one after the other.
 *
 * @param common the text grams between which long grams stand; `undefined` for no long grams
 */
export function createTokenizer(common: CommonGrams | undefined): (bytes: Buffer) => Tokens {
  let symbols = new Uint8Array(1 << 16)
  let grams = new Uint32Array(1 << 14)
  let count = 0
  /**
   * Two bits for each gram, sixteen grams in a number: below, whether this document has been found to hold it, since a
   * gram is told once of each; above, whether it is common, since going to this place is what costs.
   */
  const met = new Int32Array(Math.ceil(gramCount / 16))
  for (let gram = 0; common !== undefined && gram < textGrams; gram++) {
    met[gram >> 4]! |= isCommon(common, gram) << (16 + (gram & 15))
  }

  const add = (gram: number) => {
    const bit = 1 << (gram & 15)
    if ((met[gram >> 4]! & bit) !== 0) return
    met[gram >> 4]! |= bit
    grams[count++] = gram
  }

  /** High grams; returns the traits. The symbols stay, with line ends before and behind them. */
  const readBytes = (bytes: Buffer): number => {
    const { length } = bytes
    symbols[0] = lineEnd
    const own = symbols
    let found = 0
    for (let i = 0; i < length; i++) {
      const byte = bytes[i]!
      own[i + 1] = symbolOf[byte]!
      if (byte < 0x80) continue
      const second = i + 1 < length ? bytes[i + 1]! : newline
      const third = i + 2 < length ? bytes[i + 2]! : newline
      add(highGram(byte, second, third))
      found |= traitsOf(byte, second, third)
    }
    symbols.fill(lineEnd, length + 1, length + textLength + 2)
    return found
  }

  /** Text grams, long grams and words. */
  const readText = (length: number) => {
    // Variables of this function alone, and integers throughout: what inner functions share is twice as slow.
    const [seen, into, own] = [met, grams, symbols]
    const [base, kindOf] = [textSymbolCount, symbolKinds]
    let at = count
    let inCommon = 0
    let wordFrom = 0
    let last: number = kinds.other
    let gram = textGram(own, 0)
    let capitals = 0
    for (let i = 0; i < textLength; i++) capitals = (capitals << 1) | (own[i]! >> 7)
    for (let from = 0; from <= length + 1; from++) {
      const first = own[from]!
      const held = seen[gram >> 4]!
      const bit = 1 << (gram & 15)
      if ((held & bit) === 0 && from <= length) {
        seen[gram >> 4] = held | bit
        into[at++] = gram
      }
      inCommon = Math.imul(inCommon + 1, (held >> (16 + (gram & 15))) & 1)
      const kind = kindOf[first]!
      if (kind !== last) {
        // No pattern asks for more than one line end behind the text.
        if (last === kinds.token && inCommon >= textInLong && from + textLength <= length + 2) {
          const parts = bitIf(capitals & inBefore) | (bitIf(capitals & inGram) << 1)
          const long = longGram(own, from - longBefore, parts)
          const longBit = 1 << (long & 15)
          if ((seen[long >> 4]! & longBit) === 0) {
            seen[long >> 4]! |= longBit
            into[at++] = long
          }
        }
        const size = from - wordFrom
        if (last === kinds.other) wordFrom = from
        else if (
          kind === kinds.other &&
          size >= leastWord &&
          size <= longestWord &&
          !isDigit(own[wordFrom]!)
        ) {
          const inWord = (capitals >> textLength) & ((1 << size) - 1)
          const behind = inWord & ((1 << (size - 1)) - 1)
          const word = wordGram(own, wordFrom, from, (inWord >> (size - 1)) | (bitIf(behind) << 1))
          const wordBit = 1 << (word & 15)
          if ((seen[word >> 4]! & wordBit) === 0) {
            seen[word >> 4]! |= wordBit
            into[at++] = word
          }
        }
        last = kind
      }
      const next = own[from + textLength]!
      gram = Math.imul(gram - cubes[first]!, base) + (next & (capital - 1))
      capitals = (capitals << 1) | (next >> 7)
    }
    count = at
  }

  const readShape = (bytes: Buffer) => {
    const { length } = bytes
    const [seen, into, shapes] = [met, grams, shapeSymbols]
    let at = count
    let gram = shapes[newline]!
    let last = -1
    for (let i = 0; i < length + shapeLength; i++) {
      gram = ((gram << shapeBits) | shapes[i < length ? bytes[i]! : newline]!) & allShape
      if (gram === last || i < shapeLength - 2) continue
      last = gram
      const numbered = shapeBase + gram
      const held = seen[numbered >> 4]!
      const bit = 1 << (numbered & 15)
      if ((held & bit) === 0) {
        seen[numbered >> 4] = held | bit
        into[at++] = numbered
      }
    }
    count = at
  }

  /** Makes ready for the next document. */
  const forget = () => {
    const [seen, from, end] = [met, grams, count]
    for (let i = 0; i < end; i++) seen[from[i]! >> 4]! &= ~0xffff
  }

  return (bytes) => {
    const { length } = bytes
    if (symbols.length < length + textLength + 2) symbols = new Uint8Array((length + 8) * 2)
    // Each byte begins at most one gram of text or high bytes and one of shape, and ends one word and one long gram.
    const most = (length + shapeLength) * 4
    if (grams.length < most) grams = new Uint32Array(most)
    count = 0
    const found = readBytes(bytes)
    readText(length)
    readShape(bytes)
    forget()
    return { grams: grams.subarray(0, count), traits: found, runs: longestRuns(bytes) }
  }
}

const bitIf = (bits: number): number => (bits === 0 ? 0 : 1)

/** By kind, the longest run, up to `longestRun`; 0 if there is none that is long enough to count. */
function longestRuns(bytes: Buffer): Uint8Array {
  return Uint8Array.from(runKinds, ({ bytes: kind, least }) => {
    let longest = 0
    // A run that counts covers a place at every `least` bytes.
    for (let i = least - 1; i < bytes.length; i += least) {
      if (kind[bytes[i]!] === 0) continue
      let from = i
      while (from > 0 && kind[bytes[from - 1]!] === 1) from--
      while (i + 1 < bytes.length && kind[bytes[i + 1]!] === 1) i++
      if (i + 1 - from > longest) longest = i + 1 - from
    }
    return longest < least ? 0 : Math.min(longest, longestRun)
  })
}

function traitsOf(first: number, second: number, third: number): number {
  // U+017F, U+212A.
  if (first === 0xc5 && second === 0xbf) return traits.foldsToAscii
  if (first === 0xe2 && second === 0x84 && third === 0xaa) return traits.foldsToAscii
  // U+0660 is the first digit beyond ASCII; U+2000 to U+9FFF and Hangul hold none.
  const mayLead = (first >= 0xd9 && first <= 0xe1) || first === 0xea || first >= 0xee
  return mayLead ? traits.unicodeDigits : 0
}
