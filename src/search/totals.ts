import type { Query } from '../query/query.ts'
import { timeLimit } from './bounds.ts'
import type { SearchContext } from './context.ts'
import type { Totals } from './ledger.ts'
import { countingOf, countWithin } from './rank.ts'
import { knownVerdicts } from './regex-filters.ts'
import { startOf } from './start.ts'

/** Counts all that a query finds, whatever limits cut the answer; within the time of a search of its own. */
export async function totalsOf(
  context: SearchContext,
  query: Query,
  signal: AbortSignal,
): Promise<Totals | undefined> {
  // The search that asks has had them matched.
  const verdicts = knownVerdicts(context.catalog, query.filters)
  const start = verdicts && startOf(context, { query }, verdicts)
  if (!start || 'kind' in start) return undefined
  const slot = await context.slots.acquire(signal)
  if (!slot) return { ...nothing, end: 'stopped', candidates: start.positions.length }
  try {
    const { limits } = context
    const seconds = limits[timeLimit(query.matcher, limits)]
    const counts = await countWithin(seconds, context, query, start, slot, signal)
    return {
      ...countingOf(counts, start),
      matchingLines: counts.matchingLines,
      matches: counts.matches,
      files: counts.files.filter(({ matches }) => matches > 0).length,
    }
  } finally {
    slot.release()
  }
}

const nothing = { counted: 0, matchingLines: 0, matches: 0, files: 0 }
