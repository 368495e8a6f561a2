import type { Catalog, Repository } from '../corpus/catalog.ts'
import { listDirectory } from '../corpus/directory.ts'
import type { TreeEntry } from '../git/tree.ts'
import { childPath, namesOf, parentOf } from './byte-path.ts'
import type { FilePlace } from './links.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'
import { repositoryText } from './trail.ts'
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
  server: Server,
  catalog: Catalog,
  repository: Repository,
  path: Buffer,
): TreeView | undefined {
  if (path.length === 0) return undefined
  const parent = parentOf(path)
  const directory = listDirectory(catalog, repository, parent)
  if (!directory) return undefined
  const { directories, files } = directory
  const own = nameIn(parent, path)
  const asDirectory = directories.findIndex(({ name }) => name.equals(own))
  const current =
    asDirectory === -1
      ? directories.length + files.findIndex((file) => file.path.equals(path))
      : asDirectory
  return viewOf(
    server,
    { repository, path },
    directories.length + files.length,
    current,
    (index) =>
      index < directories.length
        ? { name: directories[index]!.name, isFolder: true }
        : { name: nameIn(parent, files[index - directories.length]!.path), isFolder: false },
  )
}

/** The same at a revision. @param siblings what may be seen there, with the place itself */
export function treeThen(
  server: Server,
  place: FilePlace,
  siblings: readonly TreeEntry[],
): TreeView | undefined {
  if (place.path.length === 0) return undefined
  const own = nameIn(parentOf(place.path), place.path).toString('latin1')
  const listed = inOrder(siblings)
  const current = listed.findIndex(({ name }) => name === own)
  return viewOf(server, place, listed.length, current, (index) => {
    const { name, kind } = listed[index]!
    return { name: Buffer.from(name, 'latin1'), isFolder: kind === 'directory' }
  })
}

/** Directories first, each in natural order. */
export function inOrder(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const text = ({ name }: TreeEntry) => Buffer.from(name, 'latin1').toString('utf8')
  const rank = ({ kind }: TreeEntry) => (kind === 'directory' ? 0 : 1)
  collator ??= new Intl.Collator('en', { numeric: true })
  const { compare } = collator
  return [...entries].sort((a, b) => rank(a) - rank(b) || compare(text(a), text(b)))
}

/** What it knows of the world's letters takes 3 MB, which searching needs not. */
let collator: Intl.Collator | undefined

/** @param entryAt an entry by its position, of which not all are asked for */
function viewOf(
  { links }: Server,
  { repository, path, revision }: FilePlace,
  total: number,
  current: number,
  entryAt: (index: number) => { readonly name: Buffer; readonly isFolder: boolean },
): TreeView {
  const parent = parentOf(path)
  const from = Math.max(0, Math.min(current - mostEntries / 2, total - mostEntries))
  const shown = Array.from({ length: Math.min(mostEntries, total - from) }, (_, i) => from + i)
  return {
    parents: [Buffer.alloc(0), ...namesOf(parent)].map((above) => ({
      name:
        above.length === 0
          ? repositoryText(repository.name, revision)
          : visible(nameIn(parentOf(above), above).toString('utf8')),
      url: links.directory(repository.name, above, revision),
    })),
    entries: shown.map((index) => {
      const { name, isFolder } = entryAt(index)
      const place = { repository, path: childPath(parent, name), revision }
      return {
        name: visible(name.toString('utf8')),
        url: isFolder ? links.directory(repository.name, place.path, revision) : links.file(place),
        isFolder,
        isCurrent: index === current,
      }
    }),
    total:
      total > mostEntries
        ? `${plural(mostEntries, 'entry', 'entries')} of ${count(total)}`
        : undefined,
  }
}

/** The name of what stands in a directory. */
const nameIn = (parent: Buffer, path: Buffer): Buffer =>
  path.subarray(parent.length === 0 ? 0 : parent.length + 1)
