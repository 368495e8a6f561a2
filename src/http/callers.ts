import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Failure } from '../failure.ts'
import { sendFailure } from './errors.ts'
import type { Server } from './server.ts'

/**
 * Whom the browser of a reader may ask for: pages from elsewhere, which cannot read an answer, must not make searches
 * either; and a name that has been turned to this machine (DNS rebinding) is none of ours.
 */
export function refuseStrangers(app: FastifyInstance, server: Server): void {
  const { hosts } = server.config
  const { home, health, ready } = server.links
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = request
    const path = raw.url?.split('?', 1)[0] ?? ''
    // Whoever probes knows the address and no name, and is told nothing.
    const isProbe = path === health || path === ready
    if (hosts && !isProbe && !isOurs(hosts, request.headers.host)) {
      // A page would tell what is searched here.
      return sendFailure(server, request, reply, otherHost, 'plain')
    }
    const isSearch = path.startsWith(`${home}api/`) || searching.has(path.slice(home.length))
    if (isSearch && isDriveBy(request)) {
      return sendFailure(server, request, reply, driveBy, 'plain')
    }
  })
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
export function isOurs(hosts: readonly string[], host: string | undefined): boolean {
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
