/**
 * How well typed characters fit a path, as in fzf or an editor's finder: they stand in it in this order, and it counts
 * for how many of them are where words begin, stand together, and are in the file's own name. The score is that of the
 * best of all ways to place them, and not of the first one that is found.
 */

/** Points of a character by where it stands; the first one of a term counts them twice. */
const points = {
  /** The first of the last component, and the first of another one. */
  nameStart: 12,
  componentStart: 8,
  /** Behind `_`, `-`, `.` or a space. */
  wordStart: 7,
  /** A capital or a digit behind a small letter. */
  hump: 6,
  /** Besides these: somewhere in the last component. */
  name: 4,
} as const

/** A letter whose case is as it was typed. */
const sameCase = 1
/** A character that follows the one before it at once; or what a gap costs, and each character more of it. */
const together = 9
const gap = 3
const wider = 1

/** Bytes where a path is ASCII, else code points. */
export type Codes = Uint8Array | Uint32Array

/** What is typed between spaces. */
export interface Term {
  readonly typed: Codes
  readonly folded: Codes
  /** Whether there is a capital in it, so that letter case matters ("smart case"). */
  readonly isSensitive: boolean
}

/** Paths, as they are and with their letter case folded, and what each of their codes is worth by where it stands. */
export interface Texts {
  readonly codes: Codes
  readonly folded: Codes
  readonly worths: Uint8Array
}

const slash = 0x2f

/** Fills in what the codes of a path are worth, which stands from `start` to before `end`. */
export function weigh({ codes, worths }: Texts, start: number, end: number): void {
  let name = end
  while (name > start && codes[name - 1] !== slash) name--
  let before = slash
  for (let i = start; i < end; i++) {
    const code = codes[i]!
    const here = i === name ? points.nameStart : worthOf(before, code)
    worths[i] = i >= name ? here + points.name : here
    before = code
  }
}

function worthOf(before: number, code: number): number {
  if (before === slash) return points.componentStart
  if (before === 0x5f || before === 0x2d || before === 0x2e || before === 0x20) {
    return points.wordStart
  }
  const isSmall = before >= 0x61 && before <= 0x7a
  const isHump = (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39)
  return isSmall && isHump ? points.hump : 0
}

/** The score of what does not fit: none that is reached is near it. */
export const noMatch = -1_000_000_000

/** The score of so many characters together at the beginning of a path. */
export const prefixScore = (characters: number): number =>
  2 * points.componentStart + (characters - 1) * together

/** Scores with one character of a term at each place, and with the one before it; used again for the next path. */
let row = new Int32Array(256)
let above = new Int32Array(256)

/** Whether the characters of a term stand in the path from `start` to before `end`, in this order. */
export function fits(
  { typed, folded, isSensitive }: Term,
  { codes, folded: either }: Texts,
  start: number,
  end: number,
): boolean {
  const all = typed.length
  const wanted = isSensitive ? typed : folded
  const letters = isSensitive ? codes : either
  let i = 0
  for (let j = start; j < end && i < all; j++) {
    if (letters[j] === wanted[i] || codes[j] === typed[i]) i++
  }
  return i === all
}

/** The best score of a term in the path from `start` to before `end`, which has been weighed. */
export function scoreOf(term: Term, texts: Texts, start: number, end: number): number {
  const length = end - start
  if (row.length < length) {
    row = new Int32Array(2 * length)
    above = new Int32Array(2 * length)
  }
  const all = term.folded.length
  let from = 0
  for (let i = 0; i < all; i++) {
    from = place(term, i, texts, start, from, length) + 1
    if (from > length) return noMatch
    const last = above
    above = row
    row = last
  }
  let best = noMatch
  for (let j = from - 1; j < length; j++) if (above[j]! > best) best = above[j]!
  return best
}

/**
 * Places one more character of a term everywhere from `from` on, which is behind the first place of the one before:
 * `row` then has the best score with it there, and `above` those with the one before.
 *
 * @returns the first place where it can stand; `length` if there is none
 */
function place(
  { typed, folded, isSensitive }: Term,
  i: number,
  texts: Texts,
  start: number,
  from: number,
  length: number,
): number {
  const { codes, worths } = texts
  const either = texts.folded
  const wanted = folded[i]!
  const asTyped = typed[i]!
  const last = above
  const now = row
  let first = length
  /** The best score before a gap that ends here. */
  let apart = noMatch
  for (let j = from; j < length; j++) {
    if (i > 0 && j > from) {
      const sooner = last[j - 2]! - gap
      apart = apart - wider > sooner ? apart - wider : sooner
    }
    const code = codes[start + j]
    if (code !== asTyped && (isSensitive || either[start + j] !== wanted)) {
      now[j] = noMatch
      continue
    }
    const worth = worths[start + j]! + (code === asTyped ? sameCase : 0)
    if (i === 0) {
      if (first === length) first = j
      now[j] = worth + worths[start + j]!
      continue
    }
    const next = last[j - 1]! + together
    const before = apart > next ? apart : next
    if (before < noMatch / 2) {
      now[j] = noMatch
      continue
    }
    if (first === length) first = j
    now[j] = before + worth
  }
  return first
}

/**
 * Where the characters of a term stand in a path when it scores best, from its `start`; of several ways the one whose
 * last characters come first. Nothing if it does not fit.
 */
export function placesOf(term: Term, texts: Texts, start: number, end: number): readonly number[] {
  if (scoreOf(term, texts, start, end) === noMatch) return []
  const length = end - start
  const all = term.folded.length
  const rows: Int32Array[] = []
  let from = 0
  for (let i = 0; i < all; i++) {
    from = place(term, i, texts, start, from, length)
    rows.push(row.slice(0, length).fill(noMatch, 0, from))
    from++
    const last = above
    above = row
    row = last
  }
  const places: number[] = []
  let behind = length
  for (const scores of rows.reverse()) {
    const isLast = places.length === 0
    let best = noMatch
    let at = -1
    for (let j = 0; j < behind; j++) {
      if (scores[j] === noMatch) continue
      const change = isLast ? 0 : j === behind - 1 ? together : -gap - wider * (behind - j - 2)
      if (scores[j]! + change > best) {
        best = scores[j]! + change
        at = j
      }
    }
    places.unshift(at)
    behind = at
  }
  return places
}
