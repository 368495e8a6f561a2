import type { FastifyRequest } from 'fastify'
import { isWholeId } from '../git/revision.ts'
import type { Form } from '../query/form.ts'
import { parseSearch } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'

/** One step of the path bar; the last has no link, since one is there. */
export interface Step {
  readonly name: string
  readonly url: string | undefined
}

/** A whole id is long. */
export const shortRevision = (revision: string): string =>
  isWholeId(revision) ? revision.slice(0, 10) : revision

/** A repository, and what of it is shown, as text for people. */
export const repositoryText = (name: string, revision: string | undefined): string =>
  visible(revision === undefined ? name : `${name}@${shortRevision(revision)}`)

/** Repository, directories, name. */
export function steps(
  { links }: Server,
  repository: string,
  path: Buffer,
  revision?: string,
): readonly Step[] {
  // One character a byte, so that each directory's own bytes come back whatever they are.
  const names = path.length === 0 ? [] : path.toString('latin1').split('/')
  return [
    {
      name: repositoryText(repository, revision),
      url: names.length === 0 ? undefined : links.directory(repository, '', revision),
    },
    ...names.map((name, index) => ({
      name: visible(Buffer.from(name, 'latin1').toString('utf8')),
      url:
        index === names.length - 1
          ? undefined
          : links.directory(
              repository,
              Buffer.from(names.slice(0, index + 1).join('/'), 'latin1'),
              revision,
            ),
    })),
  ]
}

/**
 * The search that led here, if the browser says that there was one. Only its parameters are taken from the header,
 * and read like any others; the link is our own.
 */
export function wayBack(
  server: Server,
  request: FastifyRequest,
):
  | { readonly url: string; readonly text: string; readonly form: Form; readonly query: Query }
  | undefined {
  const referer = request.headers.referer ?? ''
  const path = /^https?:\/\/[^/?#]*(\/[^?#]*\?[^#]*)/.exec(referer)?.[1]
  if (!path?.startsWith(`${server.links.searchAction}?`)) return undefined
  const parameters = parseQueryString(path)
  if (!parameters.ok) return undefined
  const { search } = parseSearch(parameters.value, server.config)
  if (!search.ok || !search.value.query) return undefined
  const { form, query, limit, after } = search.value
  return {
    url: server.links.search(form, {
      limit: limit === undefined ? undefined : String(limit),
      after,
    }),
    text: visible(form.q),
    form,
    query,
  }
}
