import {
  type Catalog,
  type CatalogFile,
  fileAt,
  keyAt,
  lowerBound,
  pathsText,
  type Repository,
} from './catalog.ts'
import { pathClasses } from './classify.ts'
import { directoryKey, natural, repositoryKey } from './order.ts'

/** What a directory of a repository holds, as far as the catalog knows. Names are in natural order. */
export interface Directory {
  readonly directories: readonly Subdirectory[]
  readonly files: readonly CatalogFile[]
}

export interface Subdirectory {
  readonly name: Buffer
  /** Those below it, at any depth, and what they take together. */
  readonly files: number
  readonly bytes: number
}

/**
 * Takes time in proportion to the files below it.
 *
 * @param path the directory's bytes, relative to the repository, without a `/` at its end; empty for the top
 * @returns `undefined` if no visible file is below it
 */
export function listDirectory(
  catalog: Catalog,
  repository: Repository,
  path: Buffer,
): Directory | undefined {
  const { pathEnds, bytes } = catalog.columns
  const text = pathsText(catalog)
  const prefix = path.length === 0 ? '' : `${path.toString('latin1')}/`
  const directories = new Map<string, { files: number; bytes: number }>()
  const files: { readonly index: number; readonly name: string }[] = []
  /** Those of one class are in order as they come. */
  let classes = 0
  /** The directory of the file before, with its `/`: mostly that of the next one. */
  let last = ''
  let lastSums = { files: 0, bytes: 0 }
  for (const { from, to } of rangesOf(catalog, repository, prefix)) {
    let slash = -1
    if (from < to) classes++
    for (let i = from; i < to; i++) {
      const start = i === 0 ? 0 : pathEnds[i - 1]!
      if (!text.startsWith(prefix, start)) continue
      const name = start + prefix.length
      if (last === '' || !text.startsWith(last, name)) {
        if (slash < name) slash = indexOrEnd(text, '/', name)
        if (slash >= pathEnds[i]!) {
          files.push({ index: i, name: text.slice(name, pathEnds[i]!) })
          continue
        }
        last = text.slice(name, slash + 1)
        const directory = last.slice(0, -1)
        lastSums = directories.get(directory) ?? { files: 0, bytes: 0 }
        directories.set(directory, lastSums)
      }
      lastSums.files++
      lastSums.bytes += bytes[i]!
    }
  }
  if (files.length === 0 && directories.size === 0 && path.length > 0) return undefined
  const ordered = classes > 1 ? inOrder : <T>(entries: readonly T[]) => entries
  return {
    directories: ordered([...directories], ([name]) => name).map(([name, sums]) => ({
      name: Buffer.from(name, 'latin1'),
      ...sums,
    })),
    files: ordered(files, ({ name }) => name).map(({ index }) => fileAt(catalog, index)),
  }
}

/** Where the files below a directory stand: together, in each class. */
function rangesOf(catalog: Catalog, repository: Repository, prefix: string) {
  const { from, to, name } = repository
  const own = repositoryKey(name)
  return pathClasses.map((_, pathClass) => {
    const key = directoryKey(own, pathClass, prefix)
    const first = lowerBound(from, to, (i) => keyAt(catalog, i) < key)
    const end = lowerBound(first, to, (i) => keyAt(catalog, i).startsWith(key))
    return { from: first, to: end }
  })
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from)
  return at === -1 ? text.length : at
}

function inOrder<T>(entries: readonly T[], nameOf: (entry: T) => string): readonly T[] {
  return entries
    .map((entry) => ({ entry, key: `${natural(nameOf(entry))}\0${nameOf(entry)}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry)
}
