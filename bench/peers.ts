import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where the peers are: programs in `bin/` of a directory or on the PATH, indexes in its `index/CORPUS/`. */
export interface Peers {
  program(name: string): string | undefined
  /** The directory of a corpus's indexes. */
  indexes(corpus: string): string | undefined
  /** A server that runs already, and is not started. */
  url(name: string): string | undefined
  /** A version that the program itself does not tell, from `versions.json` of the directory. */
  version(name: string): string | undefined
}

/** Reads `--peers`: a directory, and NAME=URL for servers that run already, separated by commas. */
export function parsePeers(text: string): Peers {
  const parts = text.split(',').filter((part) => part !== '')
  const urls = new Map<string, string>()
  let home: string | undefined
  for (const part of parts) {
    const [, name, url] = /^(\w+)=(https?:.+)$/.exec(part) ?? []
    if (name && url) urls.set(name, url.replace(/\/?$/, '/'))
    else home = part
  }
  return {
    program(name) {
      const folders = [
        ...(home ? [join(home, 'bin')] : []),
        ...(process.env.PATH ?? '').split(delimiter),
      ]
      return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
    },
    indexes: (corpus) => (home ? join(home, 'index', corpus) : undefined),
    url: (name) => urls.get(name),
    version: (name) => versions(home)[name],
  }
}

function versions(home: string | undefined): Readonly<Record<string, string>> {
  const file = home && join(home, 'versions.json')
  return file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
