import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Commit } from '../git/commit.ts'
import { limitTable } from '../limits.ts'
import { parseSearch, placed } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import type { FileMatches, Line, Match, SearchEvent } from '../search/events.ts'
import { facetNames, topOf } from '../search/facets.ts'
import type { Ledger } from '../search/ledger.ts'
import { begin } from './begin-search.ts'
import { sendFailure, writeDown } from './errors.ts'
import { failureJson } from './failures.ts'
import { gathered } from './gather.ts'
import { isKept } from './kept.ts'
import { pathText } from './links.ts'
import { searchedBy } from './searched.ts'
import { requestSignal, type Server, sentUrl } from './server.ts'

/** `GET /api/search`: the events of a search as JSON lines. A stream without `done` or `failed` is incomplete. */
export function searchApi(app: FastifyInstance, server: Server): void {
  app.head('/api/search', (_request, reply) => reply.type('application/x-ndjson').send())
  app.get('/api/search', (request, reply) => answer(server, request, reply))
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const parameters = parseQueryString(sentUrl(request))
  if (!parameters.ok) return sendFailure(server, request, reply, parameters.failure)
  const { search: parsed } = parseSearch(parameters.value, server.config, 'jsonl')
  if (!parsed.ok) return sendFailure(server, request, reply, parsed.failure)
  const { query, form, typed, limit, after, explain, totals, facets } = parsed.value
  if (!query) {
    return sendFailure(server, request, reply, {
      kind: 'bad-query',
      message:
        typed.length > 0
          ? 'q has filters alone, which find nothing: it needs a text to search for beside them'
          : 'q, the text to search for, is missing',
    })
  }
  const { limits } = server.config
  const most = Math.min(limit ?? limits.lines, limits.lines)
  const signal = requestSignal(server, reply)
  const searched = await searchedBy(server, reply, query, { ...limits, lines: most }, signal)
  if (!searched.ok) return sendFailure(server, request, reply, placed(searched.failure, typed))
  const { context, commit } = searched.value
  const search = { query: searched.value.query, after, explain, sort: form.sort, totals }
  if (isKept(server, request, reply, context, search)) return reply.status(304).send()
  const events = await begin(server, request, 'api', { context, search, signal })
  if (events.failure) return sendFailure(server, request, reply, placed(events.failure, typed))

  const lines = async function* () {
    try {
      for await (const event of events.all) {
        if (event.type === 'failed') writeDown(server, request, event.failure)
        const json = eventJson(
          server,
          query,
          commit,
          event,
          request.id,
          facets && (after === undefined ? 'all' : 'rest'),
        )
        yield JSON.stringify(json)
      }
    } finally {
      await events.all.return(undefined)
    }
  }
  return reply
    .type('application/x-ndjson; charset=utf-8')
    .send(Readable.from(gathered(lines(), '\n'), { highWaterMark: 1 }))
}

function eventJson(
  server: Server,
  query: Query,
  commit: Commit | undefined,
  event: SearchEvent,
  requestId: string,
  withFacets: FacetsOf,
): object {
  switch (event.type) {
    case 'file':
      return fileJson(server, query, event.file)
    case 'done':
      return { type: 'done', ledger: ledgerJson(event.ledger, commit, withFacets) }
    case 'failed':
      return { type: 'failed', ...failureJson(event.failure, requestId) }
    case 'progress':
      return event
  }
}

function fileJson(
  { links }: Server,
  { matcher }: Query,
  { file, key, lines, matches, more, pathMatches }: FileMatches,
): object {
  return {
    type: 'file',
    key,
    repository: file.repository.name,
    path: pathText(file),
    ...(file.revision === undefined ? {} : { revision: file.revision }),
    url: links.file(file, matcher.encoding),
    lines: lines.map(lineJson),
    matches: matches.map(matchJson),
    more: more ?? null,
    ...(pathMatches ? { pathMatches } : {}),
  }
}

/** A replacement as text and, where it is not UTF-8, as it is. */
function matchJson({ start, end, replacement }: Match): object {
  if (!replacement) return { start, end }
  const bytes = isUtf8(replacement) ? {} : { replacementBytes: replacement.toString('base64') }
  return { start, end, replacement: replacement.toString('utf8'), ...bytes }
}

/** A line, for programs. */
export function lineJson({ kind, number, text, clippedAt, bytes, moreMatches }: Line): object {
  if (clippedAt === undefined && bytes === undefined && moreMatches === 0) {
    return { kind, number, text }
  }
  const cutBy = [
    ...(clippedAt === undefined ? [] : [limitTable.lineBytes.name]),
    ...(moreMatches === 0 ? [] : [limitTable.matchesPerLine.name]),
  ]
  return {
    kind,
    number,
    text,
    ...(clippedAt === undefined ? {} : { clipped: { column: clippedAt } }),
    ...(bytes === undefined ? {} : { bytes: bytes.toString('base64') }),
    ...(moreMatches === 0 ? {} : { moreMatches }),
    ...(cutBy.length === 0 ? {} : { cutBy }),
  }
}

/** Whether facets are wanted, and are those of an answer from its beginning or of the rest of one. */
type FacetsOf = false | 'all' | 'rest'

/** Values that are told of each facet; the others are summed up. */
const mostValues = 100

/** `ofAll`: whether these are all the lines there are, and not only those that this answer has. */
function facetsJson({ facets, end }: Ledger, isFirst: boolean): object {
  return {
    ofAll: isFirst && end === 'complete',
    ...Object.fromEntries(facetNames.map((name) => [name, topOf(facets[name], mostValues)])),
  }
}

function ledgerJson(ledger: Ledger, commit: Commit | undefined, withFacets: FacetsOf): object {
  const { end, stoppedBy, leftOut, cursor, plan, facets, ...sums } = ledger
  return {
    end,
    stoppedBy: stoppedBy ?? null,
    ...sums,
    ...(commit ? { revision: commit.id } : {}),
    // Not counted yet is not zero.
    leftOut: Object.fromEntries(
      Object.entries(leftOut).map(([reason, value]) => [reason, value ?? null]),
    ),
    cursor: cursor ?? null,
    ...(plan ? { plan } : {}),
    ...(withFacets ? { facets: facetsJson(ledger, withFacets === 'all') } : {}),
    parts: [{ name: 'local', end }],
  }
}
