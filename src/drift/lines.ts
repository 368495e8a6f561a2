import { setImmediate as turn } from 'node:timers/promises'

/** A text and where each of its lines begins in it. */
export interface LinesOfText {
  readonly text: string
  /** In UTF-16 units; one for each line, ascending. */
  readonly starts: readonly number[]
}

/** The lines of a text as far as links heed them. Lines are 0-based here. */
export interface HashedLines {
  /** 32 bits of each line without the white space around it. */
  readonly hashes: Uint32Array
  /** The lines that hold a letter or a digit, ascending: only these are neighbours. */
  readonly telling: Uint32Array
  /** For each line, how many telling ones stand before it. */
  readonly tellingBefore: Uint32Array
  /**
   * For each line, 12 bits of the hash of the nearest line before it that begins with a letter at its first column, or
   * 0; for one that is not telling, with its own indentation, which tells closing brackets apart.
   */
  readonly headings: Uint16Array
}

/** A text of more lines is not hashed, which bounds the memory: 14 bytes a line. */
export const mostLines = 1_000_000

/** UTF-16 units that are hashed before others get their turn: about 5 ms. A line is hashed at once. */
const unitsAtOnce = 1_000_000

/** Hashes each line, in slices; `undefined` if there are too many. */
export async function hashLines({ text, starts }: LinesOfText): Promise<HashedLines | undefined> {
  const count = starts.length
  if (count > mostLines) return undefined
  const hashes = new Uint32Array(count)
  const headings = new Uint16Array(count)
  const tellingBefore = new Uint32Array(count)
  const telling = new Uint32Array(count)
  let tellings = 0
  let heading = 0
  let done = 0
  for (let line = 0; line < count; line++) {
    const from = starts[line]!
    const to = starts[line + 1] ?? text.length
    done += to - from + 16
    if (done > unitsAtOnce) {
      done = 0
      await turn()
    }
    const { hash, isTelling, indentation } = hashOf(text, from, to)
    hashes[line] = hash
    headings[line] = isTelling ? heading : shortOf(heading + 37 * indentation + 1)
    tellingBefore[line] = tellings
    if (isTelling) telling[tellings++] = line
    if (isLetter(text.charCodeAt(from))) heading = shortOf(hash)
  }
  return { hashes, headings, tellingBefore, telling: telling.slice(0, tellings) }
}

/** Bits of a line's hash that are compared: the line's own, and a neighbour's. */
export const ownOf = (hash: number): number => hash >>> 8
export const shortOf = (hash: number): number => hash & 0xfff

/** FNV-1a over UTF-16 units, mixed so that any of its bits can be taken. */
function hashOf(text: string, from: number, to: number) {
  const begin = from
  while (from < to && text.charCodeAt(from) <= space) from++
  const indentation = from - begin
  while (from < to && text.charCodeAt(to - 1) <= space) to--
  let isTelling = false
  for (let at = from; at < to && !isTelling; at++) {
    const unit = text.charCodeAt(at)
    isTelling = isLetter(unit) || (unit >= 0x30 && unit <= 0x39)
  }
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return { hash: (hash ^ (hash >>> 16)) >>> 0, isTelling, indentation }
}

const space = 0x20

/** Whether it is part of a word; beyond ASCII everything counts. */
const isLetter = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f || unit >= 0x80
