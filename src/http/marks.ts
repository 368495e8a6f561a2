import type { Line, Match } from '../search/events.ts'

/** A stretch of a line for the page: plain, matched, or a character that would not show or would mislead. */
export interface Segment {
  readonly text: string
  readonly isMatch: boolean
  /** `U+202E` and the like. */
  readonly control?: string
  /** Whether a replacement takes it away, or puts it there. */
  readonly change?: 'del' | 'ins'
}

/** Control and format characters, some of which turn the direction of text (CVE-2021-42574); not the tab. */
const misleading = /(?!\t)[\p{Cc}\p{Cf}\u2028\u2029]/u

const everyMisleading = new RegExp(misleading, 'gu')

/** A name or a query as text for people, where there can be no markup: what would not show, or mislead, is spelled out. */
export const visible = (text: string): string =>
  text.replace(everyMisleading, (character) => `‹${codeOf(character)}›`)

/** The same for a text of several lines. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n')

const codeOf = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // As it stands, a browser would read it as a newline.
  '\r': '&#13;',
}

/** The one escaper of our pages, for text and for attributes. */
export const escapeHtml = (value: unknown): string =>
  String(value).replace(/[&<>"'\r]/g, (character) => escapes[character]!)

/**
 * A line cut at its matches.
 *
 * @param most UTF-16 units that are shown of a replacement
 */
export function segmentsOf(
  line: Line,
  matches: readonly Match[],
  most: number,
): readonly Segment[] {
  const offset = line.clippedAt ?? 0
  const segments: Segment[] = []
  let at = 0
  for (const { start, end, replacement } of matches) {
    const from = start.line < line.number ? 0 : start.column - offset
    const to =
      end.line > line.number ? line.text.length : Math.min(end.column - offset, line.text.length)
    if (from > line.text.length || to < at) continue
    push(segments, line.text.slice(at, Math.max(at, from)), false)
    const matched = line.text.slice(Math.max(at, from), to)
    at = Math.max(at, to)
    if (replacement === undefined) push(segments, matched, true)
    else {
      if (matched !== '') push(segments, matched, true, 'del')
      if (end.line === line.number) push(segments, shortened(replacement, most), false, 'ins')
    }
  }
  push(segments, line.text.slice(at), false)
  return line.text === '' ? [...segments, blank] : segments
}

/** A path cut at what matched in it. @param spans columns in UTF-16 units, in order, the ends exclusive */
export const pathSegments = (
  path: string,
  spans: readonly { readonly start: number; readonly end: number }[],
): readonly Segment[] =>
  segmentsOf(
    {
      kind: 'match',
      number: 1,
      text: path,
      clippedAt: undefined,
      bytes: undefined,
      moreMatches: 0,
    },
    spans.map(({ start, end }) => ({
      start: { line: 1, column: start, byte: 0 },
      end: { line: 1, column: end, byte: 0 },
    })),
    0,
  )

function shortened(replacement: Buffer, most: number): string {
  const text = replacement.toString('utf8')
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** A text without matches. */
export function plainSegments(text: string): readonly Segment[] {
  if (text === '') return [blank]
  const segments: Segment[] = []
  push(segments, text, false)
  return segments
}

/** A line without text: when code is copied, a browser leaves out an element that holds nothing. */
const blank: Segment = { text: '\n', isMatch: false }

function push(
  segments: Segment[],
  text: string,
  isMatch: boolean,
  change?: Segment['change'],
): void {
  const kind = change ? { isMatch, change } : { isMatch }
  if (isMatch && text === '') segments.push({ text, ...kind })
  let rest = text
  while (rest !== '') {
    const at = rest.search(misleading)
    if (at !== 0) {
      segments.push({ text: at === -1 ? rest : rest.slice(0, at), ...kind })
    }
    if (at === -1) return
    const character = String.fromCodePoint(rest.codePointAt(at)!)
    segments.push({ text: character, ...kind, control: codeOf(character) })
    rest = rest.slice(at + character.length)
  }
}

/** The matches by the number of each line they touch. */
export function matchesByLine(matches: readonly Match[]): ReadonlyMap<number, readonly Match[]> {
  const byLine = new Map<number, Match[]>()
  for (const match of matches) {
    for (let line = match.start.line; line <= match.end.line; line++) {
      const list = byLine.get(line)
      if (list) list.push(match)
      else byLine.set(line, [match])
    }
  }
  return byLine
}
