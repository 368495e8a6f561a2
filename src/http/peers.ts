import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Parameters, parseQueryString } from '../query/query-string.ts'
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
    const written = query && fromPeer(query, await repositoryNames(server))
    // A search here without parameters to rewrite is answered as it is; one on the home page never is.
    if (written !== undefined) return reply.redirect(`${page}?${written}`, 301)
  })

  // livegrep's, with the name of a backend.
  app.get('/search/*', async (request, reply) => {
    const parameters = parseQueryString(sentUrl(request))
    const query = new Map(parameters.ok ? parameters.value : [])
    if (!query.has('regex')) query.set('regex', ['true'])
    if (!query.has('fold_case')) query.set('fold_case', ['auto'])
    const written = fromPeer(query, await repositoryNames(server))
    return reply.redirect(`${searchAction}?${written ?? ''}`, 301)
  })
}

const repositoryNames = async (server: Server): Promise<readonly string[]> =>
  (await currentCatalog(server)).repositories.map(({ name }) => name)

/** What only Hound says; it takes regexes unless told otherwise, and tells upper from lower case. */
const houndOnly = ['i', 'files', 'excludeFiles', 'repos', 'literal', 'rng', 'stats']

/** Searches on the home page: Hound's, and those of others that say no more than what is to be found. */
const onHome = (parameters: Parameters) =>
  houndOnly.some((name) => parameters.has(name)) ? onHound(parameters) : onlyText(parameters)

function onHound(parameters: Parameters) {
  const query = onlyText(parameters)
  if (!query?.get('literal')?.[0]) query?.set('regexp', ['1'])
  if (!query?.get('i')?.[0]) query?.set('case', ['yes'])
  return query
}

function onlyText(parameters: Parameters) {
  if (!parameters.get('q')?.[0]) return undefined
  const query = new Map(parameters)
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
  const names = catalog.repositories.map(({ name }) => name)
  if (path === 'api/v1/search') {
    const query = onHound(parameters.value)
    return query && `${links.home}api/search?${fromPeer(query, names)}`
  }
  const [, tree] = /^([^/]+)\/(?:search|query)$/.exec(path) ?? []
  if (tree !== undefined && parameters.value.has('q')) {
    // searchfox's, within one tree.
    const query = new Map(parameters.value)
    if (names.includes(tree)) query.set('project', [tree])
    query.set('query', query.get('q')!)
    return `${links.searchAction}?${fromPeer(query, names)}`
  }
  return peerPlace(catalog, links, path, parameters.value)
}
