import type { Limits } from '../limits.ts'
import { type RgEvent, type RgLines, type RgSubmatch, textBytes } from '../ripgrep/events.ts'
import { lineText, type Span } from './columns.ts'
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

export type LineEvent = Extract<RgEvent, { type: 'match' | 'context' }>

/** How much of an event was held; see `ripgrep/lines.ts`. */
export interface Held {
  readonly elided: boolean
  readonly cut: number
}

export interface Collector {
  /** Takes an event. `false` if what it says is not what the file holds. */
  add(event: LineEvent, held: Held): boolean
  collected(): Collected
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
 * what stands in the catalog's file, whatever ripgrep was made to read by a link swapped in at the wrong moment.
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

  const addMatch = ({ line_number: line, submatches }: RgLines, row: Buffer, unseen: number) => {
    const all = submatches.length + unseen
    const spans = submatches.slice(0, limits.matchesPerLine)
    const { shown, columns } = toLine('match', line, row, spans, limits)
    lines.push({ ...shown, moreMatches: all - spans.length })
    for (const [i, { start, end }] of spans.entries()) {
      matches.push({
        start: { line, column: columns[i]!.start, byte: start },
        end: { line, column: columns[i]!.end, byte: end },
      })
    }
    matchingLines++
    matchCount += all
  }

  return {
    add({ type, data }, { elided, cut: unseen }) {
      const bytes = bytesInFile(searched, data, elided)
      if (!bytes) return false
      if (data.line_number <= after || cut) return true
      const row = withoutTerminator(bytes)
      if (type === 'context') lines.push(toLine('context', data.line_number, row, [], limits).shown)
      else if (matchingLines < most) addMatch(data, row, unseen)
      else cut = true
      return true
    },
    collected: () => ({
      lines: cut ? withoutStrayContext(lines, context) : lines,
      matches,
      matchingLines,
      matchCount,
      cut,
    }),
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

function toLine(
  kind: Line['kind'],
  number: number,
  row: Buffer,
  spans: readonly Span[],
  limits: Limits,
): { shown: Line; columns: readonly Span[] } {
  const { text, clippedAt, columns, bytes } = lineText(row, spans, limits.lineBytes)
  return { shown: { kind, number, text, clippedAt, bytes, moreMatches: 0 }, columns }
}

/** The bytes of the lines that an event speaks of, if the file holds just these there. */
function bytesInFile(
  searched: Buffer,
  { lines, absolute_offset: at, submatches }: RgLines,
  elided: boolean,
): Buffer | undefined {
  const beginsLine = at === 0 || searched[at - 1] === newline
  if (!beginsLine || at >= searched.length) return undefined
  if (elided) {
    const end = searched.indexOf(newline, at)
    const bytes = searched.subarray(at, end === -1 ? searched.length : end + 1)
    return submatches.every((submatch) => isIn(bytes, submatch)) ? bytes : undefined
  }
  const said = textBytes(lines)
  const bytes = searched.subarray(at, at + said.length)
  const endsLine = bytes.at(-1) === newline || at + said.length === searched.length
  return endsLine && bytes.equals(said) ? bytes : undefined
}

/** Whether a line has the match, as far as can be told: a long one was elided, too. */
function isIn(line: Buffer, { match, start, end }: RgSubmatch): boolean {
  const said = textBytes(match)
  return said.length === 0 ? end <= line.length : line.subarray(start, end).equals(said)
}

const newline = 0x0a

function withoutTerminator(line: Buffer): Buffer {
  if (line.at(-1) !== newline) return line
  return line.subarray(0, line[line.length - 2] === 0x0d ? -2 : -1)
}
