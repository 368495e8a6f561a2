import { type Child, startChild } from '../process/child.ts'
import type { Slot } from '../process/slots.ts'
import type { SearchContext } from './context.ts'

/** A search that has had its slot for so long is no quick one. */
const quickMs = 1_000

/** The lane of one search: the quick one, and later, if there is a place, the slow one. */
export interface Lane {
  /** The search's own, for all that it starts. */
  readonly context: SearchContext
  close(): void
}

/**
 * Watches a search that has its slot. After a second it asks for a place in the slow lane; once it has one, its slots
 * are somebody else's, and its processes let all others come first.
 */
export function openLane(context: SearchContext, slot: Slot): Lane {
  const { slots, launcher } = context
  const start = launcher?.start ?? startChild
  const children = new Set<Child>()
  /** Slots that it has besides. */
  const more = new Set<Slot>()
  let isLate = false
  let isSlow = false
  const slowDown = () => {
    isSlow = true
    for (const child of children) child.slowDown()
  }
  const timer = setTimeout(() => {
    isLate = true
    slot.slowDown(slowDown)
    for (const one of more) one.slowDown(() => {})
  }, quickMs)
  const watched = (taken: Slot | undefined): Slot | undefined => {
    if (!taken) return undefined
    more.add(taken)
    if (isLate) taken.slowDown(() => {})
    const release = () => {
      more.delete(taken)
      taken.release()
    }
    return { ...taken, release }
  }
  return {
    context: {
      ...context,
      launcher: {
        start(file, args, options) {
          const child = start(file, args, options)
          children.add(child)
          void child.ended.then(() => children.delete(child))
          if (isSlow) child.slowDown()
          return child
        },
      },
      slots: {
        hasRoom: slots.hasRoom,
        acquire: async (signal) => watched(await slots.acquire(signal)),
        spare: () => watched(slots.spare()),
      },
    },
    close: () => clearTimeout(timer),
  }
}
