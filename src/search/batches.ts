import { isUtf8 } from 'node:buffer'
import { type Catalog, type CatalogFile, fileAt, pathBelowRoot } from '../corpus/catalog.ts'

/** Candidates that are given to one ripgrep process, in order, all below one root. */
export interface Batch {
  readonly root: string
  readonly files: readonly CatalogFile[]
  /** By position in `files`: whether the path is valid UTF-8 and can travel as an argument. */
  readonly byName: readonly boolean[]
}

/**
 * The first batch is one file, so that a request that runs into its time limit has got at least one file further;
 * the second is small, so that the first hit is early; then large ones, since each process costs 2 to 3 ms.
 */
const sizes = [1, 64]
const largest = 8_192

/** Linux takes 2 MiB of arguments; a path also costs a pointer. */
const argumentBytes = 1_000_000

/** A file whose name cannot travel in an argument is handed over as an open descriptor; so many fit in one batch. */
const descriptors = 16

export function* batches(catalog: Catalog, positions: Uint32Array): Generator<Batch> {
  let next = 0
  for (let nth = 0; next < positions.length; nth++) {
    const size = sizes[nth] ?? largest
    const root = fileAt(catalog, positions[next]!).repository.root
    const files: CatalogFile[] = []
    const byName: boolean[] = []
    let bytes = 0
    let unnamed = 0
    for (; next < positions.length && files.length < size; next++) {
      const file = fileAt(catalog, positions[next]!)
      if (file.repository.root !== root) break
      const named = isUtf8(file.path) && isUtf8(Buffer.from(file.repository.prefix, 'latin1'))
      bytes += pathBelowRoot(file).length + 11
      unnamed += named ? 0 : 1
      if (files.length > 0 && (bytes > argumentBytes || unnamed > descriptors)) break
      files.push(file)
      byName.push(named)
    }
    yield { root, files, byName }
  }
}
