import type { FastifyInstance } from 'fastify'

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
export function securityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      // A query can be a secret; our own pages may know it, to lead back to the results.
      'referrer-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
  })
}
