import {
  type Catalog,
  type Columns,
  type FileState,
  fileStates,
  type Repository,
} from './catalog.ts'
import { type Language, languages } from './language.ts'

/** What a repository holds, for people. */
export interface RepositorySummary {
  readonly repository: Repository
  readonly files: number
  readonly lines: number
  readonly bytes: number
  /** Those with most bytes first. */
  readonly languages: readonly Language[]
  /** Files that are listed and not searched. */
  readonly leftOut: number
  /** The same by reason. */
  readonly binary: number
  readonly large: number
  readonly unreadable: number
}

export interface Summary {
  readonly repositories: readonly RepositorySummary[]
  /** Every language of the corpus, in the order of the language table. */
  readonly languages: readonly Language[]
}

const summaries = new WeakMap<Columns, Summary>()

/** Counted once for the files of a catalog, however often they have been found unchanged. */
export function summaryOf(catalog: Catalog): Summary {
  const known = summaries.get(catalog.columns)
  if (known) return known
  const repositories = catalog.repositories.map((repository) => summarize(catalog, repository))
  const used = new Set(repositories.flatMap((summary) => summary.languages))
  const summary = { repositories, languages: languages.filter((language) => used.has(language)) }
  summaries.set(catalog.columns, summary)
  return summary
}

const pending = fileStates.indexOf('pending')
const searched = fileStates.indexOf('searched')

function summarize({ columns }: Catalog, repository: Repository): RepositorySummary {
  const byLanguage = new Float64Array(languages.length + 1)
  let lines = 0
  let bytes = 0
  const counts = fileStates.map(() => 0)
  for (let i = repository.from; i < repository.to; i++) {
    const state = columns.state[i]!
    lines += columns.lines[i]!
    bytes += columns.bytes[i]!
    counts[state]!++
    if (state === pending || state === searched)
      byLanguage[columns.language[i]!]! += columns.bytes[i]! + 1
  }
  const counted = (name: FileState) => counts[fileStates.indexOf(name)]!
  const reasons = {
    binary: counted('binary'),
    large: counted('large'),
    unreadable: counted('unreadable'),
  }
  return {
    repository,
    files: repository.to - repository.from,
    lines,
    bytes,
    leftOut: reasons.binary + reasons.large + reasons.unreadable,
    ...reasons,
    languages: languages
      .map((language, index) => ({ language, weight: byLanguage[index + 1]! }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .map(({ language }) => language),
  }
}
