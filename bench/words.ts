import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from './contender.ts'

type Searched = Pick<Place, 'rg' | 'corpus'>

/** How many files are looked into for words. */
const sampleSize = 4_000

/** Words that stand in one of a sample of files only: rare in the corpus, and each certainly there. */
export async function rareWords(place: Searched, seed = 6): Promise<readonly string[]> {
  const random = generator(seed)
  const files = shuffled(listFiles(place), random).slice(0, sampleSize)
  const filesOf = new Map<string, number>()
  for (const path of files) {
    const text = await readFile(join(place.corpus.directory, path), 'latin1')
    if (text.length > 1_000_000 || text.includes('\0')) continue
    for (const word of new Set(text.match(/\b[A-Za-z_][A-Za-z0-9_]{7,30}\b/g) ?? [])) {
      filesOf.set(word, (filesOf.get(word) ?? 0) + 1)
    }
  }
  const once = [...filesOf].filter(([, count]) => count === 1).map(([word]) => word)
  return shuffled(once.sort(), random)
}

/** The files that ripgrep lists, in the order of their names. */
export function listFiles({ rg, corpus }: Searched): readonly string[] {
  const args = ['--no-config', '--files', '--null', '--sort=path', './']
  const list = execFileSync(rg, args, { cwd: corpus.directory, maxBuffer: 1e9 }).toString()
  return list.split('\0').filter((path) => path !== '')
}

/** Marsaglia's xorshift: the same numbers for the same seed, below one. */
export function generator(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = result[i]!
    result[i] = result[j]!
    result[j] = kept
  }
  return result
}
