import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sizeOf } from '../build.ts'
import type { Contender, Peer, Place, Spelling } from '../contender.ts'
import { answerOf, keptConnection, type TimedRequest, timed } from '../http.ts'
import { cpuSeconds, memoryOf } from '../processes.ts'
import { asRegex, type Query } from '../queries.ts'
import { adopt, freePort, type ServerProcess, startServer, untilItAnswers } from '../server.ts'

/** Hound's JSON API. It indexes when it starts without an index. */
export const hound: Peer = {
  name: 'Hound',
  about:
    'Installed as its own documentation says; the bench needs `houndd`. Its configuration names TREE once, with `"vcs": "local"` and polling off. Started: `houndd -conf INDEX/config.json -addr 127.0.0.1:PORT`; the first start builds the index. Asked for `rng=0:100000`, `limit=100000`, `ctx=2`.',
  async start(place) {
    const running = place.peers.url('hound')
    if (running) return adopt(running, [contender(running)], place)
    const program = place.peers.program('houndd')
    if (!program) return { missing: 'houndd is neither among the peers nor on the PATH' }
    const home = homeOf(place)
    if (!home || !existsSync(join(home, 'data'))) {
      return { missing: 'no index of this corpus: run with --build' }
    }
    const { server, url } = await open(program, home)
    const asked = contender(url)
    const firstAnswer = await untilItAnswers(asked, place, server)
    const version =
      place.peers.version('hound') ?? execFileSync(program, ['-version']).toString().trim()
    return { version, contenders: [asked], pid: server.pid, firstAnswer, stop: server.stop }
  },
  async build(place) {
    const program = place.peers.program('houndd')
    const home = homeOf(place)
    if (!program || !home) {
      return {
        missing: 'houndd is neither among the peers nor on the PATH, or --peers has no directory',
      }
    }
    await rm(home, { recursive: true, force: true })
    await mkdir(home, { recursive: true })
    await writeFile(join(home, 'config.json'), configuration(place, home))
    const { server } = await open(program, home)
    while (!server.said().includes('running server')) {
      if (!existsSync(`/proc/${server.pid}`)) throw new Error(`houndd ended: ${server.said()}`)
      await sleep(20)
    }
    const seconds = (performance.now() - server.startedAt) / 1_000
    const peakBytes = (await memoryOf(server.pid))?.peak
    const spent = await cpuSeconds(server.pid)
    await server.stop()
    return {
      seconds,
      ...(spent === undefined ? {} : { cpuSeconds: spent }),
      ...(peakBytes === undefined ? {} : { peakBytes }),
      bytes: await sizeOf(home),
    }
  },
}

function homeOf({ peers, corpus }: Place): string | undefined {
  const indexes = peers.indexes(corpus.name)
  return indexes && join(indexes, 'hound')
}

const configuration = ({ corpus }: Place, home: string): string =>
  JSON.stringify({
    dbpath: join(home, 'data'),
    'max-concurrent-indexers': 2,
    repos: {
      [corpus.name]: {
        url: `file://${corpus.directory}`,
        vcs: 'local',
        'enable-poll-updates': false,
      },
    },
  })

async function open(
  program: string,
  home: string,
): Promise<{ server: ServerProcess; url: string }> {
  const port = await freePort()
  const configured = join(home, 'config.json')
  await readFile(configured)
  const server = startServer(program, ['-conf', configured, '-addr', `127.0.0.1:${port}`])
  return { server, url: `http://127.0.0.1:${port}/` }
}

function spell(query: Query): Spelling {
  if (query.multiline) return { cannot: 'looks at one line at a time' }
  const pattern = asRegex(query, 're2')
  if ('cannot' in pattern) return pattern
  return { text: decodeURIComponent(parametersOf(query).toString().replaceAll('+', ' ')) }
}

function parametersOf(query: Query): URLSearchParams {
  const isLiteral = query.syntax === 'literal' && !query.word
  const pattern = asRegex(query, 're2')
  if ('cannot' in pattern) throw new Error(pattern.cannot)
  return new URLSearchParams({
    repos: '*',
    q: isLiteral ? query.pattern : pattern.text,
    ...(isLiteral ? { literal: 'true' } : {}),
    ...(query.case === 'ignore' ? { i: 'true' } : {}),
    rng: '0:100000',
    limit: String(query.limit ?? 100_000),
    ctx: '2',
  })
}

function contender(url: string): Contender {
  const agent = keptConnection()
  const request = (query: Query): TimedRequest => ({
    url: `${url}api/v1/search?${parametersOf(query)}`,
  })
  return {
    name: 'Hound API',
    spell,
    request,
    ask: async (query) => answerOf(await timed(request(query), '"LineNumber":', agent)),
  }
}
