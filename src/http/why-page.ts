import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  type Catalog,
  type CatalogFile,
  findFile,
  type Repository,
  splitRepository,
} from '../corpus/catalog.ts'
import { listDirectory } from '../corpus/directory.ts'
import { isHidden } from '../corpus/policy.ts'
import { type Absence, whyAbsent } from '../corpus/why-absent.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import type { Form } from '../query/form.ts'
import { formatForm, parseSearch, placed } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import { createReader } from '../query/reader.ts'
import type { SearchContext } from '../search/context.ts'
import { busy } from '../search/outcome.ts'
import { type Reason, whyNot } from '../search/why.ts'
import { layout } from './layout.ts'
import { visible } from './marks.ts'
import { searchedBy } from './searched.ts'
import {
  currentCatalog,
  requestSignal,
  type Server,
  searchContext,
  sentUrl,
  slotsOf,
} from './server.ts'
import { isOrdinary, longestPath } from './target.ts'
import { answerBoth } from './two-readers.ts'
import { absenceText, reasonText } from './why-text.ts'

/**
 * `GET /why` and `/api/why`: why a file, `file=REPOSITORY/PATH`, is not among the results of a search, whose parameters
 * are as at `/search`. Of hidden and of ignored files it says what the path and the rules say, and nothing of the disk.
 */
export function whyRoutes(app: FastifyInstance, server: Server): void {
  answerBoth<Answer>(app, server, {
    paths: { page: '/why', api: '/api/why' },
    find: (request, reply, forWhom) => find(server, request, reply, forWhom === 'programs'),
    json: (answer) => json(server, answer),
    page: (answer) => page(server, answer),
  })
}

async function find(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  needsFile: boolean,
): Promise<{ readonly found: Result<Answer>; readonly form?: Form }> {
  const parameters = parseQueryString(sentUrl(request))
  if (!parameters.ok) return { found: parameters }
  const { form, search } = parseSearch(parameters.value, server.config)
  if (!search.ok) return { found: search, form }
  const reader = createReader(parameters.value)
  const file = reader.one('file') ?? ''
  if (file.length > longestPath) reader.refuse('file', `is longer than ${longestPath} characters`)
  if (needsFile && file === '') reader.refuse('file', 'is missing: REPOSITORY/PATH')
  if (reader.failure) return { found: failed(reader.failure), form }
  const { query, typed } = search.value
  if (!query && form.rev !== undefined) return { found: failed(noText), form }
  const signal = requestSignal(server, reply)
  const { limits } = server.config
  const searched = query && (await searchedBy(server, reply, query, limits, signal))
  if (searched?.ok === false) return { found: failed(placed(searched.failure, typed)), form }
  const context =
    searched?.value.context ?? searchContext(server, request, await currentCatalog(server), limits)
  const asked = { form, query: searched?.value.query, file }
  const explained = await explain(server, request, context, asked, signal)
  if (!explained.ok) return { found: failed(placed(explained.failure, typed)), form }
  return { found: succeeded({ asked, explained: explained.value }) }
}

interface Answer {
  readonly asked: Asked
  /** `undefined` where no file was asked about. */
  readonly explained: Explained | undefined
}

const noText: Failure = {
  kind: 'bad-parameter',
  parameter: 'rev',
  message: 'rev is of a search: q, the text to search for, is missing',
}

interface Asked {
  readonly form: Form
  readonly query: Query | undefined
  readonly file: string
}

interface Explained {
  readonly repository: Repository | undefined
  readonly path: string
  readonly file: CatalogFile | undefined
  readonly reasons: readonly (
    | Reason
    | Absence
    | { readonly kind: 'no-repository' | 'directory' }
    /** The commit has no such file, or it may not be seen: that is one answer. */
    | { readonly kind: 'not-at-revision' }
  )[]
}

/** Nothing, if no file was asked about. */
async function explain(
  server: Server,
  request: FastifyRequest,
  context: SearchContext,
  { file: text, query }: Asked,
  signal: AbortSignal,
): Promise<Result<Explained | undefined>> {
  if (text === '') return succeeded(undefined)
  const place = placeOf(context.catalog, pathOfAddress(server, text))
  if (!place) {
    const reasons = [{ kind: 'no-repository' } as const]
    return succeeded({ repository: undefined, path: text, file: undefined, reasons })
  }
  const { repository, path, file } = place
  const { rgPath, hidden } = server.config
  if (file) {
    const reasons = await whyNot(context, file, query, signal)
    return reasons.ok ? succeeded({ repository, path, file, reasons: reasons.value }) : reasons
  }
  const bytes = Buffer.from(path)
  const directory = Buffer.from(path.replace(/\/+$/, ''))
  if (isOrdinary(directory) && listDirectory(context.catalog, repository, directory)) {
    return succeeded({ repository, path, file, reasons: [{ kind: 'directory' }] })
  }
  if (path === '' || !isOrdinary(bytes)) return failed(notAPath)
  // What is hidden is said from the path alone, and of the others nothing: no look at the disk tells what a commit has.
  if (repository.revision !== undefined) {
    const kind = isHidden(path) ? 'hidden' : 'not-at-revision'
    return succeeded({ repository, path, file, reasons: [{ kind }] })
  }
  // It starts a process, as a search does.
  const slot = await slotsOf(server, request).acquire(signal)
  if (!slot) return failed(busy)
  try {
    const options = { rgPath, hidden }
    const absence = await whyAbsent(repository, bytes.toString('latin1'), options, signal)
    return succeeded({ repository, path, file, reasons: [absence] })
  } finally {
    slot.release()
  }
}

const notAPath: Failure = {
  kind: 'bad-parameter',
  parameter: 'file',
  message: 'file is not the path of a file',
}

/** What an address of a file's page names, as it stands in a browser, is what is meant by it. */
function pathOfAddress({ links }: Server, text: string): string {
  const address = /^(?:https?:\/\/[^/]+)?(\/.*)$/s.exec(text)?.[1]
  const [, place, rest] = address?.startsWith(links.home)
    ? (/^(view|raw)\/([^?#]*)/.exec(address.slice(links.home.length)) ?? [])
    : []
  if (place === undefined || rest === undefined) return text
  try {
    return decodeURIComponent(rest)
  } catch {
    return text
  }
}

/** A file that is there is what is meant, with the name of its repository before it or without. */
function placeOf(
  catalog: Catalog,
  text: string,
): { repository: Repository; path: string; file: CatalogFile | undefined } | undefined {
  const { repositories } = catalog
  const path = text.replace(/^\/+/, '')
  const split = splitRepository(catalog, path.split('/'))
  const inRepository = (repository: Repository, path: string) => ({
    repository,
    path,
    file: path === '' ? undefined : findFile(catalog, repository, Buffer.from(path)),
  })
  const named = split && inRepository(split.repository, split.rest.join('/'))
  if (named?.file) return named
  const all = repositories.map((repository) => inRepository(repository, path))
  const there = all.filter(({ file }) => file)
  if (there.length === 1) return there[0]
  return named ?? (repositories.length === 1 ? all[0] : undefined)
}

const textOf = (
  { reasons, repository }: Explained,
  { config }: Server,
): readonly { kind: string; message: string }[] =>
  reasons.map((reason) => ({
    kind: reason.kind,
    message: wordsOf(reason, repository, config.limits),
  }))

function wordsOf(
  reason: Explained['reasons'][number],
  repository: Repository | undefined,
  limits: Server['config']['limits'],
): string {
  switch (reason.kind) {
    case 'no-repository':
      return 'There is no file of this path, and no repository whose name it begins with.'
    case 'directory':
      return 'This is a directory: ask about a file in it.'
    case 'not-at-revision':
      return 'The commit has no such file, or it is ignored now: then it is not to be had from before, either.'
    case 'hidden':
    case 'ignored':
    case 'ignored-or-absent':
    case 'bare':
    case 'absent':
    case 'link':
    case 'special':
    case 'new':
      return absenceText(reason, repository?.prefix ?? '')
    default:
      return reasonText(reason, limits)
  }
}

function json(server: Server, { asked: { form }, explained }: Answer): object {
  const { repository, path = '', file } = explained ?? {}
  return {
    repository: repository?.name ?? null,
    path,
    url: file ? server.links.file(file, form.encoding) : null,
    reasons: explained ? textOf(explained, server) : [],
  }
}

async function page(
  server: Server,
  { asked: { form, file: text }, explained }: Answer,
): Promise<string> {
  const { links } = server
  const { head, foot } = await layout(server, {
    title: 'Why not this file?',
    form,
    noindex: true,
    showFilters: true,
  })
  const file = explained?.file
  const body = await server.render('why', {
    action: links.whyAction,
    text,
    maxLength: longestPath,
    carried: [...new URLSearchParams(formatForm(form))].map(([name, value]) => ({ name, value })),
    q: visible(form.q),
    search: form.q === '' ? undefined : links.search(form),
    name:
      explained &&
      visible(`${explained.repository ? `${explained.repository.name}/` : ''}${explained.path}`),
    url: file && links.file(file, form.encoding),
    reasons: explained ? textOf(explained, server) : [],
  })
  return head + body + foot
}
