import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientOf } from './client.ts'
import type { Metrics } from './metrics.ts'
import type { RequestLog } from './request-log.ts'

/** One request that is over. */
export interface RequestEnd {
  readonly id: string
  readonly method: string | undefined
  /** The pattern of its route, never its address; `undefined` if it has none. */
  readonly route: string | undefined
  /** `undefined` if there was no answer. */
  readonly status: number | undefined
  /** Whether the client took all of it. */
  readonly whole: boolean
  readonly ms: number
  /** Written to the connection, headers too. */
  readonly bytes: number
  readonly client: string
}

/** Those who are told; each is absent where it is not wanted. */
export interface Observers {
  readonly metrics: Metrics | undefined
  readonly requestLog: RequestLog | undefined
}

/** Notes every request when it is over, also one whose client has gone. */
export function observeRequests(app: FastifyInstance, observers: Observers): void {
  app.addHook('onRequest', async (request, reply) => observeRequest(observers, request, reply))
}

/** Bytes of a connection that belong to requests before. */
const counted = new WeakMap<Socket, number>()

/** Notes one request when it is over: for one that no hook sees. */
export function observeRequest(
  { metrics, requestLog }: Observers,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (!metrics && !requestLog) return
  const { raw } = reply
  const { socket } = request.raw
  const began = performance.now()
  // When it is over its address may not be known any more.
  const client = clientOf(request) ?? 'local'
  let bytes: number | undefined
  const measure = () => {
    const { bytesWritten } = socket
    bytes ??= bytesWritten - (counted.get(socket) ?? 0)
    counted.set(socket, bytesWritten)
  }
  // First of all: what comes after may already write the next answer.
  raw.prependOnceListener('finish', measure)
  raw.once('close', () => {
    if (bytes === undefined) measure()
    const end: RequestEnd = {
      id: request.id,
      method: request.method,
      route: request.is404 ? undefined : request.routeOptions.url,
      status: raw.headersSent ? raw.statusCode : undefined,
      whole: raw.writableFinished,
      ms: Math.round(performance.now() - began),
      bytes: bytes ?? 0,
      client,
    }
    metrics?.countRequest(end)
    requestLog?.add(end, request)
  })
}
