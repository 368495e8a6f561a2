import { hostileQueries } from './hostile.ts'
import { atOneInstant, crowded, few, hogs, stopped } from './load.ts'
import type { Row } from './row.ts'
import type { Ground } from './served.ts'
import { soak } from './soak.ts'
import { type TestRow, testRow } from './tests.ts'

/** Rows that stand in tests. Their least numbers of tests keep a row from passing for want of any. */
const testRows: readonly TestRow[] = [
  {
    id: 'faults',
    what: 'The list of faults: the right answer, alive meanwhile, the next search exact',
    files: ['tests/faults'],
    tests: 30,
  },
  {
    id: 'H2',
    what: 'Arguments: made-up patterns and replacements of options, real ripgrep; nothing runs, nothing is read, and a guard that is taken out is noticed',
    files: ['tests/ripgrep/fuzz.test.ts'],
    runs: { ARGS_RUNS: 100_000 },
    tests: 4,
  },
  {
    id: 'H3',
    what: 'Paths: made-up ones, raw over the socket; no secret, no 5xx',
    files: ['tests/http/traversal.test.ts'],
    runs: { TRAVERSAL_RUNS: 20_000 },
    tests: 20,
  },
  {
    id: 'H4',
    what: 'Files and directories swapped for links to a secret while they are searched and read',
    files: ['tests/http/swaps.test.ts'],
    runs: { SWAP_SECONDS: 60 },
    tests: 2,
  },
  {
    id: 'H5',
    what: 'Hidden and ignored files: 200 globs, 10 ignore files, every door; search and pages agree',
    files: ['tests/http/canary.test.ts', 'tests/http/doors.test.ts'],
    tests: 12,
  },
  {
    id: 'H6',
    what: 'Markup in paths, lines, matches, queries, errors, titles, JSON, READMEs; headers on every status',
    files: ['tests/http/safety.test.ts', 'tests/http/markdown.test.ts'],
    tests: 40,
  },
  {
    id: 'H7',
    what: 'Parsers: events cut anywhere, queries, commands, globs',
    files: ['tests/ripgrep/lines.test.ts', 'tests/query'],
    runs: { LINES_RUNS: 20_000, PARSE_RUNS: 20_000, GLOB_RUNS: 20_000 },
    tests: 100,
  },
  {
    id: 'H8',
    what: 'Requests that are no HTTP, or hardly; clients that send a byte now and then; HEAD',
    files: [
      'tests/http/safety.test.ts',
      'tests/http/slow-clients.test.ts',
      'tests/http/head.test.ts',
    ],
    only: 'no HTTP|byte now and then|HEAD',
    tests: 40,
  },
  {
    id: 'H9',
    what: 'Odd files and names: exactly what ripgrep finds',
    files: [
      'tests/search/exact.test.ts',
      'tests/search/reference-command.test.ts',
      'tests/search/encoding.test.ts',
    ],
    runs: { SEARCH_RUNS: 1_000 },
    tests: 5,
  },
  {
    id: 'H10',
    what: 'Secrets in the log',
    files: ['tests/http/log.test.ts', 'tests/start/log.test.ts'],
    tests: 8,
  },
]

/** The rows of the card, in its order; each is measured when it is asked for. */
export const rows: readonly {
  readonly id: string
  readonly measure: (ground: Ground) => Promise<Row>
}[] = [
  { id: 'L1', measure: atOneInstant },
  { id: 'L2', measure: crowded },
  { id: 'L3', measure: few },
  { id: 'L4', measure: hogs },
  { id: 'L5', measure: (ground) => soak(ground, { requests: 10_000, seconds: 1_800 }) },
  { id: 'L6', measure: stopped },
  { id: 'H1', measure: hostileQueries },
  ...testRows.map((row) => ({
    id: row.id,
    measure: ({ share }: Ground) => testRow(row, share),
  })),
]
