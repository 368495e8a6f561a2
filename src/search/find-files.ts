import { setImmediate as turn } from 'node:timers/promises'
import { type Catalog, type Columns, pathAt, type Repository } from '../corpus/catalog.ts'
import { codeOf, foldOf, placesIn, scoreIn, type Wanted, wantedIn } from './find-terms.ts'
import { fits, noMatch, type Term, type Texts, weigh } from './fuzzy.ts'

/** A file whose path fits what was typed. */
export interface FoundFile {
  /** In the catalog. */
  readonly index: number
  readonly score: number
  /** The characters that were typed: 0-based columns in the path's text, in UTF-16 units, in order. */
  readonly columns: readonly number[]
}

export interface FoundFiles {
  /** The best first; of equal ones the shortest path, then the catalog's order. */
  readonly files: readonly FoundFile[]
  /** How many fit, of which those are the first. */
  readonly matching: number
}

export interface FindRequest {
  /** What was typed; see `find-terms.ts`. */
  readonly terms: readonly Term[]
  /** Where to look, in catalog order. */
  readonly repositories: readonly Repository[]
  /** Files wanted. */
  readonly limit: number
}

/** Others get their turn after so long, in ms; well below what anybody would notice. */
const sliceMs = 8
/** The clock is read once in so much work: characters of a path for each that was typed. */
const workAtOnce = 50_000

/**
 * Looks for files by their paths, among all that the catalog lists: also binary and too large ones.
 *
 * @returns `undefined` if the signal aborted before the end
 */
export async function findFiles(
  catalog: Catalog,
  { terms, repositories, limit }: FindRequest,
  signal: AbortSignal,
): Promise<FoundFiles | undefined> {
  const pause = createPause(signal)
  const paths = await preparedPaths(catalog.columns, pause)
  if (!paths) return undefined
  const best = createBest(catalog.columns, limit)
  for (const { name, from, to } of repositories) {
    const wanted = terms.map((term) => wantedIn(name, term))
    const { low, high } = maskOf(wanted)
    const characters = wanted.reduce((sum, { part }) => sum + (part?.typed.length ?? 0), 0)
    for (let i = from; i < to; i++) {
      if (pause.isDue(10) && !(await pause.take())) return undefined
      if ((low & ~paths.low[i]!) !== 0 || (high & ~paths.high[i]!) !== 0) continue
      pause.worked(terms.length * lengthAt(catalog.columns, i))
      const score = totalOf(wanted, catalog, paths, i)
      if (score === noMatch) continue
      pause.worked(characters * lengthAt(catalog.columns, i))
      best.add(i, score, wanted)
    }
  }
  return {
    matching: best.count,
    files: best.files.map(({ index, score, wanted }) => {
      const columns = columnsOf(wanted, pathAt(catalog, index))
      return { index, score, columns }
    }),
  }
}

function totalOf(wanted: readonly Wanted[], catalog: Catalog, paths: Paths, i: number): number {
  const { pathEnds } = catalog.columns
  let texts: Texts = paths
  let start = i === 0 ? 0 : pathEnds[i - 1]!
  let end = pathEnds[i]!
  if ((paths.high[i]! & notAscii) !== 0) {
    texts = textsOf(pathAt(catalog, i).toString('utf8'))
    start = 0
    end = texts.codes.length
  }
  // Whether all fit costs far less than how well one does.
  for (const { part } of wanted) {
    if (part && !fits(part, texts, start, end)) return noMatch
  }
  let total = 0
  for (const one of wanted) total += scoreIn(one, texts, start, end)
  return total
}

function columnsOf(wanted: readonly Wanted[], path: Buffer): readonly number[] {
  const text = path.toString('utf8')
  const texts = textsOf(text)
  const places = new Set(wanted.flatMap((one) => placesIn(one, texts, 0, texts.codes.length)))
  const columns: number[] = []
  let column = 0
  for (const [place, character] of [...text].entries()) {
    // A character of two units is marked whole.
    if (places.has(place)) for (let i = 0; i < character.length; i++) columns.push(column + i)
    column += character.length
  }
  return columns
}

/** One path's text by code points, weighed. */
function textsOf(text: string): Texts {
  const characters = [...text]
  const texts = {
    codes: Uint32Array.from(characters, codeOf),
    folded: Uint32Array.from(characters, (character) => codeOf(foldOf(character))),
    worths: new Uint8Array(characters.length),
  }
  weigh(texts, 0, characters.length)
  return texts
}

/** What is worked out once of a catalog's paths: 2 bytes for each of theirs, and 8 for each path. */
interface Paths extends Texts {
  /** Which characters a path has, by file: most paths are told from what is typed by these alone. */
  readonly low: Uint32Array
  readonly high: Uint32Array
}

/** By code, which of the 63 bits says that a path has it: one for each letter and digit, shared by the others. */
const bits = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase()
  const known = 'abcdefghijklmnopqrstuvwxyz0123456789/._-'.indexOf(character)
  return known === -1 ? 40 + (code % 23) : known
})

/** In `high`: the path has a character that is not ASCII, of which no bit tells. */
const notAscii = 0x80000000 | 0

/** The characters that a path must have. */
function maskOf(wanted: readonly Wanted[]): { readonly low: number; readonly high: number } {
  let low = 0
  let high = 0
  for (const code of wanted.flatMap(({ part }) => [...(part?.folded ?? [])])) {
    // What folds to an ASCII letter need not be one itself (U+212A, the Kelvin sign).
    if (code > 127) high |= notAscii
    else if (bits[code]! < 32) low |= 1 << bits[code]!
    else high |= 1 << (bits[code]! - 32)
  }
  return { low, high }
}

const prepared = new WeakMap<Columns, Paths>()

async function preparedPaths(columns: Columns, pause: Pause): Promise<Paths | undefined> {
  const known = prepared.get(columns)
  if (known) return known
  const { count, paths, pathEnds } = columns
  const folded = paths.slice()
  const worths = new Uint8Array(paths.length)
  const made = {
    ...{ codes: paths, folded, worths },
    low: new Uint32Array(count),
    high: new Uint32Array(count),
  }
  let start = 0
  for (let i = 0; i < count; i++) {
    const end = pathEnds[i]!
    if (pause.isDue(end - start) && !(await pause.take())) return undefined
    let low = 0
    let high = 0
    for (let j = start; j < end; j++) {
      const code = paths[j]!
      if (code > 127) {
        high |= notAscii
        continue
      }
      if (code >= 0x41 && code <= 0x5a) folded[j] = code + 0x20
      const bit = bits[code]!
      if (bit < 32) low |= 1 << bit
      else high |= 1 << (bit - 32)
    }
    // Its letters are folded when it is looked at: there may be ASCII ones among what they fold to.
    made.low[i] = high < 0 ? 0xffffffff : low
    made.high[i] = high < 0 ? 0xffffffff : high
    weigh(made, start, end)
    start = end
  }
  prepared.set(columns, made)
  return made
}

const lengthAt = ({ pathEnds }: Columns, i: number): number =>
  pathEnds[i]! - (i === 0 ? 0 : pathEnds[i - 1]!)

/** Keeps the best of what is added, in order. */
function createBest(columns: Columns, limit: number) {
  const files: { index: number; score: number; length: number; wanted: readonly Wanted[] }[] = []
  let count = 0
  return {
    files,
    /** Files in the order of the catalog. */
    add(index: number, score: number, wanted: readonly Wanted[]) {
      count++
      // Where nothing is looked for, the catalog's order is all there is.
      const isAll = wanted.length === 0
      const length = isAll ? 0 : lengthAt(columns, index)
      const isBefore = (other: { score: number; length: number }) =>
        score !== other.score ? score > other.score : length < other.length
      if (files.length === limit && !isBefore(files[limit - 1]!)) return
      let at = files.length
      while (at > 0 && isBefore(files[at - 1]!)) at--
      files.splice(at, 0, { index, score, length, wanted })
      if (files.length > limit) files.pop()
    },
    get count() {
      return count
    },
  }
}

interface Pause {
  worked(work: number): void
  /** Whether others have waited for long enough, after so much more work. */
  isDue(work: number): boolean
  /** Gives them their turn; `false` if nobody waits for an answer any more. */
  take(): Promise<boolean>
}

function createPause(signal: AbortSignal): Pause {
  let since = performance.now()
  let done = 0
  return {
    worked(work) {
      done += work
    },
    isDue(work) {
      done += work
      if (done < workAtOnce) return false
      done = 0
      return performance.now() - since > sliceMs
    },
    async take() {
      await turn()
      since = performance.now()
      return !signal.aborted
    },
  }
}
