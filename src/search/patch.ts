import type { Edit } from './edits.ts'

/** Unchanged lines before and behind each change, as git has them. */
const context = 3

/**
 * The changes of one file as a patch that `git apply` takes: bytes, since nothing says that a file is text in one
 * encoding, or has one kind of line end.
 *
 * @param path relative to where the patch is to be applied
 * @param bytes what the file holds
 * @param edits in order, at least one
 */
export function filePatch(path: Buffer, bytes: Buffer, edits: readonly Edit[]): Buffer {
  const old = quotedPath('a', path)
  const now = quotedPath('b', path)
  // A tab ends a name that has a space in it.
  const end = path.includes(0x20) && old.startsWith('a') ? '\t' : ''
  const parts: Buffer[] = [
    Buffer.from(`diff --git ${old} ${now}\n--- ${old}${end}\n+++ ${now}${end}\n`),
  ]
  let added = 0
  for (const hunk of hunksOf(linesOf(bytes), edits)) {
    parts.push(hunkHead(hunk, added), ...hunk.rows)
    added += hunk.after - hunk.before
  }
  return Buffer.concat(parts)
}

interface Hunk {
  /** Number of its first line, 0-based. */
  readonly from: number
  /** Lines that it is about, and that they become. */
  before: number
  after: number
  readonly rows: Buffer[]
}

/** Where a line begins, and where the last one ends. */
interface Lines {
  readonly bytes: Buffer
  readonly starts: readonly number[]
}

function linesOf(bytes: Buffer): Lines {
  const starts = [0]
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) {
    starts.push(at + 1)
  }
  if (starts.at(-1) !== bytes.length) starts.push(bytes.length)
  return { bytes, starts }
}

const newline = 0x0a

function hunksOf({ bytes, starts }: Lines, edits: readonly Edit[]): readonly Hunk[] {
  const hunks: Hunk[] = []
  const count = starts.length - 1
  let hunk: Hunk | undefined
  /** The line behind what is in a hunk. */
  let at = 0
  const push = (hunk: Hunk, sign: string, text: Buffer) => {
    hunk.rows.push(...rowsOf(sign, text))
  }
  const keepTo = (hunk: Hunk, line: number) => {
    const to = Math.min(line, count)
    push(hunk, ' ', bytes.subarray(starts[at], starts[to]))
    hunk.before += to - at
    hunk.after += to - at
    at = to
  }
  for (const { from, to, text } of edits) {
    const first = placeOf(starts, from)
    if (hunk && first > at + 2 * context) {
      keepTo(hunk, at + context)
      hunk = undefined
    }
    if (!hunk) {
      at = Math.max(at, first - context)
      hunk = { from: at, before: 0, after: 0, rows: [] }
      hunks.push(hunk)
    }
    keepTo(hunk, first)
    at = placeOf(starts, to)
    push(hunk, '-', bytes.subarray(from, to))
    push(hunk, '+', text)
    hunk.before += at - first
    hunk.after += linesOf(text).starts.length - 1
  }
  if (hunk) keepTo(hunk, at + context)
  return hunks
}

/** The line that begins at an offset, or the number of lines. */
function placeOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle]! < offset) low = middle + 1
    else high = middle
  }
  return low
}

function hunkHead({ from, before, after }: Hunk, added: number): Buffer {
  const range = (first: number, count: number) => {
    // Of no lines it is the one before that is named.
    const shown = count === 0 ? first : first + 1
    return count === 1 ? `${shown}` : `${shown},${count}`
  }
  return Buffer.from(`@@ -${range(from, before)} +${range(from + added, after)} @@\n`)
}

/** Whole lines, each with its sign before it. */
function rowsOf(sign: string, text: Buffer): readonly Buffer[] {
  const { starts } = linesOf(text)
  const rows = starts.slice(0, -1).flatMap((start, i) => {
    return [Buffer.from(sign), text.subarray(start, starts[i + 1])]
  })
  const isOpen = text.length > 0 && text.at(-1) !== newline
  return isOpen ? [...rows, Buffer.from('\n\\ No newline at end of file\n')] : rows
}

/** A path as git writes it: in C's quotes where it is not plain ASCII. One character a byte. */
export function quotedPath(place: string, path: Buffer): string {
  const name = `${place}/${path.toString('latin1')}`
  if (!special.test(name)) return name
  const octal = (byte: string) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`
  return `"${name.replace(everySpecial, (byte) => escapes[byte] ?? octal(byte))}"`
}

const special = /[^ -~]|["\\]/
const everySpecial = new RegExp(special, 'g')

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
}
