import type { Built, Missing } from './contender.ts'
import type { Kind } from './queries.ts'
import type { Target } from './targets.ts'

/** Everything that one run has measured: what is written as JSON and drawn from. Times are in milliseconds. */
export interface Results {
  readonly date: string
  readonly machine: Machine
  readonly command: string
  readonly rounds: number
  readonly corpora: readonly CorpusResults[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  /** Processes that ran or waited in the minute before. */
  readonly loadBefore: number
}

export interface CorpusResults {
  readonly name: string
  /** Files that ripgrep lists, and their bytes. */
  readonly files: number
  readonly bytes: number
  readonly peers: readonly PeerResult[]
  readonly queries: readonly QueryResult[]
  readonly load: readonly LoadResult[]
  readonly pages: readonly PageResult[]
  readonly repeats: readonly RepeatResult[]
  readonly change?: ChangeResult
  readonly targets: readonly Target[]
}

export interface PeerResult {
  readonly name: string
  readonly about: string
  /** Why it is not in the tables. */
  readonly missing?: string
  readonly version?: string
  readonly contenders?: readonly string[]
  readonly firstAnswer?: number
  readonly ready?: number
  /** After all questions have been asked. */
  readonly memory?: {
    readonly resident: number
    readonly anonymous: number
    readonly peak: number
    readonly children: number
  }
  readonly built?: (Built & { readonly date: string }) | Missing
}

export interface QueryResult {
  readonly name: string
  readonly kind: Kind
  readonly pattern: string
  /** What ripgrep finds. */
  readonly lines: number
  readonly files: number
  readonly limit?: number
  readonly cells: readonly Cell[]
}

/** What one contender made of one query: either why it has nothing, or medians. */
export interface Cell {
  readonly contender: string
  readonly spelled?: string
  readonly cannot?: string
  readonly firstHit?: number
  readonly whole?: number
  readonly fastest?: number
  readonly slowest?: number
  readonly rounds?: number
  readonly lines?: number
  readonly bytes?: number
  readonly candidates?: number
  readonly incomplete?: string
}

export interface LoadResult {
  readonly contender: string
  readonly mix: 'distinct' | 'skewed'
  readonly clients: number
  readonly requests: number
  readonly failures: number
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly bytes: number
}

export interface PageResult {
  readonly contender: string
  readonly query: string
  /** Of the page itself, as sent to a client that takes gzip, and unpacked. */
  readonly sent: number
  readonly html: number
  /** Scripts, styles and pictures of its own, as sent. */
  readonly assets: number
  readonly assetRequests: number
  /** What it loads from other hosts, not fetched here. */
  readonly foreign: number
  /** From navigation to the first frame with a hit. */
  readonly paint?: number
}

export interface RepeatResult {
  readonly query: string
  readonly first: number
  readonly again: number
}

export interface ChangeResult {
  /** From the end of a write to the first answer that has the new line, and from its removal to the first without. */
  readonly found: number
  readonly gone: number
  readonly rounds: number
}
