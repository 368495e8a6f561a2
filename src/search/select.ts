import type { Catalog, Repository } from '../corpus/catalog.ts'
import { fileStates } from '../corpus/catalog.ts'
import { findLanguage, languages } from '../corpus/language.ts'
import { summaryOf } from '../corpus/summary.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import { compileGlobs } from '../query/glob.ts'
import { type Filters, filterRegex, type Query } from '../query/query.ts'
import { addLeftOut, type LeftOut, noneLeftOut } from './ledger.ts'
import { nearest } from './nearest.ts'
import { type PathTest, pathTest } from './path-test.ts'
import type { Verdicts } from './regex-filters.ts'

/** The files that a query is about. */
export interface Selection {
  /** Positions of the files to search, in catalog order. */
  readonly positions: Uint32Array
  readonly leftOut: LeftOut
}

/** The last selections of each catalog, by filters: pages of one answer, and words typed into one box, share theirs. */
const selections = new WeakMap<readonly Repository[], Map<string, Result<Selection>>>()
const mostKept = 8

/**
 * Applies a query's filters to the catalog; what files must hold is for ripgrep to say.
 *
 * @param type of `file`, also those are selected that are not searched
 */
export function select(
  catalog: Catalog,
  filters: Filters,
  verdicts: Verdicts,
  type: Query['type'] = undefined,
): Result<Selection> {
  const kept = selections.get(catalog.repositories) ?? new Map<string, Result<Selection>>()
  selections.set(catalog.repositories, kept)
  const { repositories, paths, languages } = filters
  const key = JSON.stringify([repositories, paths, languages, type])
  const selection = kept.get(key) ?? selectNow(catalog, filters, verdicts, type)
  kept.delete(key)
  kept.set(key, selection)
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
  return selection
}

function selectNow(
  catalog: Catalog,
  filters: Filters,
  verdicts: Verdicts,
  type: Query['type'],
): Result<Selection> {
  const repositories = selectRepositories(catalog, filters.repositories, verdicts.repositories)
  if (!repositories.ok) return repositories
  const wantsLanguage = selectLanguages(filters.languages, catalog)
  if (!wantsLanguage.ok) return wantsLanguage
  const wantsPath = pathTest(filters.paths, verdicts.paths)
  if (!wantsPath.ok) return wantsPath
  const leavesOut = fileStates.map(
    (name) => type !== 'file' && name !== 'pending' && name !== 'searched',
  )
  const selection = selectFiles(
    catalog,
    repositories.value,
    wantsLanguage.value,
    wantsPath.value,
    leavesOut,
  )
  if (selection) return succeeded(selection)
  return failed({
    kind: 'bad-glob',
    glob: filters.paths.join(' '),
    message: 'too intricate to be matched against every path; use fewer or simpler globs',
  })
}

/** The files; `undefined` if the globs cost too much. */
function selectFiles(
  { columns }: Catalog,
  repositories: readonly Repository[],
  wantsLanguage: Uint8Array | undefined,
  wantsPath: PathTest | undefined,
  leavesOut: readonly boolean[],
): Selection | undefined {
  const positions = new Uint32Array(repositories.reduce((sum, { from, to }) => sum + to - from, 0))
  const { pathEnds, paths, language, state } = columns
  const counts = fileStates.map(() => 0)
  let count = 0
  let shut = 0
  let leftOut = noneLeftOut
  for (const { from, to, absent } of repositories) {
    const { shut: directories = 0, ...others } = absent ?? notCounted
    shut += directories
    leftOut = addLeftOut(leftOut, { ...noneLeftOut, ...others })
    for (let i = from; i < to; i++) {
      if (wantsLanguage && wantsLanguage[language[i]!] === 0) continue
      const start = i === 0 ? 0 : pathEnds[i - 1]!
      if (wantsPath && !wantsPath.matches(i, paths, start, pathEnds[i]!)) {
        if (wantsPath.isIntricate) return undefined
        continue
      }
      if (leavesOut[state[i]!]) counts[state[i]!]!++
      else positions[count++] = i
    }
  }
  const counted = (name: (typeof fileStates)[number]) => counts[fileStates.indexOf(name)]!
  return {
    positions: positions.subarray(0, count),
    leftOut: {
      ...leftOut,
      binary: counted('binary'),
      large: counted('large'),
      unreadable: counted('unreadable') + shut,
    },
  }
}

const notCounted = {
  ...{ ignored: undefined, hidden: undefined, links: undefined, special: undefined },
  shut: undefined,
}

/** A name, a glob over names as `path` has it over paths, or a regex between slashes; `!` excludes. */
export function selectRepositories(
  { repositories }: Catalog,
  filters: readonly string[],
  verdicts: Verdicts['repositories'],
): Result<readonly Repository[]> {
  if (filters.length === 0) return succeeded(repositories)
  const rules: { excludes: boolean; includes: (name: string) => boolean }[] = []
  for (const filter of filters) {
    const excludes = filter.startsWith('!')
    // No name has an `@`: a directory's name is written with a `_` in its place.
    const wanted = (excludes ? filter.slice(1) : filter).replace(/(^|\/)@/g, '$1_')
    const regex = filterRegex(filter)
    const marks = regex && verdicts.get(regex.text)
    const exact = repositories.some(({ name }) => name === wanted)
    const globs = compileGlobs([/[*?[{]/.test(wanted) ? wanted : ''])
    const includes = (name: string) =>
      marks
        ? marks[repositories.findIndex((one) => one.name === name)] === 1
        : exact
          ? name === wanted
          : globs.ok && /[*?[{]/.test(wanted) && globs.matcher.matches(Buffer.from(name))
    if (!repositories.some(({ name }) => includes(name))) {
      return failed({
        kind: 'bad-parameter',
        parameter: 'repo',
        value: filter,
        message: `there is no repository ${wanted}${nearest(
          wanted,
          repositories.map(({ name }) => name),
          { called: 'here are', names: repositories.map(({ name }) => name) },
        )}`,
      })
    }
    rules.push({ excludes, includes })
  }
  const anyIncludes = rules.some(({ excludes }) => !excludes)
  return succeeded(
    repositories.filter(
      ({ name }) =>
        (!anyIncludes || rules.some(({ excludes, includes }) => !excludes && includes(name))) &&
        !rules.some(({ excludes, includes }) => excludes && includes(name)),
    ),
  )
}

/**
 * By language index (0 for files without one), whether it is wanted; `undefined` for all.
 *
 * @param catalog whose languages are named beside one that is none
 */
export function selectLanguages(
  filters: readonly string[],
  catalog?: Catalog,
): Result<Uint8Array | undefined> {
  if (filters.length === 0) return succeeded(undefined)
  const included = new Set<number>()
  const excluded = new Set<number>()
  for (const filter of filters) {
    const excludes = filter.startsWith('!')
    const wanted = excludes ? filter.slice(1) : filter
    const language = findLanguage(wanted)
    if (!language) {
      return failed({
        kind: 'bad-parameter',
        parameter: 'lang',
        value: filter,
        message: `${wanted || 'an empty name'} is no language that files are told by${nearest(
          wanted,
          languages.map(({ id }) => id),
          {
            called: 'files here are of',
            names: catalog ? summaryOf(catalog).languages.map(({ id }) => id) : [],
          },
        )}`,
      })
    }
    ;(excludes ? excluded : included).add(languages.indexOf(language) + 1)
  }
  const wants = new Uint8Array(languages.length + 1).fill(included.size === 0 ? 1 : 0)
  for (const index of included) wants[index] = 1
  for (const index of excluded) wants[index] = 0
  return succeeded(wants)
}
