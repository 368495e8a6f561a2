import { digestOf, fill, generationOf, inOrder, type ListedRepository } from './arrange.ts'
import { type Catalog, keyAt, lowerBound, type Repository } from './catalog.ts'
import { columnsOver, copyFiles } from './columns.ts'
import { orderKey, repositoryKey } from './order.ts'

export interface Spliced {
  readonly catalog: Catalog
  /** Positions of the files that have come in, which have not been looked at. */
  readonly fresh: readonly number[]
}

/**
 * An earlier catalog without some of its files and with others: the catalog that `arrange` would make of them all.
 *
 * @param isKept by position in the earlier catalog, 1 for a file that stays
 * @param listed the same repositories, with the files that come in
 */
export function splice(
  before: Catalog,
  isKept: Uint8Array,
  listed: readonly ListedRepository[],
): Spliced {
  const pieces = before.repositories.map((repository, index) =>
    piecesOf(before, repository, isKept, listed[index]!),
  )
  let count = 0
  let pathBytes = 0
  for (const piece of pieces.flat()) {
    count += 'to' in piece ? piece.to - piece.from : 1
    pathBytes += 'to' in piece ? pathBytesOf(before, piece) : piece.path.length
  }
  const columns = columnsOver(count, pathBytes)
  const fresh: number[] = []
  let at = 0
  const repositories = before.repositories.map((repository, index): Repository => {
    const from = at
    for (const piece of pieces[index]!) {
      if ('to' in piece) {
        copyFiles(columns, at, before.columns, piece.from, piece.to)
        at += piece.to - piece.from
      } else {
        fill(columns, at, [piece], index)
        fresh.push(at++)
      }
    }
    return { ...repository, from, to: at, generation: digestOf(columns, from, at) }
  })
  return {
    catalog: { ...before, generation: generationOf(repositories), repositories, columns },
    fresh,
  }
}

/** Files that stay, one after the other in the earlier catalog: from a position, to before another. */
interface Run {
  readonly from: number
  readonly to: number
}

/** In catalog order. */
function piecesOf(
  before: Catalog,
  { from, to, name, prefix }: Repository,
  isKept: Uint8Array,
  { files }: ListedRepository,
) {
  const own = repositoryKey(name)
  const incoming = [...inOrder(files, prefix.length)]
  const pieces: (Run | (typeof incoming)[number])[] = []
  let at = from
  const keepUntil = (end: number) => {
    while (at < end) {
      const start = at
      while (at < end && isKept[at] === 1) at++
      if (at > start) pieces.push({ from: start, to: at })
      while (at < end && isKept[at] !== 1) at++
    }
  }
  for (const file of incoming) {
    const key = orderKey(own, file.pathClass, file.path)
    keepUntil(lowerBound(at, to, (i) => keyAt(before, i) < key))
    pieces.push(file)
  }
  keepUntil(to)
  return pieces
}

function pathBytesOf({ columns: { pathEnds } }: Catalog, { from, to }: Run): number {
  return pathEnds[to - 1]! - (from === 0 ? 0 : pathEnds[from - 1]!)
}
