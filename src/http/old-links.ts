import type { FastifyInstance } from 'fastify'
import { type Catalog, type CatalogFile, findFile, splitRepository } from '../corpus/catalog.ts'
import { emptyForm } from '../query/form.ts'
import { formatText } from '../query/parse.ts'
import { parseQueryString } from '../query/query-string.ts'
import { sendFailure } from './errors.ts'
import { currentCatalog, type Server, sentUrl } from './server.ts'
import { longestPath } from './target.ts'

/** The addresses of datasette-ripgrep lead on: its links have been shared since 2020. */
export function oldLinks(app: FastifyInstance, server: Server): void {
  app.get('/-/ripgrep', async (request, reply) => {
    const parameters = parseQueryString(sentUrl(request))
    if (!parameters.ok) return sendFailure(server, request, reply, parameters.failure)
    const one = (name: string) => parameters.value.get(name)?.[0] ?? ''
    // It took off the space around a pattern, searched by regex, and told upper from lower case.
    const q = one('pattern').trim()
    if (q === '') return reply.redirect(server.links.home, 301)
    const globs = (parameters.value.get('glob') ?? []).map((glob) => glob.trim())
    return reply.redirect(
      server.links.search({
        ...emptyForm,
        q: formatText(q),
        regex: one('literal') === '',
        case: one('ignore') === '' ? 'sensitive' : 'ignore',
        path: globs.filter((glob) => glob !== ''),
      }),
      301,
    )
  })

  app.get('/-/ripgrep/view/*', async (request, reply) => {
    const catalog = await currentCatalog(server)
    const path = decodedPath(sentUrl(request), `${server.links.home}-/ripgrep/view/`)
    const file = path === undefined ? undefined : oldFile(catalog, path)
    if (file) return reply.redirect(server.links.file(file), 301)
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: 'No repository here has a file of this path.',
    })
  })
}

function decodedPath(url: string, place: string): string | undefined {
  try {
    const path = decodeURIComponent(url.slice(place.length).split('?')[0]!)
    return path.length > longestPath ? undefined : path
  } catch {
    return undefined
  }
}

/** Its paths began at one directory; here that is a repository, or holds them. */
export function oldFile(catalog: Catalog, path: string): CatalogFile | undefined {
  const split = splitRepository(catalog, path.split('/'))
  const named = split && findFile(catalog, split.repository, Buffer.from(split.rest.join('/')))
  if (named) return named
  for (const repository of catalog.repositories) {
    const file = findFile(catalog, repository, Buffer.from(path))
    if (file) return file
  }
  return undefined
}
