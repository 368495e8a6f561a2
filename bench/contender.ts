import type { Runner } from './command.ts'
import type { TimedRequest } from './http.ts'
import type { Peers } from './peers.ts'
import type { Query } from './queries.ts'

/** A tree that is searched; its name says which words of `queries.ts` are asked. */
export interface Corpus {
  readonly name: string
  readonly directory: string
}

/** What a peer needs to start. */
export interface Place {
  readonly corpus: Corpus
  readonly peers: Peers
  /** The ripgrep that everyone uses. */
  readonly rg: string
  readonly runner: Runner
  /** A query that has hits: a server has started when it answers it. */
  readonly probe: Query
  /** A directory of this run, removed at its end. */
  readonly scratch: string
}

/** What was heard of one question. Times in milliseconds from before it was asked. */
export interface Answer {
  readonly firstHit: number | undefined
  readonly whole: number
  /** Matching lines, where they can be counted. */
  readonly lines: number | undefined
  /** Bytes of the answer. */
  readonly bytes: number
  /** Files that ripgrep was handed, where the contender says so. */
  readonly candidates?: number
  /** Why it was not answered: it asks for what the contender does not have. */
  readonly refused?: string
  /** Why the answer is not whole, in the contender's own words. */
  readonly incomplete?: string
}

/** One column of the table. */
export interface Contender {
  readonly name: string
  /** How it spells a query, as shown in the results, or `cannot` and why. */
  spell(query: Query): Spelling
  /** What has to be known before the clock runs. */
  prepare?(query: Query): Promise<void>
  ask(query: Query): Promise<Answer>
  /** The same question as a request, of a contender that is asked by HTTP. */
  request?(query: Query): TimedRequest
  /** For contenders with a page: what its first hit looks like to `document.querySelector`. */
  readonly hitSelector?: string
}

export type Spelling = { readonly text: string } | { readonly cannot: string }

/** A program, or several ways to ask one, that is compared. */
export interface Peer {
  readonly name: string
  /** How it is installed and how the bench starts it, with PORT, TREE and INDEX for what differs by machine. */
  readonly about: string
  start(place: Place): Promise<Started | Missing>
  /** Builds its index anew; absent if it has none. */
  build?(place: Place): Promise<Built | Missing>
}

export interface Started {
  readonly version: string
  readonly contenders: readonly Contender[]
  /** The server's process, if it is one. */
  readonly pid?: number
  /** Milliseconds from its start to its first whole answer to the probe. */
  readonly firstAnswer?: number
  /** Milliseconds from its start until it is as fast as it gets. */
  readonly ready?: number
  stop(): Promise<void>
}

export interface Missing {
  readonly missing: string
}

/** What building an index cost. */
export interface Built {
  readonly seconds: number
  /** Of all its processes. */
  readonly cpuSeconds?: number
  /** Of its largest process. */
  readonly peakBytes?: number
  readonly bytes: number
}

export const isMissing = (value: object): value is Missing => 'missing' in value
