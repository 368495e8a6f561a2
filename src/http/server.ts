import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { Catalog } from '../corpus/catalog.ts'
import type { Corpus } from '../corpus/corpus.ts'
import type { Trees } from '../corpus/trees.ts'
import type { Git } from '../git/installed.ts'
import type { Highlighter } from '../highlight/highlighter.ts'
import type { Index } from '../index/keeper.ts'
import type { Limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Outlines } from '../outline/outline.ts'
import type { Launcher } from '../process/ahead.ts'
import type { SlotSource, Slots } from '../process/slots.ts'
import type { Answers } from '../search/answers.ts'
import type { SearchContext } from '../search/context.ts'
import { shutdown } from '../search/stopping.ts'
import type { Assets } from './assets.ts'
import { clientOf } from './client.ts'
import type { Links } from './links.ts'
import type { Markdown } from './markdown.ts'
import type { Metrics } from './metrics.ts'
import type { RecentFailures } from './recent-failures.ts'

/** What every route is given: made once, in `app.ts`. */
export interface Server {
  readonly config: Config
  readonly corpus: Corpus
  /** `undefined` if there is none. */
  readonly index: Index | undefined
  readonly answers: Answers
  readonly markdown: Markdown
  readonly slots: Slots
  readonly launcher: Launcher | undefined
  readonly highlighter: Highlighter
  readonly outlines: Outlines
  readonly git: Git
  /** The files of commits that are searched. */
  readonly trees: Trees
  readonly links: Links
  readonly assets: Assets
  readonly log: Log
  /** `undefined` if there are to be none. */
  readonly metrics: Metrics | undefined
  readonly failures: RecentFailures
  readonly version: string
  /** The version of the ripgrep that is run. */
  readonly ripgrep: string
  /** Aborts, with `shutdown` as its reason, when the server stops. */
  readonly stopping: AbortSignal
  /** When it was started, in ms since 1970. */
  readonly startedAtMs: number
  /** The same in `performance.now()`, which no clock that is put right moves. */
  readonly began: number
  /** Renders a part of a page; see `views/`. */
  render(view: string, data: object): Promise<string>
}

/** Waits for the first catalog, which is there within a second of the start even for a large corpus. */
export async function currentCatalog({ corpus }: Server): Promise<Catalog> {
  return corpus.catalog ?? (await corpus.listed)
}

/** What a search of this request is given. */
export function searchContext(
  server: Server,
  request: FastifyRequest,
  catalog: Catalog,
  limits: Limits,
): SearchContext {
  const { index, launcher, config, corpus } = server
  const slots = slotsOf(server, request)
  const changes = corpus.isWatched ? corpus.changedSince(catalog) : undefined
  const { rgPath, encodings } = config
  return { catalog, changes, index, slots, launcher, rgPath, limits, encodings }
}

/** The slots as the one has them whose request this is. */
export function slotsOf({ slots, config }: Server, request: FastifyRequest): SlotSource {
  const client = clientOf(request)
  return client === undefined ? slots : slots.of(client, config.limits.waitingPerClient)
}

/**
 * Aborts when the client has gone before its answer was complete, or when the server stops.
 * (`request.signal` aborts after every finished response too.)
 */
export function requestSignal(server: Server, reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort('client')
  })
  if (reply.raw.destroyed) gone.abort('client')
  return AbortSignal.any([gone.signal, server.stopping])
}

export const stopReason = shutdown

/**
 * The path and query as sent; routes decode them themselves, strictly and once. A proxy may send a whole URL, whose
 * host is not believed.
 */
export const sentUrl = (request: FastifyRequest): string =>
  (request.raw.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '')
