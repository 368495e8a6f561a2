import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import type { Log } from '../log.ts'
import type { Ledger } from '../search/ledger.ts'
import { type SearchAccount, searchOf } from './observe-search.ts'
import type { RequestEnd } from './requests.ts'
import { sentUrl } from './server.ts'

/** Fastify's own pino. Of what it says by itself only trouble is written, without the texts of errors. */
export function loggerOptions({ mode, write }: Log): NonNullable<FastifyServerOptions['logger']> {
  if (mode === 'off') return false
  return {
    level: 'warn',
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
    serializers: {
      req: () => ({}),
      res: () => ({}),
      err: ({ name, code }: Error & { code?: string }) => ({
        type: name,
        message: '',
        stack: '',
        code,
      }),
    },
    stream: { write },
  }
}

export interface RequestLog {
  /** Writes a line for a request that is over. */
  add(end: RequestEnd, request?: FastifyRequest): void
}

/** A line for each request: never what it asks for, unless that is wanted. `undefined` if there is to be none. */
export function createRequestLog(app: FastifyInstance, { mode }: Log): RequestLog | undefined {
  if (mode === 'off') return undefined
  const log = app.log.child({}, { level: 'info' })
  // Tells the same query from another, and nothing to who guesses at it: the key is gone with the process.
  const key = randomBytes(32)
  const hashOf = (text: string) =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, 12)
  return {
    add({ id, ...end }, request) {
      const search = request && searchOf(request)
      const asked = request && mode === 'queries' ? { url: sentUrl(request) } : {}
      log.info(
        {
          request: id,
          ...end,
          ...asked,
          ...(search ? { search: searchFields(search, hashOf, mode === 'queries') } : {}),
        },
        'request',
      )
    },
  }
}

function searchFields(
  { pattern, end, firstMs, ms, ledger }: SearchAccount,
  hashOf: (text: string) => string,
  isWhole: boolean,
) {
  return {
    query: isWhole ? pattern : { length: pattern.length, hash: hashOf(pattern) },
    ...end,
    ...(ledger ? ledgerFields(ledger) : {}),
    ...(firstMs === undefined ? {} : { firstMs: Math.round(firstMs) }),
    ...(ms === undefined ? {} : { ms: Math.round(ms) }),
  }
}

const ledgerFields = ({ candidates, matchingLines, elapsedMs }: Ledger) => ({
  candidates,
  matchingLines,
  elapsedMs,
})
