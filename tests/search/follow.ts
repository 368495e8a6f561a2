import { type Catalog, pathBelowRoot } from '../../src/corpus/catalog.ts'
import type { Limits } from '../../src/limits.ts'
import type { Query } from '../../src/query/query.ts'
import type { FileMatches, Line, Match } from '../../src/search/events.ts'
import type { Ledger } from '../../src/search/ledger.ts'
import { answer, ledgerOf, type SearchOptions } from './answer.ts'

/** A whole answer, put together from its parts by whoever follows `cursor` and every `more` to their ends. */
export interface Whole {
  /** By path (bytes, one character each), in the order in which files first came. */
  readonly files: ReadonlyMap<string, WholeFile>
  readonly ledgers: readonly Ledger[]
}

export interface WholeFile {
  /** By number, in order of number. */
  readonly lines: ReadonlyMap<number, Line>
  readonly matches: readonly Match[]
}

/**
 * Follows an answer to its end. Throws when a matching line comes twice, when a line of context comes back as
 * another, or when a cursor is handed out twice, which is a way of never ending.
 */
export async function follow(
  catalog: Catalog,
  query: Query,
  limits: Partial<Limits>,
  options: Omit<SearchOptions, 'limits' | 'after'> = {},
): Promise<Whole> {
  const files = new Map<string, { lines: Map<number, Line>; matches: Match[] }>()
  const ledgers: Ledger[] = []
  const seen = new Set<string>()
  const todo: (string | undefined)[] = [undefined]
  while (todo.length > 0) {
    const after = todo.shift()
    const part = await answer(catalog, query, { ...options, limits, after })
    for (const found of part.files) {
      addTo(files, found)
      if (found.more !== undefined) todo.push(found.more)
    }
    const ledger = ledgerOf(part)
    ledgers.push(ledger)
    if (ledger.cursor !== undefined) todo.push(ledger.cursor)
    if (after !== undefined) {
      if (seen.has(after)) throw new Error(`the cursor ${after} came twice`)
      seen.add(after)
    }
  }
  for (const file of files.values()) {
    file.lines = new Map([...file.lines].sort(([a], [b]) => a - b))
    file.matches.sort((a, b) => a.start.line - b.start.line || a.start.byte - b.start.byte)
  }
  return { files, ledgers }
}

function addTo(
  files: Map<string, { lines: Map<number, Line>; matches: Match[] }>,
  { file, lines, matches }: FileMatches,
): void {
  const path = pathBelowRoot(file).toString('latin1')
  const known = files.get(path) ?? { lines: new Map<number, Line>(), matches: [] }
  files.set(path, known)
  for (const line of lines) {
    const before = known.lines.get(line.number)
    // Where an answer is cut, the lines around the cut are context on both sides.
    if (before && (before.kind === 'match' || line.kind === 'match' || before.text !== line.text)) {
      throw new Error(`${path}:${line.number} comes as ${before.kind} and again as ${line.kind}`)
    }
    known.lines.set(line.number, line)
  }
  known.matches.push(...matches)
}

/** An answer that nothing has cut, in the same form. */
export function wholeOf(found: readonly FileMatches[]): Whole['files'] {
  const files = new Map<string, { lines: Map<number, Line>; matches: Match[] }>()
  for (const one of found) addTo(files, one)
  return files
}
