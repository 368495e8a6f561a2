import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Failure } from '../failure.ts'
import { emptyForm, type Form } from '../query/form.ts'
import { quoted } from '../query/parse.ts'
import { withoutCarried } from './carried.ts'
import { chipsOf } from './chips.ts'
import { clientOf } from './client.ts'
import { commandOffer } from './command-offer.ts'
import { failureHeaders, failureJson, headingOf, headings, statusOf } from './failures.ts'
import { securityHeaders } from './headers.ts'
import { layout } from './layout.ts'
import { visible, visibleLines } from './marks.ts'
import { peerUrl } from './peers.ts'
import type { Observers } from './requests.ts'
import { type Server, sentUrl } from './server.ts'

/** The answers that no route gives: unknown address, malformed request, our own mistakes. Never a stack trace. */
export function answerErrors(app: FastifyInstance, server: Server): void {
  app.setNotFoundHandler(async (request, reply) => {
    const url = await peerUrl(server, request)
    if (url !== undefined) return reply.redirect(url, 301)
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: 'There is no page at this address.',
    })
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return sendFailure(server, request, reply, unreadableUrl)
    const message = error.stack ?? error.message
    return sendFailure(server, request, reply, { kind: 'internal', message })
  })
}

export const unreadableUrl: Failure = {
  kind: 'bad-parameter',
  parameter: 'url',
  message: 'This address cannot be read.',
}

/** Answers what is no HTTP request, or one that is too long to be read. */
export function refuseConnection(
  { metrics, requestLog }: Observers,
  error: ConnectionError,
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const isLong = error.code === 'HPE_HEADER_OVERFLOW'
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const id = randomUUID()
  const status = isLong
    ? '431 Request Header Fields Too Large'
    : isLate
      ? '408 Request Timeout'
      : '400 Bad Request'
  const text = isLong
    ? 'This address is too long to be read.'
    : isLate
      ? 'This request took too long to arrive.'
      : 'This is not a request that can be read.'
  const headers = Object.entries({
    ...securityHeaders,
    'x-request-id': id,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': text.length + 1,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  const answer = `HTTP/1.1 ${status}\r\n${headers.join('')}\r\n${text}\n`
  socket.end(answer)
  const end = {
    ...{ id, method: undefined, route: undefined, status: Number.parseInt(status, 10) },
    ...{ whole: true, ms: 0, bytes: answer.length },
    client: clientOf({ ip: socket.remoteAddress }) ?? 'local',
  }
  metrics?.countRequest(end)
  requestLog?.add(end)
}

/** Tells the operator of a failure, and of our mistakes what the user is only told the id of. */
export function writeDown(server: Server, request: FastifyRequest, failure: Failure): void {
  const { kind, message } = failure
  server.metrics?.countFailure(kind)
  if (kind === 'internal' || kind === 'busy' || kind === 'rate-limited') {
    server.failures.add(kind, request.id)
  }
  if (kind !== 'internal') return
  server.log.tell('error', withoutCarried(request, message), request.id)
}

/**
 * Answers with a failure: JSON below `/api/`, else a page, with the form as it was filled in. Never rejects.
 *
 * @param form `plain` for text that tells nothing of what is searched here
 */
export async function sendFailure(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  failure: Failure,
  form: Form | 'plain' = emptyForm,
): Promise<FastifyReply> {
  writeDown(server, request, failure)
  reply.status(statusOf[failure.kind]).headers(failureHeaders(failure))
  if (sentUrl(request).startsWith(`${server.links.home}api/`)) {
    return reply.send(failureJson(failure, request.id))
  }
  if (form === 'plain') {
    return reply.type('text/plain; charset=utf-8').send(`${failure.message}\n`)
  }
  try {
    const page = await failurePage(server, request, failure, form)
    return reply.type('text/html; charset=utf-8').send(page)
  } catch (error) {
    // It is the pages that fail, so this cannot be one.
    writeDown(server, request, { kind: 'internal', message: String((error as Error).stack) })
    return reply
      .status(500)
      .type('text/plain; charset=utf-8')
      .send(`${headings.internal}: it has been written down as ${request.id}.\n`)
  }
}

/** The ways on from a pattern that is refused: as text, or as what ripgrep's own words say that it may be. */
export function waysOn(server: Server, failure: Failure, form: Form): readonly Way[] {
  const { links, config } = server
  const pointed = pointedAt(failure, form)
  const isOfText = failure.kind === 'bad-pattern' || failure.kind === 'bad-query'
  const command = isOfText ? commandOffer(server, form.q)?.url : undefined
  const ways: Way[] = command === undefined ? [] : [{ text: 'Read it as a command', url: command }]
  if (pointed) {
    const { before, at, behind } = pointed
    const without = (before + behind).replace(/ {2}|^ | $/, (spaces) => spaces.slice(1))
    ways.push({
      text: 'Search for this as text',
      url: links.search({ ...form, q: `${before}${quoted(at)}${behind}` }),
    })
    if (without !== '') {
      ways.push({ text: 'Search without it', url: links.search({ ...form, q: without }) })
    }
  }
  if (failure.kind !== 'bad-pattern') return ways
  if (!form.multiline && failure.message.includes('--multiline')) {
    ways.push({
      text: 'Let a match span lines',
      url: links.search({ ...form, multiline: true }),
    })
  }
  if (config.pcre2 && !form.pcre2 && failure.message.includes('--pcre2')) {
    ways.push({ text: 'Search with PCRE2', url: links.search({ ...form, pcre2: true }) })
  }
  if (form.regex) {
    ways.push({ text: 'Search for it literally', url: links.search({ ...form, regex: false }) })
  }
  return ways
}

/** What was typed, cut at the filter that is the trouble, if it is one. */
function pointedAt(failure: Failure, { q }: Form) {
  if (!('length' in failure) || failure.position === undefined) return undefined
  const { position, length = 0 } = failure
  return {
    before: q.slice(0, position),
    at: q.slice(position, position + length),
    behind: q.slice(position + length),
  }
}

interface Way {
  readonly text: string
  readonly url: string
}

async function failurePage(
  server: Server,
  request: FastifyRequest,
  failure: Failure,
  form: Form,
): Promise<string> {
  const { head, foot } = await layout(server, {
    title: headingOf(failure),
    form,
    noindex: true,
    showFilters: true,
  })
  const body = await server.render('failure', {
    kind: failure.kind,
    glob: failure.kind === 'bad-glob' ? visible(failure.glob) : undefined,
    message: visibleLines(failure.message),
    heading: headingOf(failure),
    requestId: request.id,
    pointed: pointedAt(failure, form),
    chips: chipsOf(server.links, form),
    ways: waysOn(server, failure, form),
    again: sentUrl(request),
    isUnderway: failure.kind === 'busy' && failure.isUnderway && failure.retryAfterSeconds,
    nearest:
      failure.kind === 'not-found' && failure.nearest
        ? {
            text: visible(`${failure.nearest.repository}/${failure.nearest.path}`),
            url: server.links.directory(failure.nearest.repository, failure.nearest.path),
          }
        : undefined,
    history:
      failure.kind === 'not-found' && failure.past && (await server.git.isInstalled)
        ? server.links.history({
            repository: { name: failure.past.repository },
            path: Buffer.from(failure.past.path),
          })
        : undefined,
    home: server.links.home,
  })
  return head + body + foot
}
