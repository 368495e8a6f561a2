import { type Catalog, type Columns, pathAt } from '../corpus/catalog.ts'
import type { Failure } from '../failure.ts'
import { type Filters, filterRegex } from '../query/query.ts'
import { type Matched, matchRecords } from '../ripgrep/records.ts'
import type { SearchContext } from './context.ts'
import { notStarted } from './outcome.ts'

/** By regex filter without its `!`, what it matches: files by position, repositories by theirs. */
export interface Verdicts {
  readonly paths: ReadonlyMap<string, Uint8Array>
  readonly repositories: ReadonlyMap<string, Uint8Array>
}

type Kind = keyof Verdicts
const kinds: readonly Kind[] = ['paths', 'repositories']

/** What regexes have matched of each catalog; a byte a file. */
const known = new WeakMap<Columns, Map<string, Uint8Array>>()
const mostKept = 16

/** What the regexes among some filters match, if that is known already: always where there are none. */
export function knownVerdicts(catalog: Catalog, filters: Filters): Verdicts | undefined {
  const verdicts = { paths: new Map<string, Uint8Array>(), repositories: new Map() }
  for (const kind of kinds) {
    for (const regex of regexesOf(filters[kind])) {
      const marks = known.get(catalog.columns)?.get(`${kind} ${regex}`)
      if (!marks) return undefined
      verdicts[kind].set(regex, marks)
    }
  }
  return verdicts
}

/**
 * Has ripgrep match the regexes among some filters against all paths, or names. Needs a slot.
 *
 * @returns `undefined` if it was stopped
 */
export async function findVerdicts(
  { catalog, rgPath }: SearchContext,
  filters: Filters,
  signal: AbortSignal,
): Promise<Verdicts | Failure | undefined> {
  const verdicts = { paths: new Map<string, Uint8Array>(), repositories: new Map() }
  for (const kind of kinds) {
    for (const regex of regexesOf(filters[kind])) {
      const records = recordsOf(catalog, kind)
      const count = kind === 'paths' ? catalog.columns.count : catalog.repositories.length
      const found = await matchRecords(rgPath, regex, records, count, signal)
      if (found.kind === 'stopped') return undefined
      if (found.kind !== 'matched') return failureOf(found, kind, regex)
      verdicts[kind].set(regex, found.marks)
      keep(catalog, `${kind} ${regex}`, found.marks)
    }
  }
  return verdicts
}

const regexesOf = (filters: readonly string[]): ReadonlySet<string> =>
  new Set(filters.flatMap((filter) => filterRegex(filter)?.text ?? []))

function keep({ columns }: Catalog, key: string, marks: Uint8Array): void {
  const kept = known.get(columns) ?? new Map<string, Uint8Array>()
  known.set(columns, kept)
  kept.delete(key)
  kept.set(key, marks)
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
}

/** All paths, or names, each ended by a NUL. */
function recordsOf(catalog: Catalog, kind: Kind): Uint8Array {
  const { columns, repositories } = catalog
  if (kind === 'repositories')
    return Buffer.from(repositories.map(({ name }) => `${name}\0`).join(''))
  const { count, pathEnds } = columns
  const records = Buffer.alloc((count === 0 ? 0 : pathEnds[count - 1]!) + count)
  let at = 0
  for (let i = 0; i < count; i++) at += pathAt(catalog, i).copy(records, at) + 1
  return records
}

function failureOf(
  found: Exclude<Matched, { kind: 'matched' | 'stopped' }>,
  kind: Kind,
  regex: string,
): Failure {
  switch (found.kind) {
    case 'not-started':
      return notStarted(found.code)
    case 'crashed':
      return { kind: 'internal', message: `ripgrep ended over paths: ${found.reason}` }
    case 'refused': {
      const { message } = found
      return kind === 'paths'
        ? { kind: 'bad-glob', glob: `/${regex}/`, message }
        : { kind: 'bad-parameter', parameter: 'repo', value: `/${regex}/`, message }
    }
  }
}
