import { type Catalog, findFile } from './catalog.ts'

/** What has changed since a scan. */
export interface Changes {
  /** Another number, other changes. */
  readonly version: number
  /** Positions of files that are not what the catalog says, or may not be; `all` if these are too many. */
  readonly positions: readonly number[] | 'all'
}

/** Paths that have changed and have not been scanned since. */
export interface ChangeList {
  /** @param path absolute, bytes one character each */
  add(path: string): void
  /** A scan that began then has seen what changed before, in `performance.now()`. */
  forgetBefore(ms: number): void
  of(catalog: Catalog): Changes
  readonly count: number
  /** `undefined` if there have been too many to keep. */
  readonly paths: readonly string[] | undefined
}

/** More than these are not looked up one by one. */
const mostChanges = 2_000

export function createChanges(): ChangeList {
  const paths = new Map<string, number>()
  /** When there was last one too many. */
  let lostAt: number | undefined
  let version = 0
  let finder: Finder | undefined
  let last: { readonly catalog: Catalog; readonly changes: Changes } | undefined

  return {
    add(path) {
      const now = performance.now()
      if (paths.size < mostChanges || paths.has(path)) paths.set(path, now)
      else lostAt = now
      // Now rather than all of them at once when somebody asks.
      finder?.find(path)
      version++
    },
    forgetBefore(ms) {
      // They would hold the catalog of before.
      last = undefined
      finder = undefined
      const before = paths.size
      for (const [path, at] of paths) if (at < ms) paths.delete(path)
      const hadLost = lostAt
      if (lostAt !== undefined && lostAt < ms) lostAt = undefined
      // A scan that has found nothing new leaves all answers as they are.
      if (paths.size !== before || lostAt !== hadLost) version++
    },
    of(catalog) {
      if (last?.catalog.columns === catalog.columns && last.changes.version === version) {
        return last.changes
      }
      if (finder?.catalog.columns !== catalog.columns) finder = finderOf(catalog)
      const positions = lostAt === undefined ? [...paths.keys()].flatMap(finder.find) : 'all'
      last = { catalog, changes: { version, positions } }
      return last.changes
    },
    get count() {
      return paths.size
    },
    get paths() {
      return lostAt === undefined ? [...paths.keys()] : undefined
    },
  }
}

interface Finder {
  readonly catalog: Catalog
  /** A path is looked up once, however many others follow. */
  find(path: string): readonly number[]
}

function finderOf(catalog: Catalog): Finder {
  const repositories = catalog.repositories.map((repository) => {
    const root = Buffer.from(repository.root === '/' ? '' : repository.root).toString('latin1')
    return { repository, top: `${root}/${repository.prefix}` }
  })
  const known = new Map<string, readonly number[]>()
  const lookUp = (path: string): readonly number[] =>
    // A repository may stand in another one: the file is in one of them.
    repositories.flatMap(({ repository, top }) => {
      if (!path.startsWith(top)) return []
      const file = findFile(catalog, repository, Buffer.from(path.slice(top.length), 'latin1'))
      return file ? [file.index] : []
    })
  return {
    catalog,
    find(path) {
      const before = known.get(path)
      if (before) return before
      const positions = lookUp(path)
      if (known.size >= 2 * mostChanges) known.clear()
      known.set(path, positions)
      return positions
    },
  }
}
