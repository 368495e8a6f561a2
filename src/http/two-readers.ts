import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Result } from '../failure.ts'
import type { Form } from '../query/form.ts'
import { sendFailure } from './errors.ts'
import type { Server } from './server.ts'

/** An answer that people read as a page, and programs as JSON. */
export interface ForBoth<T> {
  readonly paths: { readonly page: string; readonly api: string }
  /** The answer, and the form that a page of failure shows. @param forWhom what is missing may be asked of people */
  find(
    request: FastifyRequest,
    reply: FastifyReply,
    forWhom: 'people' | 'programs',
  ): Promise<{ readonly found: Result<T>; readonly form?: Form }>
  json(found: T): object
  page(found: T): Promise<string>
}

/** Both routes of an answer. A HEAD does none of its work. */
export function answerBoth<T>(app: FastifyInstance, server: Server, both: ForBoth<T>): void {
  const { page, api } = both.paths
  app.head(api, (_request, reply) => reply.type('application/json').send())
  app.get(api, async (request, reply) => {
    const { found } = await both.find(request, reply, 'programs')
    if (!found.ok) return sendFailure(server, request, reply, found.failure)
    return reply.send(both.json(found.value))
  })
  app.head(page, (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get(page, async (request, reply) => {
    const { found, form } = await both.find(request, reply, 'people')
    if (!found.ok) return sendFailure(server, request, reply, found.failure, form)
    return reply.type('text/html; charset=utf-8').send(await both.page(found.value))
  })
}
