import type { FastifyReply } from 'fastify'
import type { Repository } from '../corpus/catalog.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { type Commit, readCommit } from '../git/commit.ts'
import { resolveCommit } from '../git/resolve.ts'
import type { Limits } from '../limits.ts'
import type { Query } from '../query/query.ts'
import type { SearchContext } from '../search/context.ts'
import { busy } from '../search/outcome.ts'
import { findVerdicts, knownVerdicts } from '../search/regex-filters.ts'
import { selectRepositories } from '../search/select.ts'
import { excludeOf, lookAt } from './at-revision.ts'
import { currentCatalog, type Server, searchContext } from './server.ts'

/** What a search is about: the files of now, or those of a commit. */
export interface Searched {
  readonly context: SearchContext
  /** In these files: where they are those of one repository, its filters for repositories have been heeded. */
  readonly query: Query
  /** The commit; `undefined` for the files of now. */
  readonly commit: Commit | undefined
}

/**
 * The files that a query is about. Those of a commit may have to be written first, and that takes its time: then it is
 * a failure that says how far it is, and whoever asks again finds it further. They stay until the reply is over.
 */
export async function searchedBy(
  server: Server,
  reply: FastifyReply,
  query: Query,
  limits: Limits,
  signal: AbortSignal,
): Promise<Result<Searched>> {
  const live = await currentCatalog(server)
  const context = searchContext(server, reply.request, live, limits)
  const { revision } = query
  if (revision === undefined) {
    return succeeded({ context, query, commit: undefined })
  }
  const repository = await onlyRepository(context, query, signal)
  if (!repository.ok) return repository
  const opened = await lookAt(server, repository.value, signal, async (look) => {
    const resolved = await resolveCommit(look, revision)
    if (!resolved.ok) return resolved
    const { refs, commit: id, tree } = resolved.value
    const commit = await readCommit(look, refs, id)
    if (tree === undefined || !commit) return failed(missing)
    const source = {
      ...{ program: server.config.gitPath, git: look.git, format: refs.format, tree },
    }
    return succeeded({ source, commit, exclude: excludeOf(look, repository.value) })
  })
  if (!opened.ok) return failed(ofRevision(opened.failure, revision))
  const { source, commit, exclude } = opened.value
  const wanted = {
    live,
    repository: repository.value,
    source,
    commit: commit.id,
    revision,
    exclude,
  }
  const tree = await server.trees.open(wanted, signal)
  if (!tree.ok) return tree
  const { catalog, release } = tree.value
  if (reply.raw.destroyed) release()
  else reply.raw.once('close', release)
  return succeeded({
    context: {
      ...context,
      catalog,
      // They never change. The index knows those whose contents files have now, too; the others are all searched.
      changes: { version: 0, positions: [] },
      index: server.index && { viewFor: server.index.fixedViewFor },
    },
    query: inTree(query),
    commit,
  })
}

/** A query that has its repository; of files of now it is the query itself. */
export const inTree = (query: Query): Query =>
  query.revision === undefined
    ? query
    : { ...query, filters: { ...query.filters, repositories: [] } }

const missing: Failure = {
  kind: 'not-found',
  message: 'The commit is not whole here: this clone does not have all objects.',
}

/** What cannot be had of a revision is said of the filter that asks for it. */
const ofRevision = (failure: Failure, revision: string): Failure =>
  failure.kind === 'not-found'
    ? { kind: 'bad-parameter', parameter: 'rev', value: revision, message: failure.message }
    : failure

/** The one repository that a query is about. */
async function onlyRepository(
  context: SearchContext,
  { filters, revision }: Query,
  signal: AbortSignal,
): Promise<Result<Repository>> {
  const { catalog } = context
  const named = { ...filters, paths: [] }
  const verdicts = knownVerdicts(catalog, named) ?? (await regexVerdicts(context, named, signal))
  if ('kind' in verdicts) return failed(verdicts)
  const selected = selectRepositories(catalog, filters.repositories, verdicts.repositories)
  if (!selected.ok) return selected
  const [one, ...others] = withGit(selected.value)
  if (one && others.length === 0) return succeeded(one)
  return failed({
    kind: 'bad-parameter',
    parameter: 'rev',
    value: revision!,
    message: one
      ? `A revision is one of a single repository, and this would be ${1 + others.length}: say which by repo: — ${namesOf([one, ...others])}.`
      : 'No repository that this is about has revisions: they are plain directories.',
  })
}

/** Where there is a choice, plain directories are none. */
function withGit(repositories: readonly Repository[]): readonly Repository[] {
  return repositories.filter(({ kind }) => kind !== 'directory')
}

const mostNamed = 5

function namesOf(repositories: readonly Repository[]): string {
  const names = repositories.slice(0, mostNamed).map(({ name }) => name)
  return [...names, ...(repositories.length > mostNamed ? ['…'] : [])].join(', ')
}

async function regexVerdicts(
  context: SearchContext,
  filters: Query['filters'],
  caller: AbortSignal,
) {
  const slot = await context.slots.acquire(caller)
  if (!slot) return busy
  try {
    const late = AbortSignal.timeout(context.limits.seconds * 1_000)
    const found = await findVerdicts(context, filters, AbortSignal.any([caller, late]))
    return found ?? busy
  } finally {
    slot.release()
  }
}
