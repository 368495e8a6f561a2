import { type Catalog, fileAt, keyAt, positionOf, type Repository } from '../corpus/catalog.ts'
import { keyText } from '../corpus/order.ts'
import type { Failure } from '../failure.ts'
import { type Narrowed, narrow, planOf } from '../index/narrow.ts'
import type { GramQuery } from '../index/query.ts'
import type { Matcher, Query } from '../query/query.ts'
import { fileLimit } from './bounds.ts'
import { charsetsOf, type SearchContext, type SearchRequest } from './context.ts'
import { type Cursor, isRanked, parseCursor } from './cursor.ts'
import { heldMatcher, heldTexts } from './held.ts'
import type { LeftOut } from './ledger.ts'
import type { Verdicts } from './regex-filters.ts'
import { type Selection, select } from './select.ts'

/** Where an answer begins: the files that are left to search. */
export interface Start {
  /** The files in the scope of the query. */
  readonly scope: Uint32Array
  /** Those of them that may match, which ripgrep is handed. */
  readonly positions: Uint32Array
  readonly leftOut: LeftOut
  readonly cursor: Cursor | undefined
  /** Only lines behind this one of the first file are wanted. */
  readonly afterLine: number
  readonly changedSince: boolean
  readonly narrowing: Narrowing
}

/** How the files came to be these. */
export interface Narrowing {
  readonly query: GramQuery | undefined
  readonly unindexed: number
  readonly listsRead: number
  readonly postingsRead: number
  /** In `performance.now()`. */
  readonly beganAt: number
  readonly selectedAt: number
  readonly narrowedAt: number
}

/** Selects the files of a request, from its cursor on. */
export function startOf(
  context: SearchContext,
  { query, after, only, sort }: SearchRequest,
  verdicts: Verdicts,
): Start | Failure {
  const { catalog } = context
  const beganAt = performance.now()
  const selection = select(catalog, query.filters, verdicts, query.type)
  if (!selection.ok) return selection.failure
  const selected = withoutLarge(context, query, selection.value)
  const { leftOut } = selected
  const positions = only === undefined ? selected.positions : onlyOf(selected.positions, only)
  if (after === undefined) {
    return {
      ...narrowed(context, query, positions, beganAt),
      leftOut,
      cursor: undefined,
      afterLine: 0,
      changedSince: false,
    }
  }
  const parsed = parseCursor(query, after)
  const cursor = parsed && isOfOrder(parsed, sort) ? parsed : parsed && 'foreign'
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
  // Where it goes on is known when all has been counted.
  if (isRanked(cursor)) {
    const changedSince = cursor.generation !== catalog.generation
    return {
      ...narrowed(context, query, positions, beganAt),
      ...{ leftOut, cursor, afterLine: 0, changedSince },
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
  const start = narrowed(context, query, positions.subarray(first, last), beganAt)
  return {
    ...start,
    leftOut,
    cursor,
    afterLine: inFile && start.positions[0] === at ? cursor.line : 0,
    // A cursor from before the first file knows of no generation.
    changedSince: cursor.key !== '' && generation !== cursor.generation,
  }
}

function onlyOf(positions: Uint32Array, wanted: number): Uint32Array {
  const at = lowerBound(positions, wanted)
  return positions.subarray(at, positions[at] === wanted ? at + 1 : at)
}
/** A cursor goes on in its own order; the rest of one file, and an answer that has not begun, have none. */
const isOfOrder = (cursor: Cursor | 'foreign', sort: SearchRequest['sort']): boolean =>
  cursor === 'foreign' ||
  cursor.only ||
  cursor.key === '' ||
  isRanked(cursor) === (sort === 'matches')

/** By how large a file may be, what is left of each selection that has larger ones. */
const withoutLarger = new WeakMap<Selection, Map<number, Selection>>()

/** Where a match may span lines, fewer files are small enough. */
function withoutLarge(
  { catalog: { columns }, limits }: SearchContext,
  { matcher, type }: Query,
  selection: Selection,
): Selection {
  const limit = fileLimit(matcher, limits)
  if (limit === 'fileBytes' || type === 'file') return selection
  const most = limits[limit]
  const known = withoutLarger.get(selection) ?? new Map<number, Selection>()
  withoutLarger.set(selection, known)
  const made = known.get(most)
  if (made) return made
  const positions = selection.positions.filter((i) => columns.bytes[i]! <= most)
  const large = selection.leftOut.large + selection.positions.length - positions.length
  const smaller = { positions, leftOut: { ...selection.leftOut, large } }
  known.set(most, smaller)
  return smaller
}

function narrowed(
  context: SearchContext,
  query: Query,
  scope: Uint32Array,
  beganAt: number,
): Pick<Start, 'scope' | 'positions' | 'narrowing'> {
  const { index } = context
  const selectedAt = performance.now()
  const held = heldTexts(query).filter(({ excludes }) => !excludes)
  const matchers = [query.matcher, ...held.map((wanted) => heldMatcher(query.matcher, wanted))]
  // The index knows contents.
  const used = query.type === 'file' ? undefined : index
  const plans = used ? matchers.map((matcher) => planOf(matcher, query.matcher.encoding)) : []
  let positions = scope
  let listsRead = 0
  let postingsRead = 0
  let unindexed = 0
  for (const matcher of used ? matchers : []) {
    const found = narrowedByCharset(context, used!, query, matcher, positions)
    positions = found.candidates
    listsRead += found.listsRead
    postingsRead += found.postingsRead
    unindexed = found.unindexed
  }
  const narrowing = {
    query:
      plans.length > 1
        ? { kind: 'and' as const, of: plans.map((plan) => plan.query) }
        : plans[0]?.query,
    unindexed,
    listsRead,
    postingsRead,
    beganAt,
    selectedAt,
    narrowedAt: performance.now(),
  }
  return { scope, positions, narrowing }
}

/** Narrows the files of each encoding by what the index can know of them. */
function narrowedByCharset(
  context: SearchContext,
  index: NonNullable<SearchContext['index']>,
  query: Query,
  matcher: Matcher,
  scope: Uint32Array,
): Narrowed {
  const { catalog } = context
  const view = index.viewFor(catalog)
  const charsetOf = charsetsOf(context, query)
  const parts: Narrowed[] = []
  // A repository's files stand together in the catalog.
  for (let from = 0; from < scope.length; ) {
    const charset = charsetOf(repositoryAt(catalog, scope[from]!))
    let to = from
    while (to < scope.length) {
      const repository = repositoryAt(catalog, scope[to]!)
      if (charsetOf(repository) !== charset) break
      to = lowerBound(scope, repository.to)
    }
    parts.push(narrow(view, planOf(matcher, charset), scope.subarray(from, to)))
    from = to
  }
  if (parts.length === 1) return parts[0]!
  const sumOf = (name: 'unindexed' | 'listsRead' | 'postingsRead') =>
    parts.reduce((sum, part) => sum + part[name], 0)
  return {
    candidates: Uint32Array.from(parts.flatMap(({ candidates }) => [...candidates])),
    unindexed: sumOf('unindexed'),
    listsRead: sumOf('listsRead'),
    postingsRead: sumOf('postingsRead'),
  }
}

const repositoryAt = ({ columns, repositories }: Catalog, position: number): Repository =>
  repositories[columns.repository[position]!]!

/** The first place in `positions` whose value is not below `wanted`. */
export function lowerBound(positions: Uint32Array, wanted: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (positions[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
