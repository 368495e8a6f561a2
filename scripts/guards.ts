// Takes each guard out, in a copy, and runs the tests that must then go red: node scripts/guards.ts [PART OF A FILE'S NAME].
// Exits 1 if one of them stays green.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Guard } from '../tests/guards/guard.ts'
import { guards } from '../tests/guards/list.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const copied = ['src', 'views', 'tests', 'bench', 'corpus', 'scripts', 'package.json', 'README.md']
const settings = ['tsconfig.json', 'vitest.config.ts']
const asked = process.argv[2] ?? ''
/** Of the tests of one guard. */
const longestMs = 240_000

const copy = mkdtempSync(join(tmpdir(), 'ripline-guards-'))
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
process.once('SIGINT', () => process.exit(1))
for (const name of [...copied, ...settings]) {
  cpSync(join(root, name), join(copy, name), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

let survivors = 0
for (const guard of guards.filter(({ file }) => file.includes(asked))) {
  const isMissed = await runWithout(guard)
  if (!isMissed) survivors += 1
  console.log(
    `${isMissed ? 'missed   ' : 'SURVIVES '} ${guard.file}  ${guard.text.trim()}  ${guard.test}`,
  )
}
console.log(`${survivors} of ${guards.length} guards can be taken out without a red test`)
process.exit(survivors === 0 ? 0 : 1)

/** Whether its tests go red when a guard is taken out. That they hang is red, too: they may wait for what never comes. */
async function runWithout({ file, text, without, test, only }: Guard): Promise<boolean> {
  const path = join(copy, file)
  const whole = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    whole.replaceAll(text, () => without),
  )
  const child = spawn(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', test, '--bail=1', '--retry=0', '--reporter=dot'],
      ...(only === undefined ? [] : [`--testNamePattern=${only}`]),
    ],
    // A group of its own, so that what hangs in it goes, too.
    { cwd: copy, stdio: 'ignore', detached: true },
  )
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), longestMs)
  const [status] = await once(child, 'exit')
  clearTimeout(timer)
  writeFileSync(path, whole)
  return status !== 0
}
