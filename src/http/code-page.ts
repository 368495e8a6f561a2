import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import { rowsOf } from './code-rows.ts'
import { coloursOf } from './colours.ts'
import type { Text } from './content.ts'
import type { Drift } from './drift-view.ts'
import { findMarks } from './file-marks.ts'
import { hitsView } from './hits-view.ts'
import { hasRendering, linesPerPage } from './links.ts'
import { asideOf } from './outline.ts'
import { beyond, formerView, rangeBar } from './range-bar.ts'
import type { SelectedLines } from './selection.ts'
import type { Server } from './server.ts'
import type { ShownFile } from './shown-file.ts'
import type { Sought } from './sought.ts'
import type { WantedLines } from './wanted.ts'
import { count, plural } from './words.ts'

/** What the page of a text is made of. */
export interface CodePage {
  readonly file: ShownFile
  readonly text: Text
  /** What it is read as, and whether the request said so. */
  readonly reading: { readonly charset: Charset | undefined; readonly isAsked: boolean }
  readonly wanted: WantedLines
  /** The search whose matches are marked. */
  readonly sought: Sought | undefined
  /** Where the wanted lines stand now. */
  readonly drift: Drift
  /** What the heads of all files' pages show. */
  readonly common: object
  readonly isSourceAsked: boolean
  readonly notes: readonly string[]
}

/** Lines that are rendered before others get their turn. */
const linesAtOnce = 50

/** A text with a link on every line: its head, and then the lines. */
export async function codePage(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  { file, text, reading, wanted, sought, drift, common, isSourceAsked, notes }: CodePage,
) {
  const { ranges, isGone } = drift
  const page = pageOf(text.lines, ranges[0] ?? wanted.line)
  const asked = reading.isAsked ? reading.charset : undefined
  const [colours, marks, aside, former, bar] = await Promise.all([
    coloursOf(server, file, text, page),
    sought &&
      ('reason' in sought.query
        ? sought.query
        : findMarks(server, reply, file, text, sought.query, asked)),
    asideOf(server, request, file, text, reading),
    isGone ? formerView(server, file, wanted, reading.charset) : undefined,
    rangeBar(server, file, text, drift, asked),
  ])
  const uncoloured = 'reason' in colours ? colours.reason : undefined
  const unmarked = marks && 'reason' in marks ? marks.reason : undefined
  const url = file.blame ? server.links.blame(file) : server.links.file(file, asked)
  const address = sought ? withParameters(url, sought.parameters) : url
  const pages = pagesView(address, page, text.lines)
  const hits =
    sought && marks && hitsView(sought, marks, (line) => urlOfLine(address, page, line), url)
  const drifted = [
    ...(isGone || (drift.text && !drift.lines) ? [drift.text] : []),
    ...(former === 'late' ? [lateFormer] : []),
    ...beyond(ranges, text.lines),
  ]
  return {
    /** Why the page has not all that it could have. */
    lacks: [uncoloured, unmarked, former === 'late' ? former : undefined],
    head: await server.render('file-head', {
      ...common,
      lines: plural(text.lines, 'line'),
      encoding: text.encoding,
      rendered: hasRendering(file.path) && isSourceAsked ? server.links.file(file) : undefined,
      notes,
      drifted: drifted.join(' '),
      former: former === 'late' ? undefined : former,
      isEmpty: text.lines === 0,
      repository: file.repository.name,
      revision: file.revision,
      aside,
      pages,
      find: pages && findView(url, sought),
      uncoloured,
      hits,
      count: text.lines,
      isBlamed: file.blame !== undefined,
      width: String(Math.max(text.lines, 1)).length,
    }),
    async *rest() {
      const beside = await file.blame?.({ from: page.from + 1, to: page.to })
      for (let from = page.from; from < page.to; from += linesAtOnce) {
        await turn()
        const to = Math.min(from + linesAtOnce, page.to)
        yield await server.render('file-lines', {
          rows: rowsOf(text, { from, to }, wanted, { colours, marks, hits, ranges }),
          cells: beside?.cells.slice(from - page.from, to - page.from),
        })
      }
      yield await server.render('file-foot', {
        pages,
        bar,
        blameNote: beside?.note,
        noNewline: text.noNewline && page.to === text.lines,
      })
    },
  }
}

const lateFormer = 'What was there was not found in git in time; reload to look again.'

interface Page {
  /** Lines before the page, and through its end. */
  readonly from: number
  readonly to: number
  /** The first lines of the pages before and behind, if there are. */
  readonly previous: number | undefined
  readonly next: number | undefined
}

/** Lines that a page shows of those beside it, where selected lines stand at its edge; and the most of these lines. */
const linesAround = 100
const linesOver = 400

/** @param wanted lines that are selected, or the one with which the page begins */
function pageOf(lines: number, wanted: number | SelectedLines): Page {
  const isRange = typeof wanted !== 'number'
  const first = Math.min(isRange ? wanted.from : wanted, Math.max(lines, 1))
  const begin = Math.floor((first - 1) / linesPerPage) * linesPerPage
  const end = Math.min(begin + linesPerPage, lines)
  const last = isRange ? Math.min(wanted.to, end + linesOver) : first
  return {
    from: isRange ? Math.max(0, Math.min(begin, first - 1 - linesAround)) : begin,
    to: isRange ? Math.min(lines, Math.max(end, last + linesAround)) : end,
    previous: begin > 0 ? begin - linesPerPage + 1 : undefined,
    next: end < lines ? end + 1 : undefined,
  }
}

function pagesView(url: string, page: Page, lines: number) {
  if (lines <= linesPerPage) return undefined
  const at = (line: number) => withParameters(url, `from=${line}`)
  return {
    shown: `Lines ${count(page.from + 1)} to ${count(page.to)} of ${count(lines)}`,
    previous: page.previous && at(page.previous),
    next: page.next && at(page.next),
  }
}

/** A field that finds in the whole file, of which the browser's own finding sees one part. */
function findView(url: string, sought: Sought | undefined) {
  const [action, query = ''] = url.split('?')
  return { action, fields: [...new URLSearchParams(query)], q: sought?.form.q ?? '' }
}

const withParameters = (url: string, parameters: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${parameters}`

/** A line of this page, or of another, whose address says it. */
const urlOfLine = (url: string, page: Page, line: number): string =>
  line > page.from && line <= page.to
    ? `#L${line}`
    : `${withParameters(url, `from=${line}`)}#L${line}`
