import { asSearched } from '../corpus/decode.ts'
import { openInside, readInto } from '../corpus/door.ts'
import { digestOf } from '../corpus/look.ts'

/** Files that an index is built from: each a document, by its place. */
export interface Documents {
  readonly count: number
  /** Absolute roots, by number. */
  readonly roots: readonly string[]
  /** By document, the number of its root. */
  readonly root: Uint32Array
  /** By document, where its path below the root ends in `paths`; it begins where the one before ends. */
  readonly pathEnds: Uint32Array
  readonly paths: Uint8Array
}

export interface ReadDocument {
  /** As ripgrep searches them. */
  readonly bytes: Buffer
  /** Of the file as it stands. */
  readonly digest: Uint32Array
}

/** Reads documents, one after the other, through the door; `undefined` for what is no text to search. */
export function createReader(
  { roots, root, pathEnds, paths }: Documents,
  maxFileBytes: number,
): (document: number) => ReadDocument | undefined {
  let buffer = Buffer.allocUnsafeSlow(65_536)
  return (document) => {
    const from = document === 0 ? 0 : pathEnds[document - 1]!
    const path = Buffer.from(paths.subarray(from, pathEnds[document]))
    const file = openInside(roots[root[document]!]!, path)
    if (typeof file === 'string') return undefined
    try {
      if (file.bytes > maxFileBytes) return undefined
      if (file.bytes > buffer.length) buffer = Buffer.allocUnsafeSlow(file.bytes)
      const raw = buffer.subarray(0, readInto(file, buffer.subarray(0, file.bytes), 0))
      const { bytes } = asSearched(raw)
      return bytes.includes(0) ? undefined : { bytes, digest: digestOf(raw) }
    } catch {
      return undefined
    } finally {
      file.close()
    }
  }
}
