/** A bound on what one request may cost: how it is set, its unit, and how far a request or an operator may raise it. */
export interface Limit {
  /** As in `--NAME`, `RIPLINE_NAME` and on the page. */
  readonly name: string
  readonly unit: string
  readonly default: number
  /** The smallest and largest value that can be set. */
  readonly floor: number
  readonly ceiling: number
  readonly help: string
}

const limit = (
  name: string,
  unit: string,
  byDefault: number,
  floor: number,
  ceiling: number,
  help: string,
): Limit => ({ name, unit, default: byDefault, floor, ceiling, help })

/** Every limit, in one table. */
export const limitTable = {
  seconds: limit('max-seconds', 'seconds', 5, 0.05, 300, 'time of one search, from its slot'),
  pcre2Seconds: limit(
    'max-pcre2-seconds',
    'seconds',
    2,
    0.05,
    300,
    'time of one search with PCRE2, from its slot',
  ),
  gitSeconds: limit('max-git-seconds', 'seconds', 10, 0.05, 300, 'time of one look into git'),
  lines: limit('max-lines', 'lines', 2_000, 1, 100_000, 'matching lines in one answer'),
  linesPerFile: limit(
    'max-lines-per-file',
    'lines',
    200,
    1,
    100_000,
    'matching lines shown of one file',
  ),
  lineBytes: limit(
    'max-line-bytes',
    'bytes',
    500,
    40,
    100_000,
    'shown of one line, around its first match',
  ),
  matchesPerLine: limit('max-matches-per-line', 'matches', 100, 1, 10_000, 'marked in one line'),
  eventBytes: limit(
    'max-event-bytes',
    'bytes',
    1_048_576,
    32_768,
    16_777_216,
    'of one ripgrep event kept whole; longer strings in it are elided',
  ),
  replyBytes: limit(
    'max-reply-bytes',
    'bytes',
    8_388_608,
    10_000,
    1_073_741_824,
    'of text in one answer',
  ),
  cacheBytes: limit(
    'max-cache-bytes',
    'bytes',
    4_194_304,
    0,
    1_073_741_824,
    'of text in finished answers that are kept; 0 for none',
  ),
  fileBytes: limit(
    'max-file-bytes',
    'bytes',
    16_777_216,
    1_000,
    268_435_456,
    'of a file that is searched and shown',
  ),
  multilineFileBytes: limit(
    'max-multiline-file-bytes',
    'bytes',
    4_194_304,
    1_000,
    268_435_456,
    'of a file that is searched for matches that span lines',
  ),
  queryCharacters: limit('max-query-characters', 'characters', 1_000, 10, 30_000, 'of a pattern'),
  globs: limit(
    'max-globs',
    'globs',
    10,
    1,
    100,
    'path filters in one query, of at most 256 bytes each',
  ),
  context: limit('max-context', 'lines', 10, 0, 100, 'context before and after a match'),
  revisionBytes: limit(
    'max-revision-bytes',
    'bytes',
    2_147_483_648,
    0,
    1_099_511_627_776,
    'on disk of the files of one revision that is searched; 0 for none',
  ),
  revisionFiles: limit(
    'max-revision-files',
    'files',
    200_000,
    1,
    10_000_000,
    'of one revision that is searched',
  ),
  revisionCacheBytes: limit(
    'max-revision-cache-bytes',
    'bytes',
    6_442_450_944,
    0,
    1_099_511_627_776,
    'on disk of the files of all revisions that are kept',
  ),
  slots: limit(
    'max-processes',
    'processes',
    0,
    0,
    256,
    'ripgrep processes at once; 0 means as many as cores',
  ),
  queue: limit(
    'max-queue',
    'searches',
    0,
    0,
    10_000,
    'searches that wait for a process; 0 means 8 for each process',
  ),
  waitingPerClient: limit(
    'max-waiting-per-client',
    'searches',
    4,
    1,
    10_000,
    'searches of one client that wait, unless it is on this machine',
  ),
  searchesPerMinute: limit(
    'max-searches-per-minute',
    'searches',
    300,
    0,
    1_000_000,
    'of one client in a minute, unless it is on this machine; 0 for as many as it likes',
  ),
  waitSeconds: limit(
    'max-wait-seconds',
    'seconds',
    2,
    0.05,
    60,
    'a search waits before it is told that the server is busy',
  ),
} as const satisfies Record<string, Limit>

/** The value of every limit, in the unit of its row. */
export type Limits = { readonly [name in keyof typeof limitTable]: number }

/** The limits as shipped. */
export const defaultLimits: Limits = Object.fromEntries(
  Object.entries(limitTable).map(([key, { default: value }]) => [key, value]),
) as Limits
