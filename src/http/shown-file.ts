import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import type { Repository } from '../corpus/catalog.ts'
import type { Language } from '../corpus/language.ts'
import { emptyForm, type Form } from '../query/parameters.ts'
import { contentOf, lineOf, type Text } from './content.ts'
import { documentPage } from './document.ts'
import { isKnown } from './headers.ts'
import { layout } from './layout.ts'
import {
  columnsPerLine,
  type FilePlace,
  hasRendering,
  isMarkdown,
  linesPerPage,
  pathText,
} from './links.ts'
import { plainSegments, visible } from './marks.ts'
import { noTextPage, picturePage } from './not-text.ts'
import { currentCatalog, type Server, sentUrl } from './server.ts'
import { steps, wayBack } from './trail.ts'
import { treeView } from './tree.ts'
import { type Place, wantedPlace, wantsSource } from './wanted.ts'
import { count, plural, size } from './words.ts'

/** A file as its page shows it, wherever its bytes come from. */
export interface ShownFile extends FilePlace {
  readonly repository: Repository
  readonly language: Language | undefined
  readonly bytes: number
  /** Another one for every other content. */
  readonly version: string
  /** All of it; asked for once, and not if it is over `max-file-bytes`. */
  read(): Buffer | Promise<Buffer>
}

/** The page of a file. @param wanted what it is read as, and whether the request said so */
export async function showFile(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  file: ShownFile,
  { charset, isAsked }: { readonly charset: Charset | undefined; readonly isAsked: boolean },
) {
  const wanted = wantedPlace(sentUrl(request))
  const back = wayBack(server, request)
  const tree =
    file.revision === undefined
      ? treeView(server, await currentCatalog(server), file.repository, file.path)
      : undefined
  const facts = [server.version, file.version, charset, wanted, back?.url, tree]
  const tag = `"${createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22)}"`
  reply
    .headers({ etag: tag, 'cache-control': 'private, no-cache' })
    .type('text/html; charset=utf-8')
  if (isKnown(request, tag)) return reply.status(304).send()

  const path = pathText(file)
  const { head, foot } = await layout(server, {
    title: visible(`${path} · ${file.repository.name}`),
    form: { ...(back?.form ?? emptyFormOf(file)) },
  })
  const common = {
    steps: steps(server, file.repository.name, file.path),
    back,
    tree,
    raw: server.links.raw(file),
    size: size(file.bytes),
    language: file.language?.name,
    path: visible(path),
  }
  const bytes = file.bytes > server.config.limits.fileBytes ? undefined : await file.read()
  const isSourceAsked = wantsSource(sentUrl(request))
  const picture = bytes && (await picturePage(server, file, bytes, { ...common, isSourceAsked }))
  if (picture) return reply.send(head + picture + foot)
  const content = bytes && (await contentOf(bytes, charset))
  if (content?.kind !== 'text') {
    return reply.send(head + (await noTextPage(server, bytes, common)) + foot)
  }
  const document =
    isMarkdown(file.path) && !isSourceAsked
      ? await documentPage(server, file, content, common)
      : { notes: [] }
  if (document.html !== undefined) return reply.send(head + document.html + foot)
  // What could not be rendered now may be later.
  if (document.notes.length > 0) reply.removeHeader('etag')
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
    rendered: hasRendering(file.path) && isSourceAsked ? server.links.file(file) : undefined,
    notes: document.notes,
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
const emptyFormOf = (file: ShownFile): Form => ({ ...emptyForm, repo: [file.repository.name] })

/** Lines that are rendered before others get their turn. */
const linesAtOnce = 250

function rowsOf(text: Text, from: number, to: number, wanted: Place) {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index + 1
    const line = lineOf(text, number)
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
