import type {
  Cell,
  CorpusResults,
  LoadResult,
  PageResult,
  PeerResult,
  QueryResult,
  RepeatResult,
  Results,
} from './results.ts'
import { isMet, ratio, type Target } from './targets.ts'

/** The results as a page to read. */
export function markdown(results: Results): string {
  const { machine, date, rounds, command } = results
  const gigabytes = (machine.memoryBytes / 2 ** 30).toFixed(0)
  return `${[
    `# Bench, ${date}`,
    `${machine.cpu}, ${machine.cores} cores, ${gigabytes} GiB, Linux ${machine.kernel}, Node ${machine.node}; load ${machine.loadBefore} at the start. \`${command}\``,
    `All in one run, asked in turn, warm; each figure is the median of ${rounds} rounds. Machines differ: trust the ratios.`,
    ...results.corpora.map((corpus) => corpusPart(corpus, rounds)),
    '## How each is installed and started',
    howStarted(results.corpora),
  ].join('\n\n')}\n`
}

function corpusPart(corpus: CorpusResults, rounds: number): string {
  const { name, files, bytes, queries } = corpus
  return [
    `## ${name}: ${count(files)} files, ${megabytes(bytes)} MB`,
    ...missingPart(corpus.peers),
    '### What was to be reached',
    targetTable(corpus.targets),
    '### Whole answer, ms',
    'In brackets the matching lines, where they are not the ones that ripgrep finds (≠), or why there is no answer (letters below). An answer cut by the limit that was asked for is not compared.',
    wholeTable(queries, rounds),
    '### First hit, ms',
    cellTable(queries, ({ firstHit }) => (firstHit === undefined ? '–' : ms(firstHit))),
    '### Whole answer of the JSON lines, as a ratio',
    ratioTable(queries),
    '### Servers and indexes',
    serverTable(corpus.peers, bytes),
    ...loadPart(corpus.load),
    ...pagePart(corpus.pages),
    ...repeatPart(corpus.repeats),
    ...changePart(corpus.change),
    '### How each spells it',
    spellings(corpus),
  ].join('\n\n')
}

function missingPart(peers: readonly PeerResult[]): readonly string[] {
  const missing = peers.filter((peer) => peer.missing !== undefined)
  if (missing.length === 0) return []
  return [missing.map(({ name, missing }) => `**Not measured: ${name}**, ${missing}.`).join('\n')]
}

const targetTable = (targets: readonly Target[]): string =>
  table(
    ['', 'bound', 'measured', ''],
    targets.map((target) => {
      const { name, atMost, atLeast, measured, note } = target
      const verdict = { true: 'met', false: 'missed', undefined: 'not measured' }[
        `${isMet(target)}`
      ]
      return [
        name,
        atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`,
        measured === undefined ? '–' : String(measured),
        [verdict, note].filter(Boolean).join(', '),
      ]
    }),
  )

function wholeTable(queries: readonly QueryResult[], rounds: number): string {
  const reasons: string[] = []
  const text = cellTable(queries, (cell, query) => {
    if (cell.cannot !== undefined) return `(${letter(reasons, cell.cannot)})`
    if (cell.whole === undefined) return '–'
    const notes = [
      ...(differs(cell, query) ? [`≠ ${count(cell.lines!)}`] : []),
      ...(cell.rounds === rounds ? [] : [`${cell.rounds} rounds`]),
      ...(cell.incomplete === undefined ? [] : [letter(reasons, cell.incomplete)]),
    ]
    return `${ms(cell.whole)}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
  })
  const told = reasons
    .map((reason, at) => `(${String.fromCharCode(97 + at)}) ${reason}`)
    .join(' · ')
  return told === '' ? text : `${text}\n\n${told}`
}

/** Whether a contender found other lines than ripgrep does. */
const differs = (cell: Cell, query: QueryResult): boolean =>
  query.limit === undefined && cell.lines !== undefined && cell.lines !== query.lines

function letter(reasons: string[], reason: string): string {
  if (!reasons.includes(reason)) reasons.push(reason)
  return String.fromCharCode(97 + reasons.indexOf(reason))
}

function cellTable(
  queries: readonly QueryResult[],
  show: (cell: Cell, query: QueryResult) => string,
): string {
  const names = queries[0]?.cells.map(({ contender }) => contender) ?? []
  return table(
    ['query', 'lines', 'files', ...names],
    queries.map((query) => [
      query.name,
      count(query.lines),
      count(query.files),
      ...query.cells.map((cell) => show(cell, query)),
    ]),
  )
}

function ratioTable(queries: readonly QueryResult[]): string {
  const ours = 'ripline JSON lines'
  const others = ['floor', 'rg', 'Zoekt API', 'csearch', 'Hound API', 'git grep']
  return table(
    ['query', ...others.map((name) => `to ${name}`), 'candidates to files'],
    queries.map((query) => {
      const candidates = query.cells.find(({ contender }) => contender === ours)?.candidates
      return [
        query.name,
        ...others.map((name) => ratio(query, ours, name)?.toFixed(2) ?? '–'),
        candidates === undefined || query.files === 0
          ? `${candidates === undefined ? '–' : count(candidates)} to ${count(query.files)}`
          : (candidates / query.files).toFixed(2),
      ]
    }),
  )
}

const serverTable = (peers: readonly PeerResult[], textBytes: number): string =>
  table(
    [
      ...['', 'version', 'start to first answer, ms', 'to ready, ms', 'resident, MB'],
      ...['not mapped, MB', 'peak, MB', 'children, MB', 'index built in, s', 'processor, s'],
      ...['build peak, MB', 'index, MB', 'to the text'],
    ],
    peers
      .filter(({ missing }) => missing === undefined)
      .map(({ name, version, firstAnswer, ready, memory, built }) => [
        name,
        version ?? '–',
        optional(firstAnswer, ms),
        optional(ready, ms),
        optional(memory?.resident, megabytes),
        optional(memory?.anonymous, megabytes),
        optional(memory?.peak, megabytes),
        optional(memory?.children, megabytes),
        ...(built && 'seconds' in built
          ? [
              built.seconds.toFixed(1),
              optional(built.cpuSeconds, (seconds) => seconds.toFixed(1)),
              optional(built.peakBytes, megabytes),
              megabytes(built.bytes),
              (built.bytes / textBytes).toFixed(2),
            ]
          : ['–', '–', '–', '–', '–']),
      ]),
  )

function loadPart(load: readonly LoadResult[]): readonly string[] {
  if (load.length === 0) return []
  return [
    '### Many clients at once, rare words',
    'Distinct: no word twice, no cache of finished answers. Skewed: a tenth of the words gets nine tenths of the requests, ripline as it is used.',
    table(
      ['', 'mix', 'clients', 'requests', 'failed', 'a second', 'p50, ms', 'p95, ms', 'bytes each'],
      load.map((one) => [
        ...[one.contender, one.mix, String(one.clients), count(one.requests), count(one.failures)],
        ...[one.perSecond.toFixed(0), ms(one.p50), ms(one.p95)],
        count(Math.round(one.bytes / Math.max(1, one.requests))),
      ]),
    ),
  ]
}

function pagePart(pages: readonly PageResult[]): readonly string[] {
  if (pages.length === 0) return []
  return [
    '### Pages',
    'Of the results page: bytes as sent to a client that takes gzip, and unpacked; what else it loads from its own host, and how much from others (not fetched here, and blocked in the browser).',
    table(
      [
        '',
        'query',
        'sent, kB',
        'HTML, kB',
        'own assets, kB',
        'from others',
        'first painted hit, ms',
      ],
      pages.map((page) => [
        ...[page.contender, page.query, kilobytes(page.sent), kilobytes(page.html)],
        `${kilobytes(page.assets)} in ${page.assetRequests}`,
        String(page.foreign),
        optional(page.paint, ms),
      ]),
    ),
  ]
}

function repeatPart(repeats: readonly RepeatResult[]): readonly string[] {
  if (repeats.length === 0) return []
  return [
    '### The same search again, ripline as it is used, ms',
    table(
      ['query', 'first', 'again', 'ratio'],
      repeats.map(({ query, first, again }) => [
        query,
        ms(first),
        ms(again),
        (again / first).toFixed(2),
      ]),
    ),
  ]
}

function changePart(change: CorpusResults['change']): readonly string[] {
  if (!change) return []
  return [
    `A new file is found after ${ms(change.found)} ms, and a removed one gone after ${ms(change.gone)} ms (medians of ${change.rounds}).`,
  ]
}

/** Of each peer the way it is asked first; the others say the same. */
function spellings({ queries, peers }: CorpusResults): string {
  const shown = new Set(peers.map(({ contenders }) => contenders?.[0]))
  return queries
    .map(({ name, cells }) => {
      const lines = cells
        .filter(({ contender }) => shown.has(contender))
        .map(({ contender, spelled, cannot }) => {
          if (spelled === undefined) return `- ${contender}: ${cannot ?? '–'}`
          return `- ${contender}: ${code(spelled)}${cannot === undefined ? '' : `: ${cannot}`}`
        })
      return [`**${name}**`, '', ...lines].join('\n')
    })
    .join('\n\n')
}

function howStarted(corpora: readonly CorpusResults[]): string {
  const peers = corpora[0]?.peers ?? []
  return peers.map(({ name, about }) => `- **${name}**: ${about}`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Text as Markdown code, also if it holds backquotes. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`
}

const ms = (value: number): string => (value < 9.95 ? value.toFixed(1) : count(Math.round(value)))
const count = (value: number): string => value.toLocaleString('en-US')
const megabytes = (bytes: number): string => count(Math.round(bytes / 1e6))
const kilobytes = (bytes: number): string => (bytes / 1e3).toFixed(bytes < 99_500 ? 1 : 0)
const optional = (value: number | undefined, show: (value: number) => string): string =>
  value === undefined ? '–' : show(value)
