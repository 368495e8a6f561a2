import type { Catalog, Repository } from '../corpus/catalog.ts'
import type { OpenFile } from '../corpus/door.ts'
import type { Slot } from '../process/slots.ts'
import type { Query } from '../query/query.ts'
import { countArgs } from '../ripgrep/args.ts'
import { runCount } from '../ripgrep/count.ts'
import type { Outcome } from '../ripgrep/run.ts'
import { argumentsOf } from './arguments.ts'
import { type Batch, batches } from './batches.ts'
import { processBounds } from './bounds.ts'
import { charsetsOf, type SearchContext } from './context.ts'
import { openPipeline } from './pipeline.ts'

/** How often each file matches, as ripgrep counts: nothing is read for it but by ripgrep. */
export interface Counts {
  /** In catalog order: files with matches, and those of which ripgrep could not tell, with 0. */
  readonly files: readonly FileCount[]
  readonly matches: number
  /** Of batches that were counted to their end. */
  readonly matchingLines: number
  /** Candidates, from the first, that have been counted. */
  readonly counted: number
  /** `complete` if all have been. */
  readonly outcome: Outcome
}

export interface FileCount {
  readonly position: number
  readonly matches: number
}

interface CountedBatch {
  readonly type: 'ended'
  readonly files: readonly FileCount[]
  /** Files of the batch that have been counted, from the first. */
  readonly counted: number
  readonly matchingLines: number
  readonly outcome: Outcome
}

/** The last counts of each catalog, for the next part of an answer and for its totals. */
const kept = new WeakMap<readonly Repository[], Map<string, Counts>>()
const mostKept = 4

/**
 * Counts the matches of all candidates.
 *
 * @param isNarrowed whether these are few of the files in scope
 * @param slot is given back with the last process
 */
export async function countMatches(
  context: SearchContext,
  query: Query,
  positions: Uint32Array,
  isNarrowed: boolean,
  slot: Pick<Slot, 'release'>,
  signal: AbortSignal,
): Promise<Counts> {
  const known = countsOf(context, query)
  if (known) return { ...known, counted: positions.length }
  const { catalog, slots } = context
  const files: FileCount[] = []
  let matchingLines = 0
  let counted = 0
  let outcome: Outcome = { kind: 'complete', searches: 0, complaints: '' }
  const pipeline = openPipeline(
    batches(catalog, positions, isNarrowed, charsetsOf(context, query)),
    (batch) => countBatch(batch, context, query, signal),
    { slots, slot, signal },
  )
  try {
    deliver: for await (const batch of pipeline.batches()) {
      for await (const item of batch) {
        for (const file of item.files) files.push(file)
        counted += item.counted
        matchingLines += item.matchingLines
        outcome = item.outcome
        if (outcome.kind !== 'complete') break deliver
      }
    }
    // Stopped before there was a process.
    if (signal.aborted && counted < positions.length) outcome = { kind: 'stopped' }
  } finally {
    await pipeline.closed()
  }
  const matches = files.reduce((sum, file) => sum + file.matches, 0)
  const counts = { files, matches, matchingLines, counted, outcome }
  keep(context, query, counts)
  return counts
}

/** Counts a batch with one ripgrep process. */
async function* countBatch(
  { positions, charset }: Batch,
  { catalog, rgPath, launcher, limits }: SearchContext,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<CountedBatch> {
  const opened: OpenFile[] = []
  try {
    const { paths, places } = argumentsOf(catalog, positions, opened)
    if (paths.length === 0) {
      const outcome = { kind: 'complete', searches: 0, complaints: '' } as const
      yield { type: 'ended', files: [], counted: positions.length, matchingLines: 0, outcome }
      return
    }
    const counts = runCount({
      ...{ rgPath, launcher, args: countArgs(query, paths, charset), cwd: '/', signal },
      bounds: processBounds(limits),
      descriptors: opened.map(({ descriptor }) => descriptor),
    })
    const placeOf = (index: number) => (places ? places[index]! : index)
    const found = new Map<number, number>()
    // ripgrep takes the files in the order given.
    let at = -1
    for await (const item of counts) {
      if (item.type === 'counted') {
        const next = paths.indexOf(item.path, at + 1)
        // A file that has become a directory is counted with all below it; none of that is in the catalog.
        if (next === -1) continue
        at = next
        found.set(placeOf(at), item.matches)
        continue
      }
      const { outcome, matchingLines } = item
      const isComplete = outcome.kind === 'complete'
      const counted = isComplete ? positions.length : at < 0 ? 0 : placeOf(at) + 1
      // Which of them ripgrep could not read to their end is not told: then any may still match.
      const isShort = isComplete && outcome.searches < positions.length
      const files = [...positions.subarray(0, counted)].flatMap((position, place) => {
        const matches = found.get(place)
        return matches !== undefined || isShort ? [{ position, matches: matches ?? 0 }] : []
      })
      yield { type: 'ended', files, counted, matchingLines, outcome }
    }
  } finally {
    for (const file of opened) file.close()
  }
}

function countsOf(context: SearchContext, query: Query): Counts | undefined {
  return kept.get(context.catalog.repositories)?.get(keyOf(context, query))
}

/** Keeps what will be counted the same until a change is heard of. */
function keep(context: SearchContext, query: Query, counts: Counts): void {
  const { catalog, changes } = context
  if (counts.outcome.kind !== 'complete' || !changes || !catalog.complete) return
  const ofCatalog = keptOf(catalog)
  ofCatalog.set(keyOf(context, query), counts)
  if (ofCatalog.size > mostKept) ofCatalog.delete(ofCatalog.keys().next().value!)
}

function keptOf({ repositories }: Catalog): Map<string, Counts> {
  const ofCatalog = kept.get(repositories) ?? new Map<string, Counts>()
  kept.set(repositories, ofCatalog)
  return ofCatalog
}

const keyOf = ({ changes, limits }: SearchContext, { matcher, filters, context }: Query): string =>
  JSON.stringify([changes?.version, matcher, filters, context, limits.multilineFileBytes])
