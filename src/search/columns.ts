import { isAscii, isUtf8 } from 'node:buffer'

/** A range of bytes in a line, the end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A line's bytes as text, and where given byte offsets fall in it. */
export interface LineText {
  /** Of the whole line, or of a window around its first span. */
  readonly text: string
  /** The column where `text` begins, if it is a window. */
  readonly clippedAt: number | undefined
  /** 0-based columns in UTF-16 units of the whole line, for each span. */
  readonly columns: readonly Span[]
  /** The bytes that `text` shows, if the line is not valid UTF-8. */
  readonly bytes: Buffer | undefined
}

/**
 * Turns ripgrep's byte offsets into columns. Offsets are cut from the bytes they were measured on, so that an
 * invalid byte, an emoji or a match that splits a character moves no mark.
 *
 * @param line without its terminator
 * @param spans in order, not overlapping
 * @param most bytes of the line that are turned into text
 */
export function lineText(line: Buffer, spans: readonly Span[], most: number): LineText {
  const { from, to } = windowOf(line, spans[0], most)
  const clipped = from > 0 || to < line.length
  if (isAscii(line)) {
    return {
      text: line.toString('latin1', from, to),
      clippedAt: clipped ? from : undefined,
      columns: spans,
      bytes: undefined,
    }
  }
  // Pieces between the offsets are decoded one by one: each has a text of its own, whatever its bytes.
  const offsets = [...new Set([0, from, to, ...spans.flatMap(({ start, end }) => [start, end])])]
    .map((offset) => Math.min(offset, line.length))
    .sort((a, b) => a - b)
  const columnAt = new Map<number, number>([[0, 0]])
  let column = 0
  let text = ''
  for (let i = 1; i < offsets.length; i++) {
    const [start, end] = [offsets[i - 1]!, offsets[i]!]
    const piece = line.toString('utf8', start, end)
    column += piece.length
    columnAt.set(end, column)
    if (start >= from && end <= to) text += piece
  }
  const at = (offset: number) => columnAt.get(Math.min(offset, line.length))!
  return {
    text,
    clippedAt: clipped ? at(from) : undefined,
    columns: spans.map(({ start, end }) => ({ start: at(start), end: at(end) })),
    bytes: isUtf8(line) ? undefined : Buffer.from(line.subarray(from, to)),
  }
}

/** The part of a long line that is shown: a little before its first match, and what follows. */
function windowOf(
  line: Buffer,
  first: Span | undefined,
  most: number,
): { from: number; to: number } {
  if (line.length <= most) return { from: 0, to: line.length }
  const wanted = (first?.start ?? 0) - Math.floor(most / 4)
  const from = Math.max(0, Math.min(wanted, line.length - most))
  return { from: onBoundary(line, from), to: onBoundary(line, from + most) }
}

/** The nearest offset at or before this one that does not split a UTF-8 sequence. */
function onBoundary(line: Buffer, offset: number): number {
  for (let at = offset; at > Math.max(0, offset - 4); at--) {
    if (at >= line.length || (line[at]! & 0xc0) !== 0x80) return at
  }
  return offset
}
