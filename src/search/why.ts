import { type CatalogFile, pathBelowRoot } from '../corpus/catalog.ts'
import { asSearched } from '../corpus/decode.ts'
import { openInside, readAt } from '../corpus/door.ts'
import { languages } from '../corpus/language.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { heldText, type Query } from '../query/query.ts'
import { fileLimit } from './bounds.ts'
import { charsetsOf, type SearchContext } from './context.ts'
import { pathTest } from './path-test.ts'
import { findVerdicts, type Verdicts } from './regex-filters.ts'
import { search } from './search.ts'
import { select, selectLanguages, selectRepositories } from './select.ts'

/** Why a file of the catalog is not among the results of a query, or that it is. */
export type Reason =
  /** @see isLeast whether there may be more, since a limit ended the counting; @see ofName whether it is its name that matches */
  | {
      readonly kind: 'found'
      readonly matchingLines: number
      readonly isLeast: boolean
      readonly ofName: boolean
    }
  | { readonly kind: 'no-match' }
  /** There was nothing to search for: the file is one of those that are searched. */
  | { readonly kind: 'searched' }
  /** @see filter the one that excludes it, as it was written; none if no filter of the list includes it */
  | {
      readonly kind: 'filtered'
      readonly by: 'repo' | 'path' | 'lang'
      readonly filter: string | undefined
    }
  /** @see byte where its first NUL is: 0-based in the file, or in its text as UTF-8 if that is decoded */
  | { readonly kind: 'binary'; readonly byte: number; readonly isDecoded: boolean }
  /** It matches, but holds what it must not, or does not hold what it must. */
  | { readonly kind: 'held'; readonly text: string; readonly excludes: boolean }
  | {
      readonly kind: 'large'
      readonly bytes: number
      readonly limit: 'fileBytes' | 'multilineFileBytes'
    }
  | { readonly kind: 'unreadable' }
  /** The search of this file alone did not come to its end. */
  | { readonly kind: 'slow' | 'given-up' | 'changed' }

/** All reasons, or that there is none. @param query `undefined` where only the file is asked about */
export async function whyNot(
  context: SearchContext,
  file: CatalogFile,
  query: Query | undefined,
  signal: AbortSignal,
): Promise<Result<readonly Reason[]>> {
  const verdicts = query && (await findVerdicts(context, query.filters, signal))
  if (verdicts && 'kind' in verdicts) return failed(verdicts)
  if (query && !verdicts) return failed(gone)
  if (query && verdicts) {
    // A filter that means nothing is no reason.
    const selection = select(context.catalog, query.filters, verdicts, query.type)
    if (!selection.ok) return selection
  }
  const reasons: Reason[] = query && verdicts ? filtersAgainst(context, file, query, verdicts) : []
  if (query?.type !== 'file') reasons.push(...contentAgainst(context, file, query))
  if (reasons.length > 0) return succeeded(reasons)
  if (!query) return succeeded([{ kind: 'searched' }])
  return searchIt(context, file, query, signal)
}

function filtersAgainst(
  { catalog }: SearchContext,
  { repository, path, language, index }: CatalogFile,
  { filters }: Query,
  verdicts: Verdicts,
): Reason[] {
  const reasons: Reason[] = []
  /** @param has whether the file is among what some of the filters leave */
  const check = (
    by: 'repo' | 'path' | 'lang',
    list: readonly string[],
    has: (filters: readonly string[]) => boolean,
  ) => {
    if (list.length === 0 || has(list)) return
    reasons.push({
      kind: 'filtered',
      by,
      filter: list.findLast((filter) => filter.startsWith('!') && !has([filter])),
    })
  }
  check('repo', filters.repositories, (list) => {
    const selected = selectRepositories(catalog, list, verdicts.repositories)
    return selected.ok && selected.value.includes(repository)
  })
  check('path', filters.paths, (list) => {
    const test = pathTest(list, verdicts.paths)
    return test.ok && test.value?.matches(index, path, 0, path.length) !== false
  })
  check('lang', filters.languages, (list) => {
    const selected = selectLanguages(list)
    return selected.ok && selected.value?.[language ? languages.indexOf(language) + 1 : 0] === 1
  })
  return reasons
}

function contentAgainst(
  context: SearchContext,
  file: CatalogFile,
  query: Query | undefined,
): readonly Reason[] {
  const { limits } = context
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (typeof door === 'string') return [{ kind: 'unreadable' }]
  try {
    const limit = query ? fileLimit(query.matcher, limits) : 'fileBytes'
    if (door.bytes > limits[limit]) return [{ kind: 'large', bytes: door.bytes, limit }]
    const raw = readAt(door, 0, door.bytes)
    const asked = charsetsOf(context, query)(file.repository)
    const { bytes, encoding, charset } = asSearched(raw, asked)
    const byte = bytes.indexOf(0)
    if (byte === -1) return []
    const isDecoded = charset !== undefined || encoding.startsWith('utf-16')
    return [{ kind: 'binary', byte: isDecoded ? byte : raw.indexOf(0), isDecoded }]
  } catch {
    return [{ kind: 'unreadable' }]
  } finally {
    door.close()
  }
}

async function searchIt(
  context: SearchContext,
  file: CatalogFile,
  query: Query,
  signal: AbortSignal,
): Promise<Result<readonly Reason[]>> {
  for await (const event of search(context, { query, only: file.index }, signal)) {
    if (event.type === 'failed') return failed(event.failure)
    if (event.type !== 'done') continue
    const { matchingLines, leftOut, stoppedBy } = event.ledger
    if (matchingLines > 0) {
      const ofName = query.type === 'file'
      const isLeast = event.ledger.end !== 'complete'
      return succeeded([{ kind: 'found', matchingLines, isLeast, ofName }])
    }
    if (leftOut.slow > 0 || stoppedBy === 'time') return succeeded([{ kind: 'slow' }])
    if (leftOut.givenUp > 0) return succeeded([{ kind: 'given-up' }])
    if (event.ledger.searched.files === 0) return succeeded([{ kind: 'changed' }])
    return query.filters.has.length > 0
      ? whichHeld(context, file, query, signal)
      : succeeded([{ kind: 'no-match' }])
  }
  return failed(gone)
}

/** Of a file that does not match with its `has` filters: which of them are why, or that none is. */
async function whichHeld(
  context: SearchContext,
  file: CatalogFile,
  query: Query,
  signal: AbortSignal,
): Promise<Result<readonly Reason[]>> {
  const searchWith = (has: readonly string[]) =>
    searchIt(context, file, { ...query, filters: { ...query.filters, has } }, signal)
  const without = await searchWith([])
  if (!without.ok || without.value[0]?.kind !== 'found') return without
  const { has } = query.filters
  if (has.length === 1) return succeeded([{ kind: 'held', ...heldText(has[0]!) }])
  const reasons: Reason[] = []
  for (const filter of has) {
    const alone = await searchWith([filter])
    if (!alone.ok) return alone
    if (alone.value[0]?.kind !== 'found') reasons.push(...alone.value)
  }
  return succeeded(reasons.length > 0 ? reasons : [{ kind: 'changed' }])
}

const gone: Failure = { kind: 'busy', message: 'the search was ended', retryAfterSeconds: 1 }
