import { createHash } from 'node:crypto'

/**
 * The layout of a segment file, which docs/index.md describes: a header, then sections one after the other, all
 * numbers little-endian. The header holds a digest of all that follows it and ends in one of itself.
 */
export const formatVersion = 2
export const headerBytes = 256
export const digestBytes = 16

/** Sections in the order in which they stand. */
export const sections = [
  /** Posting lists, in the order of their grams. */
  'lists',
  /** Grams with the length of their lists, in blocks. */
  'dictionary',
  /** By block: its first gram (u32), where it begins in the dictionary (u32), where its lists begin (f64). */
  'blockGrams',
  'blockStarts',
  'blockLists',
  /** By document: the digest of its bytes, what is said of it (u8), its longest runs (u8 by kind). */
  'digests',
  'traits',
  'runs',
  /** The common text grams, see `tokens.ts`. */
  'common',
] as const
export type Section = (typeof sections)[number]

export interface Header {
  readonly documents: number
  /** Bytes of text that were indexed. */
  readonly textBytes: number
  readonly bytes: Readonly<Record<Section, number>>
  /** Digest of what follows the header. */
  readonly body: Buffer
}

/** Grams in one block of the dictionary. */
export const blockEntries = 128

const magic = 'ripline index\0\0\0'

export function encodeHeader({ documents, textBytes, bytes, body }: Header): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write(magic, 'latin1')
  header.writeUInt32LE(formatVersion, 16)
  header.writeUInt32LE(documents, 20)
  header.writeDoubleLE(textBytes, 24)
  for (const [i, section] of sections.entries()) header.writeDoubleLE(bytes[section], 32 + 8 * i)
  body.copy(header, 32 + 8 * sections.length)
  sealOf(header).copy(header, headerBytes - 32)
  return header
}

/** The header that these bytes are; `undefined` if they are none, or of another version. */
export function decodeHeader(header: Buffer): Header | undefined {
  if (header.length !== headerBytes || header.toString('latin1', 0, 16) !== magic) return undefined
  if (header.readUInt32LE(16) !== formatVersion) return undefined
  if (!sealOf(header).equals(header.subarray(headerBytes - 32))) return undefined
  const sizes = sections.map((section, i) => [section, header.readDoubleLE(32 + 8 * i)])
  const body = 32 + 8 * sections.length
  return {
    documents: header.readUInt32LE(20),
    textBytes: header.readDoubleLE(24),
    bytes: Object.fromEntries(sizes) as Record<Section, number>,
    body: header.subarray(body, body + 32),
  }
}

const sealOf = (header: Buffer): Buffer =>
  createHash('sha256')
    .update(header.subarray(0, headerBytes - 32))
    .digest()

/** Where each section begins in the file, and where the file ends. */
export function sectionStarts({ bytes }: Header): Readonly<Record<Section | 'end', number>> {
  let at = headerBytes
  const starts = sections.map((section) => {
    const from = at
    // Aligned, so that a section can be seen as numbers.
    at += padded(bytes[section])
    return [section, from]
  })
  return Object.fromEntries([...starts, ['end', at]]) as Record<Section | 'end', number>
}

export const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** Appends a number, seven bits a byte, the lowest first; returns where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  while (value > 0x7f) {
    bytes[at++] = (value & 0x7f) | 0x80
    value >>>= 7
  }
  bytes[at++] = value
  return at
}
