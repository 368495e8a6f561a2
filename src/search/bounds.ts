import type { Limits } from '../limits.ts'
import type { Bounds } from '../process/bounds.ts'
import type { Matcher, Query } from '../query/query.ts'

type Engine = Pick<Matcher, 'multiline' | 'pcre2'>

/** The limit of a search's time. */
export const timeLimit = (
  { pcre2 }: Engine,
  { seconds, pcre2Seconds }: Limits,
): 'seconds' | 'pcre2Seconds' => (pcre2 && pcre2Seconds < seconds ? 'pcre2Seconds' : 'seconds')

/** The limit of a file's size: where a match may span lines, ripgrep holds the whole file. */
export const fileLimit = (
  { multiline }: Engine,
  { fileBytes, multilineFileBytes }: Limits,
): 'fileBytes' | 'multilineFileBytes' =>
  multiline && multilineFileBytes < fileBytes ? 'multilineFileBytes' : 'fileBytes'

const memoryBytes = 536_870_912

/** What the system is to hold ripgrep to, where its own flags do not bound what a pattern costs. */
export const processBounds = (
  { matcher, replace }: Pick<Query, 'matcher' | 'replace'>,
  limits: Limits,
): Bounds | undefined =>
  // A replacement may hold its match many times over, and there may be a match at every byte of a line.
  matcher.multiline || matcher.pcre2 || replace !== undefined
    ? { memoryBytes, cpuSeconds: 2 * limits[timeLimit(matcher, limits)] }
    : undefined
