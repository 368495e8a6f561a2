import { isAscii } from 'node:buffer'
import type { Limits } from '../limits.ts'
import { type RgEvent, type RgLines, type RgSubmatch, textBytes } from '../ripgrep/events.ts'
import { type LineText, lineText, type Span } from './columns.ts'
import type { Line, Match } from './events.ts'

/** What is kept of one file while ripgrep reports on it. */
export interface Collected {
  readonly lines: readonly Line[]
  readonly matches: readonly Match[]
  readonly matchingLines: number
  readonly matchCount: number
  /** There are more matching lines than were allowed. */
  readonly cut: boolean
}

export type MatchEvent = Extract<RgEvent, { type: 'match' }>

/** How much of an event was held; see `ripgrep/lines.ts`. */
export interface Held {
  readonly elided: boolean
  readonly cut: number
}

export interface Collector {
  /** Takes an event. `false` if what it says is not what the file holds. */
  add(event: MatchEvent, held: Held): boolean
  /** What has been found, when ripgrep has come to the file's end. */
  collected(): Collected
  /** What has been found so far: whether the next line matches is not known, so it cannot be called context. */
  collectedSoFar(): Collected
}

export interface CollectorOptions {
  readonly limits: Limits
  /** Leave out lines up to this number, which an earlier part of the answer has shown. */
  readonly after: number
  /** Matching lines that are kept. */
  readonly most: number
  /** Lines of context that were asked for. */
  readonly context: number
}

/**
 * Collects the lines of one file. Each is compared with the file's bytes, read through the door: what is shown is
 * what stands in the catalog's file, whatever ripgrep was made to read by a link swapped in at the wrong moment. The
 * lines of context are taken from these bytes: ripgrep would write, and we would read, each as an event of its own.
 *
 * @param searched the file's bytes as ripgrep searches them
 */
export function createCollector(searched: Buffer, options: CollectorOptions): Collector {
  const { limits, after, most, context } = options
  const lines: Line[] = []
  const matches: Match[] = []
  let matchingLines = 0
  let matchCount = 0
  let cut = false
  /** The last line that ripgrep has spoken of, and where the one behind it begins. */
  let last: { readonly number: number; readonly end: number } | undefined
  /** No line up to this number is wanted (any more). */
  let through = after

  // Most files are ASCII, and then offsets are columns: no line needs a look of its own.
  const isPlain = isAscii(searched)
  /** @param to where the line ends, with its terminator */
  const textOf = (from: number, to: number, spans: readonly Span[]): LineText => {
    const length = withoutTerminator(searched, from, to) - from
    if (!isPlain || length > limits.lineBytes) {
      return lineText(searched.subarray(from, from + length), spans, limits.lineBytes)
    }
    const text = searched.toString('latin1', from, from + length)
    const columns = (spans.at(-1)?.end ?? 0) > length ? clippedTo(length, spans) : spans
    return { text, clippedAt: undefined, columns, bytes: undefined }
  }
  const push = (line: Line) => {
    lines.push(line)
    through = line.number
  }
  const pushContext = (number: number, from: number, to: number) => {
    if (number > through) push(toLine('context', number, textOf(from, to, []), 0))
  }
  /** The lines that follow the last one, up to a number. */
  const addBehind = (most: number) => {
    if (!last) return
    let { number, end: from } = last
    while (number < most && from < searched.length) {
      const to = lineEnd(searched, from)
      pushContext(++number, from, to)
      from = to
    }
  }
  /** The lines before one that begins at `at`. */
  const addBefore = (number: number, at: number) => {
    const wanted = Math.min(context, number - 1 - through)
    const starts: number[] = [at]
    while (starts.length <= wanted) starts.push(lineStart(searched, starts.at(-1)! - 1))
    for (let i = wanted; i > 0; i--) pushContext(number - i, starts[i]!, starts[i - 1]!)
  }
  const addMatch = (data: RgLines, end: number, unseen: number) => {
    const { line_number: line, absolute_offset: at, submatches } = data
    const all = submatches.length + unseen
    const spans = submatches.slice(0, limits.matchesPerLine)
    const text = textOf(at, end, spans)
    push(toLine('match', line, text, all - spans.length))
    for (const [i, { start, end }] of spans.entries()) {
      matches.push({
        start: { line, column: text.columns[i]!.start, byte: start },
        end: { line, column: text.columns[i]!.end, byte: end },
      })
    }
    matchingLines++
    matchCount += all
  }
  const collectedSoFar = (): Collected => ({ lines, matches, matchingLines, matchCount, cut })

  return {
    add({ data }, { elided, cut: unseen }) {
      const end = isPlain ? endOfPlain(searched, data, elided) : endInFile(searched, data, elided)
      if (end === undefined) return false
      const { line_number: number, absolute_offset: at } = data
      if (cut) return true
      if (last) addBehind(Math.min(last.number + context, number - 1))
      if (number > after) {
        if (matchingLines === most) {
          cut = true
          return true
        }
        addBefore(number, at)
        addMatch(data, end, unseen)
      }
      last = { number, end }
      return true
    },
    collected() {
      if (last && !cut) addBehind(last.number + context)
      return collectedSoFar()
    },
    collectedSoFar,
  }
}

/** The first `most` matching lines of what was collected. */
export function firstLines(collected: Collected, most: number, context: number): Collected {
  if (collected.matchingLines <= most) return collected
  let matchingLines = 0
  const end = collected.lines.findIndex((line) => line.kind === 'match' && matchingLines++ === most)
  const lines = withoutStrayContext(collected.lines.slice(0, end), context)
  const last = lastMatchingLine(lines)
  const matches = collected.matches.filter(({ start }) => start.line <= last)
  const unlisted = lines.reduce((sum, { moreMatches }) => sum + moreMatches, 0)
  return { lines, matches, matchingLines: most, matchCount: matches.length + unlisted, cut: true }
}

/** The number of the last matching line; 0 if there is none. */
export function lastMatchingLine(lines: readonly Line[]): number {
  return lines.findLast(({ kind }) => kind === 'match')?.number ?? 0
}

/** Without the context that belongs to the match at which the file was cut. */
function withoutStrayContext(lines: readonly Line[], context: number): readonly Line[] {
  const last = lastMatchingLine(lines)
  return lines.filter(({ number }) => number <= last + context)
}

const toLine = (
  kind: Line['kind'],
  number: number,
  { text, clippedAt, bytes }: LineText,
  moreMatches: number,
): Line => ({ kind, number, text, clippedAt, bytes, moreMatches })

const clippedTo = (length: number, spans: readonly Span[]): Span[] =>
  spans.map(({ start, end }) => ({ start: Math.min(start, length), end: Math.min(end, length) }))

/** Where the lines end that an event speaks of, if the file holds just these there. */
function endInFile(
  searched: Buffer,
  { lines, absolute_offset: at, submatches }: RgLines,
  elided: boolean,
): number | undefined {
  if (!beginsLine(searched, at)) return undefined
  if (elided) {
    const end = lineEnd(searched, at)
    const bytes = searched.subarray(at, end)
    return submatches.every((submatch) => isIn(bytes, submatch)) ? end : undefined
  }
  const said = textBytes(lines)
  const end = at + said.length
  return endsLine(searched, end) && searched.subarray(at, end).equals(said) ? end : undefined
}

/** The same of a file that is all ASCII, for less. */
function endOfPlain(searched: Buffer, data: RgLines, elided: boolean): number | undefined {
  const { lines, absolute_offset: at } = data
  if (elided || !('text' in lines)) return endInFile(searched, data, elided)
  const end = at + lines.text.length
  const isThere = beginsLine(searched, at) && endsLine(searched, end)
  return isThere && searched.toString('latin1', at, end) === lines.text ? end : undefined
}

const beginsLine = (searched: Buffer, at: number): boolean =>
  at < searched.length && (at === 0 || searched[at - 1] === newline)

const endsLine = (searched: Buffer, end: number): boolean =>
  searched[end - 1] === newline || end === searched.length

/** Whether a line has the match, as far as can be told: a long one was elided, too. */
function isIn(line: Buffer, { match, start, end }: RgSubmatch): boolean {
  const said = textBytes(match)
  return said.length === 0 ? end <= line.length : line.subarray(start, end).equals(said)
}

const newline = 0x0a

/** Where the line that begins here ends, behind its terminator. */
function lineEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(newline, from)
  return at === -1 ? bytes.length : at + 1
}

/** Where the line begins that has its last byte, a terminator, at this offset. */
function lineStart(bytes: Buffer, end: number): number {
  return end === 0 ? 0 : bytes.lastIndexOf(newline, end - 1) + 1
}

/** Where a line ends without its terminator. */
function withoutTerminator(bytes: Buffer, from: number, to: number): number {
  if (to === from || bytes[to - 1] !== newline) return to
  return to - from > 1 && bytes[to - 2] === 0x0d ? to - 2 : to - 1
}
