import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildWith } from '../build.ts'
import type { Answer, Contender, Peer, Place, Spelling, Started } from '../contender.ts'
import { answerOf, keptConnection, type TimedRequest, timed } from '../http.ts'
import type { Query } from '../queries.ts'
import { type ServerProcess, startServer, untilItAnswers } from '../server.ts'
import { buildArgs, indexArgs, untilIndexed, withoutAnswerCache } from './ripline-options.ts'

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

/**
 * Limits out of the way, so that an answer is as whole as ripgrep's, and no search is refused for being one of many; and
 * PCRE2 let in.
 */
const limits = [
  ...['--pcre2', '--max-pcre2-seconds=60', '--max-multiline-file-bytes=16777216'],
  ...['--max-lines=100000', '--max-lines-per-file=100000', '--max-reply-bytes=1073741824'],
  ...['--max-seconds=60', '--max-queue=10000', '--max-wait-seconds=60'],
]

/** ripline: its page and its JSON lines. */
export const ripline: Peer = {
  name: 'ripline',
  about: `This checkout. Started: \`node dist/bin.js --port=0 --rescan-seconds=0 ${limits.join(' ')} TREE\`, the cache of finished answers off unless said.`,
  start: (place) => startRipline(place, ['--rescan-seconds=0', ...withoutAnswerCache]),
  async build(place) {
    const directory = indexOf(place)
    await rm(directory, { recursive: true, force: true })
    const args = buildArgs(directory, place.corpus.directory)
    if (!args) return { missing: 'has no command that builds an index ahead' }
    await mkdir(directory, { recursive: true })
    return buildWith({ program: process.execPath, args: [bin, ...args], outcome: directory })
  },
}

/** Starts ripline with further options and waits until it has its index. */
export async function startRipline(place: Place, options: readonly string[]): Promise<Started> {
  const index = indexArgs(indexOf(place))
  const server = startServer(process.execPath, [
    ...[bin, '--port=0', ...limits, ...index, ...options],
    place.corpus.directory,
  ])
  const url = await address(server)
  const contenders = [jsonLines(url), page(url)]
  const firstAnswer = await untilItAnswers(contenders[0]!, place, server)
  await untilIndexed(url)
  const ready = performance.now() - server.startedAt
  return { version: version(), contenders, pid: server.pid, firstAnswer, ready, stop: server.stop }
}

const indexOf = ({ peers, corpus, scratch }: Place): string =>
  join(peers.indexes(corpus.name) ?? join(scratch, corpus.name), 'ripline')

/** Where a ripline that has been started listens. */
export async function address(server: ServerProcess): Promise<string> {
  for (;;) {
    const [, url] = /ripline \S+ on (http:\S+)/.exec(server.said()) ?? []
    if (url) return url
    await sleep(2)
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return `ripline ${JSON.parse(manifest).version}`
}

const spell = (address: 'api/search' | 'search', query: Query): Spelling => ({
  text: decodeURIComponent(`/${address}?${parametersOf(query)}`.replaceAll('+', ' ')),
})

const parametersOf = (query: Query): URLSearchParams =>
  new URLSearchParams({
    q: query.pattern,
    case: query.case ?? 'sensitive',
    ...(query.syntax === 'regex' ? { regex: '1' } : {}),
    ...(query.word ? { word: '1' } : {}),
    ...(query.multiline ? { multiline: '1' } : {}),
    ...(query.pcre2 ? { pcre2: '1' } : {}),
    ...(query.limit === undefined ? {} : { limit: String(query.limit) }),
  })

function jsonLines(url: string): Contender {
  const agent = keptConnection()
  const request = (query: Query): TimedRequest => ({
    url: `${url}api/search?${parametersOf(query)}`,
  })
  return {
    name: 'ripline JSON lines',
    spell: (query) => spell('api/search', query),
    request,
    async ask(query) {
      const response = await timed(request(query), '"kind":"match"', agent)
      return { ...answerOf(response), ...(response.status === 200 ? account(response.tail) : {}) }
    },
  }
}

/** What the ledger at the end says; an answer cut by the limit that was asked for is as whole as asked. */
function account(tail: string): Pick<Answer, 'candidates' | 'incomplete'> {
  const last = JSON.parse(tail.trimEnd().split('\n').at(-1)!)
  if (last.type !== 'done') return { incomplete: last.error.message }
  const { end, stoppedBy, candidates } = last.ledger
  const isWhole = end === 'complete' || stoppedBy === 'lines'
  return { candidates, ...(isWhole ? {} : { incomplete: `${end}: ${stoppedBy}` }) }
}

function page(url: string): Contender {
  const agent = keptConnection()
  const request = (query: Query): TimedRequest => ({ url: `${url}search?${parametersOf(query)}` })
  return {
    name: 'ripline page',
    spell: (query) => spell('search', query),
    request,
    hitSelector: '[data-kind="match"] mark',
    ask: async (query) => answerOf(await timed(request(query), 'data-kind="match"', agent)),
  }
}
