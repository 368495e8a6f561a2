import type { RgLines, RgText } from '../ripgrep/events.ts'
import type { Span } from './columns.ts'

/** A line of those that one event speaks of: where a match may span lines, it speaks of all that touch each other. */
export interface BlockLine {
  /** 1-based. */
  readonly number: number
  /** Where it begins in the file, and where it ends with its terminator. */
  readonly from: number
  readonly to: number
  /** A listed match that began on a line before. */
  readonly reaching: Begun | undefined
  /** The matches that begin here and are listed. */
  readonly begun: readonly Begun[]
  /** How many more begin here. */
  readonly unlisted: number
}

/** A match by its offsets in the file, and the line on which it begins. */
export interface Begun extends Span {
  readonly line: number
  readonly lineFrom: number
  readonly replacement?: RgText | undefined
}

/**
 * The lines of an event.
 *
 * @param end where the last one ends
 * @param unseen matches that were cut off the event's list: they are counted where the last one that is known begins
 * @param most matches that are listed of one line
 */
export function* blockLines(
  bytes: Buffer,
  { line_number, absolute_offset: at, submatches }: RgLines,
  end: number,
  unseen: number,
  most: number,
): Generator<BlockLine> {
  let next = 0
  let open: Begun | undefined
  let uncounted = unseen
  for (let from = at, number = line_number; from < end; number++) {
    const to = lineEnd(bytes, from)
    const reaching = open && open.end > from ? open : undefined
    const begun: Begun[] = []
    let unlisted = 0
    for (; next < submatches.length; next++) {
      const { start, end, replacement } = submatches[next]!
      if (at + start >= to) break
      if (begun.length === most) unlisted++
      else
        begun.push({ start: at + start, end: at + end, line: number, lineFrom: from, replacement })
    }
    if (next === submatches.length) {
      unlisted += uncounted
      uncounted = 0
    }
    yield { number, from, to, reaching, begun, unlisted }
    open = begun.at(-1) ?? reaching
    from = to
  }
}

/** The part of a match that stands on a line, in bytes from where the line begins. */
export const spanOn = ({ from, to }: BlockLine, { start, end }: Span): Span => ({
  start: Math.max(start, from) - from,
  end: Math.min(end, to) - from,
})

const newline = 0x0a

/** Where the line that begins here ends, behind its terminator. */
export function lineEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(newline, from)
  return at === -1 ? bytes.length : at + 1
}

/** Where the line begins that has its last byte, a terminator, at this offset. */
export function lineStart(bytes: Buffer, end: number): number {
  return end === 0 ? 0 : bytes.lastIndexOf(newline, end - 1) + 1
}

/** How many lines end before this offset, from another one on. */
export function linesBetween(bytes: Buffer, from: number, to: number): number {
  let lines = 0
  for (let at = bytes.indexOf(newline, from); at !== -1 && at < to; lines++) {
    at = bytes.indexOf(newline, at + 1)
  }
  return lines
}
