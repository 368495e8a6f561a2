import { type Catalog, keyAt } from '../corpus/catalog.ts'
import { keyText } from '../corpus/order.ts'
import type { Failure } from '../failure.ts'
import type { Slot } from '../process/slots.ts'
import type { Dropped } from './batch.ts'
import { timeLimit } from './bounds.ts'
import { type Collected, firstLines, lastMatchingLine } from './collect.ts'
import type { SearchContext, SearchRequest } from './context.ts'
import { cursorAt } from './cursor.ts'
import type { FileMatches, SearchEvent } from './events.ts'
import type { StoppedBy } from './ledger.ts'
import { searchNames } from './names.ts'
import { compile, failureOf } from './outcome.ts'
import { openPipeline } from './pipeline.ts'
import { planAccount } from './plan-account.ts'
import { findVerdicts, knownVerdicts } from './regex-filters.ts'
import { lowerBound, type Start, startOf } from './start.ts'
import { hasLeft, openStopping } from './stopping.ts'

/**
 * Searches. Files come in catalog order, each once, as soon as they are found; the last event is `done` or `failed`.
 * It may come before the last process, which has told its summary, has gone and given its slot back. A consumer that leaves the loop, or aborts the signal, has killed every process of the search when the iterator
 * has returned; nothing is yielded after an abort, except the ledger of an answer that the server's end has cut.
 */
export async function* search(
  context: SearchContext,
  request: SearchRequest,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
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
  let failure: Failure | undefined
  try {
    const begun = start ?? (await startByRegex(context, request, signal))
    if (!begun || 'kind' in begun) failure = begun
    else if (request.query.type === 'file') {
      failure = yield* searchNames(begun, context, request, signal)
    } else failure = yield* searchFrom(begun, context, request, slot, signal)
  } finally {
    slot.release()
  }
  // Only now: whoever has read that the search failed may never ask for more.
  if (failure) yield { type: 'failed', failure }
}

const busy: Failure = {
  kind: 'busy',
  message: 'too many searches are running at the moment',
  retryAfterSeconds: 1,
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

/** Yields what is found, and the account of it; returns why there is none, unless the caller has gone. */
async function* searchFrom(
  start: Start,
  context: SearchContext,
  { query, explain }: SearchRequest,
  slot: Slot,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent, Failure | undefined> {
  const { catalog, limits } = context
  const began = performance.now()
  const stopping = openStopping(signal, limits[timeLimit(query.matcher, limits)])
  const pipeline = openPipeline(start, context, query, slot, stopping.signal)

  const { scope, positions } = start
  const found = { matchingLines: 0, matches: 0, files: 0, bytes: 0 }
  let leftOut = start.leftOut
  /** Files left out only now, which are among those dealt with. */
  let missed = 0
  let missedBytes = 0
  const leaveOut = (
    reason: 'slow' | 'unreadable' | 'givenUp' | Dropped,
    files: number,
    bytes: number,
  ) => {
    leftOut = { ...leftOut, [reason]: leftOut[reason] + files }
    missed += files
    missedBytes += bytes
  }
  let processes = 0
  let firstAt: number | undefined
  let stoppedBy: StoppedBy | undefined
  let fileLines = false
  let failure: Failure | undefined
  /** Files of `positions` that are dealt with. */
  let searched = 0
  /** Where in the file behind them the answer was cut. */
  let cutAtLine = 0
  /** Whether every process has told its summary, and is about to end by itself. */
  let isOver = false

  const toFile = (file: FileMatches['file'], collected: Collected): SearchEvent => {
    found.files++
    firstAt ??= performance.now()
    found.matchingLines += collected.matchingLines
    found.matches += collected.matchCount
    found.bytes += collected.lines.reduce((sum, { text }) => sum + text.length, 0)
    for (const { replacement } of collected.matches) found.bytes += replacement?.length ?? 0
    const { cut, ...shown } = collected
    const more =
      cut && cutAtLine === 0
        ? cursorAt(catalog, query, file.index, lastMatchingLine(shown.lines), true)
        : undefined
    if (more) fileLines = true
    return { type: 'file', file: { file, ...shown, more } }
  }

  /** How many files in scope are dealt with, if these many candidates are: the others are known not to match. */
  const scopeThrough = (candidates: number): number =>
    candidates === positions.length ? scope.length : lowerBound(scope, positions[candidates]!)

  try {
    // Of files that do not hold what they must, ripgrep would be asked nothing.
    if (positions.length === 0 || query.filters.has.length > 0) {
      const outcome = await compile(context, query, stopping.signal)
      failure = failureOf(query, outcome)
      if (outcome.kind !== 'complete') stoppedBy = stopping.reasonOf(outcome)
    }
    deliver: for await (const batch of failure || stoppedBy ? [] : pipeline.batches()) {
      const base = searched
      processes++
      for await (const item of batch) {
        if (hasLeft(signal)) break deliver
        if (item.type === 'dropped') leaveOut(item.reason, 1, item.file.bytes)
        else if (item.type === 'file') {
          const place = lowerBound(positions, item.file.index)
          const left = limits.lines - found.matchingLines
          const isFull = found.files > 0 && found.bytes >= limits.replyBytes
          if (left === 0 || isFull) {
            searched = place
            stoppedBy = left === 0 ? 'lines' : 'bytes'
            break deliver
          }
          const kept = firstLines(item.collected, left, query.context)
          // Cut by the answer's limit, and not by the file's own: the answer's cursor goes on in this file.
          if (kept !== item.collected || (start.cursor?.only && kept.cut)) {
            searched = place
            stoppedBy = 'lines'
            cutAtLine = lastMatchingLine(kept.lines)
          }
          yield toFile(item.file, kept)
          if (stoppedBy) break deliver
        } else {
          const { outcome, partial } = item
          leaveOut('unreadable', item.unreadable, 0)
          leaveOut('givenUp', item.givenUp, 0)
          searched = base + item.searched
          // What is left of it is its process's end.
          if (outcome.kind === 'complete') break
          // A later batch has the same pattern: what is wrong there is not the query.
          if (base === 0) failure = failureOf(query, outcome)
          stoppedBy = stopping.reasonOf(outcome)
          if (partial && !failure) {
            const kept = firstLines(
              partial.collected,
              limits.lines - found.matchingLines,
              query.context,
            )
            if (kept.matchingLines > 0) {
              cutAtLine = lastMatchingLine(kept.lines)
              yield toFile(partial.file, kept)
            }
          }
          break deliver
        }
      }
      yield {
        type: 'progress',
        through: keyText(keyAt(catalog, positions[searched - 1]!)),
        filesSearched: scopeThrough(searched),
        matchingLines: found.matchingLines,
      }
    }
    if (hasLeft(signal)) return undefined
    if (failure) return failure
    isOver = stoppedBy === undefined
    if (!isOver) stopping.stop()
    // Whoever asks again must get further, also if the very first file took all the time.
    const isStuck = positions.length > 0 && searched === 0 && cutAtLine === 0
    if (isStuck && (stoppedBy === 'time' || stoppedBy === 'crash')) {
      leaveOut(
        stoppedBy === 'time' ? 'slow' : 'unreadable',
        1,
        bytesOf(catalog, positions.subarray(0, 1)),
      )
      searched = 1
    }
    const isCut = stoppedBy !== undefined && (searched < positions.length || cutAtLine > 0)
    // A stop behind the last file has cut nothing; but a crash may have lost something.
    const isWhole = positions.length > 0 && !isCut && !isStuck && stoppedBy !== 'crash'
    if (isWhole) stoppedBy = undefined
    stoppedBy ??= fileLines ? 'file-lines' : undefined
    // Without a candidate, a pattern that has not been read to its end says nothing of the files.
    const dealtWith = positions.length === 0 && stoppedBy ? 0 : scopeThrough(searched)
    yield {
      type: 'done',
      ledger: {
        end: stoppedBy === 'crash' ? 'incomplete' : stoppedBy ? 'stopped' : 'complete',
        stoppedBy,
        matchingLines: found.matchingLines,
        matches: found.matches,
        files: found.files,
        searched: {
          files: dealtWith - missed,
          bytes:
            bytesOf(catalog, dealtWith < scope.length ? scope.subarray(0, dealtWith) : scope) -
            missedBytes,
          inPart: cutAtLine > 0 ? 1 : 0,
        },
        scope: scope.length,
        candidates: positions.length,
        leftOut,
        elapsedMs: Math.round(performance.now() - began),
        generation: catalog.generation,
        preliminary: !catalog.complete,
        scannedAtMs: catalog.scannedAtMs,
        watched: context.changes !== undefined,
        shared: false,
        changedSince: start.changedSince,
        cursor: isCut
          ? cutAtLine > 0
            ? cursorAt(catalog, query, positions[searched]!, cutAtLine, start.cursor?.only ?? false)
            : cursorAt(catalog, query, positions[searched - 1] ?? -1, 0, false, start.cursor)
          : undefined,
        plan: explain ? planAccount(start, processes, began, firstAt) : undefined,
      },
    }
    return undefined
  } finally {
    if (!isOver) stopping.stop()
    await pipeline.closed()
    stopping.close()
  }
}

/** Of whole scopes, which many searches have in common. */
const known = new WeakMap<Uint32Array, number>()

function bytesOf({ columns }: Catalog, positions: Uint32Array): number {
  let bytes = known.get(positions)
  if (bytes === undefined) {
    bytes = 0
    for (const position of positions) bytes += columns.bytes[position]!
    known.set(positions, bytes)
  }
  return bytes
}
