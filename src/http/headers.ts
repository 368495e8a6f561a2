import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What a page may load and do: our own files, and nothing inline. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The policy of the corpus's own bytes: nothing in them runs. */
export const sandboxPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

/** Headers of every answer, whatever its status. */
export const securityHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  // A query can be a secret; our own pages may know it, to lead back to the results.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

export function setSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    headersOfAll(request, reply)
  })
}

/** What every answer carries, with the name by which its request is found in the log. */
export const headersOfAll = ({ id }: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.headers({ ...securityHeaders, 'x-request-id': id })

/** Whether the client has this very answer; a proxy that compresses may have made its tag a weak one. */
export function isKnown(request: FastifyRequest, tag: string): boolean {
  const known = request.headers['if-none-match']?.split(',') ?? []
  return known.some((one) => one.trim().replace(/^W\//, '') === tag)
}

/** Whether the client takes an answer that gzip has packed (RFC 9110, 12.5.3). */
export function takesGzip({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const wanted = String(headers['accept-encoding'] ?? '')
  return /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(wanted)
}
