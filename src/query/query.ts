import type { Charset } from '../charset.ts'

/** What is searched for and where: the whole meaning of a search's URL, apart from limits and cursor. */
export interface Query {
  readonly matcher: Matcher
  readonly filters: Filters
  /** Context lines before and after each matching line. */
  readonly context: number
  /** What is to be shown in the place of each match, `$1` being a group of it (`rg --replace`). Nothing is written. */
  readonly replace?: string | undefined
}

/** What ripgrep is asked to match. */
export interface Matcher {
  readonly kind: 'literal' | 'regex'
  /** Never trimmed. */
  readonly pattern: string
  readonly case: Case
  /** Only whole words (`rg -w`). */
  readonly word: boolean
  /** A match may span lines (`rg -U`). */
  readonly multiline: boolean
  /** The pattern is PCRE2's (`rg -P`). */
  readonly pcre2: boolean
  /** What files are read as, whatever the operator says of their repository; UTF-8 is what needs no decoding. */
  readonly encoding?: Charset | undefined
}

export const cases = ['smart', 'sensitive', 'ignore'] as const
export type Case = (typeof cases)[number]

/** Which files: each filter as the user wrote it, a leading `!` excludes. Empty means all. */
export interface Filters {
  readonly repositories: readonly string[]
  /** Globs with ripgrep's meaning; see `glob.ts`. Their order matters: a later one wins. */
  readonly paths: readonly string[]
  readonly languages: readonly string[]
}

export const noFilters: Filters = { repositories: [], paths: [], languages: [] }

export const defaultContext = 2
