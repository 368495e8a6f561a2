import type { Catalog, Repository } from '../corpus/catalog.ts'
import { listDirectory } from '../corpus/directory.ts'
import { childPath, namesOf, parentOf } from './byte-path.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'
import { count, plural } from './words.ts'

/** Entries of one directory that stand beside a file. */
const mostEntries = 500

/** What stands beside a file or directory: those that share its directory, and the directories above. */
export interface TreeView {
  readonly parents: readonly { readonly name: string; readonly url: string }[]
  readonly entries: readonly {
    readonly name: string
    readonly url: string
    readonly isFolder: boolean
    readonly isCurrent: boolean
  }[]
  /** How many there are in all, if not all of them are here. */
  readonly total: string | undefined
}

/** @returns `undefined` beside a repository's top, which nothing stands beside, and where the catalog has no such place */
export function treeView(
  { links }: Server,
  catalog: Catalog,
  repository: Repository,
  path: Buffer,
): TreeView | undefined {
  if (path.length === 0) return undefined
  const parent = parentOf(path)
  const directory = listDirectory(catalog, repository, parent)
  if (!directory) return undefined
  const all = [
    ...directory.directories.map(({ name }) => ({ path: childPath(parent, name), isFolder: true })),
    ...directory.files.map((file) => ({ path: file.path, isFolder: false })),
  ]
  const current = all.findIndex((entry) => entry.path.equals(path))
  const from = Math.max(0, Math.min(current - mostEntries / 2, all.length - mostEntries))
  return {
    parents: [Buffer.alloc(0), ...namesOf(parent)].map((above) => ({
      name: above.length === 0 ? visible(repository.name) : nameOf(above),
      url: links.directory(repository.name, above),
    })),
    entries: all.slice(from, from + mostEntries).map((entry, index) => ({
      name: nameOf(entry.path),
      url: entry.isFolder
        ? links.directory(repository.name, entry.path)
        : links.file({ repository, path: entry.path }),
      isFolder: entry.isFolder,
      isCurrent: from + index === current,
    })),
    total:
      all.length > mostEntries
        ? `${plural(mostEntries, 'entry', 'entries')} of ${count(all.length)}`
        : undefined,
  }
}

/** The last component, as text for people. */
const nameOf = (path: Buffer): string =>
  visible(path.subarray(path.lastIndexOf('/') + 1).toString('utf8'))
