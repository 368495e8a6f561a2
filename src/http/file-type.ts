/** What a file is by its first bytes; its name says nothing here. */
export interface FileType {
  /** For people. */
  readonly name: string
  /** The media type of a picture that browsers show and that holds nothing that runs. */
  readonly picture?: string
}

/** Bytes at the beginning of a file that tell its type, if any do. */
export const typeBytes = 512

type Test = (bytes: Buffer) => boolean

/** @param hex with `..` for any byte */
function at(offset: number, hex: string): Test {
  const wanted = hex.match(/../g)!.map((pair) => (pair === '..' ? undefined : parseInt(pair, 16)))
  return (bytes) =>
    bytes.length >= offset + wanted.length &&
    wanted.every((byte, i) => byte === undefined || bytes[offset + i] === byte)
}

const ascii = (offset: number, text: string): Test =>
  at(offset, Buffer.from(text, 'latin1').toString('hex'))

const all =
  (...tests: readonly Test[]): Test =>
  (bytes) =>
    tests.every((test) => test(bytes))

/** Boxes of MP4 and its kin: the first names the brand, and the ones that it is compatible with. */
const brand =
  (...names: readonly string[]): Test =>
  (bytes) => {
    if (!ascii(4, 'ftyp')(bytes)) return false
    const size = bytes.readUInt32BE(0)
    if (size > typeBytes) return false
    const end = Math.min(size, bytes.length)
    for (let i = 8; i + 4 <= end; i += 4) {
      // Between them stands a version.
      if (i !== 12 && names.includes(bytes.toString('latin1', i, i + 4))) return true
    }
    return false
  }

/** Two letters are not enough to tell by: what follows must be a header, too. */
const bitmap: Test = (bytes) =>
  bytes.length >= 26 &&
  ascii(0, 'BM')(bytes) &&
  at(6, '00000000')(bytes) &&
  [12, 40, 52, 56, 64, 108, 124].includes(bytes.readUInt32LE(14))

const icon: Test = (bytes) =>
  bytes.length >= 22 &&
  at(0, '00000100')(bytes) &&
  bytes.readUInt16LE(4) > 0 &&
  bytes[9] === 0 &&
  bytes.readUInt32LE(18) >= 22

/** Both begin alike; of a class file a version follows, of a universal binary how many programs it holds. */
const classFile: Test = (bytes) =>
  bytes.length >= 8 && at(0, 'cafebabe')(bytes) && bytes.readUInt16BE(6) >= 45

const types: readonly (readonly [Test, string, string?])[] = [
  [at(0, '89504e470d0a1a0a'), 'PNG image', 'image/png'],
  [at(0, 'ffd8ff'), 'JPEG image', 'image/jpeg'],
  [ascii(0, 'GIF87a'), 'GIF image', 'image/gif'],
  [ascii(0, 'GIF89a'), 'GIF image', 'image/gif'],
  [all(ascii(0, 'RIFF'), ascii(8, 'WEBP')), 'WebP image', 'image/webp'],
  [brand('avif', 'avis'), 'AVIF image', 'image/avif'],
  [bitmap, 'BMP image', 'image/bmp'],
  [icon, 'Windows icon', 'image/x-icon'],
  [at(0, '49492a00'), 'TIFF image'],
  [at(0, '4d4d002a'), 'TIFF image'],
  [brand('heic', 'heix', 'mif1'), 'HEIF image'],
  [ascii(0, '8BPS'), 'Photoshop image'],
  [at(0, '7f454c46'), 'ELF program or library'],
  [classFile, 'Java class'],
  [at(0, 'cafebabe'), 'Mach-O universal binary'],
  [at(0, 'cffaedfe'), 'Mach-O program or library'],
  [at(0, 'cefaedfe'), 'Mach-O program or library'],
  [ascii(0, 'MZ'), 'Windows program or library'],
  [at(0, '0061736d'), 'WebAssembly module'],
  [at(0, '4243c0de'), 'LLVM bitcode'],
  [ascii(0, '%PDF-'), 'PDF document'],
  [at(0, '504b0304'), 'ZIP archive'],
  [at(0, '504b0506'), 'ZIP archive'],
  [at(0, '1f8b'), 'gzip file'],
  [ascii(0, 'BZh'), 'bzip2 file'],
  [at(0, 'fd377a585a00'), 'XZ file'],
  [at(0, '28b52ffd'), 'Zstandard file'],
  [at(0, '377abcaf271c'), '7-Zip archive'],
  [ascii(0, 'Rar!\x1a\x07'), 'RAR archive'],
  [ascii(0, 'MSCF'), 'Cabinet archive'],
  [ascii(0, '!<arch>\n'), 'ar archive'],
  [ascii(257, 'ustar'), 'tar archive'],
  [ascii(0, 'wOFF'), 'WOFF font'],
  [ascii(0, 'wOF2'), 'WOFF2 font'],
  [ascii(0, 'OTTO'), 'OpenType font'],
  [at(0, '0001000000'), 'TrueType font'],
  [ascii(0, 'ttcf'), 'TrueType collection'],
  [ascii(0, 'SQLite format 3\0'), 'SQLite database'],
  [ascii(0, 'PACK\0\0\0'), 'git pack'],
  [ascii(0, 'OggS'), 'Ogg media'],
  [ascii(0, 'fLaC'), 'FLAC audio'],
  [ascii(0, 'ID3'), 'MP3 audio'],
  [all(ascii(0, 'RIFF'), ascii(8, 'WAVE')), 'WAVE audio'],
  [all(ascii(0, 'RIFF'), ascii(8, 'AVI ')), 'AVI video'],
  [at(0, '1a45dfa3'), 'Matroska or WebM video'],
  [ascii(4, 'ftyp'), 'MP4 media'],
  [at(0, 'd0cf11e0a1b11ae1'), 'OLE document'],
]

/** @param bytes at least the first `typeBytes` of the file, or all of it */
export function typeOf(bytes: Buffer): FileType | undefined {
  const found = types.find(([test]) => test(bytes))
  if (!found) return undefined
  const [, name, picture] = found
  return picture === undefined ? { name } : { name, picture }
}

/** Whether it is SVG: an XML document whose first element is `svg`. It may hold scripts, and is shown sandboxed. */
export function isSvg(bytes: Buffer): boolean {
  let text = bytes
    .toString('latin1', 0, svgBytes)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  // What may stand before it, each of which ends with a sign of its own.
  for (;;) {
    const end = text.startsWith('<?') ? '?>' : text.startsWith('<!--') ? '-->' : undefined
    const doctype = /^<!doctype[^[>]*(?:\[[^\]]*\]\s*)?>/i.exec(text)
    if (doctype) text = text.slice(doctype[0].length).trimStart()
    else if (end === undefined) return /^<svg[\s/>]/.test(text)
    else {
      const at = text.indexOf(end)
      if (at === -1) return false
      text = text.slice(at + end.length).trimStart()
    }
  }
}

/** The first element comes before that. */
const svgBytes = 4_096
