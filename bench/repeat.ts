import type { Contender } from './contender.ts'
import type { Query } from './queries.ts'
import type { RepeatResult } from './results.ts'
import { median, rounded } from './statistics.ts'

/** A search for the first time and again; each round asks something new, so that its first time is a first time. */
export async function measureRepeat(
  contender: Contender,
  query: Query,
  rounds: number,
): Promise<RepeatResult> {
  const first: number[] = []
  const again: number[] = []
  for (let round = 0; round < rounds; round++) {
    // Another limit that changes nothing makes it another search.
    const asked = { ...query, limit: 90_000 + round }
    first.push((await contender.ask(asked)).whole)
    again.push((await contender.ask(asked)).whole)
  }
  return { query: query.name, first: rounded(median(first)), again: rounded(median(again)) }
}
