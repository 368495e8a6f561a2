import { describe, expect, it } from 'vitest'
import { isSvg, typeOf } from '../../src/http/file-type.ts'

const bytes = (hex: string, length = 64): Buffer =>
  Buffer.concat([Buffer.from(hex.replaceAll(' ', ''), 'hex'), Buffer.alloc(length)])
const text = (text: string): Buffer => Buffer.from(text, 'latin1')

/** As `file` and the formats' own descriptions have them. */
const beginnings: readonly (readonly [string, string | undefined, Buffer])[] = [
  ['PNG image', 'image/png', bytes('89504e47 0d0a1a0a 0000000d 49484452')],
  ['JPEG image', 'image/jpeg', bytes('ffd8ffe0 00104a46 494600')],
  ['JPEG image', 'image/jpeg', bytes('ffd8ffdb')],
  ['GIF image', 'image/gif', text('GIF89a\x01\x01')],
  ['GIF image', 'image/gif', text('GIF87a\x01\x01')],
  ['WebP image', 'image/webp', text('RIFF\x10\0\0\0WEBPVP8 ')],
  ['AVIF image', 'image/avif', text('\0\0\0\x1cftypavif\0\0\0\0mif1miaf')],
  ['AVIF image', 'image/avif', text('\0\0\0\x1cftypmif1\0\0\0\0avifmiaf')],
  ['BMP image', 'image/bmp', bytes('424d 46000000 0000 0000 36000000 28000000')],
  ['Windows icon', 'image/x-icon', bytes('0000 0100 0100 1010 0000 0100 2000 68040000 16000000')],
  ['TIFF image', undefined, text('II*\0\x08\0\0\0')],
  ['HEIF image', undefined, text('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
  ['MP4 media', undefined, text('\0\0\0\x18ftypisom\0\0\x02\0isommp42')],
  ['ELF program or library', undefined, bytes('7f454c46 0201')],
  ['Java class', undefined, bytes('cafebabe 0000 003d')],
  ['Mach-O universal binary', undefined, bytes('cafebabe 0000 0002')],
  ['Windows program or library', undefined, text('MZ\x90\0')],
  ['WebAssembly module', undefined, bytes('0061736d 01000000')],
  ['PDF document', undefined, text('%PDF-1.7\n')],
  ['ZIP archive', undefined, text('PK\x03\x04')],
  ['gzip file', undefined, bytes('1f8b 08')],
  ['XZ file', undefined, bytes('fd377a585a00')],
  ['Zstandard file', undefined, bytes('28b52ffd')],
  ['tar archive', undefined, Buffer.concat([Buffer.alloc(257), text('ustar\0')])],
  ['WOFF2 font', undefined, text('wOF2')],
  ['TrueType font', undefined, bytes('00010000 00')],
  ['SQLite database', undefined, text('SQLite format 3\0')],
  ['WAVE audio', undefined, text('RIFF\x10\0\0\0WAVEfmt ')],
]

describe('the type of a file', () => {
  it.each(beginnings)('%s, as %s', (name, picture, beginning) => {
    expect(typeOf(beginning)).toEqual(picture ? { name, picture } : { name })
  })

  it.each([
    '',
    'B',
    'BM',
    'BMW is a maker of cars, and this is a text.',
    'RIFF',
    'RIFFRAFF WEBPAGE',
    'GIF',
    'GIF88a',
    '\x89PNG\r\n',
    '\xff\xd8',
    '\0\0\x01\0',
    '\0\0\x01\0\0\0',
    '\0\0\xff\xffftypavif',
    'ftypavif',
    '<svg xmlns="http://www.w3.org/2000/svg">',
    '<html>',
  ])('%j is no picture', (beginning) => {
    expect(typeOf(text(beginning))?.picture).toBeUndefined()
  })

  it('is told from any number of bytes', () => {
    for (const [, , beginning] of beginnings) {
      for (let end = 0; end < beginning.length; end++) typeOf(beginning.subarray(0, end))
    }
  })

  it.each([
    ['<svg/>', true],
    ['\ufeff  <svg\nviewBox="0 0 1 1">', true],
    [
      '<?xml version="1.0"?>\n<!-- <html> -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg>',
      true,
    ],
    ['<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg>', true],
    ['<svgx>', false],
    ['<html><svg></svg></html>', false],
    ['<!-- <svg> -->', false],
    ['<!-- never ends <svg>', false],
    ['text <svg>', false],
    [`${' '.repeat(5_000)}<svg>`, false],
    ['<?'.repeat(2_000), false],
    ['', false],
  ])('%j is SVG: %s', (document, is) => {
    expect(isSvg(Buffer.from(document))).toBe(is)
  })
})
