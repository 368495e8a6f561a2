import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asSearched } from '../../src/corpus/decode.ts'
import { foldsOf } from '../../src/index/fold.ts'
import { planOf } from '../../src/index/narrow.ts'
import {
  gramCount,
  runKinds,
  shapeSymbols,
  textGram,
  textGrams,
  textSymbolCount,
  textSymbols,
  wordBytes,
} from '../../src/index/symbols.ts'
import {
  addCommon,
  type CommonGrams,
  commonBytes,
  createTokenizer,
  isCommon,
} from '../../src/index/tokens.ts'
import { matcherOf } from '../search/answer.ts'
import { gramsOf, holds, runsOf } from './brute-force.ts'
import { fileContent } from './patterns.ts'

/** For a longer run: INDEX_RUNS=5000 npx vitest run tests/index/tokens.test.ts */
const numRuns = Number(process.env.INDEX_RUNS ?? 400)

/** Bytes as ripgrep searches them: text, and any bytes at all. */
const searched: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: fileContent.map((bytes) => asSearched(bytes).bytes) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...'aB_09', 'ab0123456789abcdef', ' ', '\n', '\r\n', '-', 'é', '=='), {
        maxLength: 60,
      })
      .map((parts) => Buffer.from(parts.join(''))),
  },
)

/** Which text grams are common: none, all, or some of these texts. */
const commons: readonly (CommonGrams | undefined)[] = [
  undefined,
  new Uint8Array(commonBytes),
  new Uint8Array(commonBytes).fill(0xff),
  // Most, so that they are interrupted here and there.
  Uint8Array.from({ length: commonBytes }, (_, i) => (i % 5 === 0 ? 0xfe : 0xff)),
]
const tokenizers = commons.map(createTokenizer)

describe('the tokens of a text', () => {
  it('are those that are found the slow way', () => {
    fc.assert(
      fc.property(searched, fc.nat(commons.length - 1), (bytes, nth) => {
        const tokens = tokenizers[nth]!(bytes)
        const own = [...tokens.grams]
        expect(new Set(own).size).toBe(own.length)
        expect(new Set(own)).toEqual(gramsOf(bytes, commons[nth]))
        expect([...tokens.runs]).toEqual(runsOf(bytes))
      }),
      { numRuns },
    )
  })

  it('are those of this text alone, whatever was read before', () => {
    const texts = fc.sample(searched, { seed: 1, numRuns: 20 })
    const tokenize = createTokenizer(commons[2])
    const fresh = texts.map((bytes) => gramsOf(bytes, commons[2]))
    for (let i = 0; i < 60; i++) {
      expect(new Set(tokenize(texts[i % 20]!).grams)).toEqual(fresh[i % 20])
    }
    // Whatever the number of documents between two of the same: stamps that tell them apart are few.
    for (let between = 240; between < 270; between++) {
      tokenize(texts[3]!)
      for (let i = 0; i < between; i++) tokenize(Buffer.alloc(0))
      expect(new Set(tokenize(texts[3]!).grams)).toEqual(fresh[3])
    }
  })

  it('tell the longest runs, wherever they stand', () => {
    const tokenize = tokenizers[0]!
    for (const [kind, part] of ['0123456789', 'a0', 'Z9', '_+'].entries()) {
      for (const length of [7, 8, 9, 15, 16, 17, 24, 31, 254, 255, 256, 600]) {
        const run = part.repeat(length).slice(0, length)
        for (let before = 0; before < 40; before++) {
          const text = `${' '.repeat(before)}${run}${before % 3 === 0 ? '' : `.${run.slice(1)}`}`
          const bytes = Buffer.from(text)
          const { runs } = tokenize(bytes)
          expect([...runs], text).toEqual(runsOf(bytes))
          const { least } = runKinds[kind]!
          expect(runs[kind]).toBe(length < least ? 0 : Math.min(length, 255))
        }
      }
    }
  })

  it('are complete, also of a large text', () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 31 + i * 7) % 251))
    expect(new Set(tokenizers[2]!(bytes).grams)).toEqual(gramsOf(bytes, commons[2]))
  })

  it('are complete wherever a text is cut to be read', () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return (seed >>> 16) % below
    }
    // Hardly a gram of many symbols stands there twice.
    const word = () => `${random(46_656).toString(36)}${' ,.(=\n-é'[random(8)]}`
    const text = Buffer.from(Array.from({ length: 20_000 }, word).join(''))
    for (let more = 0; more <= 20; more++) {
      const bytes = text.subarray(100 + more, 100 + 2 * more + 3 * 2 ** 14)
      expect(new Set(tokenizers[2]!(bytes).grams)).toEqual(gramsOf(bytes, commons[2]))
    }
  })

  it('are numbers of grams', () => {
    fc.assert(
      fc.property(searched, (bytes) => {
        const { grams } = tokenizers[2]!(bytes)
        expect(grams.every((gram) => gram < gramCount)).toBe(true)
      }),
    )
    expect(gramCount).toBeLessThan(2 ** 26)
  })

  it('of nothing are those of a line end', () => {
    for (const tokenize of tokenizers) expect(tokenize(Buffer.alloc(0)).grams.length).toBe(2)
  })
})

/** A piece of a text without a line end in it, or `undefined`. */
function pieceOf(bytes: Buffer, at: number, length: number): string | undefined {
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/[\r\n]+/)
    .filter((line) => line !== '')
  if (lines.length === 0) return undefined
  const line = [...lines[at % lines.length]!]
  const from = at % line.length
  const piece = line.slice(from, from + length).join('')
  return piece.includes('\ufffd') || piece.includes('\0') ? undefined : piece
}

describe('what is asked for a literal', () => {
  const parts = [searched, fc.nat(), fc.integer({ min: 1, max: 40 })] as const

  it('a text that holds it has, whatever is common', () => {
    let asked = 0
    fc.assert(
      fc.property(...parts, fc.nat(commons.length - 1), (bytes, at, length, nth) => {
        const pattern = pieceOf(bytes, at, length)
        if (pattern === undefined) return
        const { query } = planOf(matcherOf(pattern, { case: 'sensitive' }))
        const { grams, runs } = tokenizers[nth]!(bytes)
        if (query.kind !== 'all') asked++
        expect(holds(query, new Set(grams), runs, commons[nth]), pattern).toBe(true)
      }),
      { numRuns: numRuns * 2 },
    )
    expect(asked).toBeGreaterThan(numRuns / 2)
  })

  it('a text has, too, that holds it in another case, or a trait that tells so', () => {
    fc.assert(
      fc.property(...parts, fc.infiniteStream(fc.nat(9)), (bytes, at, length, stream) => {
        const piece = pieceOf(bytes, at, length)
        if (piece === undefined) return
        const changed = [...piece].map((character) => {
          const code = character.codePointAt(0)!
          // Dotless i is no i where case is folded simply, and so only a candidate more.
          const folds = foldsOf(code).filter((other) => code === other || !isDotted(code, other))
          return String.fromCodePoint(folds[stream.next().value! % folds.length]!)
        })
        const pattern = changed.join('')
        const { query, exceptTraits } = planOf(matcherOf(pattern, { case: 'ignore' }))
        const { grams, runs, traits } = tokenizers[2]!(bytes)
        const isCandidate =
          (traits & exceptTraits) !== 0 || holds(query, new Set(grams), runs, commons[2])
        expect(isCandidate, pattern).toBe(true)
      }),
      { numRuns },
    )
  })

  it('as a pattern of its characters, a text that holds it has', () => {
    fc.assert(
      fc.property(...parts, (bytes, at, length) => {
        const piece = pieceOf(bytes, at, length)
        if (piece === undefined) return
        const classes = [...piece].map((character) => {
          if (/\d/.test(character)) return '\\d'
          if (/[A-Z]/.test(character)) return '[A-Z]'
          if (/[a-f]/.test(character)) return '[0-9a-f]'
          if (/[g-z]/.test(character)) return '[a-z]'
          return `\\x{${character.codePointAt(0)!.toString(16)}}`
        })
        const pattern = classes.join('')
        const { query } = planOf(matcherOf(pattern, { kind: 'regex', case: 'sensitive' }))
        const { grams, runs } = tokenizers[2]!(bytes)
        expect(holds(query, new Set(grams), runs, commons[2]), pattern).toBe(true)
      }),
      { numRuns },
    )
  })
})

/** What JavaScript's tables take for the same letter, and Unicode's simple folding does not. */
const isDotted = (code: number, other: number): boolean =>
  [code, other].some((one) => one === 0x131 || one === 0x130)

describe('symbols', () => {
  it('tell all of ASCII apart, but for case, line ends and control characters', () => {
    const groups = new Map<number, string>()
    for (let byte = 0; byte < 0x80; byte++) {
      const symbol = textSymbols[byte]!
      groups.set(symbol, (groups.get(symbol) ?? '') + String.fromCharCode(byte))
    }
    for (const group of groups.values()) {
      const isControl = [...group].every((one) => one < ' ' || one === '\x7f')
      const isAlike = group.length === 1 || isControl || /^[A-Z][a-z]$/.test(group)
      expect(isAlike, JSON.stringify(group)).toBe(true)
      if (/^[A-Z]/.test(group)) expect(group[0]!.toLowerCase()).toBe(group[1])
    }
    expect(groups.size).toBe(textSymbolCount - 1)
    expect(new Set(textSymbols.subarray(0x80)).size).toBe(1)
    expect(groups.has(textSymbols[0x80]!)).toBe(false)
    expect(textSymbols[0x0d]).toBe(textSymbols[0x0a])
    expect(textSymbols[0x09]).not.toBe(textSymbols[0x0a])
  })

  it('of shape tell the kinds of characters apart', () => {
    const kinds = [
      'AZ',
      'az',
      '09',
      ' \t',
      '\r\n',
      '_',
      '-',
      '.',
      ':',
      '/',
      '"',
      '(',
      ',',
      '=',
      '!\0',
    ]
    const all = kinds.map((kind) => [...kind].map((one) => shapeSymbols[one.charCodeAt(0)]))
    for (const some of all) expect(new Set(some).size).toBe(1)
    expect(new Set(all.flat()).size).toBe(kinds.length)
    expect(shapeSymbols[0xc3]).toBe(15)
  })

  it('know the bytes of words', () => {
    for (let byte = 0; byte < 256; byte++) {
      const isWord = byte < 0x80 && /\w/.test(String.fromCharCode(byte))
      expect(wordBytes[byte]).toBe(isWord ? 1 : 0)
    }
  })

  it('make of four each a gram of its own', () => {
    const grams = new Set<number>()
    for (let i = 0; i < 20_000; i++) {
      const symbols = [i % 73, (i * 7) % 71, (i >> 4) % 73, (i >> 8) % 73]
      const gram = textGram(symbols, 0)
      expect(gram).toBeLessThan(textGrams)
      grams.add(gram)
    }
    const distinct = new Set(
      Array.from(
        { length: 20_000 },
        (_, i) => `${[i % 73, (i * 7) % 71, (i >> 4) % 73, (i >> 8) % 73]}`,
      ),
    )
    expect(grams.size).toBe(distinct.size)
  })
})

describe('the common grams', () => {
  it('are those that were added, and a few more', () => {
    const common = new Uint8Array(commonBytes)
    const added = Array.from({ length: 5_000 }, (_, i) => (i * 5_431) % textGrams)
    for (const gram of added) addCommon(common, gram)
    expect(added.every((gram) => isCommon(common, gram) === 1)).toBe(true)
    const others = Array.from({ length: 50_000 }, (_, i) => (i * 7_919 + 3) % textGrams)
    const taken = others.filter((gram) => isCommon(common, gram) === 1)
    expect(taken.length).toBeLessThan(others.length * 0.05)
  })
})
