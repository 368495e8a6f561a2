import { rgPath } from '@vscode/ripgrep'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { absentByRepository, listCorpus, scanListed, withAbsent } from '../../src/corpus/scan.ts'
import { defaultLimits } from '../../src/limits.ts'
import type { Tree } from './tree.ts'

/** The complete catalog of trees, made at once in this thread: for tests that need no server. */
export async function catalogOf(
  trees: readonly Tree[],
  options: {
    readonly hidden?: boolean
    readonly maxFileBytes?: number
    /** What the repositories are called; without it by their directories. */
    readonly names?: readonly string[]
  } = {},
): Promise<Catalog> {
  const scan = {
    roots: trees.map(({ root }, i) => ({ directory: root, name: options.names?.[i] })),
    hidden: options.hidden ?? false,
    rgPath,
    maxFileBytes: options.maxFileBytes ?? defaultLimits.fileBytes,
  }
  const listings = await listCorpus(scan)
  const looked = scanListed(listings, scan, undefined)!
  return withAbsent(looked, await absentByRepository(listings, scan)).catalog
}
