import { setTimeout as sleep } from 'node:timers/promises'
import { defaultLimits } from '../../src/limits.ts'
import { family } from '../processes.ts'
import { median, quantile } from '../statistics.ts'
import { type Group, type Heard, send } from './crowd.ts'
import { hostileUrls } from './hostile.ts'
import { atLeast, atMost, type Row } from './row.ts'
import { type Ground, mostRipgreps, type Served, searchUrl, serve } from './served.ts'
import { watch } from './watch.ts'

/** Finished answers are forgotten in all rows: each search is to cost what it costs. */
const forgetful = ['--max-cache-bytes=0', '--pcre2']

const times = (heard: readonly Heard[]): readonly number[] => heard.map(({ ms }) => ms)
const answered = (heard: readonly Heard[]) => heard.filter(({ status }) => status === 200)
/** What broke off, or ended without saying how. */
const broken = (heard: readonly Heard[]) =>
  heard.filter(
    ({ status, end, error, isCancelled }) =>
      !isCancelled && (error !== undefined || (status === 200 && end === undefined)),
  )

const literals = (server: Served, { words }: Ground): readonly string[] =>
  words.map((word) => searchUrl(server, word, { case: 'sensitive' }))

/** L1: 200 at one instant. */
export async function atOneInstant(ground: Ground): Promise<Row> {
  const server = await serve(ground, forgetful)
  try {
    const urls = literals(server, ground)
    const heard = await send({
      groups: [{ name: 'literal', clients: 200, urls }],
      ...{ seconds: 60, requests: 200 },
    })
    const refused = heard.filter(({ status }) => status === 503)
    const others = heard.filter(({ status }) => status !== 200 && status !== 503)
    const waitMs = defaultLimits.waitSeconds * 1_000
    return {
      id: 'L1',
      what: `200 searches for a literal at one instant: ${answered(heard).length} answered, ${refused.length} refused`,
      targets: [
        atMost('neither 200 nor 503', 0, others.length),
        atMost('broken off, or without an end', 0, broken(heard).length),
        atMost('503 without Retry-After', 0, refused.filter((one) => !one.hasRetryAfter).length),
        ...(refused.length === 0
          ? []
          : [
              atMost('median of the 503, ms', 250, median(times(refused))),
              atMost('longest 503, ms', waitMs + 250, Math.max(...times(refused))),
            ]),
        atMost('all over, ms', 4_000, Math.max(...times(heard))),
      ],
    }
  } finally {
    await server.stop()
  }
}

/** 200 clients, of whom a fifth asks for what costs most. */
const mixed = (server: Served, ground: Ground): readonly Group[] => [
  { name: 'literal', clients: 160, urls: literals(server, ground) },
  { name: 'hostile', clients: 40, urls: hostileUrls(server) },
]

/** L2: 200 clients without a pause. */
export async function crowded(ground: Ground): Promise<Row> {
  const server = await serve(ground, forgetful)
  try {
    const stop = await watch(server.pid, server.url)
    const heard = await send({ groups: mixed(server, ground), seconds: ground.seconds })
    const seen = await stop()
    return {
      id: 'L2',
      what: `200 clients without a pause for ${ground.seconds} s, a fifth of them hostile: ${answered(heard).length} of ${heard.length} requests answered`,
      targets: [
        atMost('ripgreps at work at once', mostRipgreps, seen.working),
        atMost('server, MB', 150, seen.server / 1e6),
        atMost('server and all that it started, MB', 256, seen.together / 1e6),
        atMost('event loop, 99 of 100 turns, ms', 50, seen.loopP99),
        atMost('event loop, longest turn, ms', 300, seen.loopMost),
        atMost('healthz, 99 of 100, ms', 100, seen.healthP99),
        atMost('healthz without a 200', 0, seen.unhealthy),
        atMost('broken off, or without an end', 0, broken(heard).length),
      ],
    }
  } finally {
    await server.stop()
  }
}

/** L3: a few clients with literals; and one search alone. */
export async function few(ground: Ground): Promise<Row> {
  const server = await serve(ground, forgetful)
  try {
    const urls = literals(server, ground)
    const alone: number[] = []
    for (let round = 0; round < 7; round++) {
      const [heard] = await send({
        groups: [{ name: 'alone', clients: 1, urls: [searchUrl(server, aloneWord(ground))] }],
        ...{ seconds: 60, requests: 1 },
      })
      alone.push(heard!.firstMs ?? Number.NaN)
    }
    const heard = await send({
      groups: [{ name: 'literal', clients: 8, urls }],
      seconds: ground.seconds,
    })
    return {
      id: 'L3',
      what: `8 clients, literals, ${ground.seconds} s; and ${aloneWord(ground)} alone, seven times`,
      targets: [
        atLeast('answers a second', 1.5, answered(heard).length / ground.seconds),
        atMost('95 of 100, ms', 4_000, quantile(times(answered(heard)), 0.95)),
        atMost('not answered', 0, heard.length - answered(heard).length),
        atMost('alone, first match, median, ms', 150, median(alone)),
      ],
    }
  } finally {
    await server.stop()
  }
}

const aloneWord = ({ corpus, words }: Ground): string =>
  corpus.name === 'linux' ? 'EXPORT_SYMBOL_GPL' : words[0]!

/** L4: two that ask for what takes longest, and four others. */
export async function hogs(ground: Ground): Promise<Row> {
  const server = await serve(ground, forgetful)
  try {
    const hog = searchUrl(server, '[ab].{60}[cd].{60}[ef].{60}[gh]', { regex: '1' })
    const heard = await send({
      groups: [
        { name: 'hog', clients: 2, urls: [1, 2, 3].map((context) => `${hog}&context=${context}`) },
        { name: 'literal', clients: 4, urls: literals(server, ground) },
      ],
      seconds: ground.seconds,
    })
    const others = heard.filter(({ group }) => group === 'literal')
    const each = [0, 1, 2, 3].map(
      (nth) => answered(others).filter(({ client }) => client === nth).length,
    )
    return {
      id: 'L4',
      what: `2 clients with a pattern that takes all of its time and 4 with literals, ${ground.seconds} s`,
      targets: [
        atMost('literals, median, ms', 2_000, median(times(answered(others)))),
        atMost(
          'literals, longest, ms',
          defaultLimits.seconds * 1_000 + 1_000,
          Math.max(...times(answered(others))),
        ),
        atMost('literals not answered', 0, others.length - answered(others).length),
        atMost(
          'most answers of one client to the fewest',
          1.5,
          Math.max(...each) / Math.min(...each),
        ),
      ],
    }
  } finally {
    await server.stop()
  }
}

/** L6: told to stop while the crowd of L2 is there. */
export async function stopped(ground: Ground): Promise<Row> {
  const server = await serve(ground, forgetful)
  const sending = send({ groups: mixed(server, ground), seconds: 6 })
  await sleep(3_000)
  const before = await family(server.pid)
  const began = performance.now()
  const gone = untilGone(server.pid)
  process.kill(server.pid, 'SIGTERM')
  await gone
  const exitMs = performance.now() - began
  await sleep(500)
  const left = await Promise.all(before.map(({ pid }) => isAlive(pid)))
  const heard = await sending
  await server.stop()
  return {
    id: 'L6',
    what: 'SIGTERM in the middle of L2',
    targets: [
      atMost('until it has ended, ms', 2_000, exitMs),
      atMost('processes left half a second later', 0, left.filter(Boolean).length),
      atMost(
        'streams without an end',
        0,
        heard.filter(({ status, end }) => status === 200 && end === undefined).length,
      ),
      atLeast(
        'streams that say that the server stopped',
        1,
        heard.filter(({ stoppedBy }) => stoppedBy === 'shutdown').length,
      ),
    ],
  }
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
    return (await family(pid)).some(({ state }) => state !== 'Z')
  } catch {
    return false
  }
}

async function untilGone(pid: number): Promise<void> {
  while (await isAlive(pid)) await sleep(5)
}
