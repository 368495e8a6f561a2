import { findAgain, fingerprintOf } from './find.ts'
import { type Fingerprint, formatFingerprints, parseFingerprints } from './fingerprint.ts'
import type { HashedLines } from './lines.ts'

/** Lines, 1-based, both of them in it. */
export interface LineRange {
  readonly from: number
  readonly to: number
}

/** Where a range of lines is now. */
export type FoundRange =
  | (LineRange & {
      readonly kind: 'there'
      readonly isCertain: boolean
      /** The first line, or the last one, has another text. */
      readonly isChanged: boolean
    })
  | { readonly kind: 'gone' }

/** What a link to a range remembers: its first line and, if that is another, its last; for `findRange`. */
export async function hashOfRange(lines: HashedLines, { from, to }: LineRange): Promise<string> {
  const ends = from === to ? [from] : [from, to]
  const prints: Fingerprint[] = []
  for (const line of ends) prints.push(await fingerprintOf(lines, line))
  return formatFingerprints(prints)
}

/**
 * Finds a range again.
 *
 * @param range where it was
 * @param hash what the link remembers of it, or any text; `undefined` is answered if it is no such thing
 */
export async function findRange(
  lines: HashedLines,
  range: LineRange,
  hash: string,
): Promise<FoundRange | undefined> {
  const prints = parseFingerprints(hash)
  if (prints?.length !== (range.from === range.to ? 1 : 2)) return undefined
  const first = await findAgain(lines, range.from, prints[0]!)
  if (prints.length === 1) return first.kind === 'gone' ? first : { ...first, ...single(first) }
  const last = await findAgain(lines, range.to, prints[1]!)
  const more = range.to - range.from
  const end = lines.hashes.length
  if (first.kind === 'gone' && last.kind === 'gone') return first
  const guess = { kind: 'there', isCertain: false, isChanged: true } as const
  if (last.kind === 'gone' && first.kind === 'there') {
    return { ...guess, from: first.line, to: Math.min(first.line + more, end) }
  }
  if (first.kind === 'gone' && last.kind === 'there') {
    return { ...guess, from: Math.max(1, last.line - more), to: last.line }
  }
  if (first.kind === 'gone' || last.kind === 'gone') return undefined
  const from = first.line
  const isChanged = first.isChanged || last.isChanged
  // Ends that have parted company are not of one range any more: the surer one tells where it is.
  if (last.line < from || last.line - from > most(more)) {
    return last.isCertain && !first.isCertain
      ? { ...guess, isChanged, from: Math.max(1, last.line - more), to: last.line }
      : { ...guess, isChanged, from, to: Math.min(from + more, end) }
  }
  return {
    ...{ kind: 'there', from, to: last.line, isChanged },
    isCertain: first.isCertain && last.isCertain,
  }
}

const single = ({ line }: { readonly line: number }): LineRange => ({ from: line, to: line })

/** By how many lines the ends of a range may have come to differ. */
const most = (more: number): number => 3 * more + 50
