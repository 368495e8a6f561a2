import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Commit } from '../git/commit.ts'
import type { Form } from '../query/form.ts'
import { parseSearch, placed } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import type { SearchContext, SearchRequest } from '../search/context.ts'
import type { FileMatches, SearchEvent } from '../search/events.ts'
import type { Ledger } from '../search/ledger.ts'
import { chipsOf } from './chips.ts'
import { commandOffer } from './command-offer.ts'
import { sendFailure, waysOn, writeDown } from './errors.ts'
import { facetsView } from './facets-view.ts'
import { rowsView } from './file-view.ts'
import { gathered } from './gather.ts'
import { isKept } from './kept.ts'
import { layout } from './layout.ts'
import { ledgerView } from './ledger-view.ts'
import { type Links, pathText } from './links.ts'
import { pathSegments, visible, visibleLines } from './marks.ts'
import { observed, type Purpose } from './observe-search.ts'
import { commitName } from './pinned.ts'
import { inTree, searchedBy } from './searched.ts'
import { requestSignal, type Server, sentUrl } from './server.ts'
import { suggestions } from './suggestions.ts'
import { createTwins, type Twins } from './twins.ts'
import { plural } from './words.ts'

/** `GET /search`: the results page, streamed as it is found; without a query, the form. */
export function searchPage(app: FastifyInstance, server: Server): void {
  // A HEAD must not run a search: this route takes the place of the one that each GET brings with it.
  app.head('/search', (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get('/search', (request, reply) => answer(server, request, reply))
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const parameters = parseQueryString(sentUrl(request))
  if (!parameters.ok) return sendFailure(server, request, reply, parameters.failure)
  const { form: typedForm, search: parsed } = parseSearch(parameters.value, server.config)
  if (!parsed.ok) return sendFailure(server, request, reply, parsed.failure, typedForm)
  const { query, form, typed, limit, after, explain, totals } = parsed.value
  if (!query) {
    return typed.length > 0
      ? onlyFilters(server, reply, form)
      : reply.redirect(server.links.home, 302)
  }

  const signal = requestSignal(server, reply)
  const { limits } = server.config
  const lines = Math.min(limit ?? limits.lines, limits.lines)
  const searched = await searchedBy(server, reply, query, { ...limits, lines }, signal)
  if (!searched.ok) {
    return sendFailure(server, request, reply, placed(searched.failure, typed), typedForm)
  }
  const { context, commit } = searched.value
  const search = { query: searched.value.query, after, explain, sort: form.sort, totals }
  if (isKept(server, request, reply, context, search)) return reply.status(304).send()
  const events = await begin(server, request, 'page', { context, search, signal })
  if (events.failure) {
    return sendFailure(server, request, reply, placed(events.failure, typed), typedForm)
  }

  const limited = limit === undefined ? {} : { limit: String(limit) }
  const canonical = server.links.search(form, { ...limited, after })
  // Whoever wants to know how one part was found wants to know it of the next.
  const more = { ...limited, ...(explain ? { explain: '1' } : {}) }
  reply.type('text/html; charset=utf-8').header('link', `<${canonical}>; rel="canonical"`)
  const twins = createTwins(context.changes)
  const { q: text } = typedForm
  const unread = (parameters.value.get('unread') ?? []).slice(0, mostUnread)
  const isReplacing = parameters.value.get('replacing')?.[0] === '1'
  const results = {
    ...{ request, context, commit, text, unread, form, query, after, more, canonical, twins },
    ...{ signal, isReplacing },
  }
  const page = resultsPage(server, { ...results, events: events.all })
  return reply.send(Readable.from(gathered(page), { highWaterMark: 1 }))
}

/** Words that are named of what another search's address had besides. */
const mostUnread = 10

/** Filters alone: what they are, and a box to say what is to be found. */
async function onlyFilters(server: Server, reply: FastifyReply, form: Form) {
  const { head, foot } = await layout(server, {
    title: 'ripline: code search',
    form,
    noindex: true,
    showFilters: true,
    focus: true,
  })
  const page = await server.render('no-query', { chips: chipsOf(server.links, form) })
  return reply.type('text/html; charset=utf-8').send(head + page + foot)
}

interface Search {
  readonly context: SearchContext
  readonly search: SearchRequest
  readonly signal: AbortSignal
}

/** How long the head of a page waits for a first event, from when the search has its slot. */
const statusWaitMs = 250

/**
 * Starts a search and waits for its first event, which decides the status: a bad pattern is a 400, and a server that
 * has no slot to give a 503. A search that runs is not waited for long. Events are lost by neither.
 */
export async function begin(
  server: Server,
  request: FastifyRequest,
  purpose: Purpose,
  { context, search, signal }: Search,
) {
  let timer: NodeJS.Timeout | undefined
  const late = Promise.withResolvers<undefined>()
  const found = server.answers.search(context, search, signal, () => {
    timer ??= setTimeout(late.resolve, statusWaitMs, undefined)
  })
  const events = observed(server, request, { purpose, query: search.query }, found)
  const first = events.next()
  const soon = await Promise.race([first, late.promise])
  clearTimeout(timer)
  const failure =
    soon && !soon.done && soon.value.type === 'failed' ? soon.value.failure : undefined
  if (failure) await events.return(undefined)
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
  readonly request: FastifyRequest
  readonly context: SearchContext
  /** Whose files were searched; `undefined` for those of now. */
  readonly commit: Commit | undefined
  /** As it stood in the box. */
  readonly text: string
  /** What of another search's address could not be read; see `peers.ts`. */
  readonly unread: readonly string[]
  readonly form: Form
  readonly query: Query
  readonly after: string | undefined
  readonly more: Readonly<Record<string, string>>
  readonly canonical: string
  readonly twins: Twins
  /** Whether a field is wanted for what is to stand in the place of matches. */
  readonly isReplacing: boolean
  readonly events: AsyncGenerator<SearchEvent>
  readonly signal: AbortSignal
}

/** The page, part by part: the head at once, a block for each file, the ledger, the foot. */
async function* resultsPage(server: Server, page: Results): AsyncGenerator<string> {
  const { form, events, canonical } = page
  const { head, foot } = await layout(server, {
    title: `${visible(form.q)} · ripline`,
    form,
    canonical,
    noindex: true,
    // What is filtered by is said by the chips; what is replaced by is changed again and again.
    showFilters: form.replace !== undefined,
    isReplacing: page.isReplacing,
  })
  yield head +
    (await server.render('results-head', {
      chips: chipsOf(server.links, form),
      continued: page.after !== undefined,
      first: server.links.search(form, page.more),
      patience: patienceSeconds(server),
      offer: commandOffer(server, page.text),
      unread: page.unread.map((word) => visible(word.slice(0, 100))),
      replaced: replacedView(form, server.links),
      at: page.commit && atView(server, page, page.commit),
    }))
  let ledger: Ledger | undefined
  /** With something to replace. */
  const repositories = new Set<string>()
  try {
    for await (const event of events) {
      if (event.type === 'file') {
        repositories.add(event.file.file.repository.name)
        yield event.file.pathMatches
          ? await server.render('file-name', nameView(server, page, event.file))
          : await server.render('file-matches', fileView(server, page, event.file))
      } else if (event.type === 'failed') {
        const { failure } = event
        writeDown(server, page.request, failure)
        yield await server.render('late-failure', {
          kind: failure.kind,
          message: visibleLines(failure.message),
          requestId: page.request.id,
          ways: waysOn(server, failure, form),
        })
      } else if (event.type === 'done') ledger = event.ledger
    }
  } finally {
    await events.return(undefined)
  }
  // Only now has the search given its slot back, for those that are tried next.
  if (ledger) yield* ending(server, page, ledger)
  if (ledger && form.replace !== undefined && repositories.size > 0) {
    const patches = [...repositories].map((name) => ({
      name: visible(name),
      url: server.links.patch(form, name),
    }))
    const isPart = ledger.cursor !== undefined || page.after !== undefined
    yield await server.render('patches', { patches, isPart })
  }
  const hasFound = ledger !== undefined && ledger.matchingLines > 0
  const narrowing = hasFound ? facetsOf(server, page, ledger!) : undefined
  yield (await server.render('results-foot', { facets: narrowing })) + foot
}

/** No answer that is alive is silent for longer: a search may wait, and then take its time. */
const patienceSeconds = ({ config: { limits } }: Server): number =>
  limits.waitSeconds + Math.max(limits.seconds, limits.pcre2Seconds) + 3

async function* ending(server: Server, page: Results, ledger: Ledger): AsyncGenerator<string> {
  const { request, form, more, query, context, signal } = page
  const found = ledger.matchingLines > 0 || page.after !== undefined
  if (!found && ledger.end === 'complete') {
    const tried = suggestions(server, request, context, query, signal)
    yield await server.render('nothing-head', { form: visibleForm(form) })
    let offered = 0
    for await (const suggestion of tried) {
      yield await server.render('suggestion', { ...suggestion, isFirst: offered++ === 0 })
    }
    yield await server.render('nothing-foot', { isList: offered > 0, why: server.links.why(form) })
  }
  const next =
    ledger.cursor === undefined
      ? undefined
      : server.links.search(form, { ...more, after: ledger.cursor })
  yield await server.render(
    'ledger',
    ledgerView(server, ledger, {
      ...{ form, next, catalog: context.catalog, query: inTree(query), commit: page.commit },
      more: { limit: more.limit, after: page.after },
    }),
  )
}

function facetsOf({ links, config }: Server, page: Results, ledger: Ledger) {
  const { limit } = page.more
  return facetsView(ledger, {
    form: page.form,
    isFirst: page.after === undefined,
    most: config.limits.globs,
    url: (form) => links.search(form, { limit }),
  })
}

/** Whose files these are, for `views/at.eta`. */
function atView(server: Server, { context, form }: Results, commit: Commit) {
  const [repository] = context.catalog.repositories
  return {
    revision: visible(form.rev ?? ''),
    commit: commitName(server, repository!, commit, Date.now()),
    live: server.links.search({ ...form, rev: undefined }),
  }
}

/** What is put in the place of what is found, in words. */
const replacedView = ({ replace, ...form }: Form, links: Links) =>
  replace === undefined ? undefined : { text: visible(replace), without: links.search(form) }

/** What was asked for, in words. */
const visibleForm = (form: Form): Form => ({
  ...form,
  q: visible(form.q),
  repo: form.repo.map(visible),
  path: form.path.map(visible),
  lang: form.lang.map(visible),
  has: form.has.map(visible),
  ...(form.rev === undefined ? {} : { rev: visible(form.rev) }),
})

/** A file whose name matches. */
function nameView(
  { links }: Server,
  { form }: Results,
  { file, matchCount, pathMatches = [] }: FileMatches,
) {
  const path = pathText(file)
  return {
    repository: file.repository.name,
    path,
    place: visible(file.repository.name),
    url: links.file(file, form.encoding),
    count: plural(matchCount, 'match', 'matches'),
    segments: pathSegments(path, pathMatches),
  }
}

/** One file's block. */
function fileView(
  { links, config }: Server,
  { context, form, more, twins }: Results,
  found: FileMatches,
) {
  const { file, lines, matchingLines, matchCount } = found
  const path = pathText(file)
  const slash = path.lastIndexOf('/') + 1
  const twin = twins.twinOf(context.catalog, found)
  return {
    repository: file.repository.name,
    path,
    place: visible(file.repository.name),
    directory: visible(path.slice(0, slash)),
    name: visible(path.slice(slash)),
    url: links.file(file, form.encoding),
    lines: links.linesOf(file, form.encoding),
    count: `${plural(matchCount, 'match', 'matches')}${found.more === undefined ? '' : ' and more'}`,
    lineCount: plural(matchingLines, 'line'),
    more: found.more === undefined ? undefined : links.search(form, { ...more, after: found.more }),
    clipped: lines.some(({ clippedAt }) => clippedAt !== undefined)
      ? plural(config.limits.lineBytes, 'byte')
      : undefined,
    twin: twin && visible(`${twin.repository.name} ${pathText(twin)}`),
    ...rowsView(links, found, {
      encoding: form.encoding,
      lineBytes: config.limits.lineBytes,
      isReplaced: form.replace !== undefined,
    }),
  }
}
