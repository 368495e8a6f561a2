import type { FastifyRequest } from 'fastify'
import type { Commit } from '../git/commit.ts'
import type { Form } from '../query/form.ts'
import type { Query } from '../query/query.ts'
import type { SearchContext } from '../search/context.ts'
import type { FileMatches, SearchEvent } from '../search/events.ts'
import type { Ledger } from '../search/ledger.ts'
import { chipsOf } from './chips.ts'
import { commandOffer } from './command-offer.ts'
import { waysOn, writeDown } from './errors.ts'
import { facetsView } from './facets-view.ts'
import { blockView, nameView } from './found-view.ts'
import { layout } from './layout.ts'
import { ledgerView } from './ledger-view.ts'
import type { Links } from './links.ts'
import { visible, visibleLines } from './marks.ts'
import { commitName } from './pinned.ts'
import { inTree } from './searched.ts'
import type { Server } from './server.ts'
import { suggestions } from './suggestions.ts'
import type { Twins } from './twins.ts'

/** What a page of results is made of. */
export interface Results {
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
export async function* resultsPage(server: Server, page: Results): AsyncGenerator<string> {
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
        yield await fileBlock(server, page, event.file)
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

function fileBlock(server: Server, page: Results, found: FileMatches): Promise<string> {
  const { form, more, context, twins } = page
  if (found.pathMatches) return server.render('file-name', nameView(server.links, form, found))
  const twin = twins.twinOf(context.catalog, found)
  return server.render('file-matches', blockView(server, form, more, found, twin))
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
