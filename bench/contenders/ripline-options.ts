// What the bench says to ripline about its index and its cache of finished answers, and how it hears that the index
// is there: all that has to change here when their settings do.
import { setTimeout as sleep } from 'node:timers/promises'

/** Options that put the index into a directory. */
export const indexArgs = (directory: string): readonly string[] => [`--cache=${directory}`]

/** The command that builds the index of a tree ahead. */
export const buildArgs = (directory: string, tree: string): readonly string[] | undefined => [
  'index',
  `--cache=${directory}`,
  tree,
]

/** Options that switch off the cache of finished answers. */
export const withoutAnswerCache: readonly string[] = ['--max-cache-bytes=0']

/**
 * Waits until the server has listed, looked at and indexed its corpus: all files have been looked at, and a word that
 * stands nowhere has no candidates.
 */
export async function untilIndexed(url: string, patienceMs = 600_000): Promise<void> {
  const end = Date.now() + patienceMs
  while (Date.now() < end) {
    const answer = await fetch(`${url}api/search?q=zzqqxx_absent`)
    const { ledger } = JSON.parse((await answer.text()).trim().split('\n').at(-1)!)
    if (ledger?.preliminary === false && ledger.candidates === 0) return
    await sleep(50)
  }
  throw new Error('ripline has not finished its index')
}
