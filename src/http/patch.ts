import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type CatalogFile, pathBelowRoot } from '../corpus/catalog.ts'
import { asSearched } from '../corpus/decode.ts'
import { openInside, readAt } from '../corpus/door.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import type { Form } from '../query/form.ts'
import { parseSearch, placed } from '../query/parameters.ts'
import type { Query } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import { charsetsOf, type SearchContext } from '../search/context.ts'
import { editsOf, type NoEdits } from '../search/edits.ts'
import type { FileMatches, SearchEvent } from '../search/events.ts'
import type { Ledger } from '../search/ledger.ts'
import { filePatch, quotedPath } from '../search/patch.ts'
import { sendFailure } from './errors.ts'
import { stopText } from './ledger-view.ts'
import { visible } from './marks.ts'
import { observed } from './observe-search.ts'
import { type Searched, searchedBy } from './searched.ts'
import { requestSignal, type Server, sentUrl } from './server.ts'
import { plural } from './words.ts'

/** `GET /patch`: the replacements of a search as a patch that `git apply` takes. Nothing is written here. */
export function patchRoute(app: FastifyInstance, server: Server): void {
  app.head('/patch', (_request, reply) => reply.type('text/x-patch; charset=utf-8').send())
  app.get('/patch', (request, reply) => answer(server, request, reply))
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const parameters = parseQueryString(sentUrl(request))
  if (!parameters.ok) return sendFailure(server, request, reply, parameters.failure)
  const { form, search: parsed } = parseSearch(parameters.value, server.config, 'patch')
  if (!parsed.ok) return sendFailure(server, request, reply, parsed.failure, form)
  const { query, limit, typed, form: understood } = parsed.value
  if (!query) return sendFailure(server, request, reply, missing('q', 'the text to search for'))
  if (query.replace === undefined) {
    const failure = missing('replace', 'what is to stand in the place of each match')
    return sendFailure(server, request, reply, failure, form)
  }
  const { limits } = server.config
  const lines = Math.min(limit ?? limits.lines, limits.lines)
  const signal = requestSignal(server, reply)
  const most = {
    ...limits,
    lines,
    // A patch has whole lines, and all matches of each.
    linesPerFile: lines,
    lineBytes: Number.MAX_SAFE_INTEGER,
    matchesPerLine: Number.MAX_SAFE_INTEGER,
  }
  const asked = { ...query, context: 0 }
  const searched = await searchedBy(server, reply, asked, most, signal)
  if (!searched.ok) {
    return sendFailure(server, request, reply, placed(searched.failure, typed), form)
  }
  const search = { query: searched.value.query }
  const events = server.answers.search(searched.value.context, search, signal, () => {})
  const seen = observed(server, request, { purpose: 'patch', ...search }, events)
  const patch = await patchOf(server, searched.value, understood, seen)
  if (!patch) return reply.send('')
  if (!patch.ok) return sendFailure(server, request, reply, placed(patch.failure, typed), form)
  const { repository, isWhole, bytes } = patch.value
  const name = `${(repository || understood.repo.join('-')).replaceAll(/[^\w.-]+/g, '-') || 'ripline'}${isWhole ? '' : '-incomplete'}`
  return reply
    .type('text/x-patch; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}.patch"`)
    .send(bytes)
}

const missing = (parameter: string, what: string): Failure => ({
  kind: 'bad-parameter',
  parameter,
  message: `${parameter}, ${what}, is missing`,
})

interface Patch {
  readonly repository: string
  /** Whether it has every change that was asked for. */
  readonly isWhole: boolean
  readonly bytes: Buffer
}

/** The whole patch: only its end tells whether it is whole, and its beginning says so. `undefined` if nobody waits for it. */
async function patchOf(
  server: Server,
  { context, query, commit }: Searched,
  form: Form,
  events: AsyncGenerator<SearchEvent>,
): Promise<Result<Patch> | undefined> {
  const files: Buffer[] = []
  const notes: string[] = []
  const repositories = new Set<string>()
  let matches = 0
  let ledger: Ledger | undefined
  for await (const event of events) {
    if (event.type === 'failed') return failed(event.failure)
    if (event.type === 'done') ledger = event.ledger
    if (event.type !== 'file') continue
    const { file } = event.file
    repositories.add(file.repository.name)
    if (repositories.size > 1) return failed(ofMany(repositories))
    const patch = changesOf(context, query, event.file)
    if (typeof patch === 'string') notes.push(`# Left out: ${quotedPath('a', file.path)}: ${patch}`)
    else if (patch) {
      files.push(patch)
      matches += event.file.matchCount
    }
  }
  if (!ledger) return undefined
  const [repository = ''] = repositories
  const stopped = ledger.stoppedBy && stopText(ledger.stoppedBy, server, ledger, form)
  const missed = ledger.leftOut.changed + ledger.leftOut.slow + ledger.leftOut.givenUp
  const head = [
    `# ${plural(matches, 'match', 'matches')} replaced in ${plural(files.length, 'file')} of ${visible(repository || form.repo.join(', ')) || 'any repository'}${commit ? ` as of ${commit.id}` : ''}.`,
    ...(stopped ? [`# INCOMPLETE. ${stopped} There may be more to replace.`] : []),
    ...(missed > 0 ? [`# INCOMPLETE. ${plural(missed, 'file')} could not be searched.`] : []),
    ...notes,
  ]
  return succeeded({
    repository,
    isWhole: head.length === 1,
    bytes: Buffer.concat([Buffer.from(`${head.join('\n')}\n`), ...files]),
  })
}

const ofMany = (names: ReadonlySet<string>): Failure => ({
  kind: 'bad-parameter',
  parameter: 'repo',
  message: `repo has to name one repository, since a patch is of one; there are matches in ${[...names].join(' and ')}`,
})

const reasons: Readonly<Record<NoEdits, string>> = {
  changed: 'it changed while it was searched',
  long: 'a line in it is too long (max-event-bytes)',
}

/** A file's part of the patch, or why it has none; `undefined` if the replacements are what they replace. */
function changesOf(
  context: SearchContext,
  query: Query,
  found: FileMatches,
): Buffer | string | undefined {
  const { file } = found
  const bytes = ownBytes(file, context.limits.fileBytes)
  if (!bytes) return reasons.changed
  const { charset, encoding } = asSearched(bytes, charsetsOf(context, query)(file.repository))
  if (charset) return `it is read as ${charset}, and a patch is of its own bytes`
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    return 'it is UTF-16, and a patch is of its own bytes'
  }
  const edits = editsOf(bytes, encoding === 'utf-8-bom' ? 3 : 0, found)
  if (typeof edits === 'string') return reasons[edits]
  return edits.length === 0 ? undefined : filePatch(file.path, bytes, edits)
}

function ownBytes(file: CatalogFile, most: number): Buffer | undefined {
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (typeof door === 'string') return undefined
  try {
    return door.bytes > most ? undefined : readAt(door, 0, door.bytes)
  } finally {
    door.close()
  }
}
