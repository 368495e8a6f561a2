import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import view from '@fastify/view'
import { Eta } from 'eta'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Config } from '../config.ts'
import type { Corpus } from '../corpus/corpus.ts'
import { openTrees } from '../corpus/trees.ts'
import { createGit } from '../git/installed.ts'
import { createHighlighter } from '../highlight/highlighter.ts'
import type { Index } from '../index/keeper.ts'
import { openLog } from '../log.ts'
import { openOutlines } from '../outline/outline.ts'
import type { Launcher } from '../process/ahead.ts'
import type { Slots } from '../process/slots.ts'
import { createAnswers } from '../search/answers.ts'
import { readAssets, readViews, serveAssets } from './assets.ts'
import { refuseStrangers, strangeness } from './callers.ts'
import { commitRoute } from './commit-page.ts'
import { answerErrors, refuseConnection, sendFailure, unreadableUrl } from './errors.ts'
import { fileRoutes } from './file-page.ts'
import { findRoutes } from './find-page.ts'
import { headersOfAll, setSecurityHeaders } from './headers.ts'
import { healthRoutes } from './health.ts'
import { helpPage } from './help-page.ts'
import { historyRoute } from './history-page.ts'
import { homeRoute } from './home-page.ts'
import { imageRoute } from './image.ts'
import { joinedAssets } from './layout.ts'
import { linesApi } from './lines-api.ts'
import { createLinks } from './links.ts'
import { createMarkdown } from './markdown.ts'
import { escapeHtml } from './marks.ts'
import { createMetrics, metricsRoute } from './metrics.ts'
import { oldLinks } from './old-links.ts'
import { packPages } from './packed.ts'
import { patchRoute } from './patch.ts'
import { peerLinks } from './peers.ts'
import { limitRate } from './rate-limit.ts'
import { rawRoute } from './raw.ts'
import { createRecentFailures } from './recent-failures.ts'
import { refsRoute } from './refs-page.ts'
import { createRequestLog, loggerOptions } from './request-log.ts'
import { type Observers, observeRequest, observeRequests } from './requests.ts'
import { searchApi } from './search-api.ts'
import { searchPage } from './search-page.ts'
import { type Server, stopReason } from './server.ts'
import { statusPage } from './status-page.ts'
import { whyRoutes } from './why-page.ts'

export interface AppOptions {
  readonly config: Config
  readonly corpus: Corpus
  readonly index: Index | undefined
  readonly slots: Slots
  readonly launcher: Launcher | undefined
  readonly version: string
  readonly ripgrep: string
}

function noSchemas(): never {
  throw new Error('there is a schema, and nothing that compiles it')
}

/** How long a stopping server waits for its streams to say so. */
const graceMs = 1_000

/** The whole web side, plugins and routes in the order in which they apply. It never listens by itself. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { limits } = options.config
  const stopping = new AbortController()
  const log = openLog(options.config.log)
  const metrics = options.config.metrics ? createMetrics(options) : undefined
  const app = Fastify({
    logger: loggerOptions(log),
    // Requests carry queries, and queries can be secrets: what is written of them is decided elsewhere.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    genReqId: () => randomUUID(),
    forceCloseConnections: false,
    // No route has a schema: the two compilers take 3 MB.
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    bodyLimit: 1_024,
    requestTimeout: 10_000,
    // A search may be silent for as long as it may take.
    connectionTimeout: 30_000 + (limits.seconds + limits.waitSeconds) * 1_000,
    keepAliveTimeout: 10_000,
    // An over-long query is told so on a page, and needs to be read for that.
    http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 65_536 },
    clientErrorHandler: (error, socket) => refuseConnection(observers, error, socket),
    // Of others, nothing is believed.
    ...(options.config.trustProxy.length > 0 ? { trustProxy: [...options.config.trustProxy] } : {}),
    routerOptions: {
      // Routes read the URL as it was sent.
      querystringParser: () => ({}),
      maxParamLength: 16_384,
    },
    // For an address that finds no route because it cannot be decoded: no hook has run.
    frameworkErrors: (_error, request, reply) => {
      observeRequest(observers, request, reply)
      headersOfAll(request, reply)
      const strange = strangeness(server, request)
      if (strange) void sendFailure(server, request, reply, strange, 'plain')
      else void sendFailure(server, request, reply, unreadableUrl)
    },
  })
  app.server.maxConnections = 1_024
  const observers: Observers = { metrics, requestLog: createRequestLog(app, log) }

  const root = new URL('../../views/', import.meta.url)
  const eta = new Eta({ escapeFunction: escapeHtml })
  const views = readViews(root)
  eta.readFile = (path) => views.get(path)!
  await app.register(view, {
    engine: { eta },
    root: fileURLToPath(root),
    viewExt: 'eta',
    production: true,
  })
  const { config } = options
  const trees = openTrees({
    directory: config.revisionDirectory,
    rgPath: config.rgPath,
    hidden: config.hidden,
    maxFileBytes: limits.fileBytes,
    maxFiles: limits.revisionFiles,
    maxBytes: limits.revisionBytes,
    mostBytes: limits.revisionCacheBytes,
    waitMs: limits.waitSeconds * 1_000,
  })
  const server: Server = {
    ...options,
    git: createGit({
      program: options.config.gitPath,
      slots: options.slots,
      seconds: limits.gitSeconds,
    }),
    trees,
    answers: createAnswers(limits.cacheBytes),
    markdown: createMarkdown(),
    highlighter: createHighlighter(),
    outlines: openOutlines(),
    links: createLinks(options.config.basePath),
    log,
    metrics,
    failures: createRecentFailures(),
    assets: readAssets(new URL('assets/', root), joinedAssets),
    stopping: stopping.signal,
    startedAtMs: Date.now(),
    began: performance.now(),
    render: (name, data) => app.view(name, data) as unknown as Promise<string>,
  }

  setSecurityHeaders(app)
  observeRequests(app, observers)
  refuseStrangers(app, server)
  answerErrors(app, server)
  packPages(app)
  await app.register(
    (routes, _options, done) => {
      serveAssets(routes, server.assets)
      healthRoutes(routes, server)
      statusPage(routes, server)
      homeRoute(routes, server)
      helpPage(routes, server)
      if (metrics) metricsRoute(routes, metrics)
      linesApi(routes, server)
      fileRoutes(routes, server)
      rawRoute(routes, server)
      imageRoute(routes, server)
      oldLinks(routes, server)
      peerLinks(routes, server)
      routes.register((searching, _none, done) => {
        limitRate(searching, server)
        searchPage(searching, server)
        searchApi(searching, server)
        findRoutes(searching, server)
        whyRoutes(searching, server)
        patchRoute(searching, server)
        historyRoute(searching, server)
        commitRoute(searching, server)
        refsRoute(searching, server)
        done()
      })
      done()
    },
    { prefix: options.config.basePath },
  )

  const { home } = server.links
  if (home !== '/') app.get(home.slice(0, -1), (_request, reply) => reply.redirect(home, 301))

  app.addHook('preClose', async () => {
    stopping.abort(stopReason)
    const began = performance.now()
    const timer = setInterval(() => {
      app.server.closeIdleConnections()
      if (performance.now() - began > graceMs) app.server.closeAllConnections()
    }, 50)
    app.server.once('close', () => clearInterval(timer))
  })
  app.addHook('onClose', async () => {
    await Promise.all([
      ...[options.corpus.close(), options.index?.close(), trees.close()],
      ...[server.highlighter.close(), server.outlines.close(), server.markdown.close()],
    ])
    options.launcher?.close()
  })
  return app
}
