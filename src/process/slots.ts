/**
 * How many processes run at once, and who waits. A slot is the right to run one process; searches that find none
 * free wait in order of arrival, for a bounded time and in a bounded queue.
 */
export interface Slots {
  /** Resolves with a slot, or with `undefined` when the queue is full, the wait was too long or the signal aborted. */
  acquire(signal: AbortSignal): Promise<Slot | undefined>
  /** A second slot for a search that already has one: only if one is free and nobody waits for it. */
  spare(): Slot | undefined
  readonly running: number
  /** Searches that have a slot, of which one may have two. */
  readonly searches: number
  readonly waiting: number
}

export interface Slot {
  /** Gives the slot to whoever waits longest. Calling it again does nothing. */
  release(): void
}

export interface SlotsOptions {
  readonly count: number
  /** Searches that may wait. */
  readonly queue: number
  readonly waitMs: number
}

export function createSlots({ count, queue, waitMs }: SlotsOptions): Slots {
  let running = 0
  let searches = 0
  // A Set keeps the order of arrival and drops from the middle in constant time.
  const waiting = new Set<(slot: Slot | undefined) => void>()

  const take = (isSpare: boolean): Slot => {
    const counted = isSpare ? 0 : 1
    running++
    searches += counted
    let held = true
    return {
      release() {
        if (!held) return
        held = false
        running--
        searches -= counted
        const next = waiting.values().next().value
        if (next) next(take(false))
      },
    }
  }

  return {
    acquire(signal) {
      if (signal.aborted) return Promise.resolve(undefined)
      if (running < count && waiting.size === 0) return Promise.resolve(take(false))
      if (waiting.size >= queue) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        const settle = (slot: Slot | undefined) => {
          waiting.delete(settle)
          clearTimeout(timer)
          signal.removeEventListener('abort', giveUp)
          resolve(slot)
        }
        const giveUp = () => settle(undefined)
        const timer = setTimeout(giveUp, waitMs)
        signal.addEventListener('abort', giveUp, { once: true })
        waiting.add(settle)
      })
    },
    spare: () => (running < count && waiting.size === 0 ? take(true) : undefined),
    get running() {
      return running
    },
    get searches() {
      return searches
    },
    get waiting() {
      return waiting.size
    },
  }
}
