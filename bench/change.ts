import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender, Corpus } from './contender.ts'
import { wordQuery } from './queries.ts'
import type { ChangeResult } from './results.ts'
import { median, rounded } from './statistics.ts'

/** How long a new file takes to be found, and a removed one to be forgotten. It writes into the corpus, and cleans up. */
export async function measureChange(
  contender: Contender,
  { directory }: Corpus,
  rounds: number,
): Promise<ChangeResult> {
  const found: number[] = []
  const gone: number[] = []
  for (let round = 0; round < rounds; round++) {
    const word = `riplineBenchWord${process.pid}x${round}`
    const path = join(directory, `${word}.c`)
    try {
      await writeFile(path, `int ${word};\n`)
      found.push(await untilFound(contender, word, true))
    } finally {
      await rm(path, { force: true })
    }
    gone.push(await untilFound(contender, word, false))
  }
  return { found: rounded(median(found), 0), gone: rounded(median(gone), 0), rounds }
}

/** The first answer that has, or has not, a word; in milliseconds. */
export async function untilFound(
  contender: Contender,
  word: string,
  isWanted: boolean,
  patienceMs = 60_000,
): Promise<number> {
  const started = performance.now()
  while (performance.now() - started < patienceMs) {
    const { lines } = await contender.ask(wordQuery(word))
    if ((lines ?? 0) > 0 === isWanted) return performance.now() - started
    await sleep(10)
  }
  throw new Error(`${word} is ${isWanted ? 'not found' : 'still found'} after ${patienceMs} ms`)
}
