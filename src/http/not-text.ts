import { isSvg, typeBytes, typeOf } from './file-type.ts'
import { type FilePlace, isDrawing } from './links.ts'
import type { Server } from './server.ts'
import { size } from './words.ts'

/** What every page of a file begins with; see `views/`. */
type Common = object

/** What is shown of a file that is a picture. */
export interface Picture {
  /** In words. */
  readonly type: string
  /** Whether it has a text, too. */
  readonly isDrawing: boolean
}

/** @returns `undefined` if the file is no picture, or a drawing whose text is asked for */
export function pictureOf(
  file: FilePlace,
  bytes: Buffer,
  isSourceAsked: boolean,
): Picture | undefined {
  const type = typeOf(bytes.subarray(0, typeBytes))
  const isShownDrawing = !isSourceAsked && isDrawing(file.path) && isSvg(bytes)
  if (!type?.picture && !isShownDrawing) return undefined
  return { type: type?.name ?? 'SVG drawing', isDrawing: isShownDrawing }
}

export function picturePage(
  { links, render }: Server,
  file: FilePlace,
  { type, isDrawing }: Picture,
  common: Common,
): Promise<string> {
  return render('picture', {
    ...common,
    type,
    image: links.image(file),
    source: isDrawing ? links.source(file) : undefined,
  })
}

/** The page of a file that is no text. @param bytes `undefined` if it is too large to be read */
export function noTextPage(
  server: Server,
  bytes: Buffer | undefined,
  common: Common,
): Promise<string> {
  const most = server.config.limits.fileBytes
  return server.render('no-text', {
    ...common,
    type: bytes && typeOf(bytes.subarray(0, typeBytes))?.name,
    reason: bytes
      ? 'This file is binary: it holds a NUL byte. It is not searched, and not shown as text.'
      : `This file is larger than ${size(most)} (max-file-bytes). It is not searched, and not shown.`,
    dump: bytes && { bytes: size(Math.min(bytes.length, dumpedBytes)), text: dumpOf(bytes) },
  })
}

const dumpedBytes = 256
const bytesPerRow = 16

/** The first bytes as `hexdump -C` has them. */
function dumpOf(bytes: Buffer): string {
  const rows: string[] = []
  for (let at = 0; at < Math.min(bytes.length, dumpedBytes); at += bytesPerRow) {
    const row = bytes.subarray(at, Math.min(at + bytesPerRow, dumpedBytes))
    const hex = row.toString('hex').replace(/..(?=.)/g, '$& ')
    const text = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.')
    rows.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(bytesPerRow * 3)} ${text}`)
  }
  return rows.join('\n')
}
