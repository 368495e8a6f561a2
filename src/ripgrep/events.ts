/**
 * ripgrep's JSON Lines events, as its printer documents them
 * (https://docs.rs/grep-printer/latest/grep_printer/struct.JSON.html). The wire words stop in this folder.
 */
export type RgEvent =
  | { readonly type: 'begin'; readonly data: { readonly path: RgText } }
  | { readonly type: 'match'; readonly data: RgLines }
  | { readonly type: 'end'; readonly data: RgEnd }
  | { readonly type: 'summary'; readonly data: { readonly stats: RgStats } }

/** Text if it is valid UTF-8, else its bytes in base64. */
export type RgText = { readonly text: string } | { readonly bytes: string }

export interface RgLines {
  readonly path: RgText
  /** With its line terminator; several lines if the match spans them. */
  readonly lines: RgText
  /** 1-based. */
  readonly line_number: number
  /** 0-based, in bytes of the file as searched: after decoding UTF-16, without a byte order mark. */
  readonly absolute_offset: number
  readonly submatches: readonly RgSubmatch[]
}

export interface RgSubmatch {
  readonly match: RgText
  /** What `--replace` puts in its place. */
  readonly replacement?: RgText
  /** Offsets in bytes from the start of `lines`. */
  readonly start: number
  readonly end: number
}

export interface RgEnd {
  readonly path: RgText
  /** Where the first NUL is, if one was met. */
  readonly binary_offset: number | null
  readonly stats: RgStats
}

export interface RgStats {
  /** Files that could be opened and were searched. */
  readonly searches: number
  readonly matched_lines: number
  readonly matches: number
}

/** One line of output, parsed; `undefined` for a type of event that we do not know. Throws if it is none of rg's. */
export function parseEvent(line: string): RgEvent | undefined {
  const event = JSON.parse(line) as RgEvent
  switch (event.type) {
    case 'begin':
    case 'end':
      return checked(event, isText(event.data.path))
    case 'match':
      return checked(event, isLines(event.data))
    case 'summary':
      return checked(event, typeof event.data.stats.searches === 'number')
    default:
      return undefined
  }
}

function checked(event: RgEvent, isWell: boolean): RgEvent {
  if (!isWell) throw new TypeError(`not a ${event.type} event as ripgrep writes it`)
  return event
}

const isText = (text: Partial<Record<'text' | 'bytes', unknown>>): boolean =>
  typeof (text.text ?? text.bytes) === 'string'

const isLines = ({ lines, line_number, absolute_offset, submatches }: RgLines): boolean =>
  isText(lines) &&
  typeof line_number === 'number' &&
  typeof absolute_offset === 'number' &&
  submatches.every(
    ({ match, replacement, start, end }) =>
      isText(match) &&
      (replacement === undefined || isText(replacement)) &&
      typeof start === 'number' &&
      typeof end === 'number',
  )

/** The bytes of a text, whichever way it travelled. */
export function textBytes(text: RgText): Buffer {
  return 'text' in text ? Buffer.from(text.text, 'utf8') : Buffer.from(text.bytes, 'base64')
}
