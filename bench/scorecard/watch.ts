import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { family } from '../processes.ts'
import { quantile } from '../statistics.ts'

/** What was seen of a server while it was watched. Bytes are resident ones, times milliseconds. */
export interface Seen {
  readonly server: number
  /** Of the largest ripgrep. */
  readonly ripgrep: number
  /** Of the server and everything that it has started. */
  readonly together: number
  /** ripgreps at work at once; those that wait for a search are not. */
  readonly working: number
  readonly healthP99: number
  /** Probes of `/healthz` without a 200. */
  readonly unhealthy: number
  /** Of the server's event loop, which is looked at every 10 ms: those are in it. */
  readonly loopP99: number
  readonly loopMost: number
}

const sampleMs = 50
const probeMs = 100

/** Watches a server until it is told to stop: its processes from the kernel's account, its health over HTTP. */
export async function watch(pid: number, url: string): Promise<() => Promise<Seen>> {
  await loopDelays(url)
  let isOver = false
  const most = { server: 0, ripgrep: 0, together: 0, working: 0 }
  const times: number[] = []
  let unhealthy = 0
  const every = async (ms: number, act: () => Promise<void>) => {
    while (!isOver) {
      const next = performance.now() + ms
      await act()
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, next - performance.now())))
    }
  }
  const sampling = every(sampleMs, async () => {
    const all = await family(pid)
    const ripgreps = all.filter(({ name }) => name === 'rg')
    const sample = {
      server: all.find((one) => one.pid === pid)?.resident ?? 0,
      ripgrep: Math.max(0, ...ripgreps.map(({ resident }) => resident)),
      together: all.reduce((sum, { resident }) => sum + resident, 0),
      working: ripgreps.filter(({ ticks }) => ticks > 1).length,
    }
    for (const key of ['server', 'ripgrep', 'together', 'working'] as const) {
      most[key] = Math.max(most[key], sample[key])
    }
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const probing = every(probeMs, async () => {
    const began = performance.now()
    if ((await statusOf(`${url}healthz`, agent)) === 200) times.push(performance.now() - began)
    else unhealthy += 1
  })
  return async () => {
    isOver = true
    await Promise.all([sampling, probing])
    agent.destroy()
    const { p99, most: loopMost } = await loopDelays(url)
    return { ...most, healthP99: quantile(times, 0.99), unhealthy, loopP99: p99, loopMost }
  }
}

/** Since they were asked for the last time. */
async function loopDelays(url: string): Promise<{ p99: number; most: number }> {
  const text = await (await fetch(`${url}metrics`)).text()
  const ms = (name: string) =>
    1_000 * Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1])
  return { p99: ms('p99'), most: ms('max') }
}

function statusOf(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const sent = get(url, { agent }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', () => resolve(0))
    })
    sent.setTimeout(5_000, () => sent.destroy())
    sent.on('error', () => resolve(0))
  })
}
