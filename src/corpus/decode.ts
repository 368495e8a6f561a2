import { isAscii, isUtf8 } from 'node:buffer'
import type { Charset } from '../charset.ts'

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

/**
 * A file's bytes as ripgrep searches them: UTF-16 with a mark, and what is read as another encoding, as UTF-8, and
 * without the mark. Offsets count in these.
 */
export interface Searched {
  readonly bytes: Buffer
  readonly encoding: Encoding
  /** What they were read as, if these are not the file's own bytes for that. */
  readonly charset?: Charset
}

/** @param charset what the file is to be read as, unless it has a mark of UTF-16: one of UTF-8 ripgrep only takes away */
export function asSearched(bytes: Buffer, charset: Charset = 'utf-8'): Searched {
  const marked = markedEncoding(bytes)
  const text = marked === 'utf-8-bom' ? bytes.subarray(3) : bytes
  if (marked === 'utf-16le' || marked === 'utf-16be') {
    // Of two marks ripgrep takes both away: one as it decodes, one as it searches UTF-8.
    const text = new TextDecoder(marked).decode(bytes).replace(/^\ufeff/, '')
    return { bytes: Buffer.from(text, 'utf8'), encoding: marked }
  }
  if (charset !== 'utf-8' && !isAscii(text)) {
    const decoded = new TextDecoder(charset).decode(text)
    return { bytes: Buffer.from(decoded, 'utf8'), encoding: marked ?? 'other', charset }
  }
  return { bytes: text, encoding: marked ?? (isUtf8(text) ? 'utf-8' : 'other') }
}

/**
 * Searched bytes as text for reading. Bytes that are not UTF-8 are read as windows-1252, the commonest of the
 * encodings that do not say what they are; the page names it.
 */
export function readable({ bytes, encoding, charset }: Searched): string {
  return encoding === 'other' && !charset
    ? new TextDecoder('windows-1252').decode(bytes)
    : bytes.toString('utf8')
}
