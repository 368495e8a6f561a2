import type { Slot } from '../process/slots.ts'
import type { Query } from '../query/query.ts'
import { type BatchItem, searchBatch } from './batch.ts'
import { batches } from './batches.ts'
import { charsetsOf, type SearchContext } from './context.ts'
import { type Ahead, readAhead } from './read-ahead.ts'
import type { Start } from './start.ts'

/** Files whose matches are held of a process that runs ahead of what is being delivered. */
const heldAhead = 256

/** Processes of one search that have been started and not yet delivered. */
const mostAhead = 4

/** The processes of one search. */
export interface Pipeline {
  /** The items of each batch, in order. */
  batches(): AsyncGenerator<AsyncGenerator<BatchItem>>
  /** Resolves when no process of this search is left. */
  closed(): Promise<void>
}

/**
 * Runs batches side by side, as many as there are slots to spare, and hands them out in order. The search's own slot
 * is given back with the last process, so that a reader who takes no more holds up nobody.
 */
export function openPipeline(
  start: Start,
  context: SearchContext,
  query: Query,
  slot: Slot,
  signal: AbortSignal,
): Pipeline {
  const { catalog, slots, rgPath, launcher, limits } = context
  const charsetOf = charsetsOf(context, query)
  const pending = batches(catalog, start.positions, isNarrowed(start), charsetOf)
  const started: Ahead<BatchItem>[] = []
  /** Those whose process may still be there. */
  const unfinished = new Set<Ahead<BatchItem>>()
  const linesPerFile = start.cursor?.only ? limits.lines : limits.linesPerFile
  let ownSlotIsFree = true
  let afterLine = start.afterLine
  let next = pending.next()

  const letGo = () => {
    if (ownSlotIsFree && (next.done || signal.aborted)) slot.release()
  }
  const launch = () => {
    while (!next.done && started.length < mostAhead && !signal.aborted) {
      const spare = ownSlotIsFree ? undefined : slots.spare()
      if (!ownSlotIsFree && !spare) return
      if (!spare) ownSlotIsFree = false
      const items = searchBatch(
        next.value,
        { catalog, rgPath, launcher, query, limits, charsetOf, afterLine, linesPerFile },
        signal,
      )
      const told = () => {
        if (spare) spare.release()
        else ownSlotIsFree = true
        launch()
        letGo()
      }
      const gone = () => unfinished.delete(ahead)
      const ahead = readAhead(whenOver(items, told, gone), heldAhead, signal)
      unfinished.add(ahead)
      started.push(ahead)
      afterLine = 0
      next = pending.next()
    }
  }

  return {
    async *batches() {
      signal.addEventListener('abort', letGo, { once: true })
      for (launch(); started.length > 0; launch()) {
        yield started[0]!.items()
        started.shift()
      }
    },
    async closed() {
      signal.removeEventListener('abort', letGo)
      await Promise.all([...unfinished].map((ahead) => ahead.close()))
    },
  }
}

/** Lines to be passed over are in the first file alone. */
const isNarrowed = ({ scope, positions, afterLine }: Start): boolean =>
  afterLine === 0 && positions.length < scope.length

/** A process that has told how it ended is about to go, and its slot is free. */
async function* whenOver(
  items: AsyncGenerator<BatchItem>,
  told: () => void,
  gone: () => void,
): AsyncGenerator<BatchItem> {
  let isTold = false
  const tell = () => {
    if (!isTold) told()
    isTold = true
  }
  try {
    for await (const item of items) {
      if (item.type === 'ended') tell()
      yield item
    }
  } finally {
    tell()
    gone()
  }
}
