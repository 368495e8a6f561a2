import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SearchContext, SearchRequest } from '../search/context.ts'
import { isKnown } from './headers.ts'
import { type Server, sentUrl } from './server.ts'

/** Marks an answer that is kept, for the client to keep, too; `true` if it does, and nothing need be sent. */
export function isKept(
  { answers, version }: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  context: SearchContext,
  search: SearchRequest,
): boolean {
  const name = answers.nameOf(context, search)
  if (name === undefined) return false
  const hash = createHash('sha256').update(JSON.stringify([version, sentUrl(request), name]))
  const tag = `"${hash.digest('base64url').slice(0, 22)}"`
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache' })
  return isKnown(request, tag)
}
