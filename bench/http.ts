import { Agent, request as open } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Answer } from './contender.ts'
import { createCounter } from './counter.ts'

export interface TimedRequest {
  readonly url: string
  /** Sent by POST, as JSON. */
  readonly body?: string
}

export interface TimedResponse {
  readonly status: number
  /** Milliseconds from before the request was written. */
  readonly firstHit: number | undefined
  readonly whole: number
  readonly hits: number
  readonly bytes: number
  /** The last 16 KiB. */
  readonly tail: string
}

/** One connection that is kept. */
export const keptConnection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })

const keptBytes = 16_384

/** A server that says nothing for so long has failed. */
const silenceMs = 60_000

/** Sends a request and reads its answer to the end, counting what marks a hit as it comes. */
export function timed(
  { url, body }: TimedRequest,
  marker: string,
  agent: Agent,
): Promise<TimedResponse> {
  const counter = createCounter(marker)
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const sent = open(url, { agent, method, headers }, (answer) => {
      let firstHit: number | undefined
      let bytes = 0
      let last = Buffer.alloc(0)
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        counter.push(chunk)
        if (firstHit === undefined && counter.count > 0) firstHit = performance.now() - started
        last = Buffer.concat([last, chunk.subarray(-keptBytes)]).subarray(-keptBytes)
      })
      answer.on('error', reject)
      answer.on('end', () => {
        const whole = performance.now() - started
        const status = answer.statusCode ?? 0
        resolve({ status, firstHit, whole, hits: counter.count, bytes, tail: last.toString() })
      })
    })
    sent.setTimeout(silenceMs, () => sent.destroy(new Error(`silent for ${silenceMs / 1_000} s`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What was heard, where each hit is a matching line. */
export const answerOf = (response: TimedResponse): Answer => ({
  firstHit: response.firstHit,
  whole: response.whole,
  lines: response.hits,
  bytes: response.bytes,
  ...refusal(response.status),
})

function refusal(status: number): Pick<Answer, 'refused' | 'incomplete'> {
  if (status === 200) return {}
  return status < 500 ? { refused: `HTTP ${status}` } : { incomplete: `HTTP ${status}` }
}
