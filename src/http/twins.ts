import type { Catalog, CatalogFile } from '../corpus/catalog.ts'
import type { Changes } from '../corpus/changes.ts'
import type { FileMatches } from '../search/events.ts'

/** Files of one answer that hold the same, byte for byte. */
export interface Twins {
  /** The first file of the answer that this one is a copy of, and of which the same lines are shown. */
  twinOf(catalog: Catalog, found: FileMatches): CatalogFile | undefined
}

/**
 * Contents are known by the digests of the scan.
 *
 * @param changes since the scan; where they are not heard of nothing is said to be the same
 */
export function createTwins(changes: Changes | undefined): Twins {
  const firsts = new Map<string, FileMatches>()
  const positions = changes?.positions ?? 'all'
  const changed = positions === 'all' ? undefined : new Set(positions)
  return {
    twinOf({ columns }, found) {
      if (!changed) return undefined
      const { file } = found
      const digest = columns.digest.subarray(4 * file.index, 4 * file.index + 4)
      if (digest.every((part) => part === 0) || changed.has(file.index)) return undefined
      const key = digest.join(' ')
      const first = firsts.get(key)
      if (first && isSame(first, found)) return first.file
      firsts.set(key, found)
      return undefined
    },
  }
}

/** An answer that was cut, or that goes on, shows of two copies not the same lines. */
const isSame = (a: FileMatches, b: FileMatches): boolean =>
  a.lines.length === b.lines.length &&
  a.matchCount === b.matchCount &&
  a.lines.every((line, i) => line.number === b.lines[i]!.number && line.text === b.lines[i]!.text)
