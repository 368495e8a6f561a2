import { ancestors } from './discover.ts'
import { textOf } from './path.ts'

/** What these hold, or that they are there, decides what there is beside and below them. */
const decisive = new Set(['.gitignore', '.ignore', '.rgignore', '.git'])

/**
 * Directories that need not be entered again: what a listing finds below them is what the last one found. Every
 * directory above a change is entered, and all that is below one; of the others, those that are met on the way are
 * here.
 *
 * @param top the root that is listed; this and all other paths absolute, bytes one character each
 * @param known directories that have been heard of all that changes in them, and those above up to their roots
 * @param changed what has been heard to change since
 * @returns prefixes below the root, each ending in `/`; `undefined` if everything has to be listed
 */
export function untouchedDirectories(
  top: string,
  known: readonly string[],
  changed: readonly string[],
): ReadonlySet<string> | undefined {
  const above = top === '/' ? '/' : `${top}/`
  const touched = new Set<string>()
  for (const path of changed) {
    if (path === top) return undefined
    if (!path.startsWith(above)) continue
    const prefix = `${path.slice(above.length)}/`
    const nameAt = prefix.lastIndexOf('/', prefix.length - 2) + 1
    const isDecisive = decisive.has(prefix.slice(nameAt, -1))
    if (isDecisive && nameAt === 0) return undefined
    touched.add(isDecisive ? prefix.slice(0, nameAt) : prefix)
  }
  const entered = new Set([''])
  for (const prefix of touched) {
    const way = ancestors(prefix)
    if (!way.some((one) => touched.has(one))) for (const one of way) entered.add(one)
  }
  const untouched = new Set<string>()
  for (const directory of known) {
    if (!directory.startsWith(above) || directory === top) continue
    const prefix = `${directory.slice(above.length)}/`
    const parent = prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1)
    if (!entered.has(parent) || entered.has(prefix) || touched.has(prefix)) continue
    // What is not UTF-8 cannot be said in an argument.
    if (!textOf(prefix).includes('\ufffd')) untouched.add(prefix)
  }
  return untouched
}
