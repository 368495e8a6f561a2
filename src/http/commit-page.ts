import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog, Repository } from '../corpus/catalog.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { type Change, readChanges, readPatches } from '../git/changes.ts'
import { type Commit, readCommit } from '../git/commit.ts'
import type { Look } from '../git/look.ts'
import type { FilePatch } from '../git/patch.ts'
import { resolveCommit } from '../git/resolve.ts'
import { emptyForm } from '../query/form.ts'
import { parseQueryString } from '../query/query-string.ts'
import { lookAt, seenPaths } from './at-revision.ts'
import { type DiffBudget, hunksView } from './diff-view.ts'
import { sendFailure } from './errors.ts'
import { layout } from './layout.ts'
import { visible, visibleLines } from './marks.ts'
import { commitName } from './pinned.ts'
import { currentCatalog, requestSignal, type Server, sentUrl } from './server.ts'
import { readPlace } from './target.ts'
import { count, plural } from './words.ts'

/** `GET /commit/REPO@REV`: what a commit says and what it did. `?parent=2` compares a merge with another parent. */
export function commitRoute(app: FastifyInstance, server: Server): void {
  // A HEAD must not run git: this route takes the place of the one that each GET brings with it.
  app.head('/commit/*', (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get('/commit/*', (request, reply) => answer(server, request, reply))
}

/** Files of one page that are asked for, and whose difference is. */
const mostFiles = 2_000
const mostPatched = 300
/** Lines of differences on one page. */
const mostLines = 5_000

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const place = readPlace(catalog, request, `${server.links.home}commit/`)
  if (!place.ok) return sendFailure(server, request, reply, place.failure)
  const { repository, revision, path } = place.value
  if (revision === undefined || path.length > 0) {
    const message = 'The address of a commit is REPOSITORY@COMMIT.'
    return sendFailure(server, request, reply, { kind: 'not-found', message })
  }
  const signal = requestSignal(server, reply)
  const parameters = parseQueryString(sentUrl(request))
  const asked = Number(parameters.ok ? (parameters.value.get('parent')?.[0] ?? 1) : 1)
  const told = await lookAt(server, repository, signal, (look) =>
    lookUp(server, catalog, look, repository, revision, asked, signal),
  )
  if (!told.ok) return sendFailure(server, request, reply, told.failure)
  const { commit } = told.value
  if (revision !== commit.id) {
    return reply.redirect(server.links.commit(repository.name, commit.id), 302)
  }
  const { head, foot } = await layout(server, {
    title: visible(`${commit.subject} · ${repository.name}`),
    form: { ...emptyForm, repo: [repository.name] },
    styles: ['git.css'],
  })
  const body = await server.render('commit', commitView(server, repository, told.value))
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, max-age=300')
    .send(head + body + foot)
}

interface Told {
  readonly commit: Commit
  /** That it is compared with, 1-based; 0 for none. */
  readonly parent: number
  readonly seen: readonly Change[]
  /** Files that may not be seen, and those that were not asked for since there are too many. */
  readonly unseen: number
  readonly more: number
  /** By the path. */
  readonly patches: ReadonlyMap<string, readonly FilePatch[]>
  readonly isCut: boolean
}

async function lookUp(
  server: Server,
  catalog: Catalog,
  look: Look,
  repository: Repository,
  revision: string,
  asked: number,
  signal: AbortSignal,
): Promise<Result<Told>> {
  const resolved = await resolveCommit(look, revision)
  if (!resolved.ok) return resolved
  const { refs } = resolved.value
  const commit = await readCommit(look, refs, resolved.value.commit)
  if (!commit) return failed({ kind: 'not-found', message: 'This commit cannot be read.' })
  const isParent = Number.isInteger(asked) && asked >= 1 && asked <= commit.parents.length
  const parent = commit.parents.length === 0 ? 0 : isParent ? asked : 1
  const from = parent === 0 ? undefined : commit.parents[parent - 1]
  const { changes, cutBy } = await readChanges(look, refs.format, from, commit.id)
  const all = changes.slice(0, mostFiles)
  const paths = all.flatMap(({ path, from, isSubmodule }) =>
    [path, from].map((one) => ({ path: one, isDirectory: isSubmodule })),
  )
  const visiblePaths = await seenPaths(server, catalog, look, repository, paths, signal)
  const seen = all
    .filter(({ path }) => visiblePaths.has(path))
    .map((change) =>
      visiblePaths.has(change.from)
        ? change
        : ({ ...change, kind: 'added', from: change.path } as const),
    )
  // As arguments they have to be text.
  const wanted = seen.slice(0, mostPatched).filter((change) => textOf(change.path) !== undefined)
  const names = new Set(wanted.flatMap(({ path, from }) => [textOf(path)!, textOf(from) ?? '']))
  names.delete('')
  const patched =
    wanted.length === 0
      ? { patches: new Map(), cutBy: undefined }
      : await readPatches(look, refs.format, from, commit.id, [...names])
  return succeeded({
    commit,
    parent,
    seen,
    unseen: all.length - seen.length,
    more: changes.length - all.length,
    patches: patched.patches,
    isCut: cutBy !== undefined || patched.cutBy !== undefined || wanted.length < seen.length,
  })
}

/** `undefined` where it is not UTF-8. */
function textOf(path: string): string | undefined {
  const text = Buffer.from(path, 'latin1').toString('utf8')
  return Buffer.from(text).toString('latin1') === path ? text : undefined
}

function commitView(server: Server, repository: Repository, told: Told) {
  const { links } = server
  const { commit, parent } = told
  const now = Date.now()
  const parentId = parent === 0 ? undefined : commit.parents[parent - 1]
  const budget: DiffBudget = { lines: mostLines }
  const files = told.seen.map((change) => {
    const path = Buffer.from(change.path, 'latin1')
    const from = Buffer.from(change.from, 'latin1')
    const patches = told.patches.get(change.path) ?? []
    const after = change.kind === 'removed' ? undefined : { repository, path, revision: commit.id }
    const before =
      change.kind === 'added' || parentId === undefined
        ? undefined
        : { repository, path: from, revision: parentId }
    const isWhole = budget.lines > 0
    // A submodule has no lines to go to.
    const sides = change.isSubmodule ? { before: undefined, after: undefined } : { before, after }
    const hunks = patches.flatMap((patch) => hunksView(server, patch, sides, budget))
    const place = after ?? before
    return {
      kind: change.kind,
      path: visible(path.toString('utf8')),
      from:
        change.kind === 'renamed' || change.kind === 'copied' ? visible(from.toString('utf8')) : '',
      url: place && links.file(place),
      added: change.added === undefined ? '' : `+${count(change.added)}`,
      removed: change.removed === undefined ? '' : `−${count(change.removed)}`,
      isSubmodule: change.isSubmodule,
      isBinary: change.added === undefined,
      hunks,
      // What the file's lines say and the page does not show.
      isCut:
        !isWhole ||
        hunks.reduce(
          (sum, hunk) => sum + hunk.lines.filter(({ kind }) => kind !== 'same').length,
          0,
        ) <
          (change.added ?? 0) + (change.removed ?? 0),
    }
  })
  return {
    ...commitName(server, repository, commit, now),
    id: commit.id,
    body: visibleLines(commit.body),
    committer:
      commit.committer === commit.author && commit.committedAt === commit.authoredAt
        ? undefined
        : commitName(
            server,
            repository,
            { ...commit, author: commit.committer, authoredAt: commit.committedAt },
            now,
          ),
    repository: { name: visible(repository.name), url: links.directory(repository.name, '') },
    tree: links.directory(repository.name, '', commit.id),
    refs: links.refs(repository.name),
    history: links.history({ repository, path: Buffer.alloc(0), revision: commit.id }),
    parents: commit.parents.map((id, index) => ({
      short: id.slice(0, 10),
      url: links.commit(repository.name, id),
      isCompared: index + 1 === parent,
      compare: `${links.commit(repository.name, commit.id)}?parent=${index + 1}`,
    })),
    isMerge: commit.parents.length > 1,
    summary: plural(told.seen.length, 'file'),
    files,
    unseen: told.unseen === 0 ? '' : plural(told.unseen, 'file'),
    more: told.more === 0 ? '' : plural(told.more, 'more file'),
    isCut: told.isCut,
    limits: { files: count(mostPatched), lines: count(mostLines) },
  }
}
