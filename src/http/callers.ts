import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Failure } from '../failure.ts'
import { sendFailure } from './errors.ts'
import { type Server, sentUrl } from './server.ts'

/**
 * Refuses those who use a reader's browser: pages from elsewhere, which cannot read an answer, must not make searches
 * either; and a name that has been turned to this machine (DNS rebinding) is none of ours.
 */
export function refuseStrangers(app: FastifyInstance, server: Server): void {
  app.addHook('onRequest', async (request, reply) => {
    const failure = strangeness(server, request)
    // A page would tell what is searched here.
    if (failure) return sendFailure(server, request, reply, failure, 'plain')
  })
}

/** Why a request is not answered, if it is not. */
export function strangeness(
  { config: { hosts }, links }: Server,
  request: FastifyRequest,
): Failure | undefined {
  const path = sentUrl(request).split('?', 1)[0]!
  // Whoever probes knows the address and no name, and is told nothing.
  const isProbe = path === links.health || path === links.ready
  if (hosts && !isProbe && !isOurs(hosts, request.headers.host)) return otherHost
  const isSearch =
    path.startsWith(`${links.home}api/`) || searching.has(path.slice(links.home.length))
  return isSearch && isDriveBy(request) ? driveBy : undefined
}

/** Pages that start processes. */
const searching = new Set(['search', 'files', 'why', 'patch'])

const otherHost: Failure = {
  kind: 'forbidden',
  message:
    'ripline was asked for by a name that it does not know. Its operator can name it in the setting hosts, or in trust-proxy the proxy that passes it on.',
}

const driveBy: Failure = {
  kind: 'forbidden',
  message: 'A page of another site asked for this. Links to it work; scripts and frames do not.',
}

/** Whether a name, with or without a port, is one of these or this machine's own. Who says none is no browser. */
function isOurs(hosts: readonly string[], host: string | undefined): boolean {
  if (host === undefined) return true
  const name = host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
  const isLoopback = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name)
  return isLoopback || hosts.includes(name)
}

/** Whether another site's page asks, otherwise than by leading its reader here. */
function isDriveBy({ headers }: FastifyRequest): boolean {
  if (headers['sec-fetch-site'] !== 'cross-site') return false
  // What is shown inside of a page is a navigation, too; ours never is.
  const leads = (headers['sec-fetch-dest'] ?? 'document') === 'document'
  return headers['sec-fetch-mode'] !== 'navigate' || !leads
}
