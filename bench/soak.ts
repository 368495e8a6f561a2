// Mixed traffic for an hour, a fifth of it broken off, some hostile, and answers that are compared with ripgrep's all the
// while: node bench/soak.ts [MINUTES, 60] [DIR, src]. Needs `npm run build`. Exits 1 if a bound is missed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWhole } from './scorecard/card.ts'
import { groundOf } from './scorecard/ground.ts'
import { soak } from './scorecard/soak.ts'
import { isMet } from './targets.ts'

const seconds = Number(process.argv[2] ?? 60) * 60
const directory = process.argv[3] ?? fileURLToPath(new URL('../src', import.meta.url))
const cache = mkdtempSync(join(tmpdir(), 'ripline-soak-'))
process.once('exit', () => rmSync(cache, { recursive: true, force: true }))

const ground = await groundOf(directory, seconds, cache)
const row = await soak(ground, { requests: Number.POSITIVE_INFINITY, seconds })
console.log(row.what)
for (const target of row.targets) {
  const { name, measured, atMost, note = '' } = target
  console.log(`${isMet(target) ? 'met   ' : 'MISSED'} ${name}: ${measured} (≤ ${atMost}) ${note}`)
}
process.exit(isWhole(row) ? 0 : 1)
