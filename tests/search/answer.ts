import { rgPath } from '@vscode/ripgrep'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { defaultLimits, type Limits } from '../../src/limits.ts'
import { createSlots, type Slots } from '../../src/process/slots.ts'
import type { Matcher, Query } from '../../src/query/query.ts'
import type { SearchContext, SearchRequest } from '../../src/search/context.ts'
import type { FileMatches, SearchEvent } from '../../src/search/events.ts'
import type { Ledger } from '../../src/search/ledger.ts'
import { search } from '../../src/search/search.ts'

/** Limits that no small tree reaches. */
export const unlimited: Limits = {
  ...defaultLimits,
  seconds: 60,
  pcre2Seconds: 60,
  lines: 1e9,
  linesPerFile: 1e9,
  lineBytes: 1e9,
  matchesPerLine: 1e9,
  replyBytes: 1e12,
}

export const freeSlots = (count = 2): Slots => createSlots({ count, queue: 100, waitMs: 60_000 })

/** A query with the meaning of an empty form, apart from what is given. */
export function queryOf(
  pattern: string,
  { paths, repositories, languages, has, context, replace, ...matcher }: QueryParts = {},
): Query {
  return {
    matcher: matcherOf(pattern, matcher),
    filters: {
      repositories: repositories ?? [],
      paths: paths ?? [],
      languages: languages ?? [],
      has: has ?? [],
    },
    context: context ?? 0,
    ...(replace === undefined ? {} : { replace }),
  }
}

/** A matcher with the meaning of an empty form, apart from what is given. */
export const matcherOf = (
  pattern: string,
  parts: Partial<Omit<Matcher, 'pattern'>> = {},
): Matcher => ({
  ...{ kind: 'literal', case: 'smart', word: false, multiline: false, pcre2: false },
  ...parts,
  pattern,
})

export type QueryParts = Partial<Omit<Matcher, 'pattern'>> &
  Partial<Query['filters']> &
  Partial<Pick<Query, 'context' | 'replace'>>

export interface SearchOptions {
  readonly limits?: Partial<Limits>
  readonly after?: string | undefined
  readonly slots?: Slots
  /** Without it every file in scope is searched. */
  readonly index?: SearchContext['index']
  readonly rgPath?: string
  readonly encodings?: SearchContext['encodings']
  readonly signal?: AbortSignal
  readonly sort?: SearchRequest['sort']
  readonly totals?: boolean
}

/** A search of the given catalog, with limits that are not reached unless they are given. */
export function searchIn(
  catalog: Catalog,
  query: Query,
  options: SearchOptions = {},
): AsyncGenerator<SearchEvent> {
  return search(
    {
      catalog,
      index: options.index,
      launcher: undefined,
      changes: undefined,
      slots: options.slots ?? freeSlots(),
      rgPath: options.rgPath ?? rgPath,
      encodings: options.encodings,
      limits: { ...unlimited, ...options.limits },
    },
    {
      query,
      after: options.after,
      ...(options.sort ? { sort: options.sort } : {}),
      ...(options.totals ? { totals: true } : {}),
    },
    options.signal ?? new AbortController().signal,
  )
}

/** An answer read to its end. */
export interface Answer {
  readonly files: readonly FileMatches[]
  readonly events: readonly SearchEvent[]
  readonly last: SearchEvent | undefined
}

export async function answerOf(events: AsyncIterable<SearchEvent>): Promise<Answer> {
  const all: SearchEvent[] = []
  for await (const event of events) all.push(event)
  return {
    files: all.flatMap((event) => (event.type === 'file' ? [event.file] : [])),
    events: all,
    last: all.at(-1),
  }
}

export const answer = (
  catalog: Catalog,
  query: Query,
  options: SearchOptions = {},
): Promise<Answer> => answerOf(searchIn(catalog, query, options))

/** The ledger that ended an answer. */
export function ledgerOf({ last }: Answer): Ledger {
  if (last?.type !== 'done') throw new Error(`the answer ended with ${JSON.stringify(last)}`)
  return last.ledger
}

/** The failure that stands in an answer's stead. */
export function failureOf({ events, last }: Answer) {
  if (events.length !== 1 || last?.type !== 'failed') {
    throw new Error(`the answer was ${JSON.stringify(events)}`)
  }
  return last.failure
}
