import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import type { Repository } from '../corpus/catalog.ts'
import type { Language } from '../corpus/language.ts'
import { emptyForm, type Form } from '../query/parameters.ts'
import { rowsOf } from './code-rows.ts'
import { coloursOf } from './colours.ts'
import { contentOf, type Text } from './content.ts'
import { documentPage } from './document.ts'
import { type FileMarks, findMarks, type Unmarked } from './file-marks.ts'
import { isKnown } from './headers.ts'
import { hitsView } from './hits-view.ts'
import { layout } from './layout.ts'
import { type FilePlace, hasRendering, isMarkdown, linesPerPage, pathText } from './links.ts'
import { visible } from './marks.ts'
import { noTextPage, picturePage } from './not-text.ts'
import { asideOf, wantsOutline } from './outline.ts'
import { currentCatalog, type Server, sentUrl } from './server.ts'
import { type Sought, soughtBy } from './sought.ts'
import { steps, wayBack } from './trail.ts'
import { treeView } from './tree.ts'
import { wantedPlace, wantsSource } from './wanted.ts'
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
  reading: { readonly charset: Charset | undefined; readonly isAsked: boolean },
) {
  const { charset, isAsked } = reading
  const wanted = wantedPlace(sentUrl(request))
  const back = wayBack(server, request)
  const sought = soughtBy(server, request, back)
  const tree =
    file.revision === undefined
      ? treeView(server, await currentCatalog(server), file.repository, file.path)
      : undefined
  const facts = [server.version, file.version, charset, wanted, back?.url, sought?.parameters, tree]
  /** Whether the client has the page as it is; the one that lacks something is another, so that it is not kept. */
  const isThere = (...lacks: readonly (string | undefined)[]) => {
    reply.header('cache-control', 'private, no-cache').type('text/html; charset=utf-8')
    // Another time there may be an outline.
    if (wantsOutline(request)) return false
    const hash = createHash('sha256').update(
      JSON.stringify([...facts, lacks.filter((lack) => lack !== undefined)]),
    )
    const tag = `"${hash.digest('base64url').slice(0, 22)}"`
    reply.header('etag', tag)
    return isKnown(request, tag)
  }
  if (isThere()) return reply.status(304).send()

  const path = pathText(file)
  const { head, foot } = await layout(server, {
    title: visible(`${path} · ${file.repository.name}`),
    form: formOf(file, sought?.form ?? back?.form),
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
  const page = pageOf(content.lines, wanted.line)
  const asked = isAsked ? charset : undefined
  const [colours, marks] = await Promise.all([
    coloursOf(server, file, content, page),
    sought && marksOf(server, reply, file, content, sought, asked),
  ])
  const uncoloured = 'reason' in colours ? colours.reason : undefined
  const unmarked = marks && 'reason' in marks ? marks.reason : undefined
  if (isThere(uncoloured, unmarked, ...document.notes)) return reply.status(304).send()
  const url = server.links.file(file, asked)
  const address = sought ? withParameters(url, sought.parameters) : url
  const pages = pagesView(address, page, content.lines)
  const hits =
    sought && marks && hitsView(sought, marks, (line) => urlOfLine(address, page, line), url)
  const top = await server.render('file-head', {
    ...common,
    lines: plural(content.lines, 'line'),
    encoding: content.encoding,
    rendered: hasRendering(file.path) && isSourceAsked ? server.links.file(file) : undefined,
    notes: document.notes,
    isEmpty: content.lines === 0,
    repository: file.repository.name,
    aside: await asideOf(server, request, file, content, reading),
    pages,
    uncoloured,
    hits,
    width: String(Math.max(content.lines, 1)).length,
  })
  const body = async function* () {
    yield head + top
    for (let from = page.from; from < page.to; from += linesAtOnce) {
      await turn()
      const to = Math.min(from + linesAtOnce, page.to)
      yield await server.render('file-lines', {
        rows: rowsOf(content, { from, to }, wanted, { colours, marks, hits }),
      })
    }
    yield (await server.render('file-foot', {
      pages,
      noNewline: content.noNewline && page.to === content.lines,
    })) + foot
  }
  return reply.send(Readable.from(body(), { highWaterMark: 1 }))
}

/** A search begun on a file's page is about its repository, unless it goes on with the one that led there. */
const formOf = (file: ShownFile, form: Form | undefined): Form =>
  form ?? { ...emptyForm, repo: [file.repository.name] }

/** @param charset what the page reads the file as, if its address says so */
async function marksOf(
  server: Server,
  reply: FastifyReply,
  file: ShownFile,
  content: Text,
  { query }: Sought,
  charset: Charset | undefined,
): Promise<FileMarks | Unmarked> {
  return 'reason' in query ? query : findMarks(server, reply, file, content, query, charset)
}

/** Lines that are rendered before others get their turn. */
const linesAtOnce = 50

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
  const at = (line: number) => withParameters(url, `L=${line}`)
  return {
    shown: `Lines ${count(page.from + 1)} to ${count(page.to)} of ${count(lines)}`,
    previous: page.from > 0 ? at(page.from - linesPerPage + 1) : undefined,
    next: page.to < lines ? at(page.to + 1) : undefined,
  }
}

const withParameters = (url: string, parameters: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${parameters}`

/** A line of this page, or of another, whose address says it. */
const urlOfLine = (url: string, page: Page, line: number): string =>
  line > page.from && line <= page.to ? `#L${line}` : `${withParameters(url, `L=${line}`)}#L${line}`
