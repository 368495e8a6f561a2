/** Counts a marker in bytes that come in chunks, also where the end of a chunk cuts it. */
export interface Counter {
  push(chunk: Buffer): void
  readonly count: number
}

/** A counter of `marker`, whose occurrences do not overlap. */
export function createCounter(marker: string): Counter {
  const bytes = Buffer.from(marker)
  const keep = bytes.length - 1
  let tail = Buffer.alloc(0)
  let count = 0
  return {
    push(chunk) {
      if (keep > 0) {
        count += occurrences(Buffer.concat([tail, chunk.subarray(0, keep)]), bytes)
        tail = Buffer.from(
          chunk.length >= keep
            ? chunk.subarray(-keep)
            : Buffer.concat([tail, chunk]).subarray(-keep),
        )
      }
      count += occurrences(chunk, bytes)
    },
    get count() {
      return count
    },
  }
}

function occurrences(where: Buffer, what: Buffer): number {
  let count = 0
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + what.length)) count++
  return count
}
