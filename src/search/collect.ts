import { isAscii } from 'node:buffer'
import type { Limits } from '../limits.ts'
import { type RgEvent, type RgLines, type RgText, textBytes } from '../ripgrep/events.ts'
import {
  type Begun,
  type BlockLine,
  blockLines,
  lineEnd,
  lineStart,
  linesBetween,
  spanOn,
} from './block.ts'
import { type LineText, lineText, type Span } from './columns.ts'
import type { Line, Match, Position } from './events.ts'
import { endInFile, endOfPlain, type Held } from './verify.ts'

/** What is kept of one file while ripgrep reports on it. */
export interface Collected {
  readonly lines: readonly Line[]
  readonly matches: readonly Match[]
  /** A match that began on a line which an earlier part of the answer has shown. */
  readonly reaching: Match | undefined
  readonly matchingLines: number
  readonly matchCount: number
  /** There are more matching lines than were allowed. */
  readonly cut: boolean
}

export type MatchEvent = Extract<RgEvent, { type: 'match' }>

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
  /** Whether a match may span lines, so that an event may speak of several. */
  readonly multiline: boolean
}

/**
 * Collects the lines of one file. Each is compared with the file's bytes, read through the door: what is shown is
 * what stands in the catalog's file, whatever ripgrep was made to read by a link swapped in at the wrong moment. The
 * lines of context are taken from these bytes: ripgrep would write, and we would read, each as an event of its own.
 *
 * @param searched the file's bytes as ripgrep searches them
 */
export function createCollector(searched: Buffer, options: CollectorOptions): Collector {
  const { limits, after, most, context, multiline } = options
  const lines: Line[] = []
  const matches: Match[] = []
  let reaching: Match | undefined
  let matchingLines = 0
  let matchCount = 0
  let cut = false
  /** Bytes of the replacements that are held. */
  let replaced = 0
  /** Whether the event at hand was. */
  let isElided = false
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
  /** Of an event that was elided a replacement that is empty may be one that was too long. */
  const replacementOf = (replacement: RgText | undefined): Pick<Match, 'replacement'> => {
    if (!replacement || isElided) return {}
    const bytes = textBytes(replacement)
    replaced += bytes.length
    return { replacement: bytes }
  }
  const isFull = () => matchingLines === most || replaced > limits.replyBytes
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
    for (const [i, { start, end, replacement }] of spans.entries()) {
      matches.push({
        start: { line, column: text.columns[i]!.start, byte: start },
        end: { line, column: text.columns[i]!.end, byte: end },
        ...replacementOf(replacement),
      })
    }
    matchingLines++
    matchCount += all
  }
  /** Where a match ends that goes on behind its first line: in the line that holds its last byte. */
  const endOf = ({ line, lineFrom, end }: Begun): Position => {
    const from = lineStart(searched, end - 1)
    const byte = end - from
    const { columns } = textOf(from, lineEnd(searched, from), [{ start: byte, end: byte }])
    return { line: line + linesBetween(searched, lineFrom, from), column: columns[0]!.end, byte }
  }
  const addBlockLine = (line: BlockLine) => {
    const { number, from, to, begun, unlisted } = line
    const spans = [...(line.reaching ? [line.reaching] : []), ...begun].map((one) =>
      spanOn(line, one),
    )
    const text = textOf(from, to, spans)
    if (line.reaching && number === after + 1) reaching = matchOf(line.reaching)
    push(toLine('match', number, text, unlisted))
    for (const [i, one] of begun.entries()) {
      const { start, end } = spans.at(i - begun.length)!
      const columns = text.columns.at(i - begun.length)!
      matches.push({
        start: { line: number, column: columns.start, byte: start },
        end: one.end > to ? endOf(one) : { line: number, column: columns.end, byte: end },
        ...replacementOf(one.replacement),
      })
    }
    matchingLines++
    matchCount += begun.length + unlisted
  }
  const matchOf = (one: Begun): Match => {
    const byte = one.start - one.lineFrom
    const to = lineEnd(searched, one.lineFrom)
    const { columns } = textOf(one.lineFrom, to, [{ start: byte, end: byte }])
    return {
      start: { line: one.line, column: columns[0]!.start, byte },
      end: endOf(one),
      ...replacementOf(one.replacement),
    }
  }
  /** Returns the number of the last line. */
  const addBlock = (data: RgLines, end: number, unseen: number): number => {
    let number = data.line_number
    for (const line of blockLines(searched, data, end, unseen, limits.matchesPerLine)) {
      number = line.number
      if (number <= after) continue
      if (isFull()) {
        cut = true
        break
      }
      if (number > through + 1) addBefore(number, line.from)
      addBlockLine(line)
    }
    return number
  }
  const collectedSoFar = (): Collected => ({
    ...{ lines, matches, reaching, matchingLines, matchCount, cut },
  })

  return {
    add({ data }, held) {
      const end = isPlain ? endOfPlain(searched, data, held) : endInFile(searched, data, held)
      if (end === undefined) return false
      const { line_number: number, absolute_offset: at } = data
      if (cut) return true
      isElided = held.elided
      if (last) addBehind(Math.min(last.number + context, number - 1))
      if (multiline) {
        last = { number: addBlock(data, end, held.cut), end }
        return true
      }
      if (number > after) {
        if (isFull()) {
          cut = true
          return true
        }
        addBefore(number, at)
        addMatch(data, end, held.cut)
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
  return {
    ...{ lines, matches, reaching: collected.reaching, matchingLines: most, cut: true },
    matchCount: matches.length + unlisted,
  }
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

const newline = 0x0a

/** Where a line ends without its terminator. */
function withoutTerminator(bytes: Buffer, from: number, to: number): number {
  if (to === from || bytes[to - 1] !== newline) return to
  return to - from > 1 && bytes[to - 2] === 0x0d ? to - 2 : to - 1
}
