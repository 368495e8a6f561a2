import { isSvg, typeBytes, typeOf } from './file-type.ts'
import { isDrawing } from './links.ts'
import type { Server } from './server.ts'
import type { ShownFile } from './shown-file.ts'
import { size } from './words.ts'

/** What every page of a file begins with; see `views/`. */
type Common = object

/** The page of a picture; `undefined` if the file is none, or a drawing whose text is asked for. */
export async function picturePage(
  server: Server,
  file: ShownFile,
  bytes: Buffer,
  { isSourceAsked, ...common }: Common & { readonly isSourceAsked: boolean },
): Promise<string | undefined> {
  const type = typeOf(bytes.subarray(0, typeBytes))
  const isShownDrawing = !isSourceAsked && isDrawing(file.path) && isSvg(bytes)
  if (!type?.picture && !isShownDrawing) return undefined
  return server.render('picture', {
    ...common,
    type: type?.name ?? 'SVG drawing',
    image: server.links.image(file),
    source: isShownDrawing ? server.links.source(file) : undefined,
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
