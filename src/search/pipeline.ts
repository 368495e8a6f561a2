import type { Slot, SlotSource } from '../process/slots.ts'
import type { Batch } from './batches.ts'
import { type Ahead, readAhead } from './read-ahead.ts'

/** What is held of a process that runs ahead of what is being delivered: lines and matches, a file counting for some. */
const heldAhead = 16_384
const weightOfFile = 64

/** Processes of one search that have been started and not yet delivered. */
const mostAhead = 4

/** What a process tells, `ended` last. */
interface Item {
  readonly type: string
  /** Of a file in which something was found. */
  readonly collected?: { readonly lines: readonly unknown[]; readonly matches: readonly unknown[] }
}

const weightOf = ({ collected }: Item): number =>
  weightOfFile + (collected ? collected.lines.length + collected.matches.length : 0)

/** The processes of one search. */
export interface Pipeline<T extends Item> {
  /** The items of each batch, in order. */
  batches(): AsyncGenerator<AsyncGenerator<T>>
  /** Resolves when no process of this search is left. */
  closed(): Promise<void>
}

/**
 * Runs batches side by side, as many as there are slots to spare, and hands them out in order. The search's own slot
 * is given back with the last process, so that a reader who takes no more holds up nobody.
 */
export function openPipeline<T extends Item>(
  pending: Generator<Batch>,
  run: (batch: Batch, isFirst: boolean) => AsyncGenerator<T>,
  {
    slots,
    slot,
    signal,
  }: { slots: Pick<SlotSource, 'spare'>; slot: Pick<Slot, 'release'>; signal: AbortSignal },
): Pipeline<T> {
  const started: Ahead<T>[] = []
  /** Those whose process may still be there. */
  const unfinished = new Set<Ahead<T>>()
  let ownSlotIsFree = true
  let isFirst = true
  let next = pending.next()

  const letGo = () => {
    if (ownSlotIsFree && (next.done || signal.aborted)) slot.release()
  }
  const launch = () => {
    while (!next.done && started.length < mostAhead && !signal.aborted) {
      const spare = ownSlotIsFree ? undefined : slots.spare()
      if (!ownSlotIsFree && !spare) return
      if (!spare) ownSlotIsFree = false
      const items = run(next.value, isFirst)
      const told = () => {
        if (spare) spare.release()
        else ownSlotIsFree = true
        launch()
        letGo()
      }
      const gone = () => unfinished.delete(ahead)
      const ahead = readAhead(whenOver(items, told, gone), heldAhead, weightOf, signal)
      unfinished.add(ahead)
      started.push(ahead)
      isFirst = false
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

/** A process that has told how it ended is about to go, and its slot is free. */
async function* whenOver<T extends Item>(
  items: AsyncGenerator<T>,
  told: () => void,
  gone: () => void,
): AsyncGenerator<T> {
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
