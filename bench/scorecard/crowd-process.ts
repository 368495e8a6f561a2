import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { generator } from '../words.ts'
import type { Crowd, Group, Heard } from './crowd.ts'

process.on('message', (crowd: Crowd) => {
  void carry(crowd).then((heard) => process.send!(heard))
})
process.on('disconnect', () => process.exit())

async function carry({ groups, seconds, requests }: Crowd): Promise<readonly Heard[]> {
  const heard: Heard[] = []
  let left = requests ?? Number.POSITIVE_INFINITY
  const end = performance.now() + seconds * 1_000
  const client = async (group: Group, place: number, nth: number) => {
    // To the server each is a client of its own: it believes a proxy on this machine.
    const address = `198.51.${place}.${nth}`
    const random = generator(place * 1_000 + nth + 1)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (performance.now() < end && left > 0) {
      left -= 1
      const url = group.urls[Math.floor(random() * group.urls.length)]!
      const cancelMs = random() < (group.cancelled ?? 0) ? random() * 200 : undefined
      heard.push({
        group: group.name,
        client: nth,
        ...(await ask({ url, address, agent, cancelMs })),
      })
    }
    agent.destroy()
  }
  await Promise.all(
    groups.flatMap((group, place) =>
      Array.from({ length: group.clients }, (_, nth) => client(group, place, nth)),
    ),
  )
  return heard
}

interface Asked {
  readonly url: string
  readonly address: string
  readonly agent: Agent
  readonly cancelMs: number | undefined
}

function ask({ url, address, agent, cancelMs }: Asked): Promise<Omit<Heard, 'group' | 'client'>> {
  const began = performance.now()
  return new Promise((resolve) => {
    let status = 0
    let hasRetryAfter = false
    let isCancelled = false
    let firstMs: number | undefined
    let tail = ''
    const over = (error?: string) => {
      clearTimeout(timer)
      resolve({
        ...{ status, hasRetryAfter, isCancelled, ms: performance.now() - began },
        ...(firstMs === undefined ? {} : { firstMs }),
        ...(isCancelled ? {} : lastEvent(tail)),
        ...(error === undefined || isCancelled ? {} : { error }),
      })
    }
    const sent = get(url, { agent, headers: { 'x-forwarded-for': address } }, (answer) => {
      status = answer.statusCode ?? 0
      hasRetryAfter = answer.headers['retry-after'] !== undefined
      answer.on('data', (chunk: Buffer) => {
        const text = chunk.toString('latin1')
        if (text.includes('"kind":"match"')) firstMs ??= performance.now() - began
        tail = (tail + text).slice(-8_192)
      })
      answer.on('end', () => over())
      answer.on('error', (error) => over(error.message))
    })
    sent.on('error', (error) => over(error.message))
    const timer =
      cancelMs === undefined
        ? undefined
        : setTimeout(() => {
            isCancelled = true
            sent.destroy()
          }, cancelMs)
  })
}

/** The event that ends a stream, if it came. */
function lastEvent(tail: string): Pick<Heard, 'end' | 'stoppedBy'> {
  try {
    const { type, ledger, error } = JSON.parse(tail.trimEnd().split('\n').at(-1)!)
    if (type === 'done') return { end: ledger.end, stoppedBy: ledger.stoppedBy ?? undefined }
    return type === 'error' || error ? { end: 'failed' } : {}
  } catch {
    return {}
  }
}
