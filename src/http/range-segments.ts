/**
 * Cuts segments where selected text begins and ends, and marks what is between.
 *
 * @param from in UTF-16 units of the text that the segments are
 * @param to behind the last one
 */
export function withSelected<Segment extends { readonly text: string }>(
  segments: readonly Segment[],
  from: number,
  to: number,
): readonly (Segment & { readonly isSelected?: true })[] {
  let at = 0
  return segments.flatMap((segment) => {
    const { text } = segment
    const begin = Math.min(Math.max(from - at, 0), text.length)
    const end = Math.min(Math.max(to - at, begin), text.length)
    at += text.length
    const parts = [
      { ...segment, text: text.slice(0, begin) },
      { ...segment, text: text.slice(begin, end), isSelected: true as const },
      { ...segment, text: text.slice(end) },
    ]
    return begin === end ? [segment] : parts.filter((part) => part.text !== '')
  })
}
