import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseQueryString } from '../query/parameters.ts'
import { fromPeer } from './peer-parameters.ts'
import { peerPlace } from './peer-places.ts'
import { currentCatalog, type Server, sentUrl } from './server.ts'

/** Habits and links from other searches lead on, once and for all (301), to the same here. */
export function peerLinks(app: FastifyInstance, server: Server): void {
  const { home, searchAction } = server.links
  const pages = new Map([
    [searchAction, searchAction],
    [`${home}api/search`, `${home}api/search`],
    [home, searchAction],
  ])
  app.addHook('onRequest', async (request, reply) => {
    const url = sentUrl(request)
    const page = pages.get(url.split('?', 1)[0]!)
    if (page === undefined || request.method !== 'GET' || !url.includes('?')) return
    const parameters = parseQueryString(url)
    if (!parameters.ok) return
    const query = page === url.split('?', 1)[0]! ? parameters.value : onHome(parameters.value)
    const written = query && fromPeer(query)
    // A search here without parameters to rewrite is answered as it is; one on the home page never is.
    if (written !== undefined) return reply.redirect(`${page}?${written}`, 301)
  })

  // livegrep's, with the name of a backend.
  app.get('/search/*', (request, reply) => {
    const parameters = parseQueryString(sentUrl(request))
    const query = new Map(parameters.ok ? parameters.value : [])
    if (!query.has('regex')) query.set('regex', ['true'])
    return reply.redirect(`${searchAction}?${fromPeer(query) ?? ''}`, 301)
  })
}

/** What only Hound says; it takes regexes unless told otherwise, and tells upper from lower case. */
const houndOnly = ['i', 'files', 'excludeFiles', 'repos', 'literal', 'rng', 'stats']

/** Searches on the home page: Hound's, and those of others that say no more than what is to be found. */
function onHome(parameters: ReadonlyMap<string, readonly string[]>) {
  if (!parameters.get('q')?.[0]) return undefined
  const query = new Map(parameters)
  const isHound = houndOnly.some((name) => query.has(name))
  if (isHound && !query.has('literal')) query.set('regexp', ['1'])
  if (isHound && !query.has('i')) query.set('case', ['yes'])
  // So that there is something of theirs to rewrite.
  query.set('query', query.get('q')!)
  return query
}

/** Where a page is here that the address of another search names; asked when it is the address of nothing else. */
export async function peerUrl(
  server: Server,
  request: FastifyRequest,
): Promise<string | undefined> {
  const { links } = server
  const url = sentUrl(request)
  if (request.method !== 'GET' || !url.startsWith(links.home)) return undefined
  const parameters = parseQueryString(url)
  if (!parameters.ok) return undefined
  let path: string
  try {
    path = decodeURIComponent(url.slice(links.home.length).split('?', 1)[0]!)
  } catch {
    return undefined
  }
  const catalog = await currentCatalog(server)
  const [, tree] = /^([^/]+)\/search$/.exec(path) ?? []
  if (tree !== undefined && parameters.value.has('q')) {
    // searchfox's, within one tree.
    const query = new Map(parameters.value)
    if (catalog.repositories.some(({ name }) => name === tree)) query.set('project', [tree])
    query.set('query', query.get('q')!)
    return `${links.searchAction}?${fromPeer(query)}`
  }
  return peerPlace(catalog, links, path, parameters.value)
}
