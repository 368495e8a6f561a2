import type { Columns } from './catalog.ts'

/**
 * Columns for so many files, over one block of memory: it travels between processes as it stands.
 *
 * @param memory of columns of the same count and bytes of paths; without it they are empty
 */
export function columnsOver(
  count: number,
  pathBytes: number,
  memory = new ArrayBuffer(count * bytesPerFile + pathBytes),
): Columns {
  // The widest first, so that each begins at a multiple of its width.
  let at = 0
  const next = (bytes: number) => {
    const from = at
    at += bytes
    return from
  }
  const numbers = () => new Float64Array(memory, next(8 * count), count)
  const integers = () => new Uint32Array(memory, next(4 * count), count)
  const bytes = () => new Uint8Array(memory, next(count), count)
  return {
    count,
    bytes: numbers(),
    modifiedMs: numbers(),
    changedMs: numbers(),
    inode: numbers(),
    pathEnds: integers(),
    repository: integers(),
    lines: integers(),
    digest: new Uint32Array(memory, next(16 * count), 4 * count),
    language: new Uint16Array(memory, next(2 * count), count),
    pathClass: bytes(),
    state: bytes(),
    encoding: bytes(),
    paths: new Uint8Array(memory, next(pathBytes), pathBytes),
  }
}

/** Copies the values of files, from one position to before another, to where `at` is in other columns. */
export function copyFiles(
  to: Columns,
  at: number,
  from: Columns,
  start: number,
  end: number,
): void {
  const pathsStart = start === 0 ? 0 : from.pathEnds[start - 1]!
  const pathsAt = at === 0 ? 0 : to.pathEnds[at - 1]!
  to.paths.set(from.paths.subarray(pathsStart, end === 0 ? 0 : from.pathEnds[end - 1]!), pathsAt)
  for (let i = start; i < end; i++) {
    to.pathEnds[at + i - start] = from.pathEnds[i]! - pathsStart + pathsAt
  }
  for (const name of single) to[name].set(from[name].subarray(start, end), at)
  to.digest.set(from.digest.subarray(4 * start, 4 * end), 4 * at)
}

/** Columns of one value a file that mean the same at any position. */
const single = [
  ...(['bytes', 'modifiedMs', 'changedMs', 'inode'] as const),
  ...(['repository', 'lines', 'language', 'pathClass', 'state', 'encoding'] as const),
]

const bytesPerFile = 4 * 8 + 3 * 4 + 16 + 2 + 3

/** The block of memory that the columns lie over. */
export function memoryOf(columns: Columns): Uint8Array {
  return new Uint8Array(columns.bytes.buffer)
}
