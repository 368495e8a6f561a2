import type { CatalogFile } from '../corpus/catalog.ts'

/** What was found in some place: matching lines, and the files that have them. */
export interface Tally {
  readonly lines: number
  readonly files: number
}

/** What was found, by the places where it was. Sums, so that those of parts of an answer can be added. */
export interface Facets {
  /** By name. */
  readonly repositories: ReadonlyMap<string, Tally>
  /** By id; `''` for files without a language. */
  readonly languages: ReadonlyMap<string, Tally>
  /** By the path of a file's own directory, without a `/` at its end; `''` for the top of a repository. */
  readonly directories: ReadonlyMap<string, Tally>
}

export const facetNames = [
  'repositories',
  'languages',
  'directories',
] as const satisfies readonly (keyof Facets)[]

export const noFacets: Facets = {
  repositories: new Map(),
  languages: new Map(),
  directories: new Map(),
}

/** Adds two accounts: associative and commutative, with `noFacets` as identity. */
export function addFacets(a: Facets, b: Facets): Facets {
  const sum = createFacets()
  for (const facets of [a, b]) {
    for (const name of facetNames) {
      for (const [value, tally] of facets[name]) sum.add(name, value, tally)
    }
  }
  return sum.facets
}

/** Facets that are being counted. */
export function createFacets() {
  const facets = {
    repositories: new Map<string, Tally>(),
    languages: new Map<string, Tally>(),
    directories: new Map<string, Tally>(),
  }
  const add = (name: keyof Facets, value: string, { lines, files }: Tally) => {
    const before = facets[name].get(value)
    facets[name].set(value, {
      lines: (before?.lines ?? 0) + lines,
      files: (before?.files ?? 0) + files,
    })
  }
  return {
    facets: facets as Facets,
    add,
    /** @param lines that match in it */
    addFile({ repository, language, path }: CatalogFile, lines: number) {
      const tally = { lines, files: 1 }
      const slash = path.lastIndexOf('/')
      add('repositories', repository.name, tally)
      add('languages', language?.id ?? '', tally)
      add('directories', slash === -1 ? '' : path.toString('utf8', 0, slash), tally)
    },
  }
}

/** The values with the most lines, and the sum of the others. */
export interface Top {
  readonly values: readonly ({ readonly value: string } & Tally)[]
  readonly others: { readonly values: number } & Tally
}

export function topOf(tallies: ReadonlyMap<string, Tally>, most: number): Top {
  const sorted = [...tallies]
    .map(([value, tally]) => ({ value, ...tally }))
    .sort((a, b) => b.lines - a.lines || b.files - a.files || (a.value < b.value ? -1 : 1))
  const others = sorted.slice(most)
  return {
    values: sorted.slice(0, most),
    others: {
      values: others.length,
      lines: others.reduce((sum, { lines }) => sum + lines, 0),
      files: others.reduce((sum, { files }) => sum + files, 0),
    },
  }
}

/** Directories on the level where they first differ; files that stand above it count for the directory they share. */
export function differingDirectories(
  directories: ReadonlyMap<string, Tally>,
): ReadonlyMap<string, Tally> {
  const paths = [...directories.keys()].map((path) => (path === '' ? [] : path.split('/')))
  const [first = []] = paths
  const shared = paths.reduce((depth, path) => {
    const at = first.slice(0, depth).findIndex((component, i) => component !== path[i])
    return at === -1 ? depth : at
  }, first.length)
  const sums = createFacets()
  for (const [path, tally] of directories) {
    const top = path
      .split('/')
      .slice(0, shared + 1)
      .join('/')
    sums.add('directories', top, tally)
  }
  return sums.facets.directories
}
