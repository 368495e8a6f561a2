import type { FastifyRequest } from 'fastify'
import type { SearchContext, SearchRequest } from '../search/context.ts'
import type { SearchEvent } from '../search/events.ts'
import { observed, type Purpose } from './observe-search.ts'
import type { Server } from './server.ts'

/** A search that is asked for, and for how long. */
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
