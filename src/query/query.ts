import type { Charset } from '../charset.ts'

/** What is searched for and where: the whole meaning of a search's URL, apart from limits and cursor. */
export interface Query {
  readonly matcher: Matcher
  readonly filters: Filters
  /** Context lines before and after each matching line. */
  readonly context: number
  /** `file`: the names of files are searched, and not what is in them. */
  readonly type?: 'file' | undefined
  /** A commit, branch or tag, whose files are searched instead of those of now. */
  readonly revision?: string | undefined
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
  /**
   * Globs with ripgrep's meaning; see `glob.ts`. Their order matters: a later one wins. Between slashes a regex,
   * which ripgrep runs over the paths.
   */
  readonly paths: readonly string[]
  readonly languages: readonly string[]
  /** Literal texts that a file must hold too, in the case rule of the search. */
  readonly has: readonly string[]
}

export const noFilters: Filters = { repositories: [], paths: [], languages: [], has: [] }

/** A filter without its `!`. */
export interface Wanted {
  readonly excludes: boolean
  readonly text: string
}

const wantedOf = (filter: string): Wanted =>
  filter.startsWith('!')
    ? { excludes: true, text: filter.slice(1) }
    : { excludes: false, text: filter }

/** What a file must, or must not, hold. A text that begins with `!` itself has a `\\` before it. */
export function heldText(filter: string): Wanted {
  const { excludes, text } = wantedOf(filter)
  return { excludes, text: text.replace(/^\\(?=\\*!)/, '') }
}

/** The regex of a path or repository filter that is one: what stands between slashes. */
export function filterRegex(filter: string): Wanted | undefined {
  const { excludes, text } = wantedOf(filter)
  return text.length > 2 && text.startsWith('/') && text.endsWith('/')
    ? { excludes, text: text.slice(1, -1) }
    : undefined
}

export const defaultContext = 2

/** The order of an answer's files: the catalog's, or those with most matches first. */
export const sorts = ['path', 'matches'] as const
export type Sort = (typeof sorts)[number]
