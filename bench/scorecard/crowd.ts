import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Clients that ask for the same things, again and again, each for one at a time. */
export interface Group {
  readonly name: string
  readonly clients: number
  readonly urls: readonly string[]
  /** The share of requests that are broken off while they run; none unless said. */
  readonly cancelled?: number
}

/** What a process of clients is asked to do: until `seconds` are over, or so many `requests` are done. */
export interface Crowd {
  readonly groups: readonly Group[]
  readonly seconds: number
  readonly requests?: number
}

/** What came of one request. Times in milliseconds from before it was sent. */
export interface Heard {
  readonly group: string
  /** Which of the group's clients. */
  readonly client: number
  /** 0 where there was no answer. */
  readonly status: number
  readonly ms: number
  /** When the first match was there. */
  readonly firstMs?: number
  /** How a stream of events says that it ended; absent where it does not say so. */
  readonly end?: string
  readonly stoppedBy?: string
  readonly hasRetryAfter: boolean
  readonly isCancelled: boolean
  /** Of the socket. */
  readonly error?: string
}

/** Sends a crowd, from a process of its own, so that neither it nor the one that watches waits for the other. */
export async function send(crowd: Crowd): Promise<readonly Heard[]> {
  const child = fork(new URL('crowd-process.ts', import.meta.url), { serialization: 'advanced' })
  child.send(crowd)
  const [heard] = (await once(child, 'message')) as [readonly Heard[]]
  child.disconnect()
  await once(child, 'exit')
  return heard
}
