import { type Catalog, fileAt, keyAt, positionOf } from '../corpus/catalog.ts'
import { keyText } from '../corpus/order.ts'
import type { Failure } from '../failure.ts'
import type { Limits } from '../limits.ts'
import type { Slot, Slots } from '../process/slots.ts'
import type { Query } from '../query/query.ts'
import { searchArgs } from '../ripgrep/args.ts'
import { type Outcome, run } from '../ripgrep/run.ts'
import { type BatchItem, type Dropped, searchBatch } from './batch.ts'
import { batches } from './batches.ts'
import { type Collected, firstLines, lastMatchingLine } from './collect.ts'
import { type Cursor, formatCursor, parseCursor } from './cursor.ts'
import type { FileMatches, SearchEvent } from './events.ts'
import type { Ledger, StoppedBy } from './ledger.ts'
import { type Ahead, readAhead } from './read-ahead.ts'
import { select } from './select.ts'

/** What a search needs of the server. */
export interface SearchContext {
  /** The view that this search holds from beginning to end. */
  readonly catalog: Catalog
  readonly slots: Slots
  readonly rgPath: string
  /** Remaining budgets: what is left for this search, not what the server was started with. */
  readonly limits: Limits
}

export interface SearchRequest {
  readonly query: Query
  /** The cursor of a truncated answer. */
  readonly after?: string | undefined
}

/** The reason with which the caller's signal aborts, if the server is stopping. */
export const shutdown = Symbol('shutdown')

/** Files whose matches are held of a process that runs ahead of what is being delivered. */
const heldAhead = 64

/** Processes of one search that have been started and not yet delivered. */
const mostAhead = 4

/**
 * Searches. Files come in catalog order, each once, as soon as they are found; the last event is `done` or `failed`.
 * A consumer that leaves the loop, or aborts the signal, has killed every process of the search when the iterator
 * has returned; nothing is yielded after an abort, except the ledger of an answer that the server's end has cut.
 */
export async function* search(
  context: SearchContext,
  request: SearchRequest,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
  const start = startOf(context, request)
  if ('kind' in start) {
    yield { type: 'failed', failure: start }
    return
  }
  const slot = await context.slots.acquire(signal)
  if (!slot) {
    if (!hasLeft(signal)) yield { type: 'failed', failure: busy }
    return
  }
  let last: SearchEvent | undefined
  try {
    last = yield* searchFrom(start, context, request.query, slot, signal)
  } finally {
    slot.release()
  }
  // Only now: whoever has read that the search failed may never ask for more.
  if (last) yield last
}

/** Whether nobody is there to read on; a server that stops still tells its readers so. */
const hasLeft = (signal: AbortSignal): boolean => signal.aborted && signal.reason !== shutdown

const busy: Failure = {
  kind: 'busy',
  message: 'too many searches are running at the moment',
  retryAfterSeconds: 1,
}

interface Start {
  readonly positions: Uint32Array
  readonly leftOut: Ledger['leftOut']
  readonly cursor: Cursor | undefined
  /** Only lines behind this one of the first file are wanted. */
  readonly afterLine: number
  readonly changedSince: boolean
}

function startOf({ catalog }: SearchContext, { query, after }: SearchRequest): Start | Failure {
  const selection = select(catalog, query.filters)
  if (!selection.ok) return selection.failure
  const { positions, leftOut } = selection.value
  if (after === undefined) {
    return { positions, leftOut, cursor: undefined, afterLine: 0, changedSince: false }
  }
  const cursor = parseCursor(query, after)
  if (cursor === undefined || cursor === 'foreign') {
    return {
      kind: 'bad-parameter',
      parameter: 'after',
      message:
        cursor === 'foreign'
          ? 'this cursor continues the answer to another query'
          : 'this is not a cursor that an answer has given',
    }
  }
  const at = positionOf(catalog, cursor.key)
  const there = at < catalog.columns.count && keyText(keyAt(catalog, at)) === cursor.key
  const inFile = there && cursor.line > 0
  // A file that has gone meanwhile leaves nothing to continue in.
  const from = there && !inFile ? at + 1 : at
  let first = lowerBound(positions, from)
  let last = positions.length
  if (cursor.only) last = inFile && positions[first] === at ? first + 1 : first
  if (!inFile && cursor.only) first = last
  const generation = there ? fileAt(catalog, at).repository.generation : undefined
  return {
    positions: positions.subarray(first, last),
    leftOut,
    cursor,
    afterLine: inFile && positions[first] === at ? cursor.line : 0,
    // A cursor from before the first file knows of no generation.
    changedSince: cursor.key !== '' && generation !== cursor.generation,
  }
}

function lowerBound(positions: Uint32Array, wanted: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (positions[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Yields what is found, and returns the last event; none if the caller has gone. */
async function* searchFrom(
  start: Start,
  context: SearchContext,
  query: Query,
  slot: Slot,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent, SearchEvent | undefined> {
  const { catalog, limits } = context
  const began = performance.now()
  const stop = new AbortController()
  const outerAbort = () => stop.abort(signal.reason)
  if (signal.aborted) outerAbort()
  signal.addEventListener('abort', outerAbort, { once: true })
  const timer = setTimeout(() => stop.abort('time'), limits.seconds * 1_000)
  const pipeline = openPipeline(start, context, query, slot, stop.signal)

  const { positions } = start
  const found = { matchingLines: 0, matches: 0, files: 0, bytes: 0 }
  let leftOut = start.leftOut
  /** Files left out only now, which are among those dealt with. */
  let missed = 0
  const leaveOut = (reason: 'slow' | 'unreadable' | Dropped, files = 1) => {
    leftOut = { ...leftOut, [reason]: leftOut[reason] + files }
    missed += files
  }
  let stoppedBy: StoppedBy | undefined
  let fileLines = false
  let failure: Failure | undefined
  /** Files of `positions` that are dealt with. */
  let searched = 0
  /** Where in the file behind them the answer was cut. */
  let cutAtLine = 0

  const toFile = (file: FileMatches['file'], collected: Collected): SearchEvent => {
    found.files++
    found.matchingLines += collected.matchingLines
    found.matches += collected.matchCount
    found.bytes += collected.lines.reduce((sum, { text }) => sum + text.length, 0)
    const { lines, matches, matchingLines, matchCount, cut } = collected
    const more =
      cut && cutAtLine === 0
        ? cursorAt(catalog, query, file.index, lastMatchingLine(lines), true)
        : undefined
    if (more) fileLines = true
    return { type: 'file', file: { file, lines, matches, matchingLines, matchCount, more } }
  }

  const stopOf = (outcome: Outcome): StoppedBy =>
    outcome.kind !== 'stopped'
      ? 'crash'
      : stop.signal.reason === 'time'
        ? 'time'
        : stop.signal.reason === shutdown
          ? 'shutdown'
          : 'client'

  try {
    if (positions.length === 0) {
      const outcome = await compile(context, query, stop.signal)
      failure = failureOf(query, outcome)
      if (outcome.kind !== 'complete') stoppedBy = stopOf(outcome)
    }
    deliver: for await (const batch of pipeline.batches()) {
      const base = searched
      for await (const item of batch) {
        if (hasLeft(signal)) break deliver
        if (item.type === 'dropped') leaveOut(item.reason)
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
          if (item.unreadable > 0) leaveOut('unreadable', item.unreadable)
          searched = base + item.searched
          if (outcome.kind === 'complete') continue
          // A later batch has the same pattern: what is wrong there is not the query.
          if (base === 0) failure = failureOf(query, outcome)
          stoppedBy = stopOf(outcome)
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
        filesSearched: searched,
        matchingLines: found.matchingLines,
      }
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', outerAbort)
    stop.abort('client')
    await pipeline.closed()
  }

  if (hasLeft(signal)) return undefined
  if (failure) return { type: 'failed', failure }
  // Whoever asks again must get further, also if the very first file took all the time.
  const isStuck = positions.length > 0 && searched === 0 && cutAtLine === 0
  if (isStuck && (stoppedBy === 'time' || stoppedBy === 'crash')) {
    leaveOut(stoppedBy === 'time' ? 'slow' : 'unreadable')
    searched = 1
  }
  const isCut = stoppedBy !== undefined && (searched < positions.length || cutAtLine > 0)
  // A stop behind the last file has cut nothing; but a crash may have lost something.
  const isOver = positions.length > 0 && !isCut && !isStuck && stoppedBy !== 'crash'
  if (isOver) stoppedBy = undefined
  stoppedBy ??= fileLines ? 'file-lines' : undefined
  return {
    type: 'done',
    ledger: {
      end: stoppedBy === 'crash' ? 'incomplete' : stoppedBy ? 'stopped' : 'complete',
      stoppedBy,
      matchingLines: found.matchingLines,
      matches: found.matches,
      files: found.files,
      searched: {
        files: searched - missed,
        bytes: bytesOf(catalog, positions.subarray(0, searched)),
      },
      candidates: positions.length,
      leftOut,
      elapsedMs: Math.round(performance.now() - began),
      generation: catalog.generation,
      changedSince: start.changedSince,
      cursor: isCut
        ? cutAtLine > 0
          ? cursorAt(catalog, query, positions[searched]!, cutAtLine, start.cursor?.only ?? false)
          : cursorAt(catalog, query, positions[searched - 1] ?? -1, 0, false, start.cursor)
        : undefined,
    },
  }
}

function cursorAt(
  catalog: Catalog,
  query: Query,
  index: number,
  line: number,
  only: boolean,
  before?: Cursor,
): string {
  // Nothing delivered yet: go on from where this answer began.
  if (index === -1) return formatCursor(query, before ?? { key: '', line: 0, only, generation: '' })
  return formatCursor(query, {
    key: keyText(keyAt(catalog, index)),
    line,
    only,
    generation: fileAt(catalog, index).repository.generation,
  })
}

function bytesOf({ columns }: Catalog, positions: Uint32Array): number {
  let bytes = 0
  for (const position of positions) bytes += columns.bytes[position]!
  return bytes
}

interface Pipeline {
  /** The items of each batch, in order. */
  batches(): AsyncGenerator<AsyncGenerator<BatchItem>>
  /** Resolves when no process of this search is left. */
  closed(): Promise<void>
}

/**
 * Runs batches side by side, as many as there are slots to spare, and hands them out in order. The search's own slot
 * is given back with the last process, so that a reader who takes no more holds up nobody.
 */
function openPipeline(
  start: Start,
  { catalog, slots, rgPath, limits }: SearchContext,
  query: Query,
  slot: Slot,
  signal: AbortSignal,
): Pipeline {
  const pending = batches(catalog, start.positions)
  const started: Ahead<BatchItem>[] = []
  const linesPerFile = start.cursor?.only ? limits.lines : limits.linesPerFile
  let ownSlotIsFree = true
  let afterLine = start.afterLine
  let next = pending.next()

  const letGo = () => {
    if (ownSlotIsFree && (next.done || signal.aborted)) slot.release()
  }
  const launch = () => {
    while (!next.done && started.length < mostAhead && !signal.aborted) {
      const spare = ownSlotIsFree ? undefined : slots.spare()
      if (!ownSlotIsFree && !spare) return
      if (!spare) ownSlotIsFree = false
      const items = searchBatch(
        next.value,
        { catalog, rgPath, query, limits, afterLine, linesPerFile },
        signal,
      )
      const ended = () => {
        if (spare) spare.release()
        else ownSlotIsFree = true
        launch()
        letGo()
      }
      started.push(readAhead(whenOver(items, ended), heldAhead, signal))
      afterLine = 0
      next = pending.next()
    }
  }

  return {
    async *batches() {
      signal.addEventListener('abort', letGo, { once: true })
      for (launch(); started.length > 0; launch()) {
        yield started[0]!.items()
        started.shift()
      }
    },
    async closed() {
      signal.removeEventListener('abort', letGo)
      await Promise.all(started.map((ahead) => ahead.close()))
    },
  }
}

async function* whenOver<T>(items: AsyncGenerator<T>, over: () => void): AsyncGenerator<T> {
  try {
    yield* items
  } finally {
    over()
  }
}

/** Has ripgrep read the pattern, when there is no file to search: a bad regex is never "no results". */
async function compile(
  { rgPath, limits: { eventBytes } }: SearchContext,
  query: Query,
  signal: AbortSignal,
): Promise<Outcome> {
  const args = searchArgs(query, ['/dev/null'])
  let outcome: Outcome = { kind: 'stopped' }
  for await (const item of run({ rgPath, args, cwd: '/', signal, eventBytes })) {
    if (item.type === 'ended') outcome = item.outcome
  }
  return outcome
}

/** Ends that are no answer at all. */
function failureOf(query: Query, outcome: Outcome): Failure | undefined {
  if (outcome.kind === 'refused') return badPattern(query, outcome.message)
  if (outcome.kind === 'not-started') return notStarted(outcome.code)
  return undefined
}

function badPattern({ matcher: { pattern } }: Query, message: string): Failure {
  // ripgrep shows the pattern as `(?:PATTERN)`, indented by four, with a caret below one of its characters.
  const [, shown, caret = ''] = message.split('\n')
  const before = caret.indexOf('^') - '    (?:'.length
  const position = [...pattern].slice(0, Math.max(before, 0)).join('').length
  // The parentheses are not the user's.
  const isInside = before >= 0 && position < pattern.length
  const isPlain = shown === `    (?:${pattern})`
  return { kind: 'bad-pattern', message, ...(isPlain && isInside ? { position } : {}) }
}

/** The system is out of descriptors or processes, which passes; or ripgrep is gone, which does not. */
function notStarted(code: string): Failure {
  return code === 'EMFILE' || code === 'ENFILE' || code === 'EAGAIN' || code === 'ENOMEM'
    ? { kind: 'busy', message: 'the server is short of resources', retryAfterSeconds: 2 }
    : { kind: 'internal', message: `ripgrep could not be started: ${code}` }
}
