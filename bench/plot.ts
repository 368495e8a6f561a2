// Draws the whole times of a results file as bars on a logarithmic scale:
//   node bench/plot.ts bench/results/DATE.json [CORPUS] > docs/bench-linux.svg
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import type { Cell, QueryResult, Results } from './results.ts'

const shownContenders = [
  'ripline JSON lines',
  'Zoekt API',
  'csearch',
  'Hound API',
  'git grep',
  'rg',
  'datasette-ripgrep',
]

const shownQueries = [
  ...['rare literal', 'medium literal', 'phrase', 'regex with literals', 'alternation'],
  ...['ignore case', 'two characters', 'word', '40 hex digits', 'regex without literals'],
]

const width = 760
const labels = 210
const barHeight = 9
const groupGap = 12
const top = 40

/** Mid greys and one blue that stand out from a white ground and from a black one. */
const colours = { ours: '#3b82f6', others: '#8a8f98', text: '#7d828b', line: '#7d828b55' }

/** A drawing of one corpus; the same results give the same text. */
export function plot(results: Results, corpusName?: string): string {
  const corpus = results.corpora.find(({ name }) => name === (corpusName ?? name))
  if (!corpus) throw new Error(`the results have no corpus ${corpusName}`)
  const queries = shownQueries.flatMap(
    (name) => corpus.queries.find((query) => query.name === name) ?? [],
  )
  const contenders = shownContenders.filter((name) =>
    corpus.peers.some((peer) => peer.contenders?.includes(name)),
  )
  const times = queries.flatMap(({ cells }) =>
    cells.flatMap(({ contender, whole }) =>
      whole !== undefined && contenders.includes(contender) ? whole : [],
    ),
  )
  const scale = scaleFor(times)
  const groupHeight = contenders.length * barHeight + groupGap
  const height = top + queries.length * groupHeight + 8
  const groups = queries.map((query, at) =>
    group(query, contenders, scale, top + at * groupHeight, groupHeight),
  )
  const title = `Whole answer in milliseconds, ${corpus.name}, ${corpus.files.toLocaleString('en-US')} files`
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="10" fill="${colours.text}">`,
    `<text x="0" y="12" font-size="12" font-weight="600">${escaped(title)}</text>`,
    ...scale.ticks.map((tick) => axisLine(tick, scale, height)),
    ...groups,
    '</svg>',
  ].join('\n')}\n`
}

interface Scale {
  x(ms: number): number
  readonly ticks: readonly number[]
}

function scaleFor(times: readonly number[]): Scale {
  const from = Math.floor(Math.log10(Math.min(...times)))
  const to = Math.ceil(Math.log10(Math.max(...times)))
  const room = width - labels - 60
  const x = (ms: number) => labels + ((Math.log10(ms) - from) / Math.max(1, to - from)) * room
  return { x, ticks: Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at)) }
}

function axisLine(tick: number, scale: Scale, height: number): string {
  const x = scale.x(tick).toFixed(1)
  return `<path d="M${x} ${top - 8}V${height - 4}" stroke="${colours.line}"/><text x="${x}" y="${top - 11}" text-anchor="middle">${tick.toLocaleString('en-US', { maximumFractionDigits: 3 })}</text>`
}

function group(
  query: QueryResult,
  contenders: readonly string[],
  scale: Scale,
  y: number,
  height: number,
): string {
  const middle = y + (height - groupGap) / 2 + 3
  const bars = contenders.map((name, at) => {
    const cell = query.cells.find(({ contender }) => contender === name)
    return bar(name, cell, query, scale, y + at * barHeight)
  })
  return [`<text x="0" y="${middle}" font-size="11">${escaped(query.name)}</text>`, ...bars].join(
    '\n',
  )
}

/** A bar and its figure; hollow if the answer is not what ripgrep finds, for a quick wrong answer is no bar. */
function bar(
  name: string,
  cell: Cell | undefined,
  query: QueryResult,
  scale: Scale,
  y: number,
): string {
  const colour = name.startsWith('ripline') ? colours.ours : colours.others
  const label = `<text x="${labels - 4}" y="${y + 7.5}" font-size="8" text-anchor="end">${escaped(name)}</text>`
  if (cell?.whole === undefined) {
    return `${label}<text x="${labels + 3}" y="${y + 7.5}" font-size="8">cannot</text>`
  }
  const isWhole =
    cell.incomplete === undefined && (cell.lines === undefined || cell.lines === query.lines)
  const length = Math.max(1, scale.x(cell.whole) - labels)
  const paint = isWhole ? `fill="${colour}"` : `fill="none" stroke="${colour}"`
  const figure = `${cell.whole < 10 ? cell.whole.toFixed(1) : cell.whole.toFixed(0)}${isWhole ? '' : ' (other lines)'}`
  return `${label}<rect x="${labels}" y="${y + 1}" width="${length.toFixed(1)}" height="${barHeight - 2}" ${paint}/><text x="${(labels + length + 3).toFixed(1)}" y="${y + 7.5}" font-size="8">${figure}</text>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, corpus] = process.argv.slice(2)
  if (!file) throw new Error('usage: node bench/plot.ts RESULTS.json [CORPUS]')
  process.stdout.write(plot(JSON.parse(await readFile(file, 'utf8')), corpus))
}
