import { codeSegments } from './code-segments.ts'
import type { Colours, Uncoloured } from './colours.ts'
import { beginOf, lineOf, type Text } from './content.ts'
import type { FileMarks, Unmarked } from './file-marks.ts'
import type { Hits } from './hits-view.ts'
import { columnsPerLine } from './links.ts'
import { withSelected } from './range-segments.ts'
import { columnsIn, isSelected, type SelectedLines } from './selection.ts'
import type { Place } from './wanted.ts'
import { count } from './words.ts'

/** What is laid upon the text. */
export interface Dress {
  readonly colours: Colours | Uncoloured
  readonly marks: FileMarks | Unmarked | undefined
  readonly hits: Hits | undefined
  readonly ranges: readonly SelectedLines[]
}

/**
 * The rows of some lines, for `views/file-lines.eta`.
 *
 * @param part lines before it, and through its end; parts come one behind the other
 * @param wanted of that line, the window that is shown
 */
export function rowsOf(
  text: Text,
  { from, to }: { readonly from: number; readonly to: number },
  wanted: Place,
  { colours, marks, hits, ranges }: Dress,
) {
  const found = marks && 'spans' in marks ? marks : undefined
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index + 1
    const line = lineOf(text, number)
    const begin =
      number === wanted.line ? wholeCharacter(line, Math.min(wanted.column, line.length)) : 0
    const end = wholeCharacter(line, Math.min(begin + columnsPerLine, line.length))
    const start = beginOf(text, number)
    const spans = (found?.spans.get(number) ?? []).map(({ start, end }) => ({
      start: start - begin,
      end: end - begin,
    }))
    const stretches = 'in' in colours ? colours.in(start + begin, start + end) : []
    const segments = codeSegments(line.slice(begin, end), spans, stretches)
    const selected = columnsIn(ranges, number)
    return {
      number,
      isSelected: isSelected(ranges, number),
      segments: selected
        ? withSelected(segments, selected.from - begin, selected.to - begin)
        : segments,
      unmarked: found?.unmarked.get(number),
      hit: hits?.at(number),
      before: begin > 0 ? count(begin) : undefined,
      hidden: line.length > end ? count(line.length - end) : undefined,
    }
  })
}

/** The column, or the one before it where a character of two units would be cut through. */
function wholeCharacter(line: string, column: number): number {
  return column > 0 && (line.codePointAt(column - 1) ?? 0) > 0xffff ? column - 1 : column
}
