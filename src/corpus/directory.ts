import { type Catalog, type CatalogFile, fileAt, type Repository } from './catalog.ts'

/** What a directory of a repository holds, as far as the catalog knows. */
export interface Directory {
  /** Names as bytes, sorted, with the number of files below each. */
  readonly directories: readonly { readonly name: Buffer; readonly files: number }[]
  /** In catalog order. */
  readonly files: readonly CatalogFile[]
}

/**
 * @param path the directory's bytes, relative to the repository, without a `/` at its end; empty for the top
 * @returns `undefined` if no visible file is below it
 */
export function listDirectory(
  catalog: Catalog,
  repository: Repository,
  path: Buffer,
): Directory | undefined {
  const { paths, pathEnds } = catalog.columns
  const prefix = path.length === 0 ? path : Buffer.concat([path, Buffer.from('/')])
  const all = Buffer.from(paths.buffer, paths.byteOffset, paths.byteLength)
  const directories = new Map<string, number>()
  const files: CatalogFile[] = []
  for (let i = repository.from; i < repository.to; i++) {
    const start = i === 0 ? 0 : pathEnds[i - 1]!
    const end = pathEnds[i]!
    const name = start + prefix.length
    if (
      name >= end ||
      (prefix.length > 0 && all.compare(prefix, 0, prefix.length, start, name) !== 0)
    ) {
      continue
    }
    const slash = all.subarray(name, end).indexOf('/')
    if (slash === -1) files.push(fileAt(catalog, i))
    else {
      const directory = all.toString('latin1', name, name + slash)
      directories.set(directory, (directories.get(directory) ?? 0) + 1)
    }
  }
  if (files.length === 0 && directories.size === 0 && path.length > 0) return undefined
  return {
    directories: [...directories]
      .sort(([a], [b]) => collator.compare(a, b))
      .map(([name, count]) => ({ name: Buffer.from(name, 'latin1'), files: count })),
    files,
  }
}

const collator = new Intl.Collator('en', { numeric: true })
