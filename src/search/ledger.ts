import type { Facets } from './facets.ts'

/** The account that ends every answer: what was searched, what was left out and why, what stopped it. */
export interface Ledger {
  readonly end: End
  readonly stoppedBy: StoppedBy | undefined
  readonly matchingLines: number
  readonly matches: number
  /** Files with a match. */
  readonly files: number
  readonly searched: {
    readonly files: number
    readonly bytes: number
    /** Files that were searched up to a line, where the answer was cut. */
    readonly inPart: number
  }
  /** Files that the query is about. */
  readonly scope: number
  /** Those of them that ripgrep was, or would have been, handed: the index knows that the others do not match. */
  readonly candidates: number
  readonly leftOut: LeftOut
  readonly elapsedMs: number
  readonly generation: string
  /** Whether some files had not been looked at yet: of those, only what was found shows whether they are binary. */
  readonly preliminary: boolean
  /** When the files were last listed, in ms since 1970. */
  readonly scannedAtMs: number
  /** Whether changes since then are heard of at once: what a file holds is then searched as it is now. */
  readonly watched: boolean
  /** Whether this answer was found for somebody else, and nothing has changed since. */
  readonly shared: boolean
  /** Whether the corpus has changed since the answer that this one continues. */
  readonly changedSince: boolean
  /** Where to continue, if a limit cut the answer. */
  readonly cursor: string | undefined
  /** How the answer was come by, if that was asked. */
  readonly plan: PlanAccount | undefined
  /** Where the matching lines of this answer were found. */
  readonly facets: Facets
  /** With most matches first: how far the counting came that the order rests on. */
  readonly ranking: Counting | undefined
  /** How much there is in all, if that was asked: of the whole answer, and not of this part. */
  readonly totals: Totals | undefined
}

/** How far candidates were counted. */
export interface Counting {
  readonly end: End
  readonly counted: number
  readonly candidates: number
}

/** Sums as ripgrep counts them; at least so much, if the counting was cut. */
export interface Totals extends Counting {
  /** Of batches that were counted to their end. */
  readonly matchingLines: number
  readonly matches: number
  readonly files: number
}

/** How an answer was come by. Times in ms, from when the request was taken up. */
export interface PlanAccount {
  /** What the index was asked, in words; `undefined` where there is no index. */
  readonly query: string | undefined
  /** Candidates that the index knows nothing of yet. */
  readonly unindexed: number
  readonly listsRead: number
  readonly postingsRead: number
  /** ripgrep processes whose results were taken. */
  readonly processes: number
  readonly selectedMs: number
  readonly narrowedMs: number
  /** When the search had its slot. */
  readonly slotMs: number
  /** When the first file with a match was there. */
  readonly firstMs: number | undefined
  readonly endedMs: number
}

/** `complete` only if nothing was cut; `incomplete` if something failed. */
export type End = 'complete' | 'stopped' | 'incomplete'

export type StoppedBy = 'time' | 'lines' | 'file-lines' | 'bytes' | 'client' | 'shutdown' | 'crash'

/**
 * Files in the scope of the query that were not searched, or whose hits were dropped, by reason. The first four and
 * `links`, `special` are counted by repository, whatever the path and language filters; `undefined` until counted.
 */
export interface LeftOut {
  /** A NUL somewhere. */
  readonly binary: number
  /** Over the size limit. */
  readonly large: number
  /** Files, and directories of which nobody can tell what is in them; of these, whatever the filters. */
  readonly unreadable: number
  /** Changed while being searched, more than once. */
  readonly changed: number
  /** The time limit passed in this file alone. */
  readonly slow: number
  /** ripgrep has stopped short in it, since PCRE2's own limits have; what it had found before is shown. */
  readonly givenUp: number
  readonly ignored: number | undefined
  readonly hidden: number | undefined
  readonly links: number | undefined
  readonly special: number | undefined
}

export const noneLeftOut: LeftOut = {
  binary: 0,
  large: 0,
  unreadable: 0,
  changed: 0,
  slow: 0,
  givenUp: 0,
  ignored: 0,
  hidden: 0,
  links: 0,
  special: 0,
}

/** Adds two accounts of what was left out: associative and commutative, with `noneLeftOut` as identity. */
export function addLeftOut(a: LeftOut, b: LeftOut): LeftOut {
  const sum = (x: number | undefined, y: number | undefined) =>
    x === undefined || y === undefined ? undefined : x + y
  return {
    binary: a.binary + b.binary,
    large: a.large + b.large,
    unreadable: a.unreadable + b.unreadable,
    changed: a.changed + b.changed,
    slow: a.slow + b.slow,
    givenUp: a.givenUp + b.givenUp,
    ignored: sum(a.ignored, b.ignored),
    hidden: sum(a.hidden, b.hidden),
    links: sum(a.links, b.links),
    special: sum(a.special, b.special),
  }
}
