import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import type { Repository } from '../corpus/catalog.ts'
import type { Language } from '../corpus/language.ts'
import { emptyForm, type Form } from '../query/parameters.ts'
import { contentOf, lineOf, type Text } from './content.ts'
import { driftOf } from './drift-view.ts'
import { isKnown } from './headers.ts'
import { layout } from './layout.ts'
import { columnsPerLine, type FilePlace, linesPerPage, pathText } from './links.ts'
import { plainSegments, visible } from './marks.ts'
import { previewOf } from './preview.ts'
import { beyond, formerView, rangeBar, withNow } from './range-bar.ts'
import { withSelected } from './range-segments.ts'
import { columnsIn, isSelected, type SelectedLines } from './selection.ts'
import { type Server, sentUrl } from './server.ts'
import { steps, wayBack } from './trail.ts'
import { canonicalAddress, type Place, wantedPlace } from './wanted.ts'
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
  /** The newest version before this one of which `find` answers something, if git knows it. */
  findBefore?<Found>(
    find: (bytes: Buffer) => Promise<Found | undefined>,
  ): Promise<{ readonly revision: string; readonly found: Found } | undefined>
}

/** The page of a file. @param wanted what it is read as, and whether the request said so */
export async function showFile(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  file: ShownFile,
  { charset, isAsked }: { readonly charset: Charset | undefined; readonly isAsked: boolean },
) {
  const url = sentUrl(request)
  const canonical = canonicalAddress(url)
  if (canonical !== undefined) return reply.redirect(canonical, 301)
  const wanted = wantedPlace(url)
  const back = wayBack(server, request)
  const tagged = [server.version, file.version, charset, wanted, back?.url]
  const tag = `"${createHash('sha256').update(JSON.stringify(tagged)).digest('base64url').slice(0, 22)}"`
  reply
    .headers({ etag: tag, 'cache-control': 'private, no-cache' })
    .type('text/html; charset=utf-8')
  if (isKnown(request, tag)) return reply.status(304).send()

  const most = server.config.limits.fileBytes
  const content =
    file.bytes > most ? ({ kind: 'large' } as const) : await contentOf(await file.read(), charset)
  const drift = content.kind === 'text' ? await driftOf(content, wanted) : undefined
  if (drift && wanted.ranges.length > 0 && drift.now !== wanted.now) {
    // The fragment, which no server sees, still says the old line.
    const fragment = drift.isGone ? '#drift' : `#L${drift.ranges[0]!.from}`
    return reply.removeHeader('etag').redirect(withNow(url, drift.now) + fragment)
  }
  const path = pathText(file)
  const facts = [size(file.bytes), file.language?.name].filter((fact) => fact !== undefined)
  const names = { path: visible(path), repository: visible(file.repository.name) }
  const preview =
    content.kind === 'text'
      ? previewOf(
          names,
          content,
          drift!.ranges,
          [plural(content.lines, 'line'), ...facts].join(', '),
        )
      : { title: `${names.path} · ${names.repository}`, description: facts.join(', ') }
  const { head, foot } = await layout(server, {
    title: preview.title,
    preview,
    // Every range of a file is an address; the file is one.
    noindex: wanted.ranges.length > 0,
    form: { ...(back?.form ?? emptyFormOf(file)) },
  })
  const common = {
    steps: steps(server, file.repository.name, file.path),
    back,
    raw: server.links.raw(file),
    size: size(file.bytes),
    language: file.language?.name,
    path: visible(path),
  }
  if (content.kind !== 'text') {
    const page = await server.render('no-text', {
      ...common,
      reason:
        content.kind === 'binary'
          ? 'This file is binary: it holds a NUL byte. It is not searched, and not shown as text.'
          : `This file is larger than ${size(most)} (max-file-bytes). It is not searched, and not shown.`,
    })
    return reply.send(head + page + foot)
  }
  const { ranges, isGone } = drift!
  const page = pageOf(content.lines, ranges[0]?.from ?? wanted.line)
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
    count: content.lines,
    notes: [
      ...(isGone || (drift!.text && !drift!.lines) ? [drift!.text] : []),
      ...beyond(ranges, content.lines),
    ],
    former: isGone ? await formerView(server, file, wanted) : undefined,
  })
  const bar = await rangeBar(server, file, content, drift!, isAsked ? charset : undefined)
  const body = async function* () {
    yield head + top
    for (let from = page.from; from < page.to; from += linesAtOnce) {
      await turn()
      const to = Math.min(from + linesAtOnce, page.to)
      yield await server.render('file-lines', {
        rows: rowsOf(content, from, to, wanted, ranges),
      })
    }
    yield (await server.render('file-foot', {
      pages,
      bar,
      noNewline: content.noNewline && page.to === content.lines,
    })) + foot
  }
  return reply.send(Readable.from(body(), { highWaterMark: 1 }))
}

/** A search begun on a file's page is about its repository. */
const emptyFormOf = (file: ShownFile): Form => ({ ...emptyForm, repo: [file.repository.name] })

/** Lines that are rendered before others get their turn. */
const linesAtOnce = 250

function rowsOf(
  text: Text,
  from: number,
  to: number,
  wanted: Place,
  ranges: readonly SelectedLines[],
) {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index + 1
    const line = lineOf(text, number)
    const begin =
      number === wanted.line ? wholeCharacter(line, Math.min(wanted.column, line.length)) : 0
    const end = wholeCharacter(line, Math.min(begin + columnsPerLine, line.length))
    const selected = columnsIn(ranges, number)
    const segments = plainSegments(line.slice(begin, end))
    return {
      number,
      isSelected: isSelected(ranges, number),
      segments: selected
        ? withSelected(segments, selected.from - begin, selected.to - begin)
        : segments,
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
  const at = (line: number) => `${url}${url.includes('?') ? '&' : '?'}from=${line}`
  return {
    shown: `Lines ${count(page.from + 1)} to ${count(page.to)} of ${count(lines)}`,
    previous: page.from > 0 ? at(page.from - linesPerPage + 1) : undefined,
    next: page.to < lines ? at(page.to + 1) : undefined,
  }
}
