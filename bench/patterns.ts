// Asks a running server for patterns made of its own corpus, and compares with ripgrep over the same tree, file by
// file and line by line: node bench/patterns.ts URL DIR [COUNT, 500]. Exits 1 if an answer differs.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import { defaultLimits } from '../src/limits.ts'

const [url, root, count = '500'] = process.argv.slice(2)
if (!url || !root) {
  process.stderr.write('usage: node bench/patterns.ts URL DIR [COUNT]\n')
  process.exit(2)
}

/** Numbers that look random and are the same in each run (mulberry32). */
let seed = 61
function random(below: number): number {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) % below
}
const pick = <T>(from: readonly T[]): T => from[random(from.length)]!

interface Pattern {
  readonly text: string
  readonly flags: readonly ('regex' | 'word' | 'ignore' | 'sensitive')[]
}

/** What ripgrep prints; it exits with 1 where it finds nothing, and with 2 where it cannot read a file. */
const ripgrep = (args: readonly string[]): Promise<Buffer> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: {}, maxBuffer: 2 ** 31, encoding: 'buffer' } as const
    execFile(rgPath, ['--no-config', ...args], options, (_error, stdout) => resolve(stdout))
  })

const paths = (await ripgrep(['--files', './'])).toString().split('\n').filter(Boolean).sort()

/** A line of some file, of printable ASCII. */
function someLine(): string {
  for (;;) {
    const lines = readFileSync(join(root!, pick(paths)), 'latin1').split(/\r?\n/)
    const line = pick(lines).trim()
    if (/^[\x20-\x7e]{4,200}$/.test(line)) return line
  }
}
const escaped = (text: string) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&')
const words = (line: string) => line.match(/\w{3,}/g) ?? ['int']

const makers: readonly (() => Pattern)[] = [
  () => ({ text: pick(words(someLine())), flags: [] }),
  () => ({ text: pick(words(someLine())), flags: ['word'] }),
  () => ({ text: pick(words(someLine())).toUpperCase(), flags: ['ignore'] }),
  () => ({
    text: someLine()
      .slice(0, 12 + random(20))
      .trim(),
    flags: ['sensitive'],
  }),
  () => {
    const line = someLine()
    const from = random(line.length - 2)
    return { text: line.slice(from, from + 2 + random(6)).trim() || 'x', flags: [] }
  },
  () => {
    const [a, b] = [words(someLine()), words(someLine())]
    return { text: `${pick(a)}|${pick(b)}`, flags: ['regex'] }
  },
  () => {
    const line = someLine()
    const [first, last] = [words(line)[0]!, words(line).at(-1)!]
    return { text: `\\b${first}\\b.*${last}`, flags: ['regex'] }
  },
  () => ({ text: `^\\s*${escaped(someLine().slice(0, 16))}`, flags: ['regex'] }),
  () => ({ text: `${escaped(someLine().slice(-12))}$`, flags: ['regex', 'sensitive'] }),
  () => ({
    text: escaped(someLine().slice(0, 24))
      .replaceAll(/[0-9]+/g, '\\d+')
      .replaceAll(/[a-z]{6,}/g, '[a-z]+'),
    flags: ['regex', 'sensitive'],
  }),
  () => ({
    text: pick(words(someLine())).replace(/^(.)(.*)(.)$/, (_, a, b, c) => `${a}?${b}${c}{1,2}`),
    flags: ['regex'],
  }),
]

const rgFlags = {
  word: '--word-regexp',
  ignore: '--ignore-case',
  sensitive: '--case-sensitive',
} as const

async function reference({ text, flags }: Pattern): Promise<ReadonlyMap<string, number>> {
  const args = flags.flatMap((flag) => (flag === 'regex' ? [] : [rgFlags[flag]]))
  const isPlain = !flags.includes('regex')
  const out = await ripgrep([
    ...['--count', '--with-filename', '--null', '--crlf', '--smart-case'],
    ...args,
    ...(isPlain ? ['--fixed-strings'] : []),
    `--regexp=${text}`,
    './',
  ])
  const rows = out.toString('latin1').split('\n').filter(Boolean)
  return new Map(
    rows.map((row) => [row.slice(2, row.indexOf('\0')), Number(row.slice(row.indexOf('\0') + 1))]),
  )
}

interface Answered {
  /** Matching lines, by path. */
  readonly files: ReadonlyMap<string, number>
  readonly candidates: number
  readonly end: string
}

/** The whole answer: where a limit cuts it, it is continued. */
async function answer({ text, flags }: Pattern): Promise<Answered> {
  const query = new URLSearchParams({ q: text, context: '0' })
  if (flags.includes('regex')) query.set('regex', '1')
  if (flags.includes('word')) query.set('word', '1')
  if (flags.includes('ignore')) query.set('case', 'ignore')
  if (flags.includes('sensitive')) query.set('case', 'sensitive')
  const files = new Map<string, number>()
  for (let candidates = 0; ; ) {
    const reply = await fetch(`${url}api/search?${query}`)
    const events = (await reply.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const { type, path, lines } of events) {
      if (type !== 'file') continue
      const key = Buffer.from(path).toString('latin1')
      files.set(key, (files.get(key) ?? 0) + lines.length)
    }
    const { ledger } = events.at(-1)
    candidates ||= ledger?.candidates ?? 0
    if (!ledger?.cursor) return { files, candidates, end: ledger?.end ?? 'failed' }
    query.set('after', ledger.cursor)
  }
}

/** What holds a NUL, or is large, ripgrep searches, the former up to there; the server leaves it out, and says so. */
function isLeftOut(path: string): boolean {
  const bytes = readFileSync(join(root!, path))
  return bytes.includes(0) || bytes.length > defaultLimits.fileBytes
}

/** What matches more lines would be compared for minutes. */
const mostLines = 500_000

let common = 0
let differing = 0
let matching = 0
const ratios: number[] = []
for (let i = 0; i < Number(count); i++) {
  const pattern = makers[i % makers.length]!()
  const expected = await reference(pattern)
  if ([...expected.values()].reduce((sum, lines) => sum + lines, 0) > mostLines) {
    common++
    continue
  }
  const { files, candidates, end } = await answer(pattern)
  const isSame =
    end === 'complete' &&
    [...files].every(([path, lines]) => expected.get(path) === lines) &&
    [...expected.keys()].every((path) => files.has(path) || isLeftOut(path))
  if (!isSame) {
    differing++
    process.stdout.write(
      `differs: ${JSON.stringify(pattern)} ${end} ${files.size} files, ripgrep ${expected.size}\n`,
    )
  }
  if (files.size > 0) {
    matching++
    ratios.push(Math.log(candidates / files.size))
  }
}
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, ratios.length))
process.stdout.write(
  `${count} patterns, ${matching} with a match, ${common} too common, ${differing} differ; candidates to matching files: geometric mean ${mean.toFixed(2)}\n`,
)
process.exit(differing === 0 ? 0 : 1)
