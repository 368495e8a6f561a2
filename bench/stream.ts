// How soon a results page begins, shows its first hit, and ends, side by side with ripgrep started by hand on the
// same tree, in one run:
//   node bench/stream.ts DIR [ROUNDS]
// The machine is noisy, so rounds are taken in turn and medians compared; trust the ratios.
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { rgPath } from '@vscode/ripgrep'

const [directory, rounds = '7'] = process.argv.slice(2)
if (!directory) throw new Error('usage: node bench/stream.ts DIR [ROUNDS]')

const queries = [
  { name: 'common literal', q: 'kmalloc', regex: false },
  { name: 'phrase', q: 'for the first time', regex: false },
  { name: 'medium literal', q: 'EXPORT_SYMBOL_NS', regex: false },
  { name: 'regex with literal', q: String.raw`static int \w+_probe\(`, regex: true },
  { name: 'regex without literal', q: String.raw`\b[a-z]{3}\d{6}\b`, regex: true },
  { name: 'absent', q: 'zzqqxx_absent', regex: false },
]

interface Sample {
  /** Milliseconds from the start; absent if there was none. */
  readonly begin?: number
  readonly hit?: number
  readonly end: number
}

async function byHand(q: string, regex: boolean): Promise<Sample> {
  const start = performance.now()
  const args = ['--no-config', '--json', '-C2', ...(regex ? [] : ['-F']), `--regexp=${q}`, './']
  const rg = spawn(rgPath, args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] })
  let hit: number | undefined
  for await (const _ of rg.stdout) hit ??= performance.now() - start
  return { ...(hit === undefined ? {} : { hit }), end: performance.now() - start }
}

async function ripline(address: string, q: string, regex: boolean): Promise<Sample> {
  const start = performance.now()
  const parameters = new URLSearchParams({ q, ...(regex ? { regex: '1' } : {}) })
  const answer = await fetch(`${address}search?${parameters}`)
  let begin: number | undefined
  let hit: number | undefined
  for await (const chunk of answer.body!) {
    begin ??= performance.now() - start
    if (hit === undefined && Buffer.from(chunk).includes('data-kind="match"')) {
      hit = performance.now() - start
    }
  }
  const end = performance.now() - start
  return { ...(begin === undefined ? {} : { begin }), ...(hit === undefined ? {} : { hit }), end }
}

const median = (samples: readonly Sample[], key: keyof Sample): number => {
  const sorted = samples.map((sample) => sample[key] ?? Number.NaN).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url))
const started = performance.now()
const server = spawn(
  process.execPath,
  [bin, '--port=0', '--rescan-seconds=0', '--max-lines=100000', '--max-seconds=60', directory],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const address = await new Promise<string>((resolve) => {
  server.stdout.on('data', (text) => resolve(/http:\S+/.exec(String(text))![0]))
})
const listening = performance.now() - started
await ripline(address, 'zzqqxx_absent', false)
console.log(
  `listening after ${listening.toFixed(0)} ms, first search answered after ${(performance.now() - started).toFixed(0)} ms`,
)

// The corpus is looked at in the background; what follows is measured in peace.
for (;;) {
  const lines = (await (await fetch(`${address}api/search?q=zzqqxx_absent`)).text())
    .trim()
    .split('\n')
  if (JSON.parse(lines.at(-1)!).ledger.leftOut.hidden !== null) break
}
console.log(
  '| query | rg first hit | rg whole | page first byte | first hit | whole | first hit / whole | whole / rg |',
)
console.log('|---|---|---|---|---|---|---|---|')
for (const { name, q, regex } of queries) {
  const hand: Sample[] = []
  const ours: Sample[] = []
  for (let round = 0; round < Number(rounds); round++) {
    hand.push(await byHand(q, regex))
    ours.push(await ripline(address, q, regex))
  }
  const cells = [
    median(hand, 'hit'),
    median(hand, 'end'),
    median(ours, 'begin'),
    median(ours, 'hit'),
    median(ours, 'end'),
  ].map((ms) => (Number.isNaN(ms) ? '–' : ms.toFixed(0)))
  const ratios = [
    median(ours, 'hit') / median(ours, 'end'),
    median(ours, 'end') / median(hand, 'end'),
  ].map((ratio) => (Number.isNaN(ratio) ? '–' : ratio.toFixed(2)))
  console.log(`| ${[name, ...cells, ...ratios].join(' | ')} |`)
}
server.kill()
