import type { Ledger, PlanAccount } from '../search/ledger.ts'
import { visible } from './marks.ts'
import { count, plural } from './words.ts'

/** How an answer was come by, in words, for `views/plan.eta`. */
export function planView(
  ledger: Ledger,
  plan: PlanAccount,
  /** The same page without it. */
  without: string,
) {
  const { query, unindexed, listsRead, postingsRead, processes } = plan
  return {
    without,
    query: query === undefined ? undefined : visible(query),
    // Times of a search that ran for somebody else are its own.
    shared: ledger.shared,
    rows: [
      { term: 'Files in scope', text: count(ledger.scope) },
      { term: 'Candidates, which ripgrep reads', text: candidatesText(ledger, plan) },
      { term: 'Files with a match', text: count(ledger.files) },
      ...(query === undefined
        ? []
        : [
            {
              term: 'Read of the index',
              text: `${plural(listsRead, 'list')}, ${plural(postingsRead, 'posting')}`,
            },
            { term: 'Candidates that the index does not know yet', text: count(unindexed) },
          ]),
      { term: 'Batches, each a ripgrep process', text: count(processes) },
    ],
    stages: stagesOf(plan),
  }
}

function candidatesText({ scope, candidates }: Ledger, { query }: PlanAccount): string {
  if (query === undefined) return `${count(candidates)}: there is no index`
  if (candidates === scope && scope > 0) return `${count(candidates)}: all of them`
  return count(candidates)
}

/** What was done one after the other, in ms: how long each took, and when it was over. */
function stagesOf({ selectedMs, narrowedMs, slotMs, firstMs, endedMs }: PlanAccount) {
  const ends: readonly (readonly [string, number | undefined])[] = [
    ['Select the files in scope', selectedMs],
    ['Ask the index', narrowedMs],
    ['Wait for a free process', slotMs],
    ['Until the first match', firstMs],
    ['Until the end', endedMs],
  ]
  let before = 0
  return ends.flatMap(([stage, at]) => {
    if (at === undefined) return []
    const took = Math.max(0, at - before)
    before = at
    return [{ stage, took: took.toFixed(1), at: at.toFixed(1) }]
  })
}
