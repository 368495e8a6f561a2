import { isUtf8 } from 'node:buffer'

/** The encodings that are told apart; `other` is text that is not UTF-8 and has no byte order mark. */
export const encodings = ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'other'] as const
export type Encoding = (typeof encodings)[number]

/** The encoding that a byte order mark announces: the marks that ripgrep heeds. */
function markedEncoding(bytes: Uint8Array): Encoding | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8-bom'
  return undefined
}

/** A file's bytes as ripgrep searches them: UTF-16 with a mark as UTF-8, and without the mark. Offsets count in these. */
export interface Searched {
  readonly bytes: Buffer
  readonly encoding: Encoding
}

export function asSearched(bytes: Buffer): Searched {
  const marked = markedEncoding(bytes)
  if (marked === 'utf-8-bom') return { bytes: bytes.subarray(3), encoding: marked }
  if (marked) {
    // Of two marks ripgrep takes both away: one as it decodes, one as it searches UTF-8.
    const text = new TextDecoder(marked).decode(bytes).replace(/^\ufeff/, '')
    return { bytes: Buffer.from(text, 'utf8'), encoding: marked }
  }
  return { bytes, encoding: isUtf8(bytes) ? 'utf-8' : 'other' }
}

/**
 * Searched bytes as text for reading. Bytes that are not UTF-8 are read as windows-1252, the commonest of the
 * encodings that do not say what they are; the page names it.
 */
export function readable({ bytes, encoding }: Searched): string {
  return encoding === 'other'
    ? new TextDecoder('windows-1252').decode(bytes)
    : bytes.toString('utf8')
}
