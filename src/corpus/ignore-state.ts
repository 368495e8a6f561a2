import { createHash } from 'node:crypto'
import { lstatSync, type Stats } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { Repository } from './catalog.ts'
import { ancestors } from './discover.ts'
import { absolute } from './path.ts'

/** What decides whether files below a directory are ignored; `.git` and `.jj` by being there. */
const decisive = ['.gitignore', '.ignore', '.rgignore', '.git', '.jj']

/** Others have their turn after so many milliseconds. */
const turnMs = 8
/** A directory that has changed so lately may change again without its time telling. */
const settledMs = 1_000

/** Which decisive names a directory had when it bore a time: they are the same as long as it does. */
export type KnownNames = Map<string, { readonly stamp: string; readonly names: readonly string[] }>

/**
 * Another text when one of the ignore files is another that decide about files of a repository: those of today, in the
 * directories where the files are, or would be. It costs a look at each directory, and at each ignore file.
 *
 * @param directories of the files, relative to the repository, each ending in `/`
 * @param known from the last time, and for the next
 */
export async function ignoreState(
  { root, prefix }: Pick<Repository, 'root' | 'prefix'>,
  directories: Iterable<string>,
  known: KnownNames,
): Promise<string> {
  const hash = createHash('sha256')
  const look = (above: string): Stats | undefined => {
    const stat = statOf(root, above)
    if (stat) hash.update(`${above}\0${stat.ino} ${stat.size} ${stat.ctimeMs} ${stat.mode}\0`)
    return stat
  }
  const namesIn = (directory: string, { ino, ctimeMs }: Stats): readonly string[] => {
    const stamp = `${ino} ${ctimeMs}`
    const before = known.get(directory)
    if (before?.stamp === stamp) return before.names
    const names = decisive.filter((name) => statOf(root, `${directory}${name}`))
    if (Date.now() - ctimeMs > settledMs) known.set(directory, { stamp, names })
    return names
  }
  const absent = new Set<string>()
  let since = performance.now()
  for (const directory of [
    ...['', ...ancestors(prefix).reverse(), ...(prefix === '' ? [] : [prefix])],
    ...[...directories].map((one) => `${prefix}${one}`),
  ]) {
    if (absent.size > 0 && ancestors(directory).some((one) => absent.has(one))) continue
    const stat = statOf(root, directory === '' ? '.' : directory.slice(0, -1))
    if (!stat) absent.add(directory)
    else {
      for (const name of namesIn(directory, stat)) {
        look(`${directory}${name}`)
        if (name === '.git') look(`${directory}.git/info/exclude`)
      }
    }
    if (performance.now() - since < turnMs) continue
    await turn()
    since = performance.now()
  }
  return hash.digest('base64url')
}

function statOf(root: string, path: string): Stats | undefined {
  try {
    return lstatSync(absolute(root, path), { throwIfNoEntry: false })
  } catch {
    // In what is no directory, or cannot be entered.
    return undefined
  }
}
