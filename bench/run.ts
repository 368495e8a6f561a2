// Side by side, in one run: ripline, ripgrep by hand, and the peers. See README.md beside this file.
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import { openRunner } from './command.ts'
import { measureCorpus } from './corpus.ts'
import { thisMachine } from './machine.ts'
import { parseOptions, usage } from './options.ts'
import { markdown } from './report.ts'
import type { CorpusResults, Results } from './results.ts'
import { formatted } from './write.ts'

const date = new Date().toISOString().slice(0, 10)
const options = (() => {
  try {
    return parseOptions(process.argv.slice(2), date)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
})()

const machine = thisMachine()
const runner = openRunner()
const scratch = await mkdtemp(join(tmpdir(), 'ripline-bench-'))
// Whatever ends the run ends the servers, which hear of this process's exit, and takes the scratch directory along.
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const corpora: CorpusResults[] = []
try {
  for (const corpus of options.corpora) {
    corpora.push(await measureCorpus(corpus, options, { runner, rg: rgPath, scratch, date }))
    await write()
  }
} finally {
  runner.close()
}

/** After each corpus, so that a run that is cut short has not been in vain. */
async function write(): Promise<void> {
  const results: Results = {
    date,
    machine,
    command: options.command,
    rounds: options.rounds,
    corpora,
  }
  await mkdir(dirname(options.out), { recursive: true })
  await writeFile(`${options.out}.json`, `${JSON.stringify(results, null, 2)}\n`)
  formatted(`${options.out}.json`)
  await writeFile(`${options.out}.md`, markdown(results))
  console.log(`${basename(options.out)}.md and .json are written`)
}
