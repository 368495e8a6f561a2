import type { FastifyRequest } from 'fastify'
import type { Failure } from '../failure.ts'
import type { Query } from '../query/query.ts'
import type { SearchEvent } from '../search/events.ts'
import type { Ledger, StoppedBy } from '../search/ledger.ts'
import type { Server } from './server.ts'

/** What a search is for. */
export const purposes = ['page', 'api', 'patch', 'suggestion', 'file'] as const
export type Purpose = (typeof purposes)[number]

/** How a search ended; `left` if nobody waited for its end. */
export const outcomes = ['complete', 'stopped', 'incomplete', 'failed', 'left'] as const
export interface SearchEnd {
  readonly outcome: (typeof outcomes)[number]
  readonly stoppedBy?: StoppedBy | undefined
  readonly failure?: Failure['kind']
}

/** One search, as far as it has come. */
export interface SearchAccount {
  readonly pattern: string
  /** From when it was asked for until its first match, and its end, in ms. */
  firstMs: number | undefined
  ms: number | undefined
  end: SearchEnd
  ledger: Ledger | undefined
}

const accounts = new WeakMap<FastifyRequest, SearchAccount>()

/** The search that a request asked for, if it came so far. */
export const searchOf = (request: FastifyRequest): SearchAccount | undefined =>
  accounts.get(request)

/** The events of a search as they are; on their way it is noted for the operator how it goes. All searches pass here. */
export async function* observed(
  server: Server,
  request: FastifyRequest,
  { purpose, query }: { readonly purpose: Purpose; readonly query: Query },
  events: AsyncGenerator<SearchEvent>,
): AsyncGenerator<SearchEvent> {
  const began = performance.now()
  const account: SearchAccount = {
    pattern: query.matcher.pattern,
    firstMs: undefined,
    ms: undefined,
    end: { outcome: 'left' },
    ledger: undefined,
  }
  // What is tried in its stead when it found nothing is not what was asked for.
  if (purpose !== 'suggestion') accounts.set(request, account)
  const end = (how: SearchEnd) => {
    account.end = how
    account.ms = performance.now() - began
    server.metrics?.countSearch(purpose, account)
  }
  try {
    for await (const event of events) {
      if (event.type === 'file') account.firstMs ??= performance.now() - began
      else if (event.type === 'failed') end({ outcome: 'failed', failure: event.failure.kind })
      else if (event.type === 'done') {
        account.ledger = event.ledger
        const { end: outcome, stoppedBy } = event.ledger
        end({ outcome, stoppedBy })
        if (stoppedBy === 'time' || stoppedBy === 'crash')
          server.failures.add(stoppedBy, request.id)
      }
      yield event
    }
  } finally {
    if (account.ms === undefined) end({ outcome: 'left' })
  }
}
