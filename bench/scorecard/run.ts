// The scorecard: load, faults and hostile inputs, each beside its bound. See ../README.md.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { thisMachine } from '../machine.ts'
import { isMet } from '../targets.ts'
import { formatted } from '../write.ts'
import { type Card, cardMarkdown, isWhole } from './card.ts'
import { groundOf } from './ground.ts'
import type { CardRow, Row } from './row.ts'
import { rows } from './rows.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const date = new Date().toISOString().slice(0, 10)
const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: join(root, 'src') },
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(root, `bench/results/scorecard-${date}`) },
  },
})
const only = values.only.split(',').filter((id) => id !== '')
const machine = thisMachine()

const cache = mkdtempSync(join(tmpdir(), 'ripline-scorecard-'))
process.once('exit', () => rmSync(cache, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const ground = await groundOf(values.corpus, Number(values.seconds), cache, Number(values.runs))
const done: Row[] = []
for (const { id, measure } of rows) {
  if (only.length > 0 && !only.includes(id)) continue
  console.error(`${id} …`)
  const row = await measure(ground).catch((error) => failed(id, error))
  done.push(row)
  const missed = row.targets.filter((target) => !isMet(target))
  console.error(`${id} ${isWhole(row) ? 'met' : `missed: ${missed.map(said).join('; ')}`}`)
}

const out = resolve(values.out)
const card: Card = {
  ...{ date, machine },
  rows: withEarlier(done.map((row) => ({ ...row, commit: commit() }))),
  corpus: { name: ground.corpus.name, files: ground.files },
  command: `npm run scorecard -- --corpus DIR --seconds ${values.seconds} --runs ${values.runs}${values.only ? ` --only ${values.only}` : ''}`,
}
writeFileSync(`${out}.json`, `${JSON.stringify(card, null, 2)}\n`)
formatted(`${out}.json`)
writeFileSync(`${out}.md`, cardMarkdown(card))
console.log(
  `${done.filter(isWhole).length} of ${done.length} rows met; ${basename(out)}.md is written`,
)
process.exit(card.rows.every(isWhole) ? 0 : 1)

/** Where only some rows were asked for, the others of the card that is there stay. */
function withEarlier(measured: readonly CardRow[]): readonly CardRow[] {
  if (only.length === 0 || !existsSync(`${out}.json`)) return measured
  const earlier: readonly CardRow[] = JSON.parse(readFileSync(`${out}.json`, 'utf8')).rows
  return rows.flatMap(({ id }) => [...measured, ...earlier].find((row) => row.id === id) ?? [])
}

/** A row that could not be measured is a row that is missed. */
function failed(id: string, error: unknown): Row {
  const note = String(error).slice(0, 300)
  return { id, what: 'could not be measured', targets: [{ name: 'measured', atLeast: 1, note }] }
}

function said({ name, measured, note }: Row['targets'][number]): string {
  return `${name} ${measured ?? 'not measured'}${note ? ` (${note})` : ''}`
}

function commit(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim()
  } catch {
    return undefined
  }
}
