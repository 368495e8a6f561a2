/**
 * How text is seen by the index. A gram is an identity, one number, in one of five families that share one space of
 * numbers; docs/index.md says why these five. Whatever two texts look the same here only makes a candidate more.
 */

/** By byte, its text symbol: letters folded as ASCII folds them, both line ends alike, all bytes from 0x80 alike. */
export const textSymbols = new Uint8Array(256)
/** By byte, its shape symbol. */
export const shapeSymbols = new Uint8Array(256)

export const textSymbolCount = 73
/** Bits of a shape symbol. */
export const shapeBits = 4

const letters = 'abcdefghijklmnopqrstuvwxyz'
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^`{|}~'
const newline = 0x0a
const del = 0x7f

/** The text symbol of a line end, which also stands before the first and behind the last byte of a document. */
export const lineEnd = 39
/** The text symbol of every byte from 0x80 on. */
export const high = textSymbolCount - 1
const control = textSymbolCount - 2

function fillTextSymbols(): void {
  textSymbols.fill(control, 0, del + 1).fill(high, 0x80)
  const order = [...letters, ...'0123456789', '_', ' ', '\t', '\n', ...punctuation]
  for (const [symbol, character] of order.entries()) textSymbols[character.charCodeAt(0)] = symbol
  for (const letter of letters) {
    textSymbols[letter.toUpperCase().charCodeAt(0)] = textSymbols[letter.charCodeAt(0)]!
  }
  // As `--crlf` has it.
  textSymbols[0x0d] = lineEnd
}

const shape = { upper: 0, lower: 1, digit: 2, space: 3, lineEnd: 4, other: 14, high: 15 } as const

function fillShapeSymbols(): void {
  shapeSymbols.fill(shape.other, 0, del + 1).fill(shape.high, 0x80)
  shapeSymbols.fill(shape.digit, 0x30, 0x3a)
  shapeSymbols.fill(shape.upper, 0x41, 0x5b)
  shapeSymbols.fill(shape.lower, 0x61, 0x7b)
  for (const space of ' \t') shapeSymbols[space.charCodeAt(0)] = shape.space
  for (const end of '\r\n') shapeSymbols[end.charCodeAt(0)] = shape.lineEnd
  for (const [i, mark] of [...'_-.:/"(,='].entries()) shapeSymbols[mark.charCodeAt(0)] = 5 + i
}

fillTextSymbols()
fillShapeSymbols()

/** By byte: 1 for ASCII letters, digits and `_`. */
export const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  textSymbols[byte]! < 37 ? 1 : 0,
)
/** Beside a text symbol: it is that of a capital. The grams of symbols are the same with it and without. */
export const capital = 0x80
const plain = (symbol: number): number => symbol & (capital - 1)

/** What a symbol is in a word: a letter or digit, an `_`, nothing. */
export const kinds = { other: 0, inner: 1, token: 3 } as const
/** By text symbol, also of a capital, its kind. */
export const symbolKinds = Uint8Array.from({ length: 2 * capital }, (_, symbol) =>
  plain(symbol) < 36 ? kinds.token : symbol === 36 ? kinds.inner : kinds.other,
)

/** Symbols in a text gram, bytes in a high gram, symbols in a shape gram. */
export const textLength = 4
export const highLength = 3
export const shapeLength = 6

export const textGrams = textSymbolCount ** textLength
const highGrams = 0x80 * 0x100 * 0x100
const shapeGrams = 2 ** (shapeBits * shapeLength)
/** Long grams and words are known by a hash only. */
const longGrams = 2 ** 22
const wordGrams = 2 ** 22

/** Where each family's numbers begin. */
export const highBase = textGrams
export const shapeBase = highBase + highGrams
export const longBase = shapeBase + shapeGrams
export const wordBase = longBase + longGrams
/** One past the last gram. */
export const gramCount = wordBase + wordGrams

/**
 * Long grams stand around a place where letters and digits end, be it in a name or behind it: so many symbols before
 * the one that ends them, and all in all. They are kept only where every text gram inside is common, since only there
 * the text grams fail.
 */
export const longBefore = 5
export const longLength = 9

/** A word, which is all letters, digits and `_` between two other symbols, has a gram if it is so long. */
export const leastWord = 2
export const longestWord = 12

/**
 * Where capitals stand, for grams that tell: two bits, one for either part of the gram. Those of a long gram end
 * where the letters end, those of a word behind its first letter.
 */
export type Capitals = number

/** The number of the long gram whose symbols stand at `from`. */
export function longGram(symbols: ArrayLike<number>, from: number, capitals: Capitals): number {
  const first = Math.imul(textGram(symbols, from), 0x9e3779b1)
  const second = Math.imul(textGram(symbols, from + textLength), 0x85ebca6b)
  const last = plain(symbols[from + 2 * textLength]!) * 4 + capitals
  return (
    longBase +
    (mixed(first ^ (second >>> 7) ^ second ^ Math.imul(last, 0x27d4eb2f)) & (longGrams - 1))
  )
}

/** The number of the word whose symbols stand there. */
export function wordGram(
  symbols: ArrayLike<number>,
  from: number,
  to: number,
  capitals: Capitals,
): number {
  let hash = 0x811c9dc5 ^ capitals
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ plain(symbols[i]!), 0x01000193)
  return wordBase + (mixed(hash) & (wordGrams - 1))
}

function mixed(hash: number): number {
  const more = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return more ^ (more >>> 13)
}

/** Whether a number begins here, which is no word. */
export const isDigit = (symbol: number): boolean => symbol >= 26 && symbol < 36

/** The number of the gram of three bytes, the first of them from 0x80 on. */
export const highGram = (first: number, second: number, third: number): number =>
  highBase + (((first - 0x80) << 16) | (second << 8) | third)

/** The number of the text gram whose symbols stand at `from`. */
export const textGram = (symbols: ArrayLike<number>, from: number): number =>
  ((plain(symbols[from]!) * textSymbolCount + plain(symbols[from + 1]!)) * textSymbolCount +
    plain(symbols[from + 2]!)) *
    textSymbolCount +
  plain(symbols[from + 3]!)

/** Bytes of whose longest run a document keeps the length, if it is at least so long, up to `longestRun`. */
export const runKinds: readonly {
  /** As a class of a regular expression. */
  readonly name: string
  readonly bytes: Uint8Array
  readonly least: number
}[] = [
  { kind: /[0-9]/, least: 8 },
  { kind: /[0-9a-fA-F]/, least: 8 },
  { kind: /[0-9A-Z]/, least: 8 },
  { kind: /[\w+/=-]/, least: 16 },
].map(({ kind, least }) => ({
  name: kind.source,
  bytes: Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 0x80 && kind.test(String.fromCharCode(byte)) ? 1 : 0,
  ),
  least,
}))
export const longestRun = 255

/** What is said of a document apart from its grams; of patterns, that only documents without it are narrowed. */
export const traits = {
  /** Holds U+212A or U+017F, which fold to `k` and `s`. */
  foldsToAscii: 1,
  /** May hold a digit that is not ASCII. */
  unicodeDigits: 2,
} as const

export const isLineEnd = (byte: number): boolean => byte === newline || byte === 0x0d
