import { readdirSync } from 'node:fs'
import type { Absent } from './catalog.ts'
import { directoriesOf, ownerOf } from './discover.ts'
import type { Listing, ListOptions } from './list.ts'
import { absolute } from './path.ts'
import { isHidden, mayBeSeen } from './policy.ts'
import { walk } from './walk.ts'

/**
 * Counts what a listing left out, by repository and reason; the price of two more walks. Links and special files are
 * counted outside of directories that are hidden or of which everything is ignored.
 */
export async function countAbsent(
  { directory, found, files }: Listing,
  options: ListOptions,
): Promise<readonly Absent[]> {
  // Of all the files there are, the visible ones are not absent.
  const counts = files.map((visible) => {
    const hidden = visible.filter(({ path }) => isHidden(path)).length
    return { ignored: hidden - visible.length, hidden: -hidden, links: 0, special: 0, shut: 0 }
  })
  const owner = ownerOf(found)
  const count = (path: string, reason: keyof Absent) => {
    const index = owner(path)
    // A bare repository's files are git's own.
    if (index !== undefined && found[index]!.kind !== 'bare') counts[index]![reason]++
  }

  const open = directoriesOf(files.flatMap((visible) => visible.map(({ path }) => path)))
  const closed = new Set<string>()
  const all = { rgPath: options.rgPath, hidden: true, ignored: true }
  for await (const paths of walk(directory, all)) {
    for (const path of paths) count(path, isHidden(path) ? 'hidden' : 'ignored')
    for (const above of directoriesOf(paths.filter(closes))) if (!open.has(above)) closed.add(above)
  }
  const mayEnter = (path: string) =>
    !closed.has(`${path}/`) && mayBeSeen(path, () => options.hidden)
  for (const { path, reason } of irregular(directory, mayEnter)) count(path, reason)

  // Files that came or went meanwhile make no count negative.
  return counts.map(({ ignored, hidden, shut, ...others }) => ({
    ignored: Math.max(0, ignored),
    hidden: Math.max(0, hidden),
    ...others,
    ...(shut === 0 ? {} : { shut }),
  }))
}

/** Whether a file that is not visible speaks for its directory being ignored or hidden: a mere `.keep` does not. */
function closes(path: string): boolean {
  const name = path.lastIndexOf('/') + 1
  return path[name] !== '.' || isHidden(path.slice(0, name))
}

/** Links, special files, and directories that cannot be read, which ripgrep's listing passes over. */
function* irregular(
  root: string,
  mayEnter: (path: string) => boolean,
): Generator<{ path: string; reason: 'links' | 'special' | 'shut' }> {
  const pending = ['']
  for (let above = pending.pop(); above !== undefined; above = pending.pop()) {
    const entries = entriesOf(root, above)
    if (entries === 'shut') yield { path: above, reason: entries }
    else
      for (const entry of entries) {
        const path = `${above}${entry.name.toString('latin1')}`
        if (entry.isSymbolicLink()) yield { path, reason: 'links' }
        else if (entry.isDirectory()) {
          if (mayEnter(path)) pending.push(`${path}/`)
        } else if (!entry.isFile()) yield { path, reason: 'special' }
      }
  }
}

function entriesOf(root: string, path: string) {
  try {
    return readdirSync(absolute(root, path), { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? [] : 'shut'
  }
}
