import type { FastifyInstance } from 'fastify'
import type { Server } from './server.ts'

/** For machines: `healthz` says that the server lives, `readyz` that it can search; and crawlers are told what to leave. */
export function healthRoutes(app: FastifyInstance, { corpus, links }: Server): void {
  app.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request, reply) =>
    corpus.catalog
      ? reply.type('text/plain').send('ok\n')
      : reply.status(503).type('text/plain').send('listing the corpus\n'),
  )
  app.get('/robots.txt', async (_request, reply) =>
    reply
      .type('text/plain')
      .send(
        `User-agent: *\nDisallow: ${links.searchAction}\nDisallow: ${links.home}api/\nDisallow: ${links.home}raw/\nDisallow: ${links.home}patch\n`,
      ),
  )
}
