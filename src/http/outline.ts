import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Charset } from '../charset.ts'
import { hasOutline, mostCharacters, type Outline } from '../outline/outline.ts'
import { mostSymbols } from '../outline/symbol.ts'
import { parseQueryString } from '../query/query-string.ts'
import { contentOf, type Text } from './content.ts'
import { sendFailure } from './errors.ts'
import { linesPerPage, pathText } from './links.ts'
import { visible } from './marks.ts'
import { type Server, sentUrl } from './server.ts'
import type { ShownFile } from './shown-file.ts'
import { wantedPlace } from './wanted.ts'
import { count } from './words.ts'

/** How a file is read, and whether the request said so. */
interface Reading {
  readonly charset: Charset | undefined
  readonly isAsked: boolean
}

/** Whether the outline is to stand in the page itself, as it has to without script: `?outline=1`. */
export const wantsOutline = (request: FastifyRequest): boolean =>
  parameter(request, 'outline') === '1'

/** What stands beside the code, for `views/file-aside.eta`; `undefined` in languages that have no outline. */
export async function asideOf(
  server: Server,
  request: FastifyRequest,
  file: ShownFile,
  text: Text,
  { charset, isAsked }: Reading,
) {
  const language = file.language?.id
  if (language === undefined || !hasOutline(language) || text.lines === 0) return undefined
  const encoding = isAsked ? charset : undefined
  const url = server.links.outlined(file, encoding)
  const pageOf = (line: number) => Math.floor((line - 1) / linesPerPage)
  const page = pageOf(Math.min(wantedPlace(sentUrl(request)).line, text.lines))
  const lineUrl = (line: number) => `${pageOf(line) === page ? '' : `${url}&L=${line}`}#L${line}`
  return {
    api: server.links.outlineOf(file, encoding),
    url,
    outline: wantsOutline(request)
      ? outlineView(await outlineOf(server, file, text.text), lineUrl)
      : undefined,
  }
}

/** `GET /api/outline/REPO/PATH`: what has a name in a file, as JSON, or with `format=html` for the page of it. */
export async function sendOutline(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  file: ShownFile,
  { charset, isAsked }: Reading,
) {
  const most = server.config.limits.fileBytes
  const content = file.bytes > most ? undefined : await contentOf(await file.read(), charset)
  if (content?.kind !== 'text') {
    const message = content
      ? 'This file is binary: it has no outline.'
      : 'This file is over max-file-bytes.'
    return sendFailure(server, request, reply, { kind: 'not-found', message })
  }
  const outline = await outlineOf(server, file, content.text)
  const encoding = isAsked ? charset : undefined
  reply.header('cache-control', 'private, no-cache')
  if (parameter(request, 'format') === 'html') {
    const lineUrl = (line: number) => server.links.line(file, line, 0, encoding)
    const view = outlineView(outline, lineUrl)
    return reply.type('text/html; charset=utf-8').send(await server.render('outline', view))
  }
  const { symbols, isCut } = outline.kind === 'outline' ? outline : { symbols: [], isCut: false }
  return reply.send({
    repository: file.repository.name,
    path: pathText(file),
    url: server.links.file(file, encoding),
    language: file.language?.id ?? null,
    symbols,
    // Why there is none, or not all of it.
    leftOut: isCut ? 'symbols' : outline.kind === 'outline' ? null : outline.kind,
  })
}

type FileOutline = Outline | { readonly kind: 'language' }

function outlineOf(server: Server, file: ShownFile, text: string): Promise<FileOutline> {
  const language = tsx.test(pathText(file)) ? 'tsx' : file.language?.id
  return language !== undefined && hasOutline(language)
    ? server.outlines.of(text, language)
    : Promise.resolve({ kind: 'language' })
}

/** TypeScript with elements in it, in which `<T>x` is no cast, has a grammar of its own. */
const tsx = /\.tsx$/i

/** The list, for `views/outline.eta`. */
function outlineView(outline: FileOutline, lineUrl: (line: number) => string) {
  if (outline.kind !== 'outline') return { symbols: [], note: notes[outline.kind] }
  const { symbols, isCut } = outline
  const cut = isCut ? `Only the first ${count(mostSymbols)} are listed.` : undefined
  return {
    symbols: symbols.map((symbol) => ({
      ...symbol,
      name: visible(symbol.name),
      url: lineUrl(symbol.line),
      // A list that goes in deeper has no room for names.
      level: Math.min(symbol.depth, 6),
    })),
    note: symbols.length === 0 ? 'Nothing in this file has a name that would stand here.' : cut,
  }
}

const notes = {
  large: `There is no outline of files of more than ${count(mostCharacters)} characters.`,
  slow: 'There is no outline: this file takes too long, or too much memory, to be read for one.',
  busy: 'There is no outline now: too many others are being made. Load the page again.',
  language: 'There is no outline for this language.',
} as const

function parameter(request: FastifyRequest, name: string): string | undefined {
  const parameters = parseQueryString(sentUrl(request))
  return parameters.ok ? parameters.value.get(name)?.[0] : undefined
}
