import type { Limits } from '../limits.ts'
import type { Bounds } from '../process/bounds.ts'
import type { Matcher } from '../query/query.ts'

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

/**
 * What the system is to hold ripgrep to: its own flags do not bound what PCRE2, or a match across lines, costs, nor a
 * replacement, which may hold its match many times over, and there may be a match at every byte of a line.
 */
export const processBounds = ({ seconds, pcre2Seconds }: Limits): Required<Bounds> => ({
  memoryBytes: 536_870_912,
  cpuSeconds: 2 * Math.max(seconds, pcre2Seconds),
})
