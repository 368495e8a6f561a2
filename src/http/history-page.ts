import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog, Repository } from '../corpus/catalog.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { type History, readHistory } from '../git/history.ts'
import type { Look } from '../git/look.ts'
import { parsePatch } from '../git/patch.ts'
import { resolveCommit } from '../git/resolve.ts'
import { parseQueryString } from '../query/query-string.ts'
import { findAtCommit, lookAt, seenPaths } from './at-revision.ts'
import { hunksView } from './diff-view.ts'
import { sendFailure } from './errors.ts'
import { formAt } from './form-at.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { commitName } from './pinned.ts'
import { currentCatalog, requestSignal, type Server, sentUrl } from './server.ts'
import { type NamedPlace, readPlace } from './target.ts'
import { steps, wayBack } from './trail.ts'

/** `GET /history/REPO@REV/PATH`: what has become of a file, its renames too, or of the lines `?L=10-20` of it. */
export function historyRoute(app: FastifyInstance, server: Server): void {
  // A HEAD must not run git: this route takes the place of the one that each GET brings with it.
  app.head('/history/*', (_request, reply) => reply.type('text/html; charset=utf-8').send())
  app.get('/history/*', (request, reply) => answer(server, request, reply))
}

/** Entries of one page; of a range, with what each has changed. */
const perPage = 50
const rangesPerPage = 10
/** Entries that can be passed over, each of which costs. */
const mostSkipped = 100_000
/** Lines of each change that are shown. */
const linesOfChange = 200

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const place = readPlace(catalog, request, `${server.links.home}history/`)
  if (!place.ok) return sendFailure(server, request, reply, place.failure)
  const wanted = wantedOf(sentUrl(request))
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const signal = requestSignal(server, reply)
  const told = await lookAt(server, place.value.repository, signal, (look) =>
    lookUp(server, catalog, look, place.value, wanted.value, signal),
  )
  if (!told.ok) return sendFailure(server, request, reply, told.failure)
  const { repository, path, revision } = place.value
  const { head, foot } = await layout(server, {
    title: visible(`History of ${path.toString('utf8') || repository.name} · ${repository.name}`),
    form: formAt({ repository, revision }),
    noindex: true,
    styles: ['git.css'],
  })
  const body = await server.render('history', {
    ...historyView(server, place.value, wanted.value, told.value),
    steps: steps(server, repository.name, path, revision),
    back: wayBack(server, request),
  })
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, no-cache')
    .send(head + body + foot)
}

interface Wanted {
  readonly range: { readonly from: number; readonly to: number } | undefined
  readonly skip: number
}

function wantedOf(url: string): Result<Wanted> {
  const parameters = parseQueryString(url)
  if (!parameters.ok) return parameters
  const lines = parameters.value.get('L')?.[0]
  const [, from, to] = /^(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(lines ?? '') ?? []
  const skip = Number(/^\d{1,9}$/.exec(parameters.value.get('skip')?.[0] ?? '0')?.[0] ?? Number.NaN)
  const isRange = from !== undefined && Number(from) >= 1 && Number(to ?? from) >= Number(from)
  if (lines !== undefined && !isRange) {
    return failed(badParameter('L', 'takes lines such as 10-20'))
  }
  if (!(skip <= mostSkipped)) {
    return failed(badParameter('skip', `takes a number up to ${mostSkipped}`))
  }
  const range = isRange ? { from: Number(from), to: Number(to ?? from) } : undefined
  return succeeded({ range, skip })
}

const badParameter = (parameter: string, message: string): Failure => ({
  kind: 'bad-parameter',
  parameter,
  message: `${parameter} ${message}`,
})

interface Told extends History {
  /** The commit that it begins with. */
  readonly id: string
  readonly isDirectory: boolean
  /** Names that may be shown. */
  readonly seen: ReadonlySet<string>
}

async function lookUp(
  server: Server,
  catalog: Catalog,
  look: Look,
  { repository, revision = 'HEAD', path }: NamedPlace,
  { range, skip }: Wanted,
  signal: AbortSignal,
): Promise<Result<Told>> {
  const found = await findAtCommit(server, catalog, look, repository, revision, path, signal)
  const text = path.toString('utf8')
  if (!found.ok) {
    if (range || path.length === 0 || !isUtf8(path)) return found
    return (
      (await lookUpGone(server, catalog, look, { repository, revision, text, skip }, signal)) ??
      found
    )
  }
  const { entry, commit, refs } = found.value
  const isDirectory = entry === undefined || entry.kind === 'directory'
  if (!isUtf8(path)) return failed(noHistory('its name is not UTF-8'))
  if (range && entry?.kind !== 'file') return failed(noHistory('only files have lines'))
  const most = range ? rangesPerPage : perPage
  const history = await readHistory(look, refs.format, {
    ...{ commit, path: text, isDirectory, range, skip, most },
  })
  if (range && history.entries.length === 0 && skip === 0 && !history.cutBy) {
    return failed(noHistory(`the file has no lines ${range.from} to ${range.to} there`))
  }
  const seen = await seenNames(server, catalog, look, repository, namesOf(history), signal)
  return succeeded({ ...history, id: commit, isDirectory, seen })
}

/**
 * The same of a file that a commit does not have, but one before it had.
 *
 * @returns `undefined` if none had, or nobody may see it
 */
async function lookUpGone(
  server: Server,
  catalog: Catalog,
  look: Look,
  gone: {
    readonly repository: Repository
    readonly revision: string
    readonly text: string
    readonly skip: number
  },
  signal: AbortSignal,
): Promise<Result<Told> | undefined> {
  const { repository, revision, text, skip } = gone
  const own = await seenNames(server, catalog, look, repository, [text], signal)
  if (own.size === 0) return undefined
  const resolved = await resolveCommit(look, revision)
  if (!resolved.ok) return undefined
  const { commit, refs } = resolved.value
  const history = await readHistory(look, refs.format, {
    ...{ commit, path: text, isDirectory: false, range: undefined, skip, most: perPage },
  })
  if (history.entries.length === 0 && !history.cutBy) return undefined
  const seen = await seenNames(server, catalog, look, repository, namesOf(history), signal)
  return succeeded({ ...history, id: commit, isDirectory: false, seen })
}

/** What the file was called, where that is told. */
const namesOf = ({ entries }: History): readonly string[] =>
  entries.flatMap(({ path }) => (path ? [path] : []))

/** Those names of files that may be shown. */
async function seenNames(
  server: Server,
  catalog: Catalog,
  look: Look,
  repository: Repository,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const bytes = (name: string) => Buffer.from(name).toString('latin1')
  const paths = [...new Set(names)].map((name) => ({ path: bytes(name), isDirectory: false }))
  const seen = await seenPaths(server, catalog, look, repository, paths, signal)
  return new Set(names.filter((name) => seen.has(bytes(name))))
}

const noHistory = (why: string): Failure => ({
  kind: 'not-found',
  message: `There is no history to show: ${why}.`,
})

function historyView(
  server: Server,
  { repository, path, revision }: NamedPlace,
  { range, skip }: Wanted,
  told: Told,
) {
  const { links } = server
  const now = Date.now()
  const text = path.toString('utf8')
  const most = range ? rangesPerPage : perPage
  const at = (skipped: number) => {
    const L = range ? { L: `${range.from}-${range.to}` } : {}
    const more = skipped > 0 ? { skip: String(skipped) } : {}
    // Further pages are about the same commits, whatever is committed meanwhile.
    return links.history({ repository, path, revision: told.id }, { ...L, ...more })
  }
  return {
    title: range ? `History of lines ${range.from} to ${range.to}` : 'History',
    path: visible(text || repository.name),
    entries: told.entries.map(({ commit, path: then, isRemoved, patch }) => {
      const name = told.isDirectory || range ? undefined : then
      const isSeen = name !== undefined && told.seen.has(name)
      const place = isSeen &&
        !isRemoved && { repository, path: Buffer.from(name), revision: commit.id }
      const file = patch === undefined ? undefined : parsePatch(patch)[0]
      const budget = { lines: linesOfChange }
      return {
        ...commitName(server, repository, commit, now),
        name: isSeen && name !== text ? visible(name) : '',
        isRemoved,
        view: place ? links.file(place) : '',
        blame: place ? links.blame(place) : '',
        hunks: file ? hunksView(server, file, { before: undefined, after: undefined }, budget) : [],
        isCut: budget.lines <= 0,
      }
    }),
    isFile: !told.isDirectory,
    whole: range ? links.history({ repository, path, revision }) : undefined,
    refs: links.refs(repository.name),
    next: told.hasMore ? at(skip + most) : undefined,
    previous: skip > 0 ? at(Math.max(0, skip - most)) : undefined,
    cut:
      told.cutBy === 'time'
        ? `git did not come to an end within ${server.config.limits.gitSeconds} seconds (max-git-seconds): ${told.entries.length > 0 ? 'there may be more' : 'it had told of no commit yet'}.`
        : told.cutBy && 'git told more than is read: there may be more.',
  }
}
