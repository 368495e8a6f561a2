import type { CatalogFile } from '../corpus/catalog.ts'
import type { Failure } from '../failure.ts'
import type { Span } from './columns.ts'
import type { Ledger } from './ledger.ts'

/** What a search yields, in order; exactly one `done` or `failed` comes last, unless the caller went away. */
export type SearchEvent =
  | { readonly type: 'file'; readonly file: FileMatches }
  /** Everything through this order key has been delivered. */
  | {
      readonly type: 'progress'
      readonly through: string
      readonly filesSearched: number
      readonly matchingLines: number
    }
  | { readonly type: 'done'; readonly ledger: Ledger }
  | { readonly type: 'failed'; readonly failure: Failure }

/** One file's matches. */
export interface FileMatches {
  readonly file: CatalogFile
  /** Sorts bytewise in the order of the answer. */
  readonly key: string
  readonly lines: readonly Line[]
  /** Each where it begins, in order. */
  readonly matches: readonly Match[]
  /** A match that began on a line which an earlier part of the answer has shown, and that listed it. */
  readonly reaching: Match | undefined
  readonly matchingLines: number
  /** All matches on the matching lines, also those beyond the limit of marks in a line. */
  readonly matchCount: number
  /** Where the rest of this file is to be had, if its own limit cut it. */
  readonly more: string | undefined
  /** Where its path matches, in UTF-16 units of its text, where names were searched and not contents. */
  readonly pathMatches?: readonly Span[] | undefined
}

/** A matching line or a line of context. */
export interface Line {
  readonly kind: 'match' | 'context'
  /** 1-based. */
  readonly number: number
  /** Without its terminator; of a long line a window around its first match. */
  readonly text: string
  /** The 0-based column, in UTF-16 units, at which `text` begins, if it is a window. */
  readonly clippedAt: number | undefined
  /** The bytes that `text` shows, if the line is not valid UTF-8. */
  readonly bytes: Buffer | undefined
  /** Matches on this line that are counted but not listed. */
  readonly moreMatches: number
}

/** A match; it may span lines. The end is exclusive. */
export interface Match {
  readonly start: Position
  readonly end: Position
  /** What stands in its place where that was asked; `undefined` also if it is too long to be held. */
  readonly replacement?: Buffer
}

export interface Position {
  /** 1-based. */
  readonly line: number
  /** 0-based, in UTF-16 units of the whole line. */
  readonly column: number
  /** 0-based, in bytes of the line as searched. */
  readonly byte: number
}
