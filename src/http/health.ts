import type { FastifyInstance } from 'fastify'
import { startChild } from '../process/child.ts'
import type { Server } from './server.ts'

/** For machines: `healthz` says that the server lives, `readyz` that it can search; and crawlers are told what to leave. */
export function healthRoutes(app: FastifyInstance, server: Server): void {
  const { corpus, links, stopping, config } = server
  const ripgrepRuns = createProbe(config.rgPath)
  const trouble = async (): Promise<string | undefined> => {
    if (stopping.aborted) return 'stopping'
    if (!corpus.catalog) return 'listing the corpus'
    return (await ripgrepRuns()) ? undefined : 'ripgrep does not run'
  }
  app.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request, reply) => {
    const found = await trouble()
    return reply
      .status(found === undefined ? 200 : 503)
      .type('text/plain')
      .send(`${found ?? 'ok'}\n`)
  })
  app.get('/robots.txt', async (_request, reply) =>
    reply
      .type('text/plain')
      .send(
        ['User-agent: *', ...closed.map((path) => `Disallow: ${links.home}${path}`), ''].join('\n'),
      ),
  )
}

/** What crawlers are to leave: answers that cost much, or that there is no end of. */
const closed = ['search', 'api/', 'raw/', 'patch', 'history/', 'commit/', 'refs/']

/** What was seen holds for so long; and for so long a ripgrep that says nothing is waited for. */
const freshMs = 5_000
const patienceMs = 2_000

/** Whether ripgrep runs: tried at most once in a while and one at a time, however many ask. */
function createProbe(rgPath: string): () => Promise<boolean> {
  let latest: Promise<boolean> | undefined
  let seenAt = 0
  let isRunning = false
  return () => {
    if (latest && (isRunning || performance.now() - seenAt < freshMs)) return latest
    isRunning = true
    latest = runs(rgPath).finally(() => {
      isRunning = false
      seenAt = performance.now()
    })
    return latest
  }
}

async function runs(rgPath: string): Promise<boolean> {
  const child = startChild(rgPath, ['--version'], {
    cwd: '/',
    signal: AbortSignal.timeout(patienceMs),
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    if (text.length < 1_000) text += String(chunk)
  })
  const ended = await child.ended
  return ended.kind === 'exited' && ended.code === 0 && text.startsWith('ripgrep ')
}
