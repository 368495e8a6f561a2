import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Failure } from '../failure.ts'
import { emptyForm, type Form } from '../query/parameters.ts'
import { failureHeaders, failureJson, headingOf, statusOf } from './failures.ts'
import { layout } from './layout.ts'
import { type Server, sentUrl } from './server.ts'

/** The answers that no route gives: unknown address, malformed request, our own mistakes. Never a stack trace. */
export function answerErrors(app: FastifyInstance, server: Server): void {
  app.setNotFoundHandler((request, reply) =>
    sendFailure(server, request, reply, {
      kind: 'not-found',
      message: 'There is no page at this address.',
    }),
  )
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) {
      return sendFailure(server, request, reply, {
        kind: 'bad-parameter',
        parameter: 'url',
        message: 'This address cannot be read.',
      })
    }
    process.stderr.write(`ripline: request ${request.id}: ${error.stack ?? error.message}\n`)
    return sendFailure(server, request, reply, { kind: 'internal', message: error.message })
  })
}

/** Answers with a failure: JSON below `/api/`, else a page, with the form as it was filled in. */
export async function sendFailure(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  failure: Failure,
  form: Form = emptyForm,
): Promise<FastifyReply> {
  reply.status(statusOf[failure.kind]).headers(failureHeaders(failure))
  if (sentUrl(request).startsWith(`${server.links.home}api/`)) {
    return reply.send(failureJson(failure, request.id))
  }
  return reply
    .type('text/html; charset=utf-8')
    .send(await failurePage(server, request, failure, form))
}

async function failurePage(
  server: Server,
  request: FastifyRequest,
  failure: Failure,
  form: Form,
): Promise<string> {
  const { head, foot } = await layout(server, {
    title: headingOf[failure.kind],
    form,
    noindex: true,
    showFilters: true,
  })
  const body = await server.render('failure', {
    failure,
    heading: headingOf[failure.kind],
    requestId: request.id,
    literal: form.regex ? server.links.search({ ...form, regex: false }) : undefined,
    again: sentUrl(request),
    nearest:
      failure.kind === 'not-found' && failure.nearest
        ? {
            text: `${failure.nearest.repository}/${failure.nearest.path}`,
            url: server.links.directory(failure.nearest.repository, failure.nearest.path),
          }
        : undefined,
    home: server.links.home,
  })
  return head + body + foot
}
