import { lineEnd, lineStart } from './block.ts'
import type { FileMatches, Line, Position } from './events.ts'

/** Whole lines of a file, and what is to stand in their place. */
export interface Edit {
  /** Offsets in the file's bytes, the end behind a line's terminator. */
  readonly from: number
  readonly to: number
  readonly text: Buffer
}

/** Why the matches of a file are no edits of it: it is not what was searched, or of a long line not all is known. */
export type NoEdits = 'changed' | 'long'

/**
 * What the replacements of a file's matches make of its lines: each match's text is exchanged for its replacement, and
 * every other byte stays. A line whose end is taken away goes on as the next one.
 *
 * @param bytes the file's own, the first so many of which are a byte order mark
 * @param found its matches, in lines that are not clipped; one that ends behind the last of these is left as it is
 */
export function editsOf(
  bytes: Buffer,
  mark: number,
  { lines, matches }: FileMatches,
): readonly Edit[] | NoEdits {
  const starts = lineStarts(bytes, mark, lines)
  if (!lines.every((line) => isThere(bytes, line, starts.get(line.number)))) return 'changed'
  if (lines.some(({ moreMatches }) => moreMatches > 0)) return 'long'
  const offsetOf = ({ line, byte }: Position) => starts.get(line)! + byte
  const spans: Span[] = []
  for (const { start, end, replacement } of matches) {
    if (!replacement) return 'long'
    if (!starts.has(end.line)) continue
    spans.push({ start: offsetOf(start), end: offsetOf(end), text: replacement })
  }
  return edited(bytes, spans)
}

interface Span {
  readonly start: number
  readonly end: number
  readonly text: Buffer
}

/** @param spans in order, none reaching into another */
function edited(bytes: Buffer, spans: readonly Span[]): readonly Edit[] {
  const edits: Edit[] = []
  let next = 0
  while (next < spans.length) {
    const from = lineStart(bytes, spans[next]!.start)
    const parts: Buffer[] = []
    let at = from
    let to = from
    const take = () => {
      const { start, end, text } = spans[next++]!
      parts.push(bytes.subarray(at, start), text)
      at = end
      to = Math.max(to, lineEnd(bytes, end > start ? end - 1 : start))
    }
    take()
    for (;;) {
      while (next < spans.length && spans[next]!.start < to) take()
      const last =
        bytes.subarray(at, to).at(-1) ?? parts.findLast(({ length }) => length > 0)?.at(-1)
      if (last === undefined || last === newline || to === bytes.length) break
      to = lineEnd(bytes, to)
    }
    const text = Buffer.concat([...parts, bytes.subarray(at, to)])
    if (text.equals(bytes.subarray(from, to))) continue
    const last = edits.at(-1)
    // What touches is one change, as it reads in a patch.
    if (last?.to === from)
      edits[edits.length - 1] = { from: last.from, to, text: Buffer.concat([last.text, text]) }
    else edits.push({ from, to, text })
  }
  return edits
}

const newline = 0x0a

/** Where the text of each of these lines begins. */
function lineStarts(
  bytes: Buffer,
  mark: number,
  lines: readonly Line[],
): ReadonlyMap<number, number> {
  const starts = new Map<number, number>()
  let number = 1
  let from = 0
  for (const line of lines) {
    for (; number < line.number && from < bytes.length; number++) from = lineEnd(bytes, from)
    if (number === line.number) starts.set(number, number === 1 ? mark : from)
  }
  return starts
}

/** Whether the file holds just this line there. */
function isThere(bytes: Buffer, line: Line, start: number | undefined): boolean {
  if (start === undefined) return false
  const text = line.bytes ?? Buffer.from(line.text)
  const end = start + text.length
  const terminator = bytes.toString('latin1', end, lineEnd(bytes, start))
  return bytes.subarray(start, end).equals(text) && /^\r?\n?$/.test(terminator)
}
