import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs'
import { bytesPath } from './path.ts'

/** Watches directories for changes in them, each by itself: what is in their directories is not theirs. */
export interface Watch {
  /** From now on watches these, absolute, bytes one character each, and directories that have come up in them. */
  follow(directories: readonly string[]): void
  /** Whether every directory that it was to watch is watched. */
  readonly isWhole: boolean
  close(): void
}

/** More watches than this are not asked of the system, which gives them to all of a user's programs together. */
const mostWatches = 50_000
/** Directories that no list names: they have come up since the last one, or have no file now. */
const mostFresh = 1_000
/** Directories in one that has come up, which is moved in with all that it holds. */
const mostBelowFresh = 100
/** Watches that are begun at once, between which others have their turn. */
const atOnce = 250

/**
 * @param onChange hears the path of what has changed, and whether the directory's list of names has
 * @param onBegun hears which directories are watched that were not: what changed in them before has not been heard
 * @returns a watch of nothing yet
 */
export function openWatch(
  onChange: (path: string, isListing: boolean) => void,
  onBegun: (directories: readonly string[]) => void,
): Watch {
  const watchers = new Map<string, FSWatcher>()
  /** Those that no list has named yet. */
  const fresh = new Set<string>()
  let wanted: readonly string[] = []
  let missing = 0
  let begun: string[] = []
  let closed = false
  let pending: NodeJS.Immediate | undefined

  const begin = (directory: string): boolean => {
    if (watchers.has(directory)) return true
    if (watchers.size >= mostWatches) return false
    try {
      const heard = (type: string, name: Buffer | null) => {
        if (name === null) return onChange(directory, true)
        const path = `${directory === '/' ? '' : directory}/${name.toString('latin1')}`
        if (type === 'rename') {
          // Another directory may have taken its place, which the watch of the one before does not see.
          if (watchers.has(path)) endBelow(path)
          beginFresh(path)
        }
        onChange(path, type === 'rename')
      }
      const options = { encoding: 'buffer', persistent: false } as const
      const watcher = watch(bytesPath(directory), options, heard)
      watcher.on('error', () => end(directory))
      watchers.set(directory, watcher)
      return true
    } catch {
      return false
    }
  }
  const end = (directory: string) => {
    watchers.get(directory)?.close()
    watchers.delete(directory)
    fresh.delete(directory)
  }
  const endBelow = (path: string) => {
    for (const directory of watchers.keys()) {
      if (directory === path || directory.startsWith(`${path}/`)) end(directory)
    }
  }
  /** A new directory may be filled before it has been listed, and so may those that came with it. */
  const beginFresh = (top: string) => {
    const pending = [top]
    for (let left = mostBelowFresh; left > 0 && fresh.size < mostFresh; left--) {
      const path = pending.pop()
      if (path === undefined) return
      if (path.endsWith('/.git')) continue
      try {
        if (!isDirectory(path) || !begin(path)) continue
        fresh.add(path)
        pending.push(...directoriesIn(path))
      } catch {
        end(path)
      }
    }
  }
  const work = (from: number) => {
    for (const directory of wanted.slice(from, from + atOnce)) {
      if (watchers.has(directory)) continue
      if (begin(directory)) begun.push(directory)
      else missing++
    }
    const next = from + atOnce
    pending = next < wanted.length && !closed ? setImmediate(work, next) : undefined
    if (pending || begun.length === 0) return
    onBegun(begun)
    begun = []
  }

  return {
    follow(directories) {
      clearImmediate(pending)
      wanted = directories
      missing = 0
      const listed = new Set(directories)
      for (const directory of listed) fresh.delete(directory)
      for (const directory of watchers.keys()) {
        if (listed.has(directory) || fresh.has(directory)) continue
        // What has lost its last file may get another.
        if (fresh.size < mostFresh && isDirectory(directory)) fresh.add(directory)
        else end(directory)
      }
      work(0)
    },
    get isWhole() {
      return missing === 0 && pending === undefined && wanted.length > 0
    },
    close() {
      closed = true
      clearImmediate(pending)
      for (const directory of [...watchers.keys()]) end(directory)
    },
  }
}

function isDirectory(path: string): boolean {
  try {
    return lstatSync(bytesPath(path)).isDirectory()
  } catch {
    return false
  }
}

function directoriesIn(path: string): readonly string[] {
  return readdirSync(bytesPath(path), { withFileTypes: true, encoding: 'buffer' })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path === '/' ? '' : path}/${name.toString('latin1')}`)
}
