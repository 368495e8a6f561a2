import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import { type Catalog, type CatalogFile, pathBelowRoot } from '../corpus/catalog.ts'
import { asSearched, type Searched } from '../corpus/decode.ts'
import { openInside, readAt } from '../corpus/door.ts'
import { hashLines } from '../drift/lines.ts'
import { hashOfRange } from '../drift/range.ts'
import { exhausted, type Failure, failed, type Result, succeeded } from '../failure.ts'
import { type Parameters, parseQueryString } from '../query/query-string.ts'
import { createReader } from '../query/reader.ts'
import { lineEnd } from '../search/block.ts'
import { lineText } from '../search/columns.ts'
import type { Line, Match } from '../search/events.ts'
import { blockAround, type Range } from './block.ts'
import { textOf } from './content.ts'
import { sendFailure } from './errors.ts'
import { rowView } from './file-view.ts'
import { type FilePlace, pathText } from './links.ts'
import { mayMove } from './range-bar.ts'
import { contentAtCommit } from './revision-page.ts'
import { lineJson } from './search-api.ts'
import { currentCatalog, requestSignal, type Server, sentUrl } from './server.ts'
import { findTarget, type RevisionTarget } from './target.ts'
import { wantedCharset } from './wanted.ts'

/**
 * `GET /api/lines/REPO/PATH?from=&to=`: lines of a file, as JSON, or with `format=html` as rows for a page of results.
 * `block=LINE` keeps of the range what belongs to the function around that line; `whole=1` gives long lines whole;
 * `link=1` also gives the link to the range that notices when the lines have moved.
 */
export function linesApi(app: FastifyInstance, server: Server): void {
  app.get('/api/lines/*', (request, reply) => answer(server, request, reply))
}

/** Lines of one answer, bytes of a line that is asked for whole, and of all lines together. */
const mostLines = 1_000
const mostLineBytes = 100_000
const mostBytes = 1_000_000

interface Wanted extends Range {
  readonly block: number | undefined
  readonly isWhole: boolean
  readonly marks: readonly Match[]
  readonly isHtml: boolean
  readonly hasLink: boolean
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const target = findTarget(catalog, request, `${server.links.home}api/lines/`)
  if (!target.ok) return sendFailure(server, request, reply, target.failure)
  if (target.value.kind === 'directory') {
    return sendFailure(server, request, reply, noLines('directory'))
  }
  const parameters = parseQueryString(sentUrl(request))
  const wanted = parameters.ok ? wantedOf(parameters.value) : parameters
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const file = target.value.kind === 'file' ? target.value.file : target.value
  const read = wantedCharset(server, request, file.repository)
  if (!read.ok) return sendFailure(server, request, reply, read.failure)
  const { charset, isAsked } = read.value
  const encoding = isAsked ? charset : undefined
  const searched =
    target.value.kind === 'file'
      ? searchedOf(server, target.value.file, charset)
      : await searchedThen(server, catalog, target.value, charset, requestSignal(server, reply))
  if ('kind' in searched) return sendFailure(server, request, reply, searched)
  await turn()
  const found = linesOf(searched.bytes, wanted.value, server.config.limits.lineBytes)
  const { lines, from, count } = found
  if (!wanted.value.isHtml) {
    return reply.send({
      repository: file.repository.name,
      path: pathText(file),
      url: server.links.file(file, encoding),
      count,
      lines: lines.map(lineJson),
      ...(wanted.value.hasLink && from <= count
        ? { link: await linkOf(server, file, searched, wanted.value, count, encoding) }
        : {}),
    })
  }
  const { marks } = wanted.value
  const how = { encoding, lineBytes: server.config.limits.lineBytes, isReplaced: false }
  return reply.type('text/html; charset=utf-8').send(
    await server.render('lines', {
      from,
      to: from + lines.length - 1,
      count,
      rows: lines.map((line) => rowView(server.links, file, line, marks, how)),
    }),
  )
}

function wantedOf(parameters: Parameters): Result<Wanted> {
  const reader = createReader(parameters)
  const line = (name: string) => reader.number(name, 1, Number.MAX_SAFE_INTEGER)
  const from = line('from') ?? 1
  const to = line('to') ?? from + mostLines - 1
  const marks = reader.one('marks') ?? ''
  if (to < from) reader.refuse('to', `is before from, which is ${from}`)
  if (!/^(?:\d{1,9}-\d{0,9}(?:,|$))*$/.test(marks)) {
    reader.refuse('marks', 'takes stretches of a line such as 12-18,40-46')
  }
  const wanted = {
    ...{ from, to, block: line('block'), isWhole: reader.flag('whole') },
    hasLink: reader.flag('link'),
    isHtml: reader.choice('format', ['json', 'html']) === 'html',
    marks: marks === '' ? [] : marksOf(marks, from),
  }
  return reader.failure ? failed(reader.failure) : succeeded(wanted)
}

/** Stretches of a line as matches; one without an end goes on behind it. */
const marksOf = (text: string, line: number): readonly Match[] =>
  text.split(',').flatMap((stretch) => {
    const [start, end] = stretch.split('-')
    const place = (column: string) => ({ line, column: Number(column), byte: 0 })
    if (!start) return []
    return [{ start: place(start), end: end ? place(end) : { line: line + 1, column: 0, byte: 0 } }]
  })

async function linkOf(
  server: Server,
  file: FilePlace,
  searched: Searched,
  { from, to }: Range,
  count: number,
  encoding: string | undefined,
): Promise<string> {
  const lines = await hashLines(await textOf(searched))
  const range = { from, to: Math.min(to, count) }
  const hash = lines && mayMove(file) ? await hashOfRange(lines, range) : undefined
  return server.links.lines(file, [range], hash, encoding)
}

/** The file's bytes as ripgrep searches them. */
function searchedOf(
  server: Server,
  file: CatalogFile,
  charset: Charset | undefined,
): Searched | Failure {
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (door === 'exhausted') return exhausted
  if (typeof door === 'string') return noLines('file that has gone')
  try {
    if (door.bytes > server.config.limits.fileBytes) return noLines('file over max-file-bytes')
    const searched = asSearched(readAt(door, 0, door.bytes), charset)
    return searched.bytes.includes(0) ? noLines('binary file') : searched
  } finally {
    door.close()
  }
}

/** The same of a file as a commit has it. */
async function searchedThen(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  charset: Charset | undefined,
  signal: AbortSignal,
): Promise<Searched | Failure> {
  const read = await contentAtCommit(server, catalog, target, signal)
  if (!read.ok) return read.failure
  const searched = asSearched(read.value.content, charset)
  return searched.bytes.includes(0) ? noLines('binary file') : searched
}

const noLines = (what: string): Failure => ({
  kind: 'not-found',
  message: `This is a ${what}: it has no lines to show.`,
})

/** The lines, from the first, until there are too many or they are too long. */
function linesOf(bytes: Buffer, wanted: Wanted, lineBytes: number) {
  const ends: number[] = []
  for (let at = 0; at < bytes.length; at = ends.at(-1)!) ends.push(lineEnd(bytes, at))
  const lineAt = (number: number) => {
    const line = bytes.subarray(ends[number - 2] ?? 0, ends[number - 1])
    const text = line.subarray(0, line.at(-1) === newline ? -1 : undefined)
    return text.at(-1) === carriageReturn ? text.subarray(0, -1) : text
  }
  const { from, to } = within(wanted, () => {
    const texts = ends.map((_, i) => lineAt(i + 1).toString('latin1', 0, 400))
    return wanted.block! > ends.length ? undefined : blockAround(texts, wanted.block!)
  })
  const lines: Line[] = []
  let total = 0
  for (let number = from; number <= Math.min(to, ends.length, from + mostLines - 1); number++) {
    const most = wanted.isWhole ? mostLineBytes : lineBytes
    const { text, clippedAt, bytes } = lineText(lineAt(number), [], most)
    total += text.length + 100
    if (total > mostBytes && lines.length > 0) break
    lines.push({ kind: 'context', number, text, clippedAt, bytes, moreMatches: 0 })
  }
  return { lines, from, count: ends.length }
}

const newline = 0x0a
const carriageReturn = 0x0d

/** The part of what is wanted that belongs to a block. */
function within({ from, to, block }: Wanted, find: () => Range | undefined): Range {
  const found = block === undefined ? undefined : find()
  return found ? { from: Math.max(from, found.from), to: Math.min(to, found.to) } : { from, to }
}
