import type { Catalog } from '../../src/corpus/catalog.ts'
import { buildSegment } from '../../src/index/build.ts'
import type { Documents } from '../../src/index/documents.ts'
import { openSegment, type Segment } from '../../src/index/segment.ts'
import { type View, viewOf } from '../../src/index/view.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree, type Tree } from '../support/tree.ts'

/** Trees with their index, built at once in this process and its threads: for tests that need no server. */
export interface Indexed {
  readonly catalog: Catalog
  readonly segment: Segment
  readonly view: View
  /** As a search wants it. */
  readonly index: { viewFor(catalog: Catalog): View }
  /** Where the segment stands. */
  readonly path: string
  close(): void
}

export const maxFileBytes = 1e9

export async function indexed(trees: readonly Tree[]): Promise<Indexed> {
  const catalog = await catalogOf(trees)
  const cache = makeTree()
  const documents = documentsOf(catalog)
  const name = await buildSegment(documents, { directory: cache.root, maxFileBytes })
  const path = `${cache.root}/${name}`
  const segment = openSegment(path)!
  const view = viewOf(catalog, [segment])
  return {
    ...{ catalog, segment, view, path },
    index: { viewFor: (other) => (other === catalog ? view : viewOf(other, [segment])) },
    close() {
      segment.close()
      cache.remove()
    },
  }
}

/** All files of a catalog as documents, in its order. Of roots that hold one repository each. */
function documentsOf({ columns, repositories }: Catalog): Documents {
  if (repositories.some(({ prefix }) => prefix !== '')) throw new Error('not one repository a root')
  return {
    count: columns.count,
    roots: repositories.map(({ root }) => root),
    root: columns.repository,
    pathEnds: columns.pathEnds,
    paths: columns.paths,
  }
}

/** Documents that are these files of one directory. */
export function documentsIn(root: string, names: readonly string[]): Documents {
  const paths = names.map((name) => Buffer.from(name))
  let end = 0
  return {
    count: names.length,
    roots: [root],
    root: new Uint32Array(names.length),
    pathEnds: Uint32Array.from(paths, ({ length }) => (end += length)),
    paths: Buffer.concat(paths),
  }
}

/** All positions of a catalog. */
export const everyFile = ({ columns }: Catalog): Uint32Array =>
  Uint32Array.from({ length: columns.count }, (_, i) => i)
