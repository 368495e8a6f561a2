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

const bytesPerFile = 4 * 8 + 3 * 4 + 16 + 2 + 3

/** The block of memory that the columns lie over. */
export function memoryOf(columns: Columns): Uint8Array {
  return new Uint8Array(columns.bytes.buffer)
}
