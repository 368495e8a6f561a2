import { setImmediate as turn } from 'node:timers/promises'
import type { Charset } from '../charset.ts'
import { asSearched, type Encoding, readable, type Searched } from '../corpus/decode.ts'

/** A file's content for its page. */
export type Content = { readonly kind: 'binary' } | Text

export interface Text {
  readonly kind: 'text'
  readonly text: string
  /** In words. */
  readonly encoding: string
  /** Whether each byte is a character of its own, since it is read so for want of a better encoding. */
  readonly isOfBytes: boolean
  readonly lines: number
  /** Where each line begins in `text`. */
  readonly starts: readonly number[]
  readonly noNewline: boolean
}

/** @param charset what the bytes are read as; see `asSearched` */
export async function contentOf(bytes: Buffer, charset: Charset | undefined): Promise<Content> {
  const searched = asSearched(bytes, charset)
  if (searched.bytes.includes(0)) return { kind: 'binary' }
  await turn()
  return textOf(searched)
}

/** The text of a file that is not binary. */
export async function textOf(searched: Searched): Promise<Text> {
  // Each of the two takes 10 ms for the largest files that are shown.
  const text = readable(searched)
  await turn()
  const starts: number[] = text === '' ? [] : [0]
  for (
    let at = text.indexOf('\n');
    at !== -1 && at + 1 < text.length;
    at = text.indexOf('\n', at + 1)
  ) {
    starts.push(at + 1)
  }
  return {
    kind: 'text',
    text,
    encoding: searched.charset ? `read as ${searched.charset}` : encodingNames[searched.encoding],
    isOfBytes: searched.encoding === 'other' && !searched.charset,
    lines: starts.length,
    starts,
    noNewline: text !== '' && !text.endsWith('\n'),
  }
}

/** A line, 1-based, without its end. */
export function lineOf({ text, starts }: Text, number: number): string {
  return text.slice(starts[number - 1]!, starts[number] ?? text.length).replace(/\r?\n$/, '')
}

/** Where a line begins, 1-based, and the one behind the last at the end. */
export const beginOf = ({ text, starts }: Text, number: number): number =>
  starts[number - 1] ?? text.length

const encodingNames: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-8-bom': 'UTF-8 with a byte order mark',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  other: 'not UTF-8; shown as windows-1252',
}
