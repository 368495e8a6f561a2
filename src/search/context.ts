import type { Catalog } from '../corpus/catalog.ts'
import type { Limits } from '../limits.ts'
import type { Slots } from '../process/slots.ts'
import type { Query } from '../query/query.ts'

/** What a search needs of the server. */
export interface SearchContext {
  /** The view that this search holds from beginning to end. */
  readonly catalog: Catalog
  readonly slots: Slots
  readonly rgPath: string
  /** Remaining budgets: what is left for this search, not what the server was started with. */
  readonly limits: Limits
}

export interface SearchRequest {
  readonly query: Query
  /** The cursor of a truncated answer. */
  readonly after?: string | undefined
}
