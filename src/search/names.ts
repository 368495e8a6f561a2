import { type Catalog, type CatalogFile, fileAt, keyAt, pathAt } from '../corpus/catalog.ts'
import { keyText } from '../corpus/order.ts'
import type { Failure } from '../failure.ts'
import type { Query } from '../query/query.ts'
import { nameArgs } from '../ripgrep/args.ts'
import type { RgLines } from '../ripgrep/events.ts'
import { type Outcome, run } from '../ripgrep/run.ts'
import { ledgerOf } from './account.ts'
import { processBounds, timeLimit } from './bounds.ts'
import { lineText } from './columns.ts'
import type { SearchContext, SearchRequest } from './context.ts'
import type { FileMatches, SearchEvent } from './events.ts'
import { createFacets } from './facets.ts'
import type { StoppedBy } from './ledger.ts'
import { pathOrder } from './order.ts'
import { failureOf } from './outcome.ts'
import type { Start } from './start.ts'
import { hasLeft, openStopping } from './stopping.ts'

/** Names that one process is given: the first ones are few, so that what takes long has got somewhere. */
const firstNames = 1_024
const otherNames = 32_768

/** Positions of files, from a place among all of a start to before another. */
interface Range {
  readonly from: number
  readonly to: number
  /** Whether a NUL ends each, since there are line breaks in them or in what is looked for. */
  readonly isNul: boolean
}

/**
 * Searches the names of files instead of what is in them (`type=file`): ripgrep reads the paths from its standard
 * input, as the lines of one file; one with a line break in it is read alone. As for contents it is ripgrep alone that
 * decides, and the files come in catalog order. A matching name counts as a matching line.
 *
 * @returns why there is no answer, unless the caller has gone
 */
export async function* searchNames(
  start: Start,
  context: SearchContext,
  request: SearchRequest,
  caller: AbortSignal,
): AsyncGenerator<SearchEvent, Failure | undefined> {
  const { catalog, limits } = context
  const { query } = request
  const { positions } = start
  const began = performance.now()
  const stopping = openStopping(caller, limits[timeLimit(query.matcher, limits)])
  const found = { files: 0, matches: 0, bytes: 0 }
  const facets = createFacets()
  const order = pathOrder(catalog, query, start)
  let firstAt: number | undefined
  let processes = 0
  let stoppedBy: StoppedBy | undefined
  let givenUp = 0
  let slow = 0
  /** Files of `positions` that are dealt with. */
  let searched = 0
  const pending = rangesOf(catalog, positions, query).reverse()
  try {
    ranges: for (let range = pending.pop(); range; range = pending.pop()) {
      processes++
      searched = range.from
      const most = limits.lines - found.files + 1
      for await (const item of namesIn(range, most, start, context, query, stopping.signal)) {
        if (hasLeft(caller)) return undefined
        if ('outcome' in item) {
          const { outcome } = item
          const failure = range.from === 0 && failureOf(query, outcome)
          if (failure) return failure
          if (outcome.kind !== 'complete') {
            stoppedBy = stopping.reasonOf(outcome)
            break ranges
          }
          if (outcome.searches > 0) searched = range.to
          else if (range.to - searched === 1) {
            givenUp++
            searched = range.to
          } else pending.push(...halvesOf({ ...range, from: searched }))
          continue
        }
        if (found.files === limits.lines || (found.files > 0 && found.bytes >= limits.replyBytes)) {
          stoppedBy = found.files === limits.lines ? 'lines' : 'bytes'
          searched = item.place
          break ranges
        }
        found.files++
        found.matches += item.match.matchCount
        found.bytes += item.match.file.path.length
        facets.addFile(item.match.file, 1)
        firstAt ??= performance.now()
        searched = item.place + 1
        yield { type: 'file', file: item.match }
      }
      if (searched > 0) {
        yield {
          type: 'progress',
          through: keyText(keyAt(catalog, positions[searched - 1]!)),
          filesSearched: searched,
          matchingLines: found.files,
        }
      }
    }
    if (hasLeft(caller)) return undefined
    // Whoever asks again must get further, also if the very first name took all the time.
    if (searched === 0 && positions.length > 0 && (stoppedBy === 'time' || stoppedBy === 'crash')) {
      slow = 1
      searched = 1
    }
    const isCut = stoppedBy !== undefined && searched < positions.length
    if (!isCut && slow === 0 && stoppedBy !== 'crash') stoppedBy = undefined
    const missed = givenUp + slow
    yield {
      type: 'done',
      ledger: ledgerOf(context, request, start, {
        ...{ stoppedBy, began, firstAt, processes },
        elapsedMs: Math.round(performance.now() - began),
        facets: facets.facets,
        matchingLines: found.files,
        matches: found.matches,
        files: found.files,
        searched: {
          files: searched - missed,
          bytes: bytesOf(catalog, positions.subarray(0, searched)),
          inPart: 0,
        },
        leftOut: {
          ...start.leftOut,
          givenUp: start.leftOut.givenUp + givenUp,
          slow: start.leftOut.slow + slow,
        },
        cursor: isCut
          ? searched > 0
            ? order.cursorBehind(positions[searched - 1]!, 0, false)
            : order.cursorBefore()
          : undefined,
      }),
    }
    return undefined
  } finally {
    stopping.stop()
    stopping.close()
  }
}

const newline = 0x0a

/** Ranges that cover all positions; one also where there is none, since the pattern is to be read. */
function rangesOf(catalog: Catalog, positions: Uint32Array, { matcher }: Query): Range[] {
  const { multiline } = matcher
  const { length } = positions
  if (length === 0) return [{ from: 0, to: 0, isNul: multiline }]
  const mayBreak = !multiline && catalog.columns.paths.includes(newline)
  const ranges: Range[] = []
  let from = 0
  const endAt = (to: number, isNul: boolean) => {
    if (to > from) ranges.push({ from, to, isNul })
    from = to
  }
  for (let nth = 0; nth < length; nth++) {
    const isAlone = mayBreak && pathAt(catalog, positions[nth]!).includes(newline)
    if (isAlone) endAt(nth, false)
    const most = ranges.length === 0 ? firstNames : otherNames
    if (isAlone || nth + 1 - from === most) endAt(nth + 1, multiline || isAlone)
  }
  endAt(length, multiline)
  return ranges
}

/** The second one first: they are taken from the end. */
function halvesOf({ from, to, isNul }: Range): readonly Range[] {
  const middle = (from + to) >> 1
  return [
    { from: middle, to, isNul },
    { from, to: middle, isNul },
  ]
}

type NameItem =
  | { readonly place: number; readonly match: FileMatches }
  | { readonly outcome: Outcome }

/** Searches a range with one ripgrep process; how that ended comes last. */
async function* namesIn(
  range: Range,
  most: number,
  { positions }: Start,
  { catalog, rgPath, launcher, limits }: SearchContext,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<NameItem> {
  const { input, ends } = listOf(catalog, positions.subarray(range.from, range.to), range.isNul)
  const events = run({
    ...{ rgPath, launcher, signal },
    args: nameArgs(query, most, range.isNul),
    cwd: '/',
    input: [input],
    bounds: processBounds(limits),
    wantsComplaints: query.matcher.pcre2,
    eventBytes: limits.eventBytes,
  })
  for await (const items of events) {
    for (const item of items) {
      if (item.type === 'ended') yield { outcome: item.outcome }
      else if (item.event.type === 'match') {
        const { data } = item.event
        const nth = data.line_number - 1
        const isThere = data.absolute_offset === (nth === 0 ? 0 : ends[nth - 1])
        if (!isThere || nth >= ends.length) {
          yield { outcome: { kind: 'crashed', reason: 'it told of a name that it was not given' } }
          return
        }
        const place = range.from + nth
        const file = fileAt(catalog, positions[place]!)
        const key = keyText(keyAt(catalog, file.index))
        yield { place, match: { key, ...matchOf(file, data, item.cut, limits.matchesPerLine) } }
      }
    }
  }
}

function matchOf(
  file: CatalogFile,
  { submatches }: RgLines,
  unseen: number,
  most: number,
): Omit<FileMatches, 'key'> {
  const text = lineText(file.path, submatches.slice(0, most), Number.POSITIVE_INFINITY)
  return {
    file,
    lines: [],
    matches: [],
    reaching: undefined,
    matchingLines: 1,
    // Where ripgrep does not tell where it matches, it does once at least.
    matchCount: Math.max(1, submatches.length + unseen),
    more: undefined,
    pathMatches: text.columns,
  }
}

/** The paths of files, each with its end, and where that is. */
function listOf(
  catalog: Catalog,
  positions: Uint32Array,
  isNul: boolean,
): { input: Buffer; ends: Uint32Array } {
  const input = Buffer.alloc(bytesOf(catalog, positions) + positions.length, isNul ? 0 : newline)
  const ends = new Uint32Array(positions.length)
  let at = 0
  for (const [nth, position] of positions.entries()) {
    const path = pathAt(catalog, position)
    input.set(path, at)
    at += path.length + 1
    ends[nth] = at
  }
  return { input, ends }
}

function bytesOf({ columns: { pathEnds } }: Catalog, positions: Uint32Array): number {
  let bytes = 0
  for (const i of positions) bytes += pathEnds[i]! - (i === 0 ? 0 : pathEnds[i - 1]!)
  return bytes
}
