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

/** Waits until the server has listed, looked at and indexed its corpus, as its status says. */
export async function untilIndexed(url: string, patienceMs = 600_000): Promise<void> {
  const end = Date.now() + patienceMs
  while (Date.now() < end) {
    const { corpus, index } = await (await fetch(`${url}status?format=json`)).json()
    if (corpus?.complete && index.ready && index.building === null) return
    await sleep(50)
  }
  throw new Error('ripline has not finished its index')
}
