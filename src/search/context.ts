import type { Catalog } from '../corpus/catalog.ts'
import type { Index } from '../index/keeper.ts'
import type { Limits } from '../limits.ts'
import type { Launcher } from '../process/launcher.ts'
import type { Slots } from '../process/slots.ts'
import type { Query } from '../query/query.ts'

/** What a search needs of the server. */
export interface SearchContext {
  /** The view that this search holds from beginning to end. */
  readonly catalog: Catalog
  /** Without it, every file in the scope of a query is a candidate. */
  readonly index: Pick<Index, 'viewFor'> | undefined
  /** Whether changes of the files are heard of at once. */
  readonly isWatched: boolean
  readonly slots: Slots
  readonly rgPath: string
  readonly launcher: Launcher | undefined
  /** Remaining budgets: what is left for this search, not what the server was started with. */
  readonly limits: Limits
}

export interface SearchRequest {
  readonly query: Query
  /** The cursor of a truncated answer. */
  readonly after?: string | undefined
}
