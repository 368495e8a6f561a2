import { type RgLines, type RgSubmatch, textBytes } from '../ripgrep/events.ts'

/** How much of an event was held; see `ripgrep/lines.ts`. */
export interface Held {
  readonly elided: boolean
  readonly cut: number
  readonly lineBytes: number
}

/** Where the lines end that an event speaks of, if the file holds just these there. */
export function endInFile(
  searched: Buffer,
  { lines, absolute_offset: at, submatches }: RgLines,
  { elided, lineBytes }: Held,
): number | undefined {
  if (!beginsLine(searched, at)) return undefined
  const said = textBytes(lines)
  const isElided = elided && said.length === 0
  const end = at + (isElided ? lineBytes : said.length)
  if (end > searched.length || !endsLine(searched, end)) return undefined
  const bytes = searched.subarray(at, end)
  const isSame = isElided
    ? submatches.every((submatch) => isIn(bytes, submatch))
    : bytes.equals(said)
  return isSame ? end : undefined
}

/** The same of a file that is all ASCII, for less. */
export function endOfPlain(searched: Buffer, data: RgLines, held: Held): number | undefined {
  const { lines, absolute_offset: at } = data
  if (held.elided || !('text' in lines)) return endInFile(searched, data, held)
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
