import { setTimeout as sleep } from 'node:timers/promises'

/**
 * How many processes run at once, and who waits. A slot is the right to run one process; searches that find none free
 * wait, for a bounded time and in a bounded queue, in which every client has a share. A search that has run for a
 * while moves to a slow lane, so that short ones need not wait for it.
 */
export interface SlotSource {
  /** Resolves with a slot, or with `undefined` when the queue is full, the wait was too long or the signal aborted. */
  acquire(signal: AbortSignal): Promise<Slot | undefined>
  /**
   * Whether `acquire` would not refuse at once: whoever asks first is spared what would be in vain. A client that was
   * told no and asks again before `retrySeconds` have passed is told no only when they have, if there is still no room:
   * those who never pause cost one refusal a second, not all that they can send.
   */
  hasRoom(signal: AbortSignal): Promise<boolean>
  /** A second slot for a search that already has one: only if one is free and nobody waits for it. */
  spare(): Slot | undefined
}

export interface Slots extends SlotSource {
  /**
   * The same slots, for one client: in the queue the one who has least comes first.
   *
   * @param share of the queue that it may fill
   */
  of(client: string, share: number): SlotSource
  /** Slots that are taken, in the slow lane too. */
  readonly running: number
  /** Searches that have a slot, of which one may have two. */
  readonly searches: number
  /** Of the slots that are taken, those in the slow lane. */
  readonly slow: number
  readonly waiting: number
  /** Of those that wait, how many each client has, the most first. */
  readonly waitingByClient: readonly number[]
}

export interface Slot {
  /** Gives the slot to whoever is next. Calling it again does nothing. */
  release(): void
  /**
   * Asks for a place in the slow lane, now or as soon as there is one; the slot is somebody else's then, and `moved`
   * is called. Calling it again does nothing.
   */
  slowDown(moved: () => void): void
}

/** When whoever was refused may ask again. */
export const retrySeconds = 1

/** Clients that are remembered as refused; the one who was longest ago is forgotten first. */
const mostRefused = 10_000

export interface SlotsOptions {
  readonly count: number
  /** Places in the slow lane; as many as slots if it is not said. */
  readonly slow?: number
  /** Searches that may wait. */
  readonly queue: number
  readonly waitMs: number
}

/** One who has slots or waits for them. */
interface Client {
  /** Slots that it has outside the slow lane. */
  running: number
  /** In order of arrival; a Set drops from the middle in constant time. */
  readonly waiting: Set<(slot: Slot | undefined) => void>
}

export function createSlots(options: SlotsOptions): Slots {
  const { count, slow: places = count, queue, waitMs } = options
  let quick = 0
  let slow = 0
  let searches = 0
  let waiting = 0
  /** Those who have or want something; whoever was served last stands last. */
  const clients = new Map<string, Client>()
  /** Slots that would be in the slow lane if there were a place. */
  const wantSlow = new Set<() => void>()

  const clientOf = (name: string): Client => {
    const known = clients.get(name) ?? { running: 0, waiting: new Set() }
    clients.set(name, known)
    return known
  }
  const forget = (name: string, client: Client) => {
    if (client.running === 0 && client.waiting.size === 0) clients.delete(name)
  }
  /** Who waits and has least; among equals, whoever has come, or was served, longest ago. */
  const serveNext = () => {
    if (quick >= count) return
    let next: readonly [string, Client] | undefined
    for (const one of clients) {
      if (one[1].waiting.size === 0) continue
      if (!next || one[1].running < next[1].running) next = one
    }
    if (!next) return
    const [name, client] = next
    const settle = client.waiting.values().next().value!
    settle(take(name, false))
  }

  const take = (name: string, isSpare: boolean): Slot => {
    const client = clientOf(name)
    const counted = isSpare ? 0 : 1
    clients.delete(name)
    clients.set(name, client)
    quick++
    client.running++
    searches += counted
    let lane: 'quick' | 'slow' | 'left' = 'quick'
    let move: (() => void) | undefined
    const leaveQuick = () => {
      quick--
      client.running--
      forget(name, client)
    }
    return {
      release() {
        if (lane === 'left') return
        if (move) wantSlow.delete(move)
        searches -= counted
        if (lane === 'quick') leaveQuick()
        else slow--
        const wasSlow = lane === 'slow'
        lane = 'left'
        // A place in the slow lane frees a slot, for whoever has it no more.
        if (wasSlow) wantSlow.values().next().value?.()
        serveNext()
      },
      slowDown(moved) {
        if (lane !== 'quick' || move) return
        move = () => {
          wantSlow.delete(move!)
          lane = 'slow'
          slow++
          leaveQuick()
          moved()
          serveNext()
        }
        if (slow < places) move()
        else wantSlow.add(move)
      },
    }
  }

  const isFree = () => quick < count && waiting === 0
  const isFullFor = (name: string, share: number): boolean => {
    const own = clients.get(name)?.waiting.size ?? 0
    return !isFree() && (waiting >= queue || own >= share)
  }

  /** When clients were refused, by the clock of `performance.now()`; the latest stands last. */
  const refused = new Map<string, number>()
  /** Waits until a client that was refused may ask again. */
  const restOf = async (name: string, signal: AbortSignal) => {
    const ms = (refused.get(name) ?? -Infinity) + retrySeconds * 1_000 - performance.now()
    // Whoever has gone is not waited for; the caller looks at the signal.
    if (ms > 0) await sleep(ms, undefined, { signal, ref: false }).catch(() => {})
  }
  const refuse = (name: string) => {
    refused.delete(name)
    refused.set(name, performance.now())
    if (refused.size > mostRefused) refused.delete(refused.keys().next().value!)
  }

  const sourceOf = (name: string, share: number, isPaced: boolean): SlotSource => ({
    async hasRoom(signal) {
      if (!isFullFor(name, share)) return true
      if (!isPaced) return false
      await restOf(name, signal)
      if (!isFullFor(name, share)) return true
      // Whoever has left was told nothing.
      if (!signal.aborted) refuse(name)
      return false
    },
    acquire(signal) {
      if (signal.aborted || isFullFor(name, share)) return Promise.resolve(undefined)
      if (isFree()) return Promise.resolve(take(name, false))
      const client = clientOf(name)
      return new Promise((resolve) => {
        const settle = (slot: Slot | undefined) => {
          waiting--
          client.waiting.delete(settle)
          forget(name, client)
          clearTimeout(timer)
          signal.removeEventListener('abort', giveUp)
          resolve(slot)
        }
        const giveUp = () => settle(undefined)
        const timer = setTimeout(giveUp, waitMs)
        signal.addEventListener('abort', giveUp, { once: true })
        waiting++
        client.waiting.add(settle)
      })
    },
    spare: () => (isFree() ? take(name, true) : undefined),
  })
  return {
    // All who cannot be told apart: nobody waits for the haste of another.
    ...sourceOf('', queue, false),
    of: (client, share) => sourceOf(client, share, true),
    get running() {
      return quick + slow
    },
    get searches() {
      return searches
    },
    get slow() {
      return slow
    },
    get waiting() {
      return waiting
    },
    get waitingByClient() {
      const counts = [...clients.values()].map(({ waiting }) => waiting.size)
      return counts.filter((count) => count > 0).sort((a, b) => b - a)
    },
  }
}
