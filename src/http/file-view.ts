import type { CatalogFile } from '../corpus/catalog.ts'
import type { FileMatches, Line, Match } from '../search/events.ts'
import type { FilePlace, Links } from './links.ts'
import { matchesByLine, segmentsOf } from './marks.ts'
import { count, plural } from './words.ts'

/** Matching lines of a file that stand open, and how many more there must be for them to be folded away. */
const shownLines = 10
const foldedLines = 3

/** How rows are shown. */
export interface Shown {
  /** What the file is read as, where the search says it. */
  readonly encoding: string | undefined
  /** UTF-16 units that are shown of a replacement. */
  readonly lineBytes: number
  /** With replacements, which only the rows of the page itself have. */
  readonly isReplaced: boolean
}

/** The rows of one file's block, and where lines between them are missing. */
export function rowsView(links: Links, found: FileMatches, how: Shown) {
  const { file, lines, matches, reaching } = found
  const byLine = matchesByLine(reaching ? [reaching, ...matches] : matches)
  const gap = (before: number, behind: number) => gapView(links, file, before, behind, how)
  const rows = lines.map((line, index) => ({
    ...rowView(links, file, line, byLine.get(line.number) ?? [], how),
    gap: index === 0 ? undefined : gap(lines[index - 1]!.number, line.number),
  }))
  const fold = foldAt(lines)
  const last = lines.at(-1)!.number
  return {
    rows: rows.slice(0, fold),
    folded: rows.slice(fold),
    foldedCount: plural(
      lines.slice(fold).filter(({ kind }) => kind === 'match').length,
      'more line',
      'more lines',
    ),
    above: gap(0, lines[0]!.number),
    // How many lines there are is known when the file has been looked at.
    // Where the file was cut, they are no gap: some of them match.
    below: last < file.lines && !found.more ? gap(last, file.lines + 1) : undefined,
  }
}

/** The first row that is folded away: of the context between two matches, what belongs to the one before is shown. */
function foldAt(lines: readonly Line[]): number {
  let matching = 0
  const total = lines.filter(({ kind }) => kind === 'match').length
  if (total < shownLines + foldedLines) return lines.length
  const at = lines.findIndex(({ kind }) => kind === 'match' && ++matching === shownLines)
  let end = at + 1
  // Context up to a gap; of context that two matches share, all.
  while (lines[end]?.kind === 'context' && lines[end]!.number === lines[end - 1]!.number + 1) end++
  return end
}

/** A line, for `views/row.eta`. */
export function rowView(
  links: Links,
  file: FilePlace,
  line: Line,
  marked: readonly Match[],
  { encoding, lineBytes, isReplaced }: Shown,
) {
  const { number, clippedAt } = line
  const end = (clippedAt ?? 0) + line.text.length
  const own = marked.filter(({ start }) => start.line === number)
  const unseen = own.filter(({ start }) => start.column > end)
  return {
    ...line,
    url: links.line(file, number, clippedAt, encoding),
    segments: segmentsOf(line, marked, lineBytes),
    unseen: unseen.length,
    whole:
      clippedAt === undefined || isReplaced
        ? undefined
        : links.wholeLine(file, number, marksText(line, marked), encoding),
  }
}

/** Where a line is marked, as the address of the whole line says it: `12-18,40-46`. */
function marksText({ number }: Line, marked: readonly Match[]): string {
  return marked
    .map(({ start, end }) => {
      const from = start.line < number ? 0 : start.column
      return `${from}-${end.line > number ? '' : end.column}`
    })
    .join(',')
}

/** The lines between two that are shown; `undefined` if there are none. */
function gapView(
  links: Links,
  file: CatalogFile,
  before: number,
  behind: number,
  { encoding }: Shown,
) {
  const lines = behind - before - 1
  if (lines <= 0) return undefined
  return {
    from: before + 1,
    to: behind - 1,
    text: `${count(lines)} ${lines === 1 ? 'line' : 'lines'}`,
    url: links.line(file, before + 1, 0, encoding),
  }
}
