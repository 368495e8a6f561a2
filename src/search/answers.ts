import { createHash } from 'node:crypto'
import { type Bell, createBell } from '../bell.ts'
import type { Catalog } from '../corpus/catalog.ts'
import type { SearchContext, SearchRequest } from './context.ts'
import type { SearchEvent } from './events.ts'
import { search } from './search.ts'
import { shutdown } from './stopping.ts'

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
  /**
   * A name of the answer, if it is kept: whoever has an answer of this name has this one. What will cut an answer
   * that is yet to come is not known.
   */
  nameOf(context: SearchContext, request: SearchRequest): string | undefined
}

/** An answer of more text than this is passed on and not held, and who comes later has a search of his own. */
const mostShared = 1_048_576
/** Events that are held for a reader who takes none: then the search waits, within its time. */
const mostAhead = 64

/** Someone who reads an answer: the number of the event that is next. */
interface Follower {
  next: number
}

/** One search, as far as it has come. */
interface Recording {
  /** Those before have been read by everybody. */
  readonly events: SearchEvent[]
  /** How many were before. */
  dropped: number
  /** Characters of the lines in them, and a little for each event. */
  size: number
  /** Whether its last event is there. */
  isTold: boolean
  /** Whether all that it has started is gone, too. */
  isOver: boolean
  failure: { readonly error: unknown } | undefined
  hasSlot: boolean
  readonly onSlot: (() => void)[]
  readonly followers: Set<Follower>
  readonly stop: AbortController
  /** Rings with each event, and at the end. */
  readonly change: Bell
  /** Rings when a follower has read on. */
  readonly progress: Bell
  ended: Promise<void>
}

/** @param mostBytes of text that are kept of ended searches; 0 for none */
export function createAnswers(mostBytes: number): Answers {
  const running = new Map<string, Recording>()
  /** The one that was asked for last stands last. */
  const kept = new Map<string, Recording>()
  let keptBytes = 0
  let keptOf: Catalog['columns'] | undefined

  const keep = (key: string, { columns }: Catalog, recording: Recording) => {
    // Those of files that have changed since are of no use, and would hold their catalogs.
    if (keptOf !== columns) {
      kept.clear()
      keptBytes = 0
      keptOf = columns
    }
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
      dropped: 0,
      size: 0,
      isTold: false,
      isOver: false,
      failure: undefined,
      hasSlot: false,
      onSlot: [],
      followers: new Set(),
      stop: new AbortController(),
      change: createBell(),
      progress: createBell(),
      ended: Promise.resolve(),
    }
    const { slots } = context
    const telling = {
      ...context,
      slots: {
        hasRoom: slots.hasRoom,
        async acquire(signal: AbortSignal) {
          const slot = await slots.acquire(signal)
          recording.hasSlot = true
          for (const tell of recording.onSlot) tell()
          return slot
        },
        spare: () => slots.spare(),
      },
    }
    /** Nobody else joins. */
    const leave = () => {
      if (running.get(key) === recording) running.delete(key)
    }
    recording.ended = (async () => {
      try {
        for await (const event of search(telling, request, recording.stop.signal)) {
          recording.events.push(event)
          recording.isTold = event.type === 'done' || event.type === 'failed'
          recording.size += sizeOf(event)
          if (recording.isTold || recording.size > mostShared) leave()
          if (recording.dropped === 0 && mayBeKept(context, recording)) {
            if (recording.size <= mostBytes / 4) keep(key, context.catalog, recording)
          }
          recording.change.ring()
          while (aheadOf(recording) >= mostAhead) await recording.progress.heard()
          if (recording.size > mostShared) dropRead(recording)
        }
      } catch (error) {
        recording.failure = { error }
      }
      recording.isOver = true
      leave()
      recording.change.ring()
    })()
    running.set(key, recording)
    return recording
  }

  return {
    nameOf(context, request) {
      const key = keyOf(context, request)
      return kept.has(key) ? createHash('sha256').update(key).digest('base64url') : undefined
    },
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
      const follower = { next: 0 }
      recording.followers.add(follower)
      try {
        for (;;) {
          while (follower.next < recording.dropped + recording.events.length) {
            if (hasLeft()) return
            const event = recording.events[follower.next++ - recording.dropped]!
            recording.progress.ring()
            yield known && event.type === 'done'
              ? { type: 'done', ledger: { ...event.ledger, shared: true } }
              : event
          }
          if (recording.isTold) return
          if (recording.failure) throw recording.failure.error
          if (recording.isOver || hasLeft()) return
          await Promise.race([recording.change.heard(), aborted.promise])
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
        recording.followers.delete(follower)
        recording.progress.ring()
        if (recording.followers.size === 0 && !recording.isOver && !recording.isTold) {
          if (running.get(key) === recording) running.delete(key)
          recording.stop.abort('client')
          await recording.ended
        }
      }
    },
  }
}

/** Events that not even the quickest follower has read. */
function aheadOf({ events, dropped, followers }: Recording): number {
  if (followers.size === 0) return 0
  return dropped + events.length - Math.max(...[...followers].map(({ next }) => next))
}

function dropRead(recording: Recording): void {
  const read = Math.min(...[...recording.followers].map(({ next }) => next)) - recording.dropped
  if (!Number.isFinite(read) || read <= 0) return
  recording.events.splice(0, read)
  recording.dropped += read
}

/** Everything that an answer depends on. */
function keyOf({ catalog, changes, limits }: SearchContext, request: SearchRequest): string {
  const { generation, complete, repositories } = catalog
  return JSON.stringify([
    generation,
    complete,
    changes?.version,
    // What a viewer may see; the counts of what is left out change without the generation.
    repositories.map(({ name, absent, revision }) => [name, absent, revision]),
    limits,
    request,
  ])
}

/** An answer that would be the same again: nothing has cut it that depends on time, and changes would be heard of. */
function mayBeKept({ catalog, changes }: SearchContext, { events }: Recording): boolean {
  const last = events.at(-1)
  if (last?.type !== 'done' || !catalog.complete || !changes) return false
  const { stoppedBy, leftOut, totals } = last.ledger
  const isSame =
    stoppedBy !== 'time' &&
    stoppedBy !== 'crash' &&
    stoppedBy !== 'shutdown' &&
    (totals === undefined || totals.end === 'complete')
  return isSame && leftOut.changed + leftOut.unreadable + leftOut.slow === 0
}

function sizeOf(event: SearchEvent): number {
  if (event.type === 'done') return 500 + 100 * event.ledger.facets.directories.size
  if (event.type !== 'file') return 500
  const { lines, matches } = event.file
  const replaced = matches.reduce((sum, { replacement }) => sum + (replacement?.length ?? 0), 0)
  return lines.reduce(
    (sum, { text }) => sum + text.length + 100,
    300 + 150 * matches.length + replaced,
  )
}
