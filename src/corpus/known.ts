import { type ListedRepository, listedRepositories } from './arrange.ts'
import { type Catalog, type Columns, fileStates, pathsText, type Repository } from './catalog.ts'
import { memoryOf } from './columns.ts'
import type { ListedFile, Listing } from './list.ts'

/** What an earlier scan knows of files. */
export interface KnownFiles {
  readonly columns: Columns
  /** @param path relative to the repository, bytes one character each */
  positionOf(repository: Repository, path: string): number | undefined
}

/** @param isLeft by position in the catalog, 1 for a file that is not asked for */
export function knownFiles(catalog: Catalog, isLeft?: Uint8Array): KnownFiles {
  const tables = new Map<string, ReadonlyMap<string, number>>()
  return {
    columns: catalog.columns,
    positionOf({ name, root, prefix }, path) {
      let table = tables.get(name)
      if (!table) {
        const known = catalog.repositories.find((other) => other.name === name)
        const isSamePlace = known?.root === root && known.prefix === prefix
        table = isSamePlace ? positionsIn(catalog, known, isLeft) : new Map()
        tables.set(name, table)
      }
      return table.get(path)
    },
  }
}

function positionsIn(
  catalog: Catalog,
  { from, to }: Repository,
  isLeft?: Uint8Array,
): ReadonlyMap<string, number> {
  const { pathEnds } = catalog.columns
  const text = pathsText(catalog)
  const positions = new Map<string, number>()
  let start = from === 0 ? 0 : pathEnds[from - 1]!
  for (let i = from; i < to; i++) {
    if (isLeft?.[i] !== 1) positions.set(text.slice(start, pathEnds[i]), i)
    start = pathEnds[i]!
  }
  return positions
}

const unreadable = fileStates.indexOf('unreadable')

/** Whether a file is still the one that was looked at. What could not be read is tried each time. */
export function isSame(
  now: Omit<ListedFile, 'path'>,
  { state, inode, changedMs, bytes, modifiedMs }: Columns,
  position: number,
): boolean {
  return (
    state[position] !== unreadable &&
    now.inode === inode[position] &&
    now.changedMs === changedMs[position] &&
    now.bytes === bytes[position] &&
    now.modifiedMs === modifiedMs[position]
  )
}

/** Whether the catalog of these listings, once looked at, would be the earlier one. */
export function isAsListed(listings: readonly Listing[], before: Catalog): boolean {
  const listed = listedRepositories(listings)
  if (!areSameRepositories(listed, before.repositories)) return false
  const known = knownFiles(before)
  return listed.every(({ files, prefix }, index) => {
    const repository = before.repositories[index]!
    if (files.length !== repository.to - repository.from) return false
    return files.every((file) => {
      const position = known.positionOf(repository, file.path.slice(prefix.length))
      return position !== undefined && isSame(file, before.columns, position)
    })
  })
}

/** Whether they are the same places under the same names. */
export function areSameRepositories(
  listed: readonly Omit<ListedRepository, 'files'>[],
  before: readonly Repository[],
): boolean {
  return (
    listed.length === before.length &&
    listed.every(({ name, kind, root, prefix }, index) => {
      const other = before[index]!
      return (
        name === other.name && kind === other.kind && root === other.root && prefix === other.prefix
      )
    })
  )
}

/** Whether two catalogs say the same of the same files. */
export function isSameCatalog(now: Catalog, before: Catalog): boolean {
  return (
    now.generation === before.generation &&
    areSameRepositories(now.repositories, before.repositories) &&
    Buffer.compare(memoryOf(now.columns), memoryOf(before.columns)) === 0
  )
}
