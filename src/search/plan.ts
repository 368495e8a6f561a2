import { explained } from '../index/explain.ts'
import type { PlanAccount } from './ledger.ts'
import type { Start } from './start.ts'

/**
 * How an answer was come by, now that it has come.
 *
 * @param slotAt when it had its slot, and `firstAt` its first file with a match, in `performance.now()`
 */
export function planAccount(
  { narrowing }: Start,
  processes: number,
  slotAt: number,
  firstAt: number | undefined,
): PlanAccount {
  const { query, unindexed, listsRead, postingsRead, beganAt, selectedAt, narrowedAt } = narrowing
  const since = (at: number) => Math.round((at - beganAt) * 10) / 10
  return {
    query: query && explained(query),
    unindexed,
    listsRead,
    postingsRead,
    processes,
    selectedMs: since(selectedAt),
    narrowedMs: since(narrowedAt),
    slotMs: since(slotAt),
    firstMs: firstAt === undefined ? undefined : since(firstAt),
    endedMs: since(performance.now()),
  }
}
