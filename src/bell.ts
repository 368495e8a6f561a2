/** A condition that may have changed: whoever waits for it looks again. */
export interface Bell {
  /** Settles when it rings next. */
  heard(): Promise<void>
  /** Costs nothing while nobody waits. */
  ring(): void
}

export function createBell(): Bell {
  let waiting: PromiseWithResolvers<void> | undefined
  return {
    heard() {
      waiting ??= Promise.withResolvers()
      return waiting.promise
    },
    ring() {
      waiting?.resolve()
      waiting = undefined
    },
  }
}
