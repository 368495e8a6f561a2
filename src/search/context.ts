import type { Charset } from '../charset.ts'
import type { Catalog } from '../corpus/catalog.ts'
import type { Changes } from '../corpus/changes.ts'
import type { Index } from '../index/keeper.ts'
import type { Limits } from '../limits.ts'
import type { Launcher } from '../process/ahead.ts'
import type { SlotSource } from '../process/slots.ts'
import type { Query, Sort } from '../query/query.ts'
import type { CharsetOf } from './batches.ts'

/** What a search needs of the server. */
export interface SearchContext {
  /** The view that this search holds from beginning to end. */
  readonly catalog: Catalog
  /** Without it, every file in the scope of a query is a candidate. */
  readonly index: Pick<Index, 'viewFor'> | undefined
  /** What has changed since the catalog's scan; `undefined` where changes are not heard of at once. */
  readonly changes: Changes | undefined
  readonly slots: SlotSource
  readonly rgPath: string
  readonly launcher: Pick<Launcher, 'start'> | undefined
  /** Remaining budgets: what is left for this search, not what the server was started with. */
  readonly limits: Limits
  /** What the files of repositories, by name, are read as; the others as they say of themselves. */
  readonly encodings?: ReadonlyMap<string, Charset> | undefined
}

/** What a search reads the files of each repository as: what it asks for before what the operator says. */
export const charsetsOf =
  ({ encodings }: Pick<SearchContext, 'encodings'>, query: Query | undefined): CharsetOf =>
  ({ name }) =>
    query?.matcher.encoding ?? encodings?.get(name)

export interface SearchRequest {
  readonly query: Query
  /** The cursor of a truncated answer. */
  readonly after?: string | undefined
  /** Whether the ledger is to say how the answer was come by. */
  readonly explain?: boolean
  /** The position of the only file that is wanted. */
  readonly only?: number
  /** The order of the files: the catalog's, unless said. */
  readonly sort?: Sort
  /** Whether the ledger of an answer that was cut is to say how much there is in all. */
  readonly totals?: boolean
}
