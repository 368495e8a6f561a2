// Edits, adds, renames, deletes and checks out files under a running server, and compares its answers with ripgrep's
// all the while: node bench/edits.ts [SECONDS, 600]. Exits 1 if an answer differs for more than a second.
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { rgPath } from '@vscode/ripgrep'

const seconds = Number(process.argv[2] ?? 600)
/** Beyond it a difference is a defect. */
const mostLagMs = 1_000
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const words = Array.from({ length: 40 }, (_, i) => `edited_word_${i}_${(i * 7919) % 97}`)

/** Numbers that look random and are the same in each run (mulberry32). */
let seed = 20_261_124
function random(below: number): number {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) % below
}
const pick = <T>(from: readonly T[]): T => from[random(from.length)]!

const base = mkdtempSync(join(tmpdir(), 'ripline-edits-'))
const root = join(base, 'tree')
cpSync(here('../corpus'), root, { recursive: true })
const git = (...args: string[]) =>
  spawnSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd: root })
const text = () =>
  Array.from(
    { length: 5 + random(40) },
    (_, i) => `line ${i} ${pick(words)} and ${pick(words)}\n`,
  ).join('')
for (let i = 0; i < 600; i++) {
  const path = join(root, `generated/${i % 20}/file${i}.txt`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text())
}
git('init', '--quiet')
git('add', '--all')
git('commit', '--quiet', '--message', 'first')
for (let i = 0; i < 600; i += 3)
  writeFileSync(join(root, `generated/${i % 20}/file${i}.txt`), text())
git('commit', '--quiet', '--all', '--message', 'second')
git('branch', 'other', 'HEAD~1')

const server = spawn(
  process.execPath,
  [
    here('../dist/bin.js'),
    '--port=0',
    `--cache=${join(base, 'cache')}`,
    '--max-lines=100000',
    `edited=${root}`,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const url = await new Promise<string>((resolve) => {
  server.stdout.on('data', (chunk) => {
    const found = /http:\S+/.exec(String(chunk))
    if (found) resolve(found[0])
  })
})

const files = (): string[] =>
  (readdirSync(join(root, 'generated'), { recursive: true, withFileTypes: true }) ?? [])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

let named = 0
const operations: Readonly<Record<string, () => void>> = {
  edit: () => writeFileSync(pick(files()), text()),
  add: () => {
    const path = join(root, `generated/${pick(['0', '1', `new${named % 30}`])}/added${named++}.txt`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text())
  },
  rename: () => renameSync(pick(files()), join(root, 'generated', `renamed${named++}.txt`)),
  remove: () => rmSync(pick(files())),
  'remove a directory': () => {
    const directory = dirname(pick(files()))
    if (directory !== join(root, 'generated')) rmSync(directory, { recursive: true, force: true })
  },
  'check out': () => {
    git('reset', '--quiet', '--hard')
    git('checkout', '--quiet', pick(['master', 'main', 'other']))
  },
}
const weights = [
  'edit',
  'edit',
  'edit',
  'add',
  'add',
  'rename',
  'remove',
  'check out',
  'remove a directory',
]

/** Path, line and text of every match, as ripgrep has them now. */
function reference(word: string): string {
  const args = [
    '--no-config',
    '--line-number',
    '--no-heading',
    '--case-sensitive',
    '-F',
    word,
    './',
  ]
  const { stdout } = spawnSync(rgPath, args, { cwd: root, env: {}, maxBuffer: 1e9 })
  return stdout.toString().replaceAll('./', '').split('\n').filter(Boolean).sort().join('\n')
}

async function answer(word: string): Promise<string> {
  const reply = await fetch(`${url}api/search?q=${word}&case=sensitive&context=0&limit=100000`)
  const events = (await reply.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const last = events.at(-1)
  if (last.type !== 'done' || last.ledger.end !== 'complete')
    return `no answer: ${JSON.stringify(last)}`
  const lines = events
    .filter(({ type }) => type === 'file')
    .flatMap((file) =>
      file.lines.map(
        (line: { number: number; text: string }) => `${file.path}:${line.number}:${line.text}`,
      ),
    )
  return lines.sort().join('\n')
}

const counts: Record<string, number> = {}
const lags: number[] = []
let checks = 0
let worst = ''
let changedAt = performance.now()
const end = performance.now() + seconds * 1_000
await sleep(3_000)
while (performance.now() < end) {
  const operation = pick(weights)
  if (files().length < 100) operations['check out']!()
  operations[operation]!()
  counts[operation] = (counts[operation] ?? 0) + 1
  changedAt = performance.now()
  await sleep(random(120))
  const word = pick(words)
  const expected = reference(word)
  for (;;) {
    const asked = performance.now()
    const found = await answer(word)
    checks++
    if (found === expected) break
    // Nothing has been changed since: how long does the difference last?
    const lag = asked - changedAt
    lags.push(lag)
    if (lag > mostLagMs) worst ||= `${operation}, ${word}, ${Math.round(lag)} ms`
    if (lag > 20_000) break
    await sleep(20)
  }
}
server.kill('SIGTERM')
lags.sort((a, b) => a - b)
const at = (share: number) => Math.round(lags[Math.floor(lags.length * share)] ?? 0)
process.stdout.write(
  `${JSON.stringify(counts)}\n${checks} answers compared in ${seconds} s, ` +
    `${lags.length} were behind: median ${at(0.5)} ms, most ${Math.round(lags.at(-1) ?? 0)} ms after the change\n` +
    `${worst === '' ? 'none differed for more than a second' : `too long: ${worst}`}\n`,
)
rmSync(base, { recursive: true, force: true })
process.exit(worst === '' ? 0 : 1)
