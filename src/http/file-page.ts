import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Charset, charsetOf, knownCharsets } from '../charset.ts'
import { type CatalogFile, pathBelowRoot } from '../corpus/catalog.ts'
import { asSearched, type Encoding, readable } from '../corpus/decode.ts'
import { type OpenFile, openInside, readAt } from '../corpus/door.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { emptyForm, type Form, parseQueryString } from '../query/parameters.ts'
import { directoryPage } from './directory-page.ts'
import { sendFailure } from './errors.ts'
import { isKnown } from './headers.ts'
import { layout } from './layout.ts'
import { columnsPerLine, linesPerPage, pathText } from './links.ts'
import { plainSegments, visible } from './marks.ts'
import { currentCatalog, type Server, sentUrl } from './server.ts'
import { findTarget } from './target.ts'
import { steps, wayBack } from './trail.ts'
import { count, plural, size } from './words.ts'

/** `GET /view/REPO/PATH`: a file with a link on every line, or a directory. */
export function fileRoutes(app: FastifyInstance, server: Server): void {
  app.get('/view/*', (request, reply) => answer(server, request, reply))
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const target = findTarget(catalog, request, `${server.links.home}view/`)
  if (!target.ok) return sendFailure(server, request, reply, target.failure)
  if (target.value.kind === 'directory') {
    return directoryPage(server, catalog, target.value, request, reply)
  }
  const { file } = target.value
  const wanted = wantedCharset(server, request, file)
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (typeof door === 'string') {
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: `${pathText(file)} was here when the corpus was last looked at, and cannot be opened now.`,
      nearest: { repository: file.repository.name, path: '' },
    })
  }
  try {
    return await show(server, request, reply, file, wanted.value, door)
  } finally {
    door.close()
  }
}

/** What `?encoding=` says that a file is read as, or else the operator of its repository. */
export function wantedCharset(
  server: Server,
  request: FastifyRequest,
  { repository }: CatalogFile,
): Result<{ readonly charset: Charset | undefined; readonly isAsked: boolean }> {
  const parameters = parseQueryString(sentUrl(request))
  const label = parameters.ok ? parameters.value.get('encoding')?.[0] : undefined
  if (!label) {
    return succeeded({ charset: server.config.encodings.get(repository.name), isAsked: false })
  }
  const charset = charsetOf(label)
  if (charset) return succeeded({ charset, isAsked: true })
  const message = `encoding does not take ${label.slice(0, 100)}: ${knownCharsets}`
  return failed({ kind: 'bad-parameter', parameter: 'encoding', message })
}

async function show(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  file: CatalogFile,
  { charset, isAsked }: { readonly charset: Charset | undefined; readonly isAsked: boolean },
  door: OpenFile,
) {
  const wanted = wantedPlace(sentUrl(request))
  const back = wayBack(server, request)
  const tag = `"${createHash('sha256')
    .update(
      JSON.stringify([server.version, door.bytes, door.modifiedMs, charset, wanted, back?.url]),
    )
    .digest('base64url')
    .slice(0, 22)}"`
  reply
    .headers({ etag: tag, 'cache-control': 'private, no-cache' })
    .type('text/html; charset=utf-8')
  if (isKnown(request, tag)) return reply.status(304).send()

  const content = await readContent(door, server.config.limits.fileBytes, charset)
  const path = pathText(file)
  const { head, foot } = await layout(server, {
    title: visible(`${path} · ${file.repository.name}`),
    form: { ...(back?.form ?? emptyFormOf(file)) },
  })
  const common = {
    steps: steps(server, file.repository.name, file.path),
    back,
    raw: server.links.raw(file),
    size: size(door.bytes),
    language: file.language?.name,
    path: visible(path),
  }
  if (content.kind !== 'text') {
    const page = await server.render('no-text', {
      ...common,
      reason:
        content.kind === 'binary'
          ? 'This file is binary: it holds a NUL byte. It is not searched, and not shown as text.'
          : `This file is larger than ${size(server.config.limits.fileBytes)} (max-file-bytes). It is not searched, and not shown.`,
    })
    return reply.send(head + page + foot)
  }
  const page = pageOf(content.lines, wanted.line)
  const pages = pagesView(
    server.links.file(file, isAsked ? charset : undefined),
    page,
    content.lines,
  )
  const top = await server.render('file-head', {
    ...common,
    lines: plural(content.lines, 'line'),
    encoding: content.encoding,
    isEmpty: content.lines === 0,
    pages,
    width: String(Math.max(content.lines, 1)).length,
  })
  const body = async function* () {
    yield head + top
    for (let from = page.from; from < page.to; from += linesAtOnce) {
      await turn()
      const to = Math.min(from + linesAtOnce, page.to)
      yield await server.render('file-lines', {
        rows: rowsOf(content, from, to, wanted),
      })
    }
    yield (await server.render('file-foot', {
      pages,
      noNewline: content.noNewline && page.to === content.lines,
    })) + foot
  }
  return reply.send(Readable.from(body(), { highWaterMark: 1 }))
}

/** A search begun on a file's page is about its repository. */
const emptyFormOf = (file: CatalogFile): Form => ({ ...emptyForm, repo: [file.repository.name] })

const encodingNames: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-8-bom': 'UTF-8 with a byte order mark',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  other: 'not UTF-8; shown as windows-1252',
}

/** Lines that are rendered before others get their turn. */
const linesAtOnce = 250

interface Text {
  readonly kind: 'text'
  readonly text: string
  /** In words. */
  readonly encoding: string
  readonly lines: number
  /** Where each line begins in `text`. */
  readonly starts: readonly number[]
  readonly noNewline: boolean
}

type Content = { readonly kind: 'binary' | 'large' } | Text

async function readContent(
  door: OpenFile,
  most: number,
  charset: Charset | undefined,
): Promise<Content> {
  if (door.bytes > most) return { kind: 'large' }
  const searched = asSearched(readAt(door, 0, door.bytes), charset)
  if (searched.bytes.includes(0)) return { kind: 'binary' }
  // Each of the two takes 10 ms for the largest files that are shown.
  await turn()
  const text = readable(searched)
  await turn()
  const starts: number[] = text === '' ? [] : [0]
  for (
    let at = text.indexOf('\n');
    at !== -1 && at + 1 < text.length;
    at = text.indexOf('\n', at + 1)
  ) {
    starts.push(at + 1)
  }
  return {
    kind: 'text',
    text,
    encoding: searched.charset ? `read as ${searched.charset}` : encodingNames[searched.encoding],
    lines: starts.length,
    starts,
    noNewline: text !== '' && !text.endsWith('\n'),
  }
}

function rowsOf({ text, starts }: Text, from: number, to: number, wanted: Place) {
  return starts.slice(from, to).map((start, index) => {
    const number = from + index + 1
    const next = starts[from + index + 1] ?? text.length
    const line = text.slice(start, next).replace(/\r?\n$/, '')
    const begin =
      number === wanted.line ? wholeCharacter(line, Math.min(wanted.column, line.length)) : 0
    const end = wholeCharacter(line, Math.min(begin + columnsPerLine, line.length))
    return {
      number,
      segments: plainSegments(line.slice(begin, end)),
      before: begin > 0 ? count(begin) : undefined,
      hidden: line.length > end ? count(line.length - end) : undefined,
    }
  })
}

/** The column, or the one before it where a character of two units would be cut through. */
function wholeCharacter(line: string, column: number): number {
  return column > 0 && (line.codePointAt(column - 1) ?? 0) > 0xffff ? column - 1 : column
}

interface Place {
  /** 1-based. */
  readonly line: number
  /** Where the window into that line begins, in UTF-16 units. */
  readonly column: number
}

/** The line that `?L=` asks for, and the column of `?column=`. */
function wantedPlace(url: string): Place {
  const parameters = parseQueryString(url)
  const number = (name: string) => {
    const value = parameters.ok ? parameters.value.get(name)?.[0] : undefined
    return Number(/^\d{1,9}/.exec(value ?? '')?.[0] ?? 0)
  }
  return { line: Math.max(1, number('L')), column: number('column') }
}

interface Page {
  /** Lines before the page, and through its end. */
  readonly from: number
  readonly to: number
}

function pageOf(lines: number, wanted: number): Page {
  const from = Math.floor((Math.min(wanted, Math.max(lines, 1)) - 1) / linesPerPage) * linesPerPage
  return { from, to: Math.min(from + linesPerPage, lines) }
}

function pagesView(url: string, page: Page, lines: number) {
  if (lines <= linesPerPage) return undefined
  const at = (line: number) => `${url}${url.includes('?') ? '&' : '?'}L=${line}`
  return {
    shown: `Lines ${count(page.from + 1)} to ${count(page.to)} of ${count(lines)}`,
    previous: page.from > 0 ? at(page.from - linesPerPage + 1) : undefined,
    next: page.to < lines ? at(page.to + 1) : undefined,
  }
}
