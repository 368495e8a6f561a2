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
  const { directories, files } = directory
  const total = directories.length + files.length
  const own = path.subarray(parent.length === 0 ? 0 : parent.length + 1)
  const asDirectory = directories.findIndex(({ name }) => name.equals(own))
  const current =
    asDirectory === -1
      ? directories.length + files.findIndex((file) => file.path.equals(path))
      : asDirectory
  const from = Math.max(0, Math.min(current - mostEntries / 2, total - mostEntries))
  const to = from + mostEntries
  const firstFile = Math.max(0, from - directories.length)
  const entries = [
    ...directories.slice(from, to).map(({ name }) => ({
      name: visible(name.toString('utf8')),
      url: links.directory(repository.name, childPath(parent, name)),
      isFolder: true,
    })),
    ...files.slice(firstFile, Math.max(0, to - directories.length)).map((file) => ({
      name: nameOf(file.path),
      url: links.file(file),
      isFolder: false,
    })),
  ]
  return {
    parents: [Buffer.alloc(0), ...namesOf(parent)].map((above) => ({
      name: above.length === 0 ? visible(repository.name) : nameOf(above),
      url: links.directory(repository.name, above),
    })),
    entries: entries.map((entry, index) => ({ ...entry, isCurrent: from + index === current })),
    total:
      total > mostEntries
        ? `${plural(mostEntries, 'entry', 'entries')} of ${count(total)}`
        : undefined,
  }
}

/** The last component, as text for people. */
const nameOf = (path: Buffer): string =>
  visible(path.subarray(path.lastIndexOf('/') + 1).toString('utf8'))
