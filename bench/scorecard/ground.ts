import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import type { Corpus } from '../contender.ts'
import { listFiles, rareWords } from '../words.ts'
import type { Ground } from './served.ts'

/** Takes a directory for the corpus. */
export async function groundOf(
  directory: string,
  seconds: number,
  cache: string,
  share = 1,
): Promise<Ground & { readonly files: number }> {
  const corpus: Corpus = { name: basename(directory), directory: realpathSync(directory) }
  const shared = { rg: rgPath, corpus }
  const words = (await rareWords(shared)).slice(0, 4_000)
  if (words.length < 50) throw new Error(`${directory} is too small: it has ${words.length} words`)
  return { ...shared, cache, seconds, share, words, files: listFiles(shared).length }
}
