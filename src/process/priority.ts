import { constants, getPriority, setPriority } from 'node:os'

/** Lets this process come behind the server, unless it stands further back already: an ordinary user cannot come forward. */
export function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority
  if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL)
}
