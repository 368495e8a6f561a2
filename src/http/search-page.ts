import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Form } from '../query/form.ts'
import { parseSearch, placed } from '../query/parameters.ts'
import { parseQueryString } from '../query/query-string.ts'
import { begin } from './begin-search.ts'
import { chipsOf } from './chips.ts'
import { sendFailure } from './errors.ts'
import { gathered } from './gather.ts'
import { isKept } from './kept.ts'
import { layout } from './layout.ts'
import { resultsPage } from './results-page.ts'
import { searchedBy } from './searched.ts'
import { requestSignal, type Server, sentUrl } from './server.ts'
import { createTwins } from './twins.ts'

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
  reply.type('text/html; charset=utf-8')
  if (isKept(server, request, reply, context, search)) return reply.status(304).send()
  const events = await begin(server, request, 'page', { context, search, signal })
  if (events.failure) {
    return sendFailure(server, request, reply, placed(events.failure, typed), typedForm)
  }

  const limited = limit === undefined ? {} : { limit: String(limit) }
  const canonical = server.links.search(form, { ...limited, after })
  // Whoever wants to know how one part was found wants to know it of the next.
  const more = { ...limited, ...(explain ? { explain: '1' } : {}) }
  reply.header('link', `<${canonical}>; rel="canonical"`)
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
