import { setTimeout as sleep } from 'node:timers/promises'
import { descriptorsOf, family } from '../processes.ts'
import { wordQuery } from '../queries.ts'
import type { Target } from '../targets.ts'
import { truthOf } from '../truth.ts'
import { type Group, type Heard, send } from './crowd.ts'
import { hostileUrls } from './hostile.ts'
import { atMost, type Row } from './row.ts'
import { type Ground, type Served, searchUrl, serve } from './served.ts'

/** How much of it there is to be: until one of them is reached. */
export interface Amount {
  readonly requests: number
  readonly seconds: number
}

/** Before the server is taken for warm: it has read what it reads once, and keeps what it keeps. */
const warmShare = 0.1
const mostWarmSeconds = 120

/** How many words are asked again and again, and compared with what ripgrep finds. */
const checkedWords = 40

/**
 * Mixed traffic for a long time: pages, JSON lines, files, directories, some of it hostile, a fifth broken off; and all
 * the while answers that are compared with ripgrep's.
 */
export async function soak(ground: Ground, { requests, seconds }: Amount): Promise<Row> {
  const server = await serve(ground, ['--pcre2'])
  try {
    const checked = await truths(ground)
    const groups = await traffic(server, ground)
    await send({
      groups,
      seconds: Math.min(seconds * warmShare, mostWarmSeconds),
      requests: Math.ceil(requests * warmShare),
    })
    const before = await account(server)
    const checking = check(server, checked)
    const heard = await send({ groups, seconds, requests })
    const { asked, wrong } = await checking()
    const after = await settled(server, before)
    return {
      id: 'L5',
      what: `${heard.length} requests, ${count(heard, ({ isCancelled }) => isCancelled)} of them broken off; ${asked} answers compared with ripgrep`,
      targets: [
        atMost('growth of the server, MB', 20, (after.resident - before.resident) / 1e6),
        atMost('more descriptors', 2, after.descriptors - before.descriptors),
        atMost('more processes', 0, after.processes - before.processes),
        atMost('zombies', 0, after.zombies),
        atMost('searches that still run', 0, after.running),
        atMost('wrong answers', 0, wrong.length, wrong.slice(0, 3).join('; ') || undefined),
        atMost('5xx other than 503', 0, count(heard, isFault)),
        brokenOff(heard),
      ],
    }
  } finally {
    await server.stop()
  }
}

function brokenOff(heard: readonly Heard[]): Target {
  const broken = heard.filter(({ error }) => error !== undefined)
  const some = broken.slice(0, 3).map(({ group, error }) => `${group}: ${error}`)
  return atMost('broken off by the server', 0, broken.length, some.join('; ') || undefined)
}

const count = (heard: readonly Heard[], isSo: (one: Heard) => boolean): number =>
  heard.filter(isSo).length
const isFault = ({ status }: Heard): boolean => status >= 500 && status !== 503

async function traffic(server: Served, ground: Ground): Promise<readonly Group[]> {
  const { url } = server
  const paths = await somePaths(server)
  const words = ground.words.slice(0, 500)
  return [
    {
      ...{ name: 'lines', clients: 3, cancelled: 0.2 },
      urls: words.map((word) => searchUrl(server, word)),
    },
    {
      ...{ name: 'pages', clients: 2, cancelled: 0.2 },
      urls: words.map((word) => `${url}search?q=${encodeURIComponent(word)}`),
    },
    {
      ...{ name: 'files', clients: 2, cancelled: 0.2 },
      urls: [
        ...[
          url,
          `${url}status`,
          `${url}help`,
          ...paths.map((path) => `${url}view/${path.replace(/[^/]*$/, '')}`),
        ],
        ...paths.flatMap((path) =>
          ['view', 'raw', 'api/outline'].map((door) => `${url}${door}/${path}`),
        ),
        ...words.map((word) => `${url}files?q=${encodeURIComponent(word.slice(0, 4))}`),
      ],
    },
    { name: 'hostile', clients: 1, cancelled: 0.5, urls: hostileUrls(server) },
  ]
}

/** Some files, by repository and path, as these stand in an address. */
async function somePaths(server: Served): Promise<readonly string[]> {
  const text = await (
    await fetch(searchUrl(server, '.', { type: 'file', regex: '1', limit: '300' }))
  ).text()
  return text.split('\n').flatMap((line) => {
    const event = line === '' ? {} : JSON.parse(line)
    return event.type === 'file'
      ? [`${event.repository}/${event.path}`.split('/').map(encodeURIComponent).join('/')]
      : []
  })
}

interface Checked {
  readonly word: string
  readonly lines: number
  readonly files: number
}

async function truths(ground: Ground): Promise<readonly Checked[]> {
  const checked: Checked[] = []
  for (const word of ground.words.slice(-checkedWords)) {
    checked.push({ word, ...(await truthOf(wordQuery(word), ground)) })
  }
  return checked
}

/** Asks for one word after the other until it is told to stop. */
function check(server: Served, words: readonly Checked[]) {
  let isOver = false
  const wrong: string[] = []
  let asked = 0
  const asking = (async () => {
    while (!isOver) {
      const { word, lines, files } = words[asked % words.length]!
      const answer = await fetch(searchUrl(server, word, { case: 'sensitive' }))
      const text = await answer.text()
      // Refused for want of room is no answer.
      if (answer.status === 200) {
        const { ledger } = JSON.parse(text.trimEnd().split('\n').at(-1)!)
        const found = `${ledger.matchingLines} lines in ${ledger.files} files`
        const isWhole = ledger.end === 'complete'
        if (isWhole && found !== `${lines} lines in ${files} files`) wrong.push(`${word}: ${found}`)
        if (isWhole) asked += 1
      }
      await sleep(250)
    }
  })()
  return async () => {
    isOver = true
    await asking
    return { asked, wrong }
  }
}

interface Account {
  readonly resident: number
  readonly descriptors: number
  readonly processes: number
  readonly zombies: number
  readonly running: number
}

async function account({ pid, url }: Served): Promise<Account> {
  const all = await family(pid)
  const metrics = await (await fetch(`${url}metrics`)).text()
  return {
    resident: all.find((one) => one.pid === pid)!.resident,
    descriptors: await descriptorsOf(pid),
    processes: all.length,
    zombies: all.filter(({ state }) => state === 'Z').length,
    running: Number(/^ripline_searches_running (\d+)/m.exec(metrics)?.[1]),
  }
}

/** The account when what ran has ended: children that are kept for a while may still be there, idle. */
async function settled(server: Served, before: Account): Promise<Account> {
  for (let tries = 0; ; tries++) {
    const now = await account(server)
    const isCalm = now.running === 0 && now.zombies === 0 && now.processes <= before.processes
    if (isCalm || tries === 120) return now
    await sleep(500)
  }
}
