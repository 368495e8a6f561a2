import type { Outcome } from '../ripgrep/run.ts'
import type { StoppedBy } from './ledger.ts'

/** The reason with which the caller's signal aborts, if the server is stopping. */
export const shutdown = Symbol('shutdown')

/** Whether nobody is there to read on; a server that stops still tells its readers so. */
export const hasLeft = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason !== shutdown

/** A search's own signal: its caller's, and the end of its time. */
export interface Stopping {
  readonly signal: AbortSignal
  /** Kills what still runs. */
  stop(): void
  /** What cut the answer, if a process has not ended well. */
  reasonOf(outcome: Outcome): StoppedBy
  /** The search is over. */
  close(): void
}

export function openStopping(caller: AbortSignal, seconds: number): Stopping {
  const stop = new AbortController()
  const onAbort = () => stop.abort(caller.reason)
  if (caller.aborted) onAbort()
  caller.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => stop.abort('time'), seconds * 1_000)
  const { signal } = stop
  return {
    signal,
    stop: () => stop.abort('client'),
    reasonOf(outcome) {
      if (outcome.kind !== 'stopped') return 'crash'
      if (signal.reason === 'time') return 'time'
      return signal.reason === shutdown ? 'shutdown' : 'client'
    },
    close() {
      clearTimeout(timer)
      caller.removeEventListener('abort', onAbort)
    },
  }
}
