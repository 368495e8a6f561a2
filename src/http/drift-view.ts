import type { Charset } from '../charset.ts'
import { type HashedLines, hashLines } from '../drift/lines.ts'
import { findRange, type LineRange } from '../drift/range.ts'
import { contentOf, lineOf, type Text } from './content.ts'
import { formatSelection, linesInWords, type SelectedLines } from './selection.ts'
import type { WantedLines } from './wanted.ts'

/** What has become of the lines of a link. */
export interface Drift {
  /** The lines that are shown as selected. */
  readonly ranges: readonly SelectedLines[]
  /** What `?now=` says when the browser has been sent there; `undefined` if the lines stand where they were. */
  readonly now: string | undefined
  /** In words, if there is something to say. */
  readonly text: string | undefined
  readonly isGone: boolean
  /** `undefined` if the file has too many lines, or nobody asked. */
  readonly lines: HashedLines | undefined
}

/** Finds the lines of a link in the text as it is. */
export async function driftOf(content: Text, wanted: WantedLines): Promise<Drift> {
  const { ranges, hash } = wanted
  const [range] = ranges
  const stands = { ranges, now: undefined, text: undefined, isGone: false }
  if (!range) return { ...stands, lines: undefined }
  const lines = await hashLines(content)
  if (hash === undefined || ranges.length > 1) return { ...stands, lines }
  const were = linesInWords(range)
  if (!lines) {
    const text = `This file has too many lines to tell whether these are still ${were} of the link.`
    return { ...stands, lines, text }
  }
  const found = await findRange(lines, range, hash)
  if (!found) return { ...stands, lines }
  if (found.kind === 'gone') {
    const text = `${capital(were)} of this link ${range.from === range.to ? 'is' : 'are'} gone since.`
    return { ranges: [], now: 'gone', text, isGone: true, lines }
  }
  const { from, to, isCertain, isChanged } = found
  const isSame = from === range.from && to === range.to
  if (isSame && isCertain) return { ...stands, lines }
  const isAsLong = to - from === range.to - range.from
  const now = isCertain && isAsLong ? { ...range, from, to } : { from, to }
  const changed = isChanged ? ', and changed' : ''
  const text = isSame
    ? `Probably still ${were}: ${isChanged ? 'it has been changed' : 'what is around has changed'} since.`
    : isCertain
      ? `${range.from === range.to ? 'This was' : 'These were'} ${were}, now ${numbers(found)}.`
      : `${range.from === range.to ? 'This was' : 'These were'} ${were}, probably ${numbers(found)} now${changed}.`
  return {
    ranges: [now],
    now: isSame ? undefined : formatSelection([{ from, to }]),
    ...{ text, isGone: false, lines },
  }
}

/** Lines that are gone, as they were in an older version. */
export interface Former extends LineRange {
  readonly texts: readonly string[]
}

/** The lines of a link in the text of another version, if they are there for certain. */
export async function formerLines(
  bytes: Buffer,
  charset: Charset | undefined,
  { ranges: [range], hash }: WantedLines,
): Promise<Former | undefined> {
  const content = await contentOf(bytes, charset)
  if (content.kind === 'binary') return undefined
  const lines = await hashLines(content)
  const found = lines && range && hash ? await findRange(lines, range, hash) : undefined
  if (found?.kind !== 'there' || !found.isCertain) return undefined
  const { from, to } = found
  const count = Math.min(to - from + 1, mostFormer)
  return { from, to, texts: Array.from({ length: count }, (_, i) => lineOf(content, from + i)) }
}

/** Lines that are shown of those that are gone. */
const mostFormer = 20

const numbers = ({ from, to }: LineRange): string => (from === to ? `${from}` : `${from}–${to}`)

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1)
