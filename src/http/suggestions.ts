import type { FastifyRequest } from 'fastify'
import { formOf } from '../query/form.ts'
import { filterRegex, noFilters, type Query } from '../query/query.ts'
import type { SearchContext } from '../search/context.ts'
import { search } from '../search/search.ts'
import { visible } from './marks.ts'
import { observed } from './observe-search.ts'
import { inTree } from './searched.ts'
import type { Server } from './server.ts'
import { plural } from './words.ts'

/** A near query that does find something. */
export interface Suggestion {
  readonly text: string
  readonly url: string
  /** `12 lines`, or `200 lines or more`. */
  readonly found: string
}

/** What each attempt may cost, and all together. */
const mostLines = 200
const mostSeconds = 1
const mostSecondsOfAll = 5

/** Tries the nearest changes of a query that found nothing, and yields those that find something, with counts. */
export async function* suggestions(
  server: Server,
  request: FastifyRequest,
  context: SearchContext,
  query: Query,
  client: AbortSignal,
): AsyncGenerator<Suggestion> {
  const signal = AbortSignal.any([client, AbortSignal.timeout(mostSecondsOfAll * 1_000)])
  const limits = { ...server.config.limits, lines: mostLines, seconds: mostSeconds }
  const modest = { ...context, limits }
  for (const { text, change } of nearby(query)) {
    const events = search(modest, { query: inTree(change) }, signal)
    const asked = { purpose: 'suggestion', query: change } as const
    for await (const event of observed(server, request, asked, events)) {
      if (event.type !== 'done' || event.ledger.matchingLines === 0) continue
      const lines = plural(event.ledger.matchingLines, change.type === 'file' ? 'file' : 'line')
      yield {
        text,
        url: server.links.search(formOf(change)),
        found: event.ledger.end === 'complete' ? lines : `${lines} or more`,
      }
    }
    if (signal.aborted) return
  }
}

function* nearby(query: Query): Generator<{ text: string; change: Query }> {
  const { matcher, filters } = query
  const withMatcher = (change: Partial<Query['matcher']>): Query => ({
    ...query,
    context: 2,
    matcher: { ...matcher, ...change },
  })
  if (matcher.case !== 'ignore' && /\p{L}/u.test(matcher.pattern)) {
    yield { text: 'in upper or lower case', change: withMatcher({ case: 'ignore' }) }
  }
  if (matcher.word) yield { text: 'also inside longer words', change: withMatcher({ word: false }) }
  if (matcher.kind === 'regex' && !matcher.multiline && /\\[nsR]|\n|\(\?s/.test(matcher.pattern)) {
    yield { text: 'with matches that span lines', change: withMatcher({ multiline: true }) }
  }
  if (matcher.kind === 'regex') {
    yield { text: 'as literal text', change: withMatcher({ kind: 'literal' }) }
  } else if (/[\\^$.|?*+()[\]{}]/.test(matcher.pattern)) {
    yield { text: 'as a regular expression', change: withMatcher({ kind: 'regex' }) }
  }
  if (matcher.pattern !== matcher.pattern.trim() && matcher.pattern.trim() !== '') {
    yield {
      text: 'without the space around it',
      change: withMatcher({ pattern: matcher.pattern.trim() }),
    }
  }
  const paths = filters.paths.map(asRegex)
  if (paths.some((path, i) => path !== filters.paths[i])) {
    yield {
      text: `with the path read as a regular expression: ${visible(paths.join(' '))}`,
      change: { ...query, filters: { ...filters, paths } },
    }
  }
  if (filters.paths.length > 0) {
    yield {
      text: 'without the path filter',
      change: { ...query, filters: { ...filters, paths: [] } },
    }
  }
  if (filters.languages.length > 0) {
    yield {
      text: 'in every language',
      change: { ...query, filters: { ...filters, languages: [] } },
    }
  }
  const isPinned = query.revision !== undefined
  if (filters.repositories.length > 0 && !isPinned) {
    yield {
      text: 'in every repository',
      change: { ...query, filters: { ...filters, repositories: [] } },
    }
  }
  if (filters.has.length > 0) {
    yield {
      text: 'whatever else the file contains',
      change: { ...query, filters: { ...filters, has: [] } },
    }
  }
  if (Object.values(filters).flat().length > 1) {
    // A revision is one of its repository.
    const { repositories } = isPinned ? filters : noFilters
    yield {
      text: 'without any filter',
      change: { ...query, filters: { ...noFilters, repositories } },
    }
  }
  yield query.type === 'file'
    ? { text: 'in what the files hold', change: { ...query, type: undefined } }
    : {
        text: 'in the names of files',
        // What files hold is not asked of their names.
        change: { ...query, filters: { ...filters, has: [] }, type: 'file', replace: undefined },
      }
  const words = matcher.pattern.trim().split(/\s+/)
  if (matcher.kind === 'literal' && words.length > 1 && words.length <= 6) {
    yield {
      text: 'the words apart, in this order, on one line',
      change: withMatcher({ kind: 'regex', pattern: words.map(escapeRegex).join('.*') }),
    }
    const longest = words.reduce((a, b) => (b.length > a.length ? b : a))
    yield { text: `only “${visible(longest)}”`, change: withMatcher({ pattern: longest }) }
  }
}

/** A glob that looks like a regex (`^`, `$` or `\.` in it) as one. */
function asRegex(path: string): string {
  const [, mark = '', glob = ''] = /^(!?)(.*)$/s.exec(path)!
  const isRegex = filterRegex(path) !== undefined
  return !isRegex && /[\^$]|\\\./.test(glob) ? `${mark}/${glob}/` : path
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}#&~-]/g, '\\$&')
