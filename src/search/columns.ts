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
 * invalid byte or an emoji moves no mark. A match that splits a character, as `(?-u:.)` does, marks all of it.
 *
 * @param line without its terminator, which a span may reach into: its column ends with the line
 * @param spans in order, not overlapping
 * @param most bytes of the line that are turned into text
 */
export function lineText(line: Buffer, spans: readonly Span[], most: number): LineText {
  const ascii = isAscii(line)
  const inside = (offset: number) => Math.min(offset, line.length)
  const start = (offset: number) => (ascii ? inside(offset) : characterAt(line, inside(offset)))
  const end = (offset: number) => {
    let at = inside(offset)
    while (start(at) < at) at++
    return at
  }
  const window = windowOf(line, spans[0], most)
  const [from, to] = [end(window.from), start(window.to)]
  const clippedAt = from > 0 || to < line.length ? from : undefined
  const marked = spans.map((span) => ({
    start: start(span.start),
    end: span.end === span.start ? start(span.end) : end(span.end),
  }))
  if (ascii) {
    return { text: line.toString('latin1', from, to), clippedAt, columns: marked, bytes: undefined }
  }
  const columnOf = columnsOf(line, [from, ...marked.flatMap((span) => [span.start, span.end])])
  return {
    text: line.toString('utf8', from, to),
    clippedAt: clippedAt === undefined ? undefined : columnOf(from),
    columns: marked.map((span) => ({ start: columnOf(span.start), end: columnOf(span.end) })),
    bytes: isUtf8(line) ? undefined : Buffer.from(line.subarray(from, to)),
  }
}

/** The columns of byte offsets, none of which splits a character; each byte is decoded once. */
function columnsOf(line: Buffer, offsets: readonly number[]): (offset: number) => number {
  const columns = new Map([[0, 0]])
  let [last, column] = [0, 0]
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    column += line.toString('utf8', last, offset).length
    columns.set(offset, column)
    last = offset
  }
  return (offset) => columns.get(offset)!
}

/** Where the character begins that has the byte at this offset; bytes that are cut short or stray make one, too. */
function characterAt(line: Buffer, offset: number): number {
  if (offset === line.length) return offset
  for (let at = Math.max(0, offset - 3); at < offset; at++) {
    // Two bytes or more that are decoded as one belong together.
    if ([...line.toString('utf8', at, offset + 1)].length === 1) return at
  }
  return offset
}

/** The part of a long line that is shown, with its first match in the middle. */
function windowOf(
  line: Buffer,
  first: Span | undefined,
  most: number,
): { from: number; to: number } {
  if (line.length <= most) return { from: 0, to: line.length }
  const shown = first ? Math.min(first.end - first.start, most) : most
  const wanted = (first?.start ?? 0) - Math.floor((most - shown) / 2)
  const from = Math.max(0, Math.min(wanted, line.length - most))
  return { from, to: from + most }
}
