import type { Kind } from '../highlight/kinds.ts'
import type { Span } from '../search/columns.ts'
import type { Stretch } from './colours.ts'
import { plainSegments, type Segment } from './marks.ts'

/** A stretch of code: a match is not coloured, so that what is marked can be read on any ground. */
export interface CodeSegment extends Segment {
  readonly kind?: Kind
}

/**
 * A text cut at its matches, and between them at its colours.
 *
 * @param spans matches, in UTF-16 units, in order; what of them lies outside of the text is left out
 * @param stretches in order; behind the last, the text has no colour
 */
export function codeSegments(
  text: string,
  spans: readonly Span[],
  stretches: readonly Stretch[],
): readonly CodeSegment[] {
  if (text === '' && spans.length === 0) return plainSegments(text)
  const segments: CodeSegment[] = []
  let stretch = 0
  let at = 0
  const colourTo = (to: number) => {
    while (at < to) {
      while (stretch < stretches.length && stretches[stretch]!.end <= at) stretch++
      const { end, kind } = stretches[stretch] ?? { end: to, kind: 'plain' }
      const part = text.slice(at, Math.min(end, to))
      for (const segment of plainSegments(part)) {
        segments.push(kind === 'plain' ? segment : { ...segment, kind })
      }
      at += part.length
    }
  }
  for (const span of spans) {
    const from = Math.max(span.start, at)
    const to = Math.min(span.end, text.length)
    if (from > text.length || to < from) continue
    colourTo(from)
    const matched = text.slice(from, to)
    // One that begins behind what is shown of a line is not an empty one.
    if (matched === '' && span.end > span.start) continue
    if (matched === '') segments.push({ text: '', isMatch: true })
    else for (const segment of plainSegments(matched)) segments.push({ ...segment, isMatch: true })
    at = to
  }
  colourTo(text.length)
  return text === '' ? [...segments, ...plainSegments('')] : segments
}
