import rateLimit, {
  type FastifyRateLimitStore,
  type RateLimitPluginOptions,
} from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { clientOf } from './client.ts'
import { sendFailure } from './errors.ts'
import type { Server } from './server.ts'

const minuteMs = 60_000
/** Clients that are remembered; whoever has asked for longest nothing is forgotten first. */
const mostClients = 10_000

/** Bounds how often one client may ask for what starts processes: for all routes of this part of the app together. */
export function limitRate(app: FastifyInstance, server: Server): void {
  const max = server.config.limits.searchesPerMinute
  if (max === 0) return
  const store = createStore()
  const options: RateLimitPluginOptions = {
    ...{ global: false, max, timeWindow: minuteMs },
    keyGenerator: (request) => clientOf(request) ?? '',
    allowList: (request) => clientOf(request) === undefined,
    store: function Store() {
      return store
    } as unknown as new () => FastifyRateLimitStore,
  }
  app.register(rateLimit, options).after(() => {
    const check = app.createRateLimit()
    app.addHook('onRequest', async (request, reply) => {
      // It does none of the work.
      if (request.method === 'HEAD') return
      const found = await check(request)
      if (found.isAllowed || !found.isExceeded) return
      return sendFailure(server, request, reply, {
        kind: 'rate-limited',
        message: `more than ${max} searches in a minute came from here (max-searches-per-minute)`,
        retryAfterSeconds: Math.max(1, found.ttlInSeconds),
      })
    })
  })
}

/** Counts in windows of a minute, by a clock that never jumps: the plugin's own counts by the time of day. */
function createStore(): FastifyRateLimitStore {
  const clients = new Map<string, { current: number; readonly began: number }>()
  const store: FastifyRateLimitStore = {
    incr(key, callback, windowMs) {
      const now = performance.now()
      const known = clients.get(key)
      const isOver = !known || now - known.began >= windowMs
      const client = isOver ? { current: 0, began: now } : known
      client.current++
      // Whoever asked last stands last.
      clients.delete(key)
      clients.set(key, client)
      if (clients.size > mostClients) clients.delete(clients.keys().next().value!)
      callback(null, { current: client.current, ttl: client.began + windowMs - now })
    },
    child: () => store,
  }
  return store
}
