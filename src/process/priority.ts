import { constants, getPriority, setPriority } from 'node:os'

/** Lets this process come behind the server, unless it stands further back already: an ordinary user cannot come forward. */
export function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority
  if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL)
}

/**
 * Lets this process, and what it will start, come a little behind the server: where the cores are all busy, whoever
 * answers comes first. It gets half as much then.
 */
export function stepBack(): void {
  try {
    setPriority(Math.min(getPriority() + 3, constants.priority.PRIORITY_LOW))
  } catch {
    // Where that is not allowed, all are as one.
  }
}
