/**
 * Calls a function again when it fails in a way that waiting might cure. The policy is the one of the handbook
 * (retry-policy.md): five attempts, back-off doubling from 200 ms, full jitter, ten seconds at most.
 */

export interface RetryOptions {
  readonly attempts?: number
  readonly baseMs?: number
  readonly maxMs?: number
  /** Is this error worth another attempt? Everything is, unless told. */
  readonly isTransient?: (error: unknown) => boolean
  readonly signal?: AbortSignal
  /** Replaced in tests. */
  readonly sleep?: (ms: number) => Promise<void>
}

export async function retry<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 5, isTransient = () => true, signal, sleep = defaultSleep } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (attempt >= attempts || !isTransient(error) || signal?.aborted) throw error
      await sleep(backoff(attempt, options))
    }
  }
}

/** Milliseconds to wait after the given attempt (the first is 1). */
export function backoff(attempt: number, { baseMs = 200, maxMs = 10_000 }: RetryOptions = {}): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1))
}

const defaultSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
