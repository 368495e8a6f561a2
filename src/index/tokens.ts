import {
  gramCount,
  hasCapital,
  highGram,
  isDigit,
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
  textGram,
  textLength,
  textSymbolCount,
  textSymbols,
  tokenSymbols,
  traits,
  wordGram,
  wordSymbols,
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
const commonBits = 18
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
/** How often a stamp can be used before the stamps are cleared. */
const stamps = 255
const allShape = 2 ** (shapeBits * shapeLength) - 1
/** By symbol, what it adds to a gram's number as its first. */
const cubes = Int32Array.from(
  { length: textSymbolCount },
  (_, symbol) => symbol * textSymbolCount ** (textLength - 1),
)
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
  /** By gram, the stamp of the document that had it last: a gram is told once of each. */
  const met = new Uint8Array(gramCount)
  let stamp = 0

  const add = (gram: number) => {
    if (met[gram] === stamp) return
    met[gram] = stamp
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
      own[i + 1] = textSymbols[byte]!
      if (byte < 0x80) continue
      const second = i + 1 < length ? bytes[i + 1]! : newline
      const third = i + 2 < length ? bytes[i + 2]! : newline
      add(highGram(byte, second, third))
      found |= traitsOf(byte, second, third)
    }
    symbols.fill(lineEnd, length + 1, length + textLength + 1)
    return found
  }

  const readText = (length: number) => {
    // Variables of this function alone, and integers throughout: what inner functions share is twice as slow.
    const [seen, into, own, now, base] = [met, grams, symbols, stamp, textSymbolCount]
    let at = count
    let gram = textGram(own, 0)
    for (let from = 0; from <= length; from++) {
      if (seen[gram] !== now) {
        seen[gram] = now
        into[at++] = gram
      }
      gram = Math.imul(gram - cubes[own[from]!]!, base) + own[from + textLength]!
    }
    count = at
  }

  /** Words, and long grams. */
  const readWords = (bytes: Buffer) => {
    const end = bytes.length + 1
    const [own, tokens, words] = [symbols, tokenSymbols, wordSymbols]
    let wordFrom = 0
    let last = lineEnd
    for (let i = 1; i <= end; i++) {
      const symbol = own[i]!
      if (tokens[symbol] === 0) {
        if (tokens[last] === 1) readLong(bytes, i)
        if (words[symbol] === 0) {
          if (words[last] === 1) readWord(bytes, wordFrom, i)
          wordFrom = i + 1
        }
      }
      last = symbol
    }
  }

  /** The word that stands from one symbol to before another. */
  const readWord = (bytes: Buffer, from: number, to: number) => {
    const length = to - from
    if (length < leastWord || length > longestWord || isDigit(symbols[from]!)) return
    // Symbols stand one behind their bytes.
    const capitals = hasCapital(bytes, from - 1, from) | (hasCapital(bytes, from, to - 1) << 1)
    add(wordGram(symbols, from, to, capitals))
  }

  /** The long gram around a place, if it is to be kept. */
  const readLong = (bytes: Buffer, place: number) => {
    const from = place - longBefore
    const to = from + longLength
    // No pattern asks for more than one line end behind the text.
    if (common === undefined || from < 0 || to > bytes.length + 2) return
    for (let i = from; i < from + textInLong; i++) {
      if (isCommon(common, textGram(symbols, i)) === 0) return
    }
    const before = hasCapital(bytes, from - 1, place - 1)
    add(longGram(symbols, from, before | (hasCapital(bytes, place - 1, to - 1) << 1)))
  }

  const readShape = (bytes: Buffer) => {
    const { length } = bytes
    const [seen, into, now] = [met, grams, stamp]
    let at = count
    let gram = shapeSymbols[newline]!
    let last = -1
    for (let i = 0; i < length + shapeLength; i++) {
      gram = ((gram << shapeBits) | shapeSymbols[i < length ? bytes[i]! : newline]!) & allShape
      if (gram === last || i < shapeLength - 2) continue
      last = gram
      const numbered = shapeBase + gram
      if (seen[numbered] !== now) {
        seen[numbered] = now
        into[at++] = numbered
      }
    }
    count = at
  }

  return (bytes) => {
    const { length } = bytes
    if (symbols.length <= length + textLength) symbols = new Uint8Array((length + textLength) * 2)
    // Each byte begins at most one gram of text or high bytes and one of shape, and ends one word and one long gram.
    const most = (length + shapeLength) * 4
    if (grams.length < most) grams = new Uint32Array(most)
    if (stamp === stamps) {
      met.fill(0)
      stamp = 0
    }
    stamp++
    count = 0
    const found = readBytes(bytes)
    readText(length)
    readWords(bytes)
    readShape(bytes)
    return { grams: grams.subarray(0, count), traits: found, runs: longestRuns(bytes) }
  }
}

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
