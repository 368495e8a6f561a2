import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Corpus } from '../corpus/corpus.ts'
import type { Failure } from '../failure.ts'
import type { Index } from '../index/keeper.ts'
import type { Slots } from '../process/slots.ts'
import type { Purpose, SearchAccount } from './observe-search.ts'
import type { RequestEnd } from './requests.ts'

/** Figures for Prometheus. All labels are from short lists: nothing that a request carries is among them. */
export interface Metrics {
  countSearch(purpose: Purpose, search: SearchAccount): void
  countFailure(kind: Failure['kind']): void
  countRequest(end: RequestEnd): void
  /** Everything as it is now, in Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

export interface Measured {
  readonly corpus: Corpus
  readonly index: Index | undefined
  readonly slots: Slots
  readonly version: string
  readonly ripgrep: string
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function createMetrics(measured: Measured): Metrics {
  const registry = new Registry()
  const registers = [registry]
  gauges(measured, registers)
  const searches = new Counter({
    name: 'ripline_searches_total',
    help: 'Searches that have ended, by what they were for and how they ended',
    labelNames: ['for', 'outcome'],
    registers,
  })
  const cut = new Counter({
    name: 'ripline_searches_cut_total',
    help: 'Searches whose processes were ended early, by the limit or the event that did it',
    labelNames: ['by'],
    registers,
  })
  const duration = new Histogram({
    name: 'ripline_search_duration_seconds',
    help: 'From when a search was asked for to its end',
    labelNames: ['for'],
    buckets: seconds,
    registers,
  })
  const first = new Histogram({
    name: 'ripline_search_first_match_seconds',
    help: 'From when a search was asked for to its first match',
    labelNames: ['for'],
    buckets: seconds,
    registers,
  })
  const failures = new Counter({
    name: 'ripline_failures_total',
    help: 'Requests that were answered with a failure; refused for want of room are busy and rate-limited',
    labelNames: ['kind'],
    registers,
  })
  const requests = new Counter({
    name: 'ripline_http_requests_total',
    help: 'Requests, by the pattern of their route and the class of their status',
    labelNames: ['route', 'status'],
    registers,
  })
  return {
    countSearch(purpose, { end, ms, firstMs }) {
      searches.inc({ for: purpose, outcome: end.outcome })
      if (end.stoppedBy) cut.inc({ by: end.stoppedBy })
      if (ms !== undefined) duration.observe({ for: purpose }, ms / 1_000)
      if (firstMs !== undefined) first.observe({ for: purpose }, firstMs / 1_000)
    },
    countFailure: (kind) => failures.inc({ kind }),
    countRequest({ route = 'none', status, whole }) {
      const known = whole && status !== undefined
      requests.inc({ route, status: known ? `${Math.floor(status / 100)}xx` : 'left' })
    },
    async text() {
      return `${await registry.metrics()}${await ofProcess().metrics()}`
    },
    contentType: registry.contentType,
  }
}

/** `GET /metrics`. */
export function metricsRoute(app: FastifyInstance, metrics: Metrics): void {
  app.head('/metrics', (_request, reply) => reply.type(metrics.contentType).send())
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}

let process: Registry | undefined

/** Memory, processor, descriptors and the event loop of this process: once, however many servers there are in it. */
function ofProcess(): Registry {
  if (!process) {
    process = new Registry()
    collectDefaultMetrics({ register: process })
  }
  return process
}

/** What is asked when somebody looks. */
function gauges({ corpus, index, slots, version, ripgrep }: Measured, registers: Registry[]): void {
  const gauge = (name: string, help: string, value: () => number | undefined) =>
    new Gauge({
      ...{ name: `ripline_${name}`, help, registers },
      collect() {
        const now = value()
        // What is not known is not 0.
        if (now === undefined) this.remove()
        else this.set(now)
      },
    })
  const ageOf = (ms: number | undefined) => ms && Math.max(0, (Date.now() - ms) / 1_000)
  new Gauge({
    name: 'ripline_info',
    help: 'The versions that run',
    labelNames: ['version', 'ripgrep'],
    registers,
  }).set({ version, ripgrep }, 1)
  gauge('searches_running', 'Searches that have a slot', () => slots.searches)
  gauge('searches_waiting', 'Searches that wait for a slot', () => slots.waiting)
  gauge('processes_running', 'Slots that are taken, in the slow lane too', () => slots.running)
  gauge('processes_slow', 'Slots that are taken in the slow lane', () => slots.slow)
  gauge('catalog_files', 'Files that are listed', () => corpus.catalog?.columns.count)
  gauge('catalog_repositories', 'Repositories', () => corpus.catalog?.repositories.length)
  gauge('catalog_age_seconds', 'Since the files were last listed', () =>
    ageOf(corpus.catalog?.scannedAtMs),
  )
  new Counter({
    name: 'ripline_catalog_generations_total',
    help: 'Complete catalogs that were served, each of other files than the one before',
    registers,
    collect() {
      this.reset()
      this.inc(corpus.served)
    },
  })
  if (!index) return
  gauge('index_ready', 'Whether it has once held every file that it can', () =>
    index.status.isReady ? 1 : 0,
  )
  gauge('index_segments', 'Segments of the index', () => index.status.segments)
  gauge('index_documents', 'Documents in the index', () => index.status.documents)
  gauge('index_bytes', 'Bytes of the index on disk', () => index.status.bytes)
  gauge('index_text_bytes', 'Bytes of the text that is indexed', () => index.status.textBytes)
  gauge('index_unindexed_files', 'Files that every search reads', () => index.status.unindexed)
  gauge('index_age_seconds', 'Since its newest segment was written', () =>
    ageOf(index.status.writtenAtMs),
  )
}
