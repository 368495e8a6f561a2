import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { Repository } from './catalog.ts'
import { ancestors } from './discover.ts'
import { absolute } from './path.ts'

/** What decides whether files below a directory are ignored; `.git` and `.jj` by being there. */
const decisive = ['.gitignore', '.ignore', '.rgignore', '.git', '.jj', '.git/info/exclude']

/** Others have their turn after so many milliseconds. */
const turnMs = 8

/**
 * Another text when one of the ignore files is another that decide about files of a repository: those of today, in the
 * directories where the files are, or would be. It costs a look at six names in each, some ten microseconds.
 *
 * @param directories of the files, relative to the repository, each ending in `/`
 */
export async function ignoreState(
  { root, prefix }: Pick<Repository, 'root' | 'prefix'>,
  directories: Iterable<string>,
): Promise<string> {
  const hash = createHash('sha256')
  let since = performance.now()
  const absent = new Set<string>()
  const look = (above: string) => {
    for (const name of decisive) {
      try {
        const stat = lstatSync(absolute(root, `${above}${name}`), { throwIfNoEntry: false })
        if (stat)
          hash.update(`${above}${name}\0${stat.ino} ${stat.size} ${stat.ctimeMs} ${stat.mode}\0`)
      } catch {
        // In what is no directory, or cannot be entered.
      }
    }
  }
  const isThere = (directory: string): boolean => {
    if (ancestors(directory).some((one) => absent.has(one))) return false
    try {
      if (lstatSync(absolute(root, directory.slice(0, -1)), { throwIfNoEntry: false })) return true
    } catch {
      // As above.
    }
    absent.add(directory)
    return false
  }
  for (const above of ['', ...ancestors(prefix).reverse(), ...(prefix === '' ? [] : [prefix])]) {
    look(above)
  }
  for (const directory of directories) {
    if (isThere(`${prefix}${directory}`)) look(`${prefix}${directory}`)
    if (performance.now() - since < turnMs) continue
    await turn()
    since = performance.now()
  }
  return hash.digest('base64url')
}
