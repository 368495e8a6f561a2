import type { Needs, Path } from './paths.ts'
import {
  type Capitals,
  highBase,
  highLength,
  isDigit,
  kinds,
  leastWord,
  longBefore,
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
  textLength,
  textSymbolCount,
  textSymbols,
  wordBytes,
  wordGram,
} from './symbols.ts'

/**
 * What the index is asked: which documents may hold what a pattern needs. As in codesearch
 * (https://swtch.com/~rsc/regexp/regexp4.html), it may find too much, never too little.
 */
export type GramQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly of: readonly GramQuery[] }
  | { readonly kind: 'or'; readonly of: readonly GramQuery[] }
  | Grams
  | Run

/** One of these grams. */
export interface Grams {
  readonly kind: 'grams'
  /** Ranges of grams, the ends exclusive. */
  readonly ranges: readonly Range[]
  /** It says something only where all these text grams are common. */
  readonly inCommon: readonly number[]
  /** The text it stands for: by step, the bytes that may stand there. */
  readonly steps: readonly Uint8Array[]
}

export interface Range {
  readonly from: number
  readonly to: number
}

/** A run of bytes of a kind, by its position in `runKinds`, at least so long. */
export interface Run {
  readonly kind: 'run'
  readonly of: number
  readonly length: number
}

export function gramQuery({ groups }: Needs): GramQuery {
  return and(groups.map((paths) => or(paths.map(pathQuery))))
}

function and(queries: readonly GramQuery[]): GramQuery {
  const of = queries.filter(({ kind }) => kind !== 'all')
  if (of.length === 0) return { kind: 'all' }
  return of.length === 1 ? of[0]! : { kind: 'and', of }
}

function or(queries: readonly GramQuery[]): GramQuery {
  if (queries.some(({ kind }) => kind === 'all')) return { kind: 'all' }
  return queries.length === 1 ? queries[0]! : { kind: 'or', of: queries }
}

/** A lookup of more grams than this costs more than it tells. */
const mostRanges = 64
/** A step that is one of more symbols than this tells little by itself: its shape may tell more. */
const fewSymbols = 3

function pathQuery(path: Path): GramQuery {
  const stretches = stretchesOf(path)
  const grams = stretches.flatMap(stretchGrams)
  // A pair of characters stands in many grams: worth it where nothing else is known.
  const pairs = grams.length > 0 ? [] : stretches.flatMap((stretch) => textGrams(stretch, 2))
  return and([...grams, ...pairs, ...stretches.flatMap(runsOf)])
}

/** The stretches between gaps. */
function stretchesOf(path: Path): readonly (readonly Uint8Array[])[] {
  const stretches: Uint8Array[][] = [[]]
  for (const step of path) {
    if (step === 'gap') stretches.push([])
    else stretches.at(-1)!.push(step)
  }
  return stretches.filter(({ length }) => length > 0)
}

const stretchGrams = (stretch: readonly Uint8Array[]): readonly GramQuery[] => [
  ...textGrams(stretch, 3),
  ...highGrams(stretch),
  ...shapeGrams(stretch),
  ...longGrams(stretch),
  ...wordGrams(stretch),
]

/** One family of grams: how long they are, and what a byte is in them. */
interface Family {
  readonly length: number
  readonly base: number
  readonly symbols: number
  readonly symbolOf: (byte: number) => number
}

const text: Family = {
  length: textLength,
  base: 0,
  symbols: textSymbolCount,
  symbolOf: (byte) => textSymbols[byte]!,
}
const shape: Family = {
  length: shapeLength,
  base: shapeBase,
  symbols: 2 ** shapeBits,
  symbolOf: (byte) => shapeSymbols[byte]!,
}
const bytes: Family = { length: highLength, base: 0, symbols: 256, symbolOf: (byte) => byte }

/** Text grams at every place of a stretch, whole, or at its end their first symbols if these are so many. */
function textGrams(stretch: readonly Uint8Array[], least: number): readonly GramQuery[] {
  const isWhole = stretch.length >= textLength
  return places(stretch, isWhole && least > 2 ? textLength : least).flatMap((from) =>
    gramsAt(text, stretch, from, least),
  )
}

function highGrams(stretch: readonly Uint8Array[]): readonly GramQuery[] {
  return places(stretch, 2)
    .filter((from) => isHigh(stretch[from]!))
    .flatMap((from) => {
      const found = gramsAt(bytes, stretch, from, 2)
      return found.map(({ ranges, ...rest }) => ({ ...rest, ranges: ranges.map(toHigh) }))
    })
}

const isHigh = (step: Uint8Array): boolean => !step.subarray(0, 0x80).includes(1)

/** From the number of three bytes to that of their gram. */
const toHigh = ({ from, to }: Range): Range => ({
  from: from - (0x80 << 16) + highBase,
  to: to - (0x80 << 16) + highBase,
})

/** Where the text is one of many, its shape may be one of few. */
function shapeGrams(stretch: readonly Uint8Array[]): readonly GramQuery[] {
  const isOpen = stretch.map((step) => symbolsOf(text, step).length > fewSymbols)
  return places(stretch, shapeLength)
    .filter((from) => isOpen.slice(from, from + shapeLength).includes(true))
    .flatMap((from) => gramsAt(shape, stretch, from, 5))
}

const places = (stretch: readonly unknown[], least: number): readonly number[] =>
  Array.from({ length: Math.max(0, stretch.length - least + 1) }, (_, place) => place)

/** The grams at a place: as many symbols as can be told apart by few ranges, if that is enough. */
function gramsAt(
  family: Family,
  stretch: readonly Uint8Array[],
  from: number,
  least: number,
): readonly Grams[] {
  let numbers = [0]
  let length = 0
  for (; length < family.length && from + length < stretch.length; length++) {
    const symbols = symbolsOf(family, stretch[from + length]!)
    if (numbers.length * symbols.length > mostRanges) break
    numbers = numbers.flatMap((number) => symbols.map((symbol) => number * family.symbols + symbol))
  }
  if (length < least) return []
  const width = family.symbols ** (family.length - length)
  const ranges = joined(
    numbers.map((number) => ({
      from: family.base + number * width,
      to: family.base + (number + 1) * width,
    })),
  )
  return [{ kind: 'grams', ranges, inCommon: [], steps: stretch.slice(from, from + length) }]
}

/** Ascending ranges, those that touch made one. */
function joined(ranges: Range[]): readonly Range[] {
  const all: Range[] = []
  for (const range of ranges.sort((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last?.to === range.from) all[all.length - 1] = { from: last.from, to: range.to }
    else all.push(range)
  }
  return all
}

const known = new WeakMap<Uint8Array, Map<Family, readonly number[]>>()

/** The symbols that the bytes of a step have in a family. */
function symbolsOf(family: Family, step: Uint8Array): readonly number[] {
  const families = known.get(step) ?? new Map<Family, readonly number[]>()
  known.set(step, families)
  let symbols = families.get(family)
  if (!symbols) {
    const found = new Set<number>()
    for (let byte = 0; byte < 256; byte++) if (step[byte] === 1) found.add(family.symbolOf(byte))
    symbols = [...found]
    families.set(family, symbols)
  }
  return symbols
}

/** The symbol of each step that has only one, as an array; -1 for the others. */
const onlySymbols = (stretch: readonly Uint8Array[]): readonly number[] =>
  stretch.map((step) => {
    const symbols = symbolsOf(text, step)
    return symbols.length === 1 ? symbols[0]! : -1
  })

function longGrams(stretch: readonly Uint8Array[]): readonly GramQuery[] {
  const all = onlySymbols(stretch)
  return places(stretch, longLength).flatMap((from): readonly GramQuery[] => {
    const symbols = all.slice(from, from + longLength)
    if (symbols.includes(-1)) return []
    if (symbolKinds[symbols[longBefore - 1]!] !== kinds.token) return []
    if (symbolKinds[symbols[longBefore]!] === kinds.token) return []
    const steps = stretch.slice(from, from + longLength)
    const numbers = capitalsOf(steps, longBefore).map((capitals) => longGram(symbols, 0, capitals))
    const inCommon = places(symbols, textLength).map((place) => textGram(symbols, place))
    return [{ kind: 'grams', ranges: rangesOf(numbers), inCommon, steps }]
  })
}

/** Words with nothing of a word on either side. */
function wordGrams(stretch: readonly Uint8Array[]): readonly GramQuery[] {
  const all = onlySymbols(stretch)
  const isOutside = stretch.map((step) => !wordBytes.some((isWord, byte) => isWord & step[byte]!))
  const queries: GramQuery[] = []
  for (let to = 1, from = 0; to < stretch.length; to++) {
    if (!isOutside[to]) continue
    const symbols = all.slice(from + 1, to)
    const { length } = symbols
    const isWord = isOutside[from] && !symbols.includes(-1) && !isDigit(symbols[0] ?? 0)
    if (isWord && length >= leastWord && length <= longestWord) {
      const numbers = capitalsOf(stretch.slice(from + 1, to), 1).map((capitals) =>
        wordGram(symbols, 0, length, capitals),
      )
      const steps = stretch.slice(from, to + 1)
      queries.push({ kind: 'grams', ranges: rangesOf(numbers), inCommon: [], steps })
    }
    from = to
  }
  return queries
}

const rangesOf = (numbers: readonly number[]): readonly Range[] =>
  joined([...new Set(numbers)].map((number) => ({ from: number, to: number + 1 })))

/** Where capitals may stand in a text whose second part begins there: one of these. */
function capitalsOf(steps: readonly Uint8Array[], second: number): readonly Capitals[] {
  const behind = anyCapital(steps.slice(second))
  return anyCapital(steps.slice(0, second)).flatMap((bit) => behind.map((one) => bit | (one << 1)))
}

/** 1 if there may be a capital among these steps, 0 if there may be none. */
function anyCapital(steps: readonly Uint8Array[]): readonly number[] {
  const capital = steps.map((step) => step.subarray(0x41, 0x5b).includes(1))
  const other = steps.map(
    (step) => step.subarray(0, 0x41).includes(1) || step.subarray(0x5b).includes(1),
  )
  return [...(other.includes(false) ? [] : [0]), ...(capital.includes(true) ? [1] : [])]
}

const within = new WeakMap<Uint8Array, Map<Uint8Array, boolean>>()

/** Whether all bytes of a step are of a kind. Steps are shared by paths. */
function isWithin(step: Uint8Array, kind: Uint8Array): boolean {
  const kinds = within.get(step) ?? new Map<Uint8Array, boolean>()
  within.set(step, kinds)
  let is = kinds.get(kind)
  if (is === undefined) {
    is = step.every((isIn, byte) => isIn === 0 || kind[byte] === 1)
    kinds.set(kind, is)
  }
  return is
}

/** Runs that say more than the text does. */
function runsOf(stretch: readonly Uint8Array[]): readonly GramQuery[] {
  return runKinds.flatMap(({ bytes: kind, least }, of): readonly GramQuery[] => {
    let longest = 0
    let length = 0
    let open = 0
    for (const step of stretch) {
      const isInside = isWithin(step, kind)
      length = isInside ? length + 1 : 0
      if (!isInside) open = 0
      else if (symbolsOf(text, step).length > fewSymbols) open++
      if (open > 0 && length > longest) longest = length
    }
    return longest < least ? [] : [{ kind: 'run', of, length: longest }]
  })
}

/** Steps as people write them. */
export const textOf = (steps: readonly Uint8Array[]): string => steps.map(stepText).join('')

function stepText(step: Uint8Array): string {
  const codes = [...step.entries()].flatMap(([byte, isIn]) => (isIn === 1 ? [byte] : []))
  const shown = codes.map(byteText)
  if (shown.length === 1) return shown[0]!
  if (shown.length === 2 && shown[0]!.toLowerCase() === shown[1]) return shown[1]!
  return shown.length > 16 ? `[${shown.length} bytes]` : `[${shown.join('')}]`
}

const byteText = (byte: number): string =>
  byte > 0x20 && byte < 0x7f
    ? String.fromCharCode(byte)
    : byte === 0x20
      ? '␣'
      : `\\x${byte.toString(16).padStart(2, '0')}`
