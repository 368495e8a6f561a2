// The process that asks as many clients at once: apart from the bench, so that neither waits for the other's turn.
import { Agent } from 'node:http'
import { performance } from 'node:perf_hooks'
import { type TimedRequest, timed } from './http.ts'

/** What the bench asks of this process. */
export interface Load {
  readonly requests: readonly TimedRequest[]
  readonly clients: number
  readonly seconds: number
}

/** What came of it; times in milliseconds. */
export interface Loaded {
  readonly times: readonly number[]
  readonly failures: number
  readonly elapsed: number
  readonly bytes: number
}

process.on('message', (load: Load) => {
  void carry(load).then((loaded) => process.send!(loaded))
})
process.on('disconnect', () => process.exit())

async function carry({ requests, clients, seconds }: Load): Promise<Loaded> {
  const times: number[] = []
  let failures = 0
  let bytes = 0
  let next = 0
  const started = performance.now()
  const end = started + seconds * 1_000
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (performance.now() < end && next < requests.length) {
      const request = requests[next++]!
      try {
        const answer = await timed(request, '\n', agent)
        if (answer.status === 200) times.push(answer.whole)
        else failures += 1
        bytes += answer.bytes
      } catch {
        failures += 1
      }
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { times, failures, elapsed: performance.now() - started, bytes }
}
