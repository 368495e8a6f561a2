import type { Slot } from '../process/slots.ts'
import type { Query } from '../query/query.ts'
import { timeLimit } from './bounds.ts'
import type { SearchContext, SearchRequest } from './context.ts'
import { type Counts, countMatches } from './count.ts'
import type { Counting } from './ledger.ts'
import { matchesOrder, type Order } from './order.ts'
import type { Start } from './start.ts'

/** The order of an answer with most matches first, and the account of the counting that it rests on. */
export interface Ranking {
  readonly order: Order
  readonly counting: Counting
}

/** So much of a search's time may go into the counting. */
const shareOfTime = 0.5

/** Whether the files are to be counted first: the rest of one file has its lines in one order only. */
export const isByMatches = ({ cursor }: Start, { sort }: SearchRequest): boolean =>
  sort === 'matches' && !cursor?.only

/** Counts the candidates, and puts those that match in order. What could not be counted in time has no place in it. */
export async function rank(
  context: SearchContext,
  query: Query,
  start: Start,
  signal: AbortSignal,
): Promise<Ranking> {
  const { catalog, limits } = context
  const seconds = limits[timeLimit(query.matcher, limits)] * shareOfTime
  // The search that follows has the slot.
  const slot = { release() {} }
  const counts = await countWithin(seconds, context, query, start, slot, signal)
  return { order: matchesOrder(catalog, query, start, counts), counting: countingOf(counts, start) }
}

/** Counts for so long at most. */
export async function countWithin(
  seconds: number,
  context: SearchContext,
  query: Query,
  { scope, positions }: Start,
  slot: Pick<Slot, 'release'>,
  signal: AbortSignal,
): Promise<Counts> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort('time'), seconds * 1_000)
  const isNarrowed = positions.length < scope.length
  const either = AbortSignal.any([signal, stop.signal])
  try {
    return await countMatches(context, query, positions, isNarrowed, slot, either)
  } finally {
    clearTimeout(timer)
    stop.abort('client')
  }
}

export const countingOf = ({ outcome, counted }: Counts, { positions }: Start): Counting => ({
  end:
    outcome.kind === 'complete'
      ? 'complete'
      : outcome.kind === 'stopped'
        ? 'stopped'
        : 'incomplete',
  counted,
  candidates: positions.length,
})
