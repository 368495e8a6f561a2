import type { Failure } from '../failure.ts'
import type { Slot } from '../process/slots.ts'
import { ledgerOf } from './account.ts'
import { type Dropped, searchBatch } from './batch.ts'
import { batches } from './batches.ts'
import { timeLimit } from './bounds.ts'
import { type Collected, firstLines, lastMatchingLine } from './collect.ts'
import { charsetsOf, type SearchContext, type SearchRequest } from './context.ts'
import type { FileMatches, SearchEvent } from './events.ts'
import { createFacets } from './facets.ts'
import type { Counting, StoppedBy } from './ledger.ts'
import { bytesOf, type Order } from './order.ts'
import { compile, failureOf } from './outcome.ts'
import { openPipeline } from './pipeline.ts'
import type { Start } from './start.ts'
import { hasLeft, openStopping } from './stopping.ts'
import { totalsOf } from './totals.ts'

/** A search that has its slot, and knows its files. */
export interface Begun {
  readonly start: Start
  readonly order: Order
  /** How far the counting came that the order rests on. */
  readonly counting: Counting | undefined
  readonly slot: Slot
  /** When it had its slot, in `performance.now()`. */
  readonly began: number
}

/**
 * Searches what is in the files of an order, batch by batch, up to the limits of an answer, and yields what is found and
 * the account of it.
 *
 * @returns why there is none, unless the caller has gone
 */
export async function* searchContents(
  { start, order, counting, slot, began }: Begun,
  context: SearchContext,
  request: SearchRequest,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent, Failure | undefined> {
  const { catalog, limits, rgPath, launcher, slots } = context
  const { query } = request
  const seconds = limits[timeLimit(query.matcher, limits)]
  const stopping = openStopping(signal, seconds - (performance.now() - began) / 1_000)
  const { positions } = order
  const linesPerFile = start.cursor?.only ? limits.lines : limits.linesPerFile
  const charsetOf = charsetsOf(context, query)
  const options = { catalog, rgPath, launcher, query, limits, linesPerFile, charsetOf }
  // Lines to be passed over are in the first file alone.
  const isNarrowed = order.afterLine === 0 && positions.length < start.scope.length
  const pipeline = openPipeline(
    batches(catalog, positions, isNarrowed, charsetOf),
    (batch, isFirst) =>
      searchBatch(batch, { ...options, afterLine: isFirst ? order.afterLine : 0 }, stopping.signal),
    { slots, slot, signal: stopping.signal },
  )

  const found = { matchingLines: 0, matches: 0, files: 0, bytes: 0 }
  const facets = createFacets()
  let leftOut = start.leftOut
  /** Files left out only now, which are among those dealt with. */
  let missed = 0
  let missedBytes = 0
  const leaveOut = (reason: 'slow' | 'givenUp' | Dropped, files: number, bytes: number) => {
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
    facets.addFile(file, collected.matchingLines)
    found.matches += collected.matchCount
    found.bytes += collected.lines.reduce((sum, { text }) => sum + text.length, 0)
    for (const { replacement } of collected.matches) found.bytes += replacement?.length ?? 0
    const { cut, ...shown } = collected
    const more =
      cut && cutAtLine === 0
        ? order.cursorBehind(file.index, lastMatchingLine(shown.lines), true)
        : undefined
    if (more) fileLines = true
    return { type: 'file', file: { file, key: order.keyOf(file.index), ...shown, more } }
  }

  const cursorAfter = (): string =>
    cutAtLine > 0
      ? order.cursorBehind(positions[searched]!, cutAtLine, start.cursor?.only ?? false)
      : searched > 0
        ? order.cursorBehind(positions[searched - 1]!, 0, false)
        : order.cursorBefore()

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
          const place = order.placeOf(item.file.index)
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
        through: order.keyOf(positions[searched - 1]!),
        filesSearched: order.filesThrough(searched),
        matchingLines: found.matchingLines,
      }
    }
    if (hasLeft(signal)) return undefined
    if (failure) return failure
    // Stopped before there was a process to stop.
    if (stopping.signal.aborted && searched < positions.length)
      stoppedBy ??= stopping.reasonOf({ kind: 'stopped' })
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
    const isUncounted = counting !== undefined && counting.end !== 'complete'
    if (isUncounted) stoppedBy ??= counting.end === 'stopped' ? 'time' : 'crash'
    stoppedBy ??= fileLines ? 'file-lines' : undefined
    // Without a candidate, a pattern that has not been read to its end says nothing of the files.
    const dealtWith = positions.length === 0 && stoppedBy ? 0 : order.filesThrough(searched)
    const elapsedMs = Math.round(performance.now() - began)
    const candidates = start.positions.length
    const { bytes: _, ...counted } = found
    const isAll = stoppedBy === undefined && request.after === undefined
    const totals = request.totals
      ? isAll
        ? { end: 'complete' as const, ...counted, counted: candidates, candidates }
        : await totalsOf(context, query, signal)
      : undefined
    if (hasLeft(signal)) return undefined
    yield {
      type: 'done',
      ledger: ledgerOf(context, request, start, {
        ...counted,
        ...{ stoppedBy, leftOut, totals, elapsedMs, began, firstAt, processes },
        facets: facets.facets,
        searched: {
          files: dealtWith - missed,
          bytes: (dealtWith === 0 ? 0 : order.bytesThrough(searched)) - missedBytes,
          inPart: cutAtLine > 0 ? 1 : 0,
        },
        cursor: isCut && !isUncounted ? cursorAfter() : undefined,
        ranking: counting,
      }),
    }
    return undefined
  } finally {
    if (!isOver) stopping.stop()
    await pipeline.closed()
    stopping.close()
  }
}
