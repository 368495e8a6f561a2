import type { SearchContext, SearchRequest } from './context.ts'
import type { SearchEvent } from './events.ts'
import { search, shutdown } from './search.ts'

/**
 * Answers that are shared: a search that is running for somebody is not run again for somebody else, and one that has
 * ended is kept while nothing has changed, so that a link that many open costs one search.
 */
export interface Answers {
  /**
   * As `search`. The search ends when nobody follows it any more.
   *
   * @param onSlot is called when it has its slot
   */
  search(
    context: SearchContext,
    request: SearchRequest,
    signal: AbortSignal,
    onSlot: () => void,
  ): AsyncGenerator<SearchEvent>
}

/** One search, as far as it has come. */
interface Recording {
  readonly events: SearchEvent[]
  /** Characters of the lines in them, and a little for each event. */
  size: number
  isOver: boolean
  failure: { readonly error: unknown } | undefined
  hasSlot: boolean
  readonly onSlot: (() => void)[]
  followers: number
  readonly stop: AbortController
  change: PromiseWithResolvers<void>
  ended: Promise<void>
}

/** @param mostBytes of text that are kept of ended searches; 0 for none */
export function createAnswers(mostBytes: number): Answers {
  const running = new Map<string, Recording>()
  /** The one that was asked for last stands last. */
  const kept = new Map<string, Recording>()
  let keptBytes = 0

  const keep = (key: string, recording: Recording) => {
    kept.set(key, recording)
    keptBytes += recording.size
    for (const [oldest, { size }] of kept) {
      if (keptBytes <= mostBytes) break
      kept.delete(oldest)
      keptBytes -= size
    }
  }
  const record = (key: string, context: SearchContext, request: SearchRequest): Recording => {
    const recording: Recording = {
      events: [],
      size: 0,
      isOver: false,
      failure: undefined,
      hasSlot: false,
      onSlot: [],
      followers: 0,
      stop: new AbortController(),
      change: Promise.withResolvers(),
      ended: Promise.resolve(),
    }
    const { slots } = context
    const telling = {
      ...context,
      slots: {
        async acquire(signal: AbortSignal) {
          const slot = await slots.acquire(signal)
          recording.hasSlot = true
          for (const tell of recording.onSlot) tell()
          return slot
        },
        spare: () => slots.spare(),
        get running() {
          return slots.running
        },
        get waiting() {
          return slots.waiting
        },
      },
    }
    const changed = () => {
      recording.change.resolve()
      recording.change = Promise.withResolvers()
    }
    recording.ended = (async () => {
      try {
        for await (const event of search(telling, request, recording.stop.signal)) {
          recording.events.push(event)
          recording.size += sizeOf(event)
          changed()
        }
      } catch (error) {
        recording.failure = { error }
      }
      recording.isOver = true
      if (running.get(key) === recording) running.delete(key)
      if (mayBeKept(context, recording) && recording.size <= mostBytes / 4) keep(key, recording)
      changed()
    })()
    running.set(key, recording)
    return recording
  }

  return {
    async *search(context, request, signal, onSlot) {
      const key = keyOf(context, request)
      const known = running.get(key) ?? kept.get(key)
      const recording = known ?? record(key, context, request)
      if (kept.delete(key)) kept.set(key, recording)
      if (recording.hasSlot) onSlot()
      else recording.onSlot.push(onSlot)
      const aborted = Promise.withResolvers<void>()
      const onAbort = () => {
        // All of the server's searches end, and say so.
        if (signal.reason === shutdown) recording.stop.abort(shutdown)
        else aborted.resolve()
      }
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      const hasLeft = () => signal.aborted && signal.reason !== shutdown
      recording.followers++
      try {
        for (let next = 0; ; ) {
          while (next < recording.events.length) {
            if (hasLeft()) return
            const event = recording.events[next++]!
            yield known && event.type === 'done'
              ? { type: 'done', ledger: { ...event.ledger, shared: true } }
              : event
          }
          if (recording.failure) throw recording.failure.error
          if (recording.isOver || hasLeft()) return
          await Promise.race([recording.change.promise, aborted.promise])
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
        recording.followers--
        if (recording.followers === 0 && !recording.isOver) {
          if (running.get(key) === recording) running.delete(key)
          recording.stop.abort('client')
          await recording.ended
        }
      }
    },
  }
}

/** Everything that an answer depends on. */
function keyOf({ catalog, changes, limits }: SearchContext, request: SearchRequest): string {
  const { generation, complete, repositories } = catalog
  return JSON.stringify([
    generation,
    complete,
    changes?.version,
    // What a viewer may see; the counts of what is left out change without the generation.
    repositories.map(({ name, absent }) => [name, absent]),
    limits,
    request,
  ])
}

/** An answer that would be the same again: nothing has cut it that depends on time, and changes would be heard of. */
function mayBeKept({ catalog, changes }: SearchContext, { events }: Recording): boolean {
  const last = events.at(-1)
  if (last?.type !== 'done' || !catalog.complete || !changes) return false
  const { stoppedBy, leftOut } = last.ledger
  const isSame = stoppedBy !== 'time' && stoppedBy !== 'crash' && stoppedBy !== 'shutdown'
  return isSame && leftOut.changed + leftOut.unreadable + leftOut.slow === 0
}

function sizeOf(event: SearchEvent): number {
  if (event.type !== 'file') return 500
  const { lines, matches } = event.file
  return lines.reduce((sum, { text }) => sum + text.length + 100, 300 + 150 * matches.length)
}
