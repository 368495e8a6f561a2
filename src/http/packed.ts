import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createGzip, gzip as gzipAll, type ZlibOptions } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { takesGzip } from './headers.ts'

/** Pages are mostly markup that repeats itself: the quickest level takes nine tenths away. */
const quick: ZlibOptions = { level: constants.Z_BEST_SPEED, windowBits: 14, memLevel: 7 }

const gzip = promisify<string | Buffer, ZlibOptions, Buffer>(gzipAll)

/** A page that fits into a packet or two gains nothing. */
const leastLength = 1_400

/**
 * Packs pages for those who take gzip. What is streamed is sent on as it comes: each part is flushed. Other answers are
 * for programs on the same network, or would have to be held up, and are left as they are.
 */
export function packPages(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!String(reply.getHeader('content-type')).startsWith('text/html')) return payload
    reply.header('vary', varying(reply.getHeader('vary')))
    const tag = reply.getHeader('etag')
    // A strong tag would be of these very bytes.
    if (typeof tag === 'string') reply.header('etag', `W/${tag}`)
    if (request.method === 'HEAD' || !takesGzip(request)) return payload
    const isText = typeof payload === 'string' && payload.length >= leastLength
    if (!isText && !(payload instanceof Readable)) return payload
    reply.header('content-encoding', 'gzip').removeHeader('content-length')
    if (isText) return gzip(payload, quick)
    const packed = createGzip({ ...quick, flush: constants.Z_SYNC_FLUSH })
    // An end that comes too early on either side is one on the other.
    pipeline(payload, packed, () => {})
    return packed
  })
}

/** What an answer depends on, this too. */
const varying = (others: unknown): string =>
  [...(typeof others === 'string' ? [others] : []), 'accept-encoding'].join(', ')
