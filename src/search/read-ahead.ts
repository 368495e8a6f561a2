import { createBell } from '../bell.ts'

/** A source that is being read ahead of its consumer. */
export interface Ahead<T> {
  items(): AsyncGenerator<T>
  /** Lets the source go; resolves when it has ended. */
  close(): Promise<void>
}

/**
 * Reads a source from now on, at most so much ahead of whoever takes it: this is what lets a second process work while
 * the first one's results are being delivered.
 *
 * @param most what the items that are held may weigh; one more is read
 * @param stopping when it aborts the source is about to end, and is read to its end however much that is
 */
export function readAhead<T>(
  source: AsyncIterable<T>,
  most: number,
  weightOf: (item: T) => number,
  stopping: AbortSignal,
): Ahead<T> {
  const ready: T[] = []
  let weight = 0
  let ended = false
  let closed = false
  let failure: { readonly error: unknown } | undefined
  const change = createBell()

  stopping.addEventListener('abort', change.ring, { once: true })
  const reading = (async () => {
    try {
      for await (const item of source) {
        ready.push(item)
        weight += weightOf(item)
        change.ring()
        while (weight >= most && !closed && !stopping.aborted) await change.heard()
        if (closed) break
      }
    } catch (error) {
      failure = { error }
    }
    ended = true
    stopping.removeEventListener('abort', change.ring)
    change.ring()
  })()

  return {
    async *items() {
      for (;;) {
        while (ready.length > 0) {
          const item = ready.shift()!
          weight -= weightOf(item)
          change.ring()
          yield item
        }
        if (failure) throw failure.error
        if (ended) return
        await change.heard()
      }
    },
    close() {
      closed = true
      change.ring()
      return reading
    },
  }
}
