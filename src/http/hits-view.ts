import type { FileMarks, Unmarked } from './file-marks.ts'
import type { Sought } from './sought.ts'
import { count, plural } from './words.ts'

/** The walk through the lines of a file that match: for its head, and for each of them. */
export interface Hits {
  readonly text: string
  /** Why there are none. */
  readonly reason?: string
  readonly lines: string
  readonly first: string | undefined
  readonly last: string | undefined
  /** The page without marks, where its address asks for them. */
  readonly without: string | undefined
  /** Where a line stands among them. */
  at(line: number): Hit | undefined
}

export interface Hit {
  readonly place: string
  readonly previous: { readonly line: number; readonly url: string } | undefined
  readonly next: { readonly line: number; readonly url: string } | undefined
}

/** @param urlOf where a line of the file is, from this page */
export function hitsView(
  { text, isAsked }: Sought,
  marks: FileMarks | Unmarked,
  urlOf: (line: number) => string,
  url: string,
): Hits {
  const without = isAsked ? url : undefined
  if ('reason' in marks) {
    const { reason } = marks
    return {
      text,
      reason,
      without,
      lines: '',
      first: undefined,
      last: undefined,
      at: () => undefined,
    }
  }
  const { lines, isCut } = marks
  const total = count(lines.length)
  const places = new Map(lines.map((line, place) => [line, place]))
  const link = (line: number | undefined) =>
    line === undefined ? undefined : { line, url: urlOf(line) }
  return {
    text,
    without,
    lines: isCut
      ? `The first ${plural(lines.length, 'line that matches', 'lines that match')}`
      : lines.length === 0
        ? 'No line matches'
        : plural(lines.length, 'line matches', 'lines match'),
    first: link(lines[0])?.url,
    last: lines.length > 1 ? link(lines.at(-1))?.url : undefined,
    at(line) {
      const place = places.get(line)
      if (place === undefined) return undefined
      return {
        place: `${count(place + 1)} of ${total}${isCut ? ' or more' : ''}`,
        previous: link(lines[place - 1]),
        next: link(lines[place + 1]),
      }
    },
  }
}
