import type { GramQuery } from '../../src/index/query.ts'
import {
  highGram,
  longestRun,
  longGram,
  runKinds,
  shapeBase,
  shapeSymbols,
  textGram,
  textSymbols,
  wordGram,
} from '../../src/index/symbols.ts'
import { type CommonGrams, isCommon } from '../../src/index/tokens.ts'

/**
 * What the index keeps of a text, found the slow way: by the words of `symbols.ts`, without its loops. Before the
 * first byte stands a line end, and as many as need be behind the last.
 */
export function gramsOf(bytes: Uint8Array, common: CommonGrams | undefined): Set<number> {
  const grams = new Set<number>()
  const text = Buffer.concat([Buffer.from('\n'), bytes, Buffer.from('\n'.repeat(20))])
  const symbols = Uint8Array.from(text, (byte) => textSymbols[byte]!)
  const shapes = [...text].map((byte) => shapeSymbols[byte]!)
  // Those that begin with the line end before the text, or in it.
  for (let at = 0; at <= bytes.length; at++) {
    grams.add(textGram(symbols, at))
    if (text[at]! >= 0x80) grams.add(highGram(text[at]!, text[at + 1]!, text[at + 2]!))
    grams.add(shapeBase + shapes.slice(at, at + 6).reduce((gram, symbol) => gram * 16 + symbol))
    // No pattern asks for more than one line end behind the text.
    if (common && at + 9 <= bytes.length + 2) {
      for (const gram of longGramsAt(text, symbols, at, common)) grams.add(gram)
    }
  }
  for (const { index, 0: word } of text.toString('latin1').matchAll(/[A-Za-z0-9_]+/g)) {
    if (/^(?!\d).{2,12}$/.test(word)) {
      grams.add(wordGram(symbols, index, index + word.length, capitals(word, 1)))
    }
  }
  // What is all line ends behind the text says nothing, and is there, too.
  grams.add(
    shapeBase +
      Array(6)
        .fill(shapeSymbols[0x0a]!)
        .reduce((gram, one) => gram * 16 + one),
  )
  return grams
}

const isLetterOrDigit = (byte: number) => /^[a-z0-9]$/i.test(String.fromCharCode(byte))

/** Which of the parts that a text has when it is cut there have capitals, as bits. */
const capitals = (text: string, at: number): number =>
  (/[A-Z]/.test(text.slice(0, at)) ? 1 : 0) + (/[A-Z]/.test(text.slice(at)) ? 2 : 0)

/** Nine characters, of which the sixth ends letters or digits, and every four stand next to each other in many documents. */
function longGramsAt(text: Buffer, symbols: Uint8Array, at: number, common: CommonGrams): number[] {
  if (!isLetterOrDigit(text[at + 4]!) || isLetterOrDigit(text[at + 5]!)) return []
  const within = [0, 1, 2, 3, 4, 5].map((offset) => textGram(symbols, at + offset))
  if (!within.every((gram) => isCommon(common, gram) === 1)) return []
  return [longGram(symbols, at, capitals(text.toString('latin1', at, at + 9), 5))]
}

/** By kind, the longest run of its bytes. */
export function runsOf(bytes: Uint8Array): number[] {
  return runKinds.map(({ bytes: kind, least }) => {
    let longest = 0
    let length = 0
    for (const byte of bytes) {
      length = kind[byte] === 1 ? length + 1 : 0
      longest = Math.max(longest, length)
    }
    return longest < least ? 0 : Math.min(longest, longestRun)
  })
}

/** Whether a document with these grams and runs is what a query asks for. */
export function holds(
  query: GramQuery,
  grams: ReadonlySet<number>,
  runs: ArrayLike<number>,
  common: CommonGrams | undefined,
): boolean {
  switch (query.kind) {
    case 'all':
      return true
    case 'and':
      return query.of.every((one) => holds(one, grams, runs, common))
    case 'or':
      return query.of.some((one) => holds(one, grams, runs, common))
    case 'run':
      return runs[query.of]! >= Math.min(query.length, longestRun)
    case 'grams': {
      const { inCommon, ranges } = query
      if (inCommon.length > 0 && !common) return true
      if (!inCommon.every((gram) => isCommon(common!, gram) === 1)) return true
      if (ranges.length === 1 && ranges[0]!.to - ranges[0]!.from === 1) {
        return grams.has(ranges[0]!.from)
      }
      return [...grams].some((gram) => ranges.some(({ from, to }) => gram >= from && gram < to))
    }
  }
}
