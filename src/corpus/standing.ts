import { type Catalog, pathsText } from './catalog.ts'

/**
 * The directories that the files of a catalog stand in, and those above up to their roots; also those of repositories
 * without a file, to which one may be added. Absolute, bytes one character each.
 */
export function directoriesOf(catalog: Catalog): readonly string[] {
  const { pathEnds } = catalog.columns
  const text = pathsText(catalog)
  const directories = new Set<string>()
  for (const { root, prefix, from, to } of catalog.repositories) {
    const top = Buffer.from(root).toString('latin1')
    directories.add(top)
    const add = (prefix: string) => {
      for (let end = prefix.lastIndexOf('/'); end > 0; end = prefix.lastIndexOf('/', end - 1)) {
        const directory = `${top === '/' ? '' : top}/${prefix.slice(0, end)}`
        if (directories.has(directory)) break
        directories.add(directory)
      }
    }
    add(prefix)
    let start = from === 0 ? 0 : pathEnds[from - 1]!
    let last = ''
    for (let i = from; i < to; i++) {
      const path = text.slice(start, pathEnds[i])
      start = pathEnds[i]!
      const directory = path.slice(0, path.lastIndexOf('/') + 1)
      if (directory === last) continue
      last = directory
      add(prefix + directory)
    }
  }
  return [...directories]
}
