import { constants, getPriority, setPriority } from 'node:os'

/** Lets this process come behind the server, unless it stands further back already: an ordinary user cannot come forward. */
export function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority
  if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL)
}

/**
 * Lets a process, and what it will start, come a little behind this one: where the cores are all busy, whoever answers
 * comes first. It gets half as much then.
 */
export const stepBack = (pid: number | undefined): void =>
  set(pid, Math.min(getPriority() + 3, constants.priority.PRIORITY_LOW))

/** Lets all others come before a process. */
export const yieldToAll = (pid: number | undefined): void =>
  set(pid, constants.priority.PRIORITY_LOW)

function set(pid: number | undefined, priority: number): void {
  try {
    if (pid !== undefined) setPriority(pid, priority)
  } catch {
    // It has ended, or that is not allowed: it goes on as it is.
  }
}
