import { type ChangeList, createChanges } from './changes.ts'
import { openWatch } from './watch.ts'

/** What is heard of changes, for those who list. */
export interface Heard {
  /** Not scanned yet. */
  readonly changes: ChangeList
  /** What has changed since `beginMeanwhile`. */
  readonly meanwhile: ChangeList
  beginMeanwhile(): void
  /** Settles when there is something to list again; at once if there is. */
  stirred(): Promise<void>
  /** What there is to list again, and from now on is not; `undefined` if it is everything. */
  take(): readonly string[] | undefined
  /** From now on hears these directories, absolute, bytes one character each. */
  follow(directories: readonly string[]): void
  /** Whether all that changes in them is heard. */
  readonly isWhole: boolean
  close(): void
}

/** So many changed files make a scan worth while; until then they are searched each time. */
const manyChanges = 64
/** Directories that nobody has listened to: with more of them everything is listed. */
const manyUnheard = 1_000

export function hearChanges(): Heard {
  const changes = createChanges()
  let meanwhile = createChanges()
  let stirred = Promise.withResolvers<void>()
  /** Directories in which something may have changed that has not been heard. */
  let unheard: string[] = []

  const watch = openWatch(
    (path, isListing) => {
      changes.add(path)
      meanwhile.add(path)
      // What a file holds is read in any case; what files there are is not known before the next scan.
      if (isListing || changes.count > manyChanges) stirred.resolve()
    },
    (directories) => {
      unheard.push(...directories)
      for (const directory of directories) meanwhile.add(directory)
      stirred.resolve()
    },
  )
  return {
    changes,
    get meanwhile() {
      return meanwhile
    },
    beginMeanwhile() {
      meanwhile = createChanges()
    },
    stirred: () => stirred.promise,
    take() {
      stirred = Promise.withResolvers()
      const { paths } = changes
      const all = paths && unheard.length <= manyUnheard ? [...paths, ...unheard] : undefined
      unheard = []
      return all
    },
    follow: (directories) => watch.follow(directories),
    get isWhole() {
      return watch.isWhole
    },
    close: () => watch.close(),
  }
}
