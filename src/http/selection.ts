/** Lines of a file as an address names them: parsing and writing side by side. */

/** Lines that belong together, 1-based, both ends in it. */
export interface SelectedLines {
  readonly from: number
  readonly to: number
  /**
   * Where the text begins in the first line, and the place behind its end in the last: 1-based, in UTF-16 units, as
   * GitHub counts them. `10C5-10C8` are three characters.
   */
  readonly columns?: { readonly from: number; readonly to: number }
}

/** Ranges of one address. */
const mostRanges = 100

/** One range in any spelling: `10`, `L10`, `10-20`, `L10-L20`, `10:5-20:3`, `L10C5-L20C3`. */
const range =
  /^L?(?<from>\d{1,9})(?:[C:](?<left>\d{1,9}))?(?:-L?(?<to>\d{1,9})(?:[C:](?<right>\d{1,9}))?)?$/i

/** Ranges between commas, in the order in which they are named; none if one of them means nothing. */
export function parseSelection(text: string): readonly SelectedLines[] {
  const ranges = text.split(',', mostRanges + 1).map(parseRange)
  return ranges.length <= mostRanges && ranges.every((one) => one !== undefined) ? ranges : []
}

function parseRange(text: string): SelectedLines | undefined {
  const { groups } = range.exec(text) ?? {}
  if (!groups) return undefined
  const first = { line: Number(groups.from), column: Number(groups.left ?? 0) }
  const last = {
    line: Number(groups.to ?? groups.from),
    column: Number(groups.right ?? 0),
  }
  if (first.line < 1 || last.line < 1) return undefined
  const isTurned =
    last.line < first.line || (last.line === first.line && last.column < first.column)
  const [a, b] = isTurned && groups.to !== undefined ? [last, first] : [first, last]
  const lines = { from: a.line, to: b.line }
  // A place in a line, or nothing between two places, is the line.
  const isText = a.column > 0 && b.column > 0 && !(a.line === b.line && a.column === b.column)
  return isText ? { ...lines, columns: { from: a.column, to: b.column } } : lines
}

/** As `?L=` says it: `10`, `10-20`, `10C5-20C3`, `10-20,30`. */
export const formatSelection = (ranges: readonly SelectedLines[]): string =>
  ranges
    .map(({ from, to, columns }) =>
      columns
        ? `${from}C${columns.from}-${to}C${columns.to}`
        : from === to
          ? from
          : `${from}-${to}`,
    )
    .join(',')

/** The units of a line that are selected, 0-based, the end exclusive; `undefined` if it is not, or as a whole. */
export function columnsIn(
  ranges: readonly SelectedLines[],
  line: number,
): { readonly from: number; readonly to: number } | undefined {
  const of = ranges.find(({ from, to, columns }) => columns && line >= from && line <= to)
  if (!of?.columns) return undefined
  return {
    from: line === of.from ? of.columns.from - 1 : 0,
    to: line === of.to ? of.columns.to - 1 : Number.POSITIVE_INFINITY,
  }
}

export const isSelected = (ranges: readonly SelectedLines[], line: number): boolean =>
  ranges.some(({ from, to }) => line >= from && line <= to)

/** `line 10`, `lines 10–20`. */
export const linesInWords = ({ from, to }: { from: number; to: number }): string =>
  from === to ? `line ${from}` : `lines ${from}–${to}`
