import type { Charset } from '../charset.ts'
import { hashOfRange } from '../drift/range.ts'
import { isWholeId } from '../git/revision.ts'
import type { Text } from './content.ts'
import { type Drift, formerLines } from './drift-view.ts'
import { type FilePlace, nameOf, pathText } from './links.ts'
import { visible, visibleLines } from './marks.ts'
import { formatSelection, linesInWords, type SelectedLines } from './selection.ts'
import type { Server } from './server.ts'
import type { ShownFile } from './shown-file.ts'
import type { WantedLines } from './wanted.ts'
import { count, plural } from './words.ts'

/** The bar with the selected lines and what can be done with them, which is there for script also if none are. */
export async function rangeBar(
  { links }: Server,
  file: ShownFile,
  content: Text,
  drift: Drift,
  encoding: string | undefined,
) {
  const { lines } = drift
  const ranges = within(drift.ranges, content.lines)
  const [first] = ranges
  const isHashed = lines && first && ranges.length === 1 && mayMove(file)
  const hash = isHashed ? await hashOfRange(lines, first) : undefined
  return {
    view: links.file(file, encoding),
    linesOf: links.linesOf(file, encoding),
    path: pathText(file),
    name: visible(nameOf(file)),
    language: file.language?.highlight ?? '',
    ranges: formatSelection(ranges),
    text: ranges.length === 0 ? '' : inWords(ranges),
    anchor: first ? `#L${first.from}` : '#main',
    drift: ranges.length > 0 ? (drift.text ?? '') : '',
    link:
      ranges.length === 0 ? links.file(file, encoding) : links.lines(file, ranges, hash, encoding),
  }
}

/** Whether lines of a file may be others tomorrow: what is of a commit never moves, but a branch is another commit. */
export const mayMove = ({ revision }: FilePlace): boolean =>
  revision === undefined || !isWholeId(revision)

/** What there is of ranges in a file. */
const within = (ranges: readonly SelectedLines[], lines: number): readonly SelectedLines[] =>
  ranges
    .filter(({ from }) => from <= lines)
    .map((range) => (range.to <= lines ? range : { from: range.from, to: lines }))

/** `Lines 10–20 and 30`. */
function inWords(ranges: readonly SelectedLines[]): string {
  const text = ranges.map(linesInWords).join(', ')
  return text[0]!.toUpperCase() + text.slice(1)
}

/** What is said of lines behind the end of a file. */
export function beyond(ranges: readonly SelectedLines[], lines: number): readonly string[] {
  const behind = ranges.find(({ to }) => to > lines)
  if (!behind) return []
  const { from, to } = behind
  const missing = from > lines ? linesInWords(behind) : `line ${to}`
  return [
    `This file has ${plural(lines, 'line')}; there ${from > lines && to > from ? 'are' : 'is'} no ${missing}.`,
  ]
}

/** The address to which the browser is sent when lines have moved, or stand where they were again. */
export function withNow(url: string, now: string | undefined): string {
  const [path, query = ''] = url.split(/\?(.*)/s)
  const kept = query.split('&').filter((pair) => pair.split('=', 1)[0] !== 'now')
  return `${path}?${(now === undefined ? kept : [...kept, `now=${now}`]).join('&')}`
}

/** Lines that are gone, as they were last, if git knows. */
export async function formerView(
  { links }: Server,
  file: ShownFile,
  wanted: WantedLines,
  charset: Charset | undefined,
) {
  const before = await file.findBefore?.((bytes) => formerLines(bytes, charset, wanted))
  if (!before || before === 'late') return before
  const { revision, path, found } = before
  const { from, to, texts } = found
  const place: FilePlace = { repository: file.repository, path, revision }
  const more = to - from + 1 - texts.length
  return {
    text: `What it was, ${linesInWords(found)} at ${visible(revision.slice(0, 12))}`,
    code: visibleLines([...texts, ...(more > 0 ? [`… ${count(more)} more lines`] : [])].join('\n')),
    url: links.lines(place, [{ from, to }]),
  }
}
