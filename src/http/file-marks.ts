import type { FastifyReply } from 'fastify'
import type { Charset } from '../charset.ts'
import { findFile } from '../corpus/catalog.ts'
import type { Query } from '../query/query.ts'
import type { Span } from '../search/columns.ts'
import type { FileMatches, Line } from '../search/events.ts'
import type { Ledger } from '../search/ledger.ts'
import { lineOf, type Text } from './content.ts'
import { matchesByLine, visible } from './marks.ts'
import { observed } from './observe-search.ts'
import { currentCatalog, requestSignal, type Server, searchContext } from './server.ts'
import type { ShownFile } from './shown-file.ts'

/** The matches of a search in one file. */
export interface FileMarks {
  /** The lines that match, in order. */
  readonly lines: readonly number[]
  /** By line, also of a match that began on a line before. */
  readonly spans: ReadonlyMap<number, readonly Span[]>
  /** Matches of a line that are not among them. */
  readonly unmarked: ReadonlyMap<number, number>
  /** Whether there may be more lines than these. */
  readonly isCut: boolean
}

/** What keeps the matches from being marked, in words. */
export interface Unmarked {
  readonly reason: string
}

/** A page waits this long for the search, also for its slot. */
const mostMs = 1_000

/**
 * Runs a search on one file, within the slots and limits of any other. Filters have brought the reader here, and are
 * not asked again.
 *
 * @param charset what the page reads the file as, if it was asked to
 */
export async function findMarks(
  server: Server,
  reply: FastifyReply,
  file: ShownFile,
  content: Text,
  query: Query,
  charset: Charset | undefined,
): Promise<FileMarks | Unmarked> {
  const catalog = await currentCatalog(server)
  const live = file.revision === undefined && findFile(catalog, file.repository, file.path)
  if (!live) return { reason: 'only files as they are now are searched' }
  const { limits } = server.config
  const context = searchContext(server, reply.request, catalog, {
    ...limits,
    linesPerFile: limits.lines,
  })
  const signal = AbortSignal.any([requestSignal(server, reply), AbortSignal.timeout(mostMs)])
  const filters = { repositories: [], paths: [], languages: [], has: [] }
  const matcher = { ...query.matcher, encoding: charset }
  const request = { query: { matcher, filters, context: 0 }, only: live.index }
  let found: FileMatches | undefined
  const events = server.answers.search(context, request, signal, () => {})
  const asked = { purpose: 'file', query: request.query } as const
  for await (const event of observed(server, reply.request, asked, events)) {
    if (event.type === 'file') found = event.file
    else if (event.type === 'done') return marksOf(content, found, event.ledger)
    else if (event.type === 'failed') return { reason: visible(event.failure.message) }
  }
  return { reason: 'the search takes too long' }
}

function marksOf(
  content: Text,
  found: FileMatches | undefined,
  { end, stoppedBy, scope, searched }: Ledger,
): FileMarks | Unmarked {
  const isWhole = end === 'complete' || stoppedBy === 'file-lines' || stoppedBy === 'lines'
  if (!found && scope === 0) return { reason: 'this file is left out of such a search' }
  if (!found && !(isWhole && searched.files === 1)) return { reason: 'the search came to no end' }
  const lines = found?.lines.filter(({ kind }) => kind === 'match') ?? []
  if (!lines.every((line) => isOnPage(content, line))) {
    return { reason: 'the file has changed meanwhile' }
  }
  const { isOfBytes } = content
  const at = isOfBytes ? 'byte' : 'column'
  const byLine = [...matchesByLine(found?.matches ?? [])].map(
    ([number, matches]): [number, readonly Span[]] => [
      number,
      matches.map(({ start, end }) => ({
        start: start.line < number ? 0 : start[at],
        end: end.line > number ? Number.POSITIVE_INFINITY : end[at],
      })),
    ],
  )
  const more = lines.filter(({ moreMatches }) => moreMatches > 0)
  return {
    lines: lines.map(({ number }) => number),
    spans: new Map(byLine),
    unmarked: new Map(more.map(({ number, moreMatches }) => [number, moreMatches])),
    isCut: end !== 'complete',
  }
}

/** Whether the line that was found is the one that is shown: the file is read once for each of the two. */
function isOnPage(content: Text, { number, text, clippedAt = 0, bytes }: Line): boolean {
  if (number > content.lines) return false
  const shown = lineOf(content, number)
  if (!content.isOfBytes) return shown.startsWith(text, clippedAt)
  return shown.includes(new TextDecoder('windows-1252').decode(bytes ?? Buffer.from(text)))
}
