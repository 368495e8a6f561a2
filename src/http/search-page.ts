import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog } from '../corpus/catalog.ts'
import { type Form, parseQueryString, parseSearch } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import type { FileMatches, SearchEvent } from '../search/events.ts'
import type { Ledger } from '../search/ledger.ts'
import { search } from '../search/search.ts'
import { sendFailure } from './errors.ts'
import { layout } from './layout.ts'
import { ledgerView } from './ledger-view.ts'
import { pathText } from './links.ts'
import { matchesByLine, segmentsOf } from './marks.ts'
import { currentCatalog, requestSignal, type Server, searchContext, sentUrl } from './server.ts'
import { suggestions } from './suggestions.ts'
import { plural } from './words.ts'

/** `GET /search`: the results page, streamed as it is found; without a query, the form. */
export function searchPage(app: FastifyInstance, server: Server): void {
  app.get('/search', (request, reply) => answer(server, request, reply))
  // A HEAD must not run a search.
  app.head('/search', (_request, reply) => reply.type('text/html; charset=utf-8').send())
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const parameters = parseQueryString(sentUrl(request))
  if (!parameters.ok) return sendFailure(server, request, reply, parameters.failure)
  const { form, search: parsed } = parseSearch(parameters.value, server.config.limits)
  if (!parsed.ok) return sendFailure(server, request, reply, parsed.failure, form)
  const { query, limit, after } = parsed.value
  if (!query) return reply.redirect(server.links.home, 302)

  const signal = requestSignal(server, reply)
  const catalog = await currentCatalog(server)
  const { limits } = server.config
  const context = searchContext(server, catalog, {
    ...limits,
    lines: Math.min(limit ?? limits.lines, limits.lines),
  })
  const events = await begin(search(context, { query, after }, signal))
  if (events.failure) return sendFailure(server, request, reply, events.failure, form)

  const more = limit === undefined ? {} : { limit: String(limit) }
  const canonical = server.links.search(form, { ...more, after })
  reply.type('text/html; charset=utf-8').header('link', `<${canonical}>; rel="canonical"`)
  const page = results(server, { catalog, form, query, after, more, events: events.all, signal })
  return reply.send(Readable.from(page, { highWaterMark: 1 }))
}

/** How long the head of a page waits for a first event, which decides its status. */
const statusWaitMs = 250

/** Waits for the first event, so that a bad pattern is a 400; but not for long. Events are lost by neither. */
export async function begin(events: AsyncGenerator<SearchEvent>) {
  const first = events.next()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), statusWaitMs)
  })
  const soon = await Promise.race([first, late])
  clearTimeout(timer)
  const failure =
    soon && !soon.done && soon.value.type === 'failed' ? soon.value.failure : undefined
  return { failure, all: resume(first, events) }
}

async function* resume(
  first: Promise<IteratorResult<SearchEvent>>,
  rest: AsyncGenerator<SearchEvent>,
): AsyncGenerator<SearchEvent> {
  try {
    const { done, value } = await first
    if (done) return
    yield value
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

interface Results {
  readonly catalog: Catalog
  readonly form: Form
  readonly query: Query
  readonly after: string | undefined
  readonly more: Readonly<Record<string, string>>
  readonly events: AsyncGenerator<SearchEvent>
  readonly signal: AbortSignal
}

/** The page, part by part: the head at once, a block for each file, the ledger, the foot. */
async function* results(server: Server, page: Results): AsyncGenerator<string> {
  const { form, events, query } = page
  const { head, foot } = await layout(server, {
    title: `${form.q} · ripline`,
    form,
    noindex: true,
    showFilters: true,
  })
  yield head +
    (await server.render('results-head', {
      continued: page.after !== undefined,
      first: server.links.search(form, page.more),
    }))
  try {
    for await (const event of events) {
      if (event.type === 'file')
        yield await server.render('file-matches', fileView(server, page, event.file))
      else if (event.type === 'failed') {
        yield await server.render('late-failure', { failure: event.failure })
      } else if (event.type === 'done') {
        yield* ending(server, page, query, event.ledger)
      }
    }
  } finally {
    await events.return(undefined)
  }
  yield foot
}

async function* ending(
  server: Server,
  page: Results,
  query: Query,
  ledger: Ledger,
): AsyncGenerator<string> {
  const { form, more, catalog, signal } = page
  const found = ledger.matchingLines > 0 || page.after !== undefined
  if (!found && ledger.end === 'complete') {
    const tried = suggestions(server, catalog, query, signal)
    yield await server.render('nothing-head', { form })
    for await (const suggestion of tried) yield await server.render('suggestion', suggestion)
    yield await server.render('nothing-foot', {})
  }
  const next =
    ledger.cursor === undefined
      ? undefined
      : server.links.search(form, { ...more, after: ledger.cursor })
  yield await server.render('ledger', ledgerView(server, ledger, { form, next, catalog }))
}

/** Gaps and marks of one file's block. */
function fileView({ links }: Server, { form, more }: Results, found: FileMatches) {
  const { file, lines, matches, matchingLines, matchCount } = found
  const byLine = matchesByLine(matches)
  const path = pathText(file)
  const slash = path.lastIndexOf('/') + 1
  return {
    repository: file.repository.name,
    path,
    directory: path.slice(0, slash),
    name: path.slice(slash),
    url: links.file(file),
    language: file.language?.name,
    count: plural(matchCount, 'match', 'matches'),
    lineCount: plural(matchingLines, 'line'),
    more: found.more === undefined ? undefined : links.search(form, { ...more, after: found.more }),
    shown: matchingLines,
    rows: lines.map((line, index) => ({
      ...line,
      gap: index > 0 && line.number > lines[index - 1]!.number + 1,
      url: links.line(file, line.number),
      segments: segmentsOf(line, byLine.get(line.number) ?? []),
    })),
  }
}
