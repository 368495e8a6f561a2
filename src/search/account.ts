import type { SearchContext, SearchRequest } from './context.ts'
import type { Ledger } from './ledger.ts'
import { planAccount } from './plan-account.ts'
import type { Start } from './start.ts'

/** What a search alone knows of itself at its end. */
export interface Account
  extends Pick<Ledger, 'stoppedBy' | 'matchingLines' | 'matches' | 'files' | 'searched'>,
    Pick<Ledger, 'leftOut' | 'cursor' | 'facets' | 'elapsedMs'>,
    Partial<Pick<Ledger, 'ranking' | 'totals'>> {
  /** When it had its slot, and when the first file with a match was there, in `performance.now()`. */
  readonly began: number
  readonly firstAt: number | undefined
  /** ripgrep processes whose results were taken. */
  readonly processes: number
}

/** The ledger of an answer, whatever it was that was searched. */
export function ledgerOf(
  { catalog, changes }: SearchContext,
  { explain }: SearchRequest,
  start: Start,
  { began, firstAt, processes, ...told }: Account,
): Ledger {
  const { stoppedBy } = told
  return {
    ranking: undefined,
    totals: undefined,
    ...told,
    end: stoppedBy === 'crash' ? 'incomplete' : stoppedBy ? 'stopped' : 'complete',
    scope: start.scope.length,
    candidates: start.positions.length,
    generation: catalog.generation,
    preliminary: !catalog.complete,
    scannedAtMs: catalog.scannedAtMs,
    watched: changes !== undefined,
    shared: false,
    changedSince: start.changedSince,
    plan: explain ? planAccount(start, processes, began, firstAt) : undefined,
  }
}
