import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Catalog, type CatalogFile, fileAt } from '../corpus/catalog.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { createSlots, type Slots } from '../process/slots.ts'
import { emptyForm } from '../query/form.ts'
import { noFilters } from '../query/query.ts'
import { parseQueryString } from '../query/query-string.ts'
import { createReader } from '../query/reader.ts'
import { type FoundFiles, findFiles } from '../search/find-files.ts'
import { termsOf } from '../search/find-terms.ts'
import { knownVerdicts } from '../search/regex-filters.ts'
import { selectRepositories } from '../search/select.ts'
import { layout } from './layout.ts'
import { pathText } from './links.ts'
import { pathSegments, visible } from './marks.ts'
import { currentCatalog, requestSignal, type Server, sentUrl } from './server.ts'
import { answerBoth } from './two-readers.ts'
import { count, plural } from './words.ts'

/** How many files are answered with if it is not said, and at most. */
const defaultLimit = 50
const mostFiles = 500

/** Different words; each may cost a look at every path. */
const mostTerms = 16

/** `GET /files` and `/api/files`: the files whose paths fit a few typed characters, the best first. */
export function findRoutes(app: FastifyInstance, server: Server): void {
  const { limits } = server.config
  // It is done in this thread, in turns: several at once, so that what is quickly found does not wait for what is not.
  const slots = createSlots({ count: 4, queue: 64, waitMs: limits.waitSeconds * 1_000 })
  answerBoth<Answer>(app, server, {
    paths: { page: '/files', api: '/api/files' },
    find: async (request, reply) => ({ found: await find(server, slots, request, reply) }),
    json: (answer) => json(server, answer),
    page: (answer) => page(server, answer),
  })
}

interface Asked {
  readonly text: string
  readonly repo: readonly string[]
  readonly limit: number
}

interface Answer {
  readonly asked: Asked
  readonly catalog: Catalog
  readonly found: FoundFiles
  /** From `PATH:LINE`. */
  readonly line: number | undefined
}

async function find(
  server: Server,
  slots: Slots,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Result<Answer>> {
  const asked = parse(server, sentUrl(request))
  if (!asked.ok) return asked
  const { text, repo, limit } = asked.value
  const catalog = await currentCatalog(server)
  const verdicts = knownVerdicts(catalog, { ...noFilters, repositories: repo })
  if (!verdicts) return failed(regexesAreNot)
  const repositories = selectRepositories(catalog, repo, verdicts.repositories)
  if (!repositories.ok) return repositories
  const { seconds } = server.config.limits
  const signal = AbortSignal.any([
    requestSignal(server, reply),
    AbortSignal.timeout(seconds * 1_000),
  ])
  const slot = await slots.acquire(signal)
  if (!slot) return failed(busy)
  try {
    const look = (text: string) =>
      findFiles(catalog, { terms: termsOf(text), repositories: repositories.value, limit }, signal)
    let line: number | undefined
    let found = await look(text)
    // As compilers and `rg` write it; but a colon may stand in a name.
    const place = /^(.*?[^:]):(\d{1,9})(?::\d*)?:?$/su.exec(text)
    if (found?.matching === 0 && place) {
      found = await look(place[1]!)
      line = Number(place[2])
    }
    return found ? succeeded({ asked: asked.value, catalog, found, line }) : failed(slow)
  } finally {
    slot.release()
  }
}

const regexesAreNot: Failure = {
  kind: 'bad-parameter',
  parameter: 'repo',
  message: 'repo takes a name or a glob here, not a regex',
}

const busy: Failure = {
  kind: 'busy',
  message: 'too many are looking for files at the moment',
  retryAfterSeconds: 1,
}

const slow: Failure = {
  kind: 'busy',
  message: 'looking for it took too long; fewer words, or longer ones, are found sooner',
  retryAfterSeconds: 1,
}

function parse({ config }: Server, url: string): Result<Asked> {
  const parameters = parseQueryString(url)
  if (!parameters.ok) return parameters
  const reader = createReader(parameters.value)
  const { queryCharacters, globs } = config.limits
  const text = reader.one('q') ?? ''
  const repo = reader.many('repo')
  const terms = termsOf(text).length
  if (terms > mostTerms) {
    reader.refuse('q', `has ${terms} different words, and at most ${mostTerms} are looked for`)
  }
  if ([...text].length > queryCharacters) {
    reader.refuse('q', `is longer than ${queryCharacters} characters (max-query-characters)`)
  }
  if (repo.length > globs || repo.some((name) => Buffer.byteLength(name) > 256)) {
    reader.refuse('repo', `takes at most ${globs} values of 256 bytes (max-globs)`)
  }
  const limit = reader.number('limit', 1, Number.MAX_SAFE_INTEGER) ?? defaultLimit
  if (reader.failure) return failed(reader.failure)
  return succeeded({ text, repo, limit: Math.min(limit, mostFiles) })
}

const urlOf = ({ links }: Server, file: CatalogFile, line: number | undefined): string =>
  line === undefined ? links.file(file) : links.line(file, line)

function json(server: Server, { catalog, found, line }: Answer): object {
  return {
    files: found.files.map(({ index, columns }) => {
      const file = fileAt(catalog, index)
      return {
        repository: file.repository.name,
        path: pathText(file),
        url: urlOf(server, file, line),
        positions: columns,
      }
    }),
    matching: found.matching,
    truncated: found.matching > found.files.length,
    generation: catalog.generation,
  }
}

async function page(server: Server, { asked, catalog, found, line }: Answer): Promise<string> {
  const { text, repo } = asked
  const { head, foot } = await layout(server, {
    title: text === '' ? 'Go to file' : `${visible(text)} · files`,
    form: { ...emptyForm, repo },
    noindex: true,
  })
  const shown = found.files.length
  const body = await server.render('files', {
    action: server.links.files(),
    text,
    repo,
    maxLength: server.config.limits.queryCharacters,
    summary:
      shown < found.matching
        ? `The best ${count(shown)} of ${plural(found.matching, 'file')}.`
        : `${plural(found.matching, 'file')}.`,
    more:
      shown < found.matching && shown < mostFiles
        ? server.links.files([
            ['q', text],
            ...repo.map((name) => ['repo', name] as const),
            ['limit', `${mostFiles}`],
          ])
        : undefined,
    hasRepositories: catalog.repositories.length > 1,
    files: found.files.map(({ index, columns }) => {
      const file = fileAt(catalog, index)
      return {
        repository: visible(file.repository.name),
        url: urlOf(server, file, line),
        segments: pathSegments(pathText(file), spansOf(columns)),
        note: file.state === 'searched' || file.state === 'pending' ? '' : notes[file.state],
      }
    }),
  })
  return head + body + foot
}

const notes = { binary: 'binary', large: 'too large', unreadable: 'unreadable' } as const

/** Neighbours made one. */
function spansOf(columns: readonly number[]): readonly { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = []
  for (const column of columns) {
    const last = spans.at(-1)
    if (last?.end === column) last.end++
    else spans.push({ start: column, end: column + 1 })
  }
  return spans
}
