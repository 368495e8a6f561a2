import type { Failure } from '../failure.ts'
import { searchContents } from './contents.ts'
import type { SearchContext, SearchRequest } from './context.ts'
import type { SearchEvent } from './events.ts'
import { openLane } from './lane.ts'
import { searchNames } from './names.ts'
import { pathOrder } from './order.ts'
import { busy } from './outcome.ts'
import { isByMatches, rank } from './rank.ts'
import { findVerdicts, knownVerdicts } from './regex-filters.ts'
import { type Start, startOf } from './start.ts'
import { hasLeft } from './stopping.ts'

/**
 * Searches. Files come in catalog order, each once, as soon as they are found; the last event is `done` or `failed`.
 * It may come before the last process, which has told its summary, has gone and given its slot back. A consumer that
 * leaves the loop, or aborts the signal, has killed every process of the search when the iterator has returned; nothing
 * is yielded after an abort, except the ledger of an answer that the server's end has cut.
 */
export async function* search(
  context: SearchContext,
  request: SearchRequest,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
  if (!(await context.slots.hasRoom(signal))) {
    if (!hasLeft(signal)) yield { type: 'failed', failure: busy }
    return
  }
  const verdicts = knownVerdicts(context.catalog, request.query.filters)
  const start = verdicts && startOf(context, request, verdicts)
  if (start && 'kind' in start) {
    yield { type: 'failed', failure: start }
    return
  }
  const slot = await context.slots.acquire(signal)
  if (!slot) {
    if (!hasLeft(signal)) yield { type: 'failed', failure: busy }
    return
  }
  const lane = openLane(context, slot)
  let failure: Failure | undefined
  try {
    const began = performance.now()
    const begun = start ?? (await startByRegex(lane.context, request, signal))
    if (!begun || 'kind' in begun) failure = begun
    else if (request.query.type === 'file') {
      failure = yield* searchNames(begun, lane.context, request, signal)
    } else {
      const ranking = isByMatches(begun, request)
        ? await rank(lane.context, request.query, begun, signal)
        : undefined
      const order = ranking?.order ?? pathOrder(context.catalog, request.query, begun)
      const how = { start: begun, order, counting: ranking?.counting, slot, began }
      failure = yield* searchContents(how, lane.context, request, signal)
    }
  } finally {
    lane.close()
    slot.release()
  }
  // Only now: whoever has read that the search failed may never ask for more.
  if (failure) yield { type: 'failed', failure }
}

/** Where a search begins whose filters hold regexes that ripgrep has yet to match; `undefined` if the caller has gone. */
async function startByRegex(
  context: SearchContext,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<Start | Failure | undefined> {
  const late = AbortSignal.timeout(context.limits.seconds * 1_000)
  const stop = AbortSignal.any([signal, late])
  const verdicts = await findVerdicts(context, request.query.filters, stop)
  if (verdicts) return 'kind' in verdicts ? verdicts : startOf(context, request, verdicts)
  return hasLeft(signal) ? undefined : busy
}
