import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Repository } from '../corpus/catalog.ts'
import { type Result, succeeded } from '../failure.ts'
import type { Look } from '../git/look.ts'
import { listRefs, type NamedCommit, type RefList } from '../git/ref-list.ts'
import { type Head, readRefs } from '../git/refs.ts'
import { emptyForm } from '../query/form.ts'
import { parseQueryString } from '../query/query-string.ts'
import { lookAt } from './at-revision.ts'
import { sendFailure } from './errors.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { commitName } from './pinned.ts'
import { currentCatalog, requestSignal, type Server, sentUrl } from './server.ts'
import { readPlace } from './target.ts'
import { count, plural } from './words.ts'

/** `GET /refs/REPO?name=`: the branches and tags that a repository can be read at, the latest first. */
export function refsRoute(app: FastifyInstance, server: Server): void {
  // A HEAD must not run git: this route takes the place of the one that each GET brings with it.
  app.head('/refs/*', (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get('/refs/*', (request, reply) => answer(server, request, reply))
}

/** Names of one kind on the page, and of all kinds that are looked at. */
const mostShown = 200
const mostLooked = 10_000

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const place = readPlace(catalog, request, `${server.links.home}refs/`)
  if (!place.ok) return sendFailure(server, request, reply, place.failure)
  const { repository, path } = place.value
  if (path.length > 0) {
    const message = 'Only a repository has branches and tags.'
    return sendFailure(server, request, reply, { kind: 'not-found', message })
  }
  const parameters = parseQueryString(sentUrl(request))
  const text = (parameters.ok && parameters.value.get('name')?.[0]) || ''
  const told = await lookAt(server, repository, requestSignal(server, reply), (look) =>
    lookUp(look, text),
  )
  if (!told.ok) return sendFailure(server, request, reply, told.failure)
  const { head, foot } = await layout(server, {
    title: visible(`Branches and tags · ${repository.name}`),
    form: { ...emptyForm, repo: [repository.name] },
    noindex: true,
    styles: ['git.css'],
  })
  const body = await server.render('refs', refsView(server, repository, text, told.value))
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, no-cache')
    .send(head + body + foot)
}

interface Told extends RefList {
  readonly head: Head
  readonly isEmpty: boolean
}

async function lookUp(look: Look, text: string): Promise<Result<Told>> {
  const refs = await readRefs(look)
  const list = await listRefs(look, refs, text, mostLooked)
  return succeeded({ ...list, head: refs.head, isEmpty: refs.ids.size === 0 && !refs.head.id })
}

function refsView(server: Server, repository: Repository, text: string, told: Told) {
  const { links } = server
  const now = Date.now()
  const kind = (title: string, named: readonly NamedCommit[]) => ({
    title,
    count: count(named.length),
    rows: named.slice(0, mostShown).map(({ name, commit }) => ({
      ...commitName(server, repository, commit, now),
      name: visible(name),
      view: links.directory(repository.name, '', name),
      isHead: title === 'Branches' && name === told.head.branch,
    })),
    more: named.length > mostShown ? plural(named.length - mostShown, 'more name') : '',
  })
  const { id, branch } = told.head
  return {
    repository: { name: visible(repository.name), url: links.directory(repository.name, '') },
    action: links.refs(repository.name),
    text,
    head:
      branch !== undefined
        ? `The branch ${visible(branch)} is checked out${id === undefined ? ', and nothing has been committed to it yet' : ''}.`
        : id === undefined
          ? ''
          : `The commit ${id} is checked out, and no branch.`,
    isEmpty: told.isEmpty,
    kinds: [
      kind('Branches', told.branches),
      kind('Tags', told.tags),
      kind('Branches of other repositories, when last fetched', told.remotes),
    ].filter(({ rows }) => rows.length > 0),
    more: told.more === 0 ? '' : plural(told.more, 'more name'),
  }
}
