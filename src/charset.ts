/**
 * Encodings of text, by their names in the Encoding Standard (https://encoding.spec.whatwg.org/), that ripgrep and
 * this runtime decode alike whatever the bytes are. Those of Japanese, Korean and traditional Chinese are not among
 * them: here and there the two say different characters, and then what one has found the other cannot show. UTF-16 is
 * told by its byte order mark.
 */
export const charsets = [
  'utf-8',
  ...['windows-1250', 'windows-1251', 'windows-1252', 'windows-1253', 'windows-1254'],
  ...['windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'windows-874'],
  ...['iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7'],
  ...['iso-8859-8', 'iso-8859-10', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15', 'iso-8859-16'],
  ...['koi8-r', 'koi8-u', 'ibm866', 'macintosh', 'x-mac-cyrillic', 'gbk', 'gb18030'],
] as const
export type Charset = (typeof charsets)[number]

/** The encoding of a label, as `latin1` is one of windows-1252; `undefined` if it is of none of these. */
export function charsetOf(label: string): Charset | undefined {
  try {
    const { encoding } = new TextDecoder(label)
    return charsets.find((name) => name === encoding)
  } catch {
    return undefined
  }
}

/** What to say of a label that is of none. */
export const knownCharsets = `known are ${charsets.join(', ')}, and other labels of these, such as latin1`

/** Whether a byte is a character, so that ASCII stands in a text as it stands in the file. */
export const isSingleByte = (charset: Charset): boolean =>
  charset !== 'utf-8' && charset !== 'gbk' && charset !== 'gb18030'
