import { type Fingerprint, neighbours } from './fingerprint.ts'
import { type HashedLines, shortOf } from './lines.ts'

/** Telling lines on either side among which a neighbour may stand now. */
const reach = 6

/** Votes if all neighbours and the heading are what they were. */
export const mostVotes = 4 * neighbours + 1

/**
 * How like its surroundings are to those of the fingerprint: a vote for each neighbour that stands around a line, in
 * order, and maybe with others between them; another if it stands exactly where it stood, which tells the lines of a
 * stack of closing brackets apart; and one for the heading.
 */
export function votesFor(lines: HashedLines, line: number, print: Fingerprint): Votes {
  const above = common(print.before, before(lines, line, reach))
  const below = common(print.behind, behind(lines, line, reach))
  const heading = print.heading !== 0 && print.heading === lines.headings[line] ? 1 : 0
  return {
    all: above + below + heading,
    fewer: Math.min(above, below),
    hasHeading: print.heading === lines.headings[line],
  }
}

export interface Votes {
  readonly all: number
  /** Those of the side that has fewer. */
  readonly fewer: number
  readonly hasHeading: boolean
}

/** The nearest telling lines before one, the nearest first, as short hashes; then 0 where the text begins. */
export function before(
  { hashes, telling, tellingBefore }: HashedLines,
  line: number,
  most: number,
) {
  const found: number[] = []
  for (let i = tellingBefore[line]! - 1; i >= 0 && found.length < most; i--) {
    found.push(shortOf(hashes[telling[i]!]!))
  }
  while (found.length < most) found.push(0)
  return found
}

/** The nearest telling lines behind one, the nearest first, likewise. */
export function behind(
  { hashes, telling, tellingBefore }: HashedLines,
  line: number,
  most: number,
) {
  const found: number[] = []
  const own = tellingBefore[line]!
  for (
    let i = telling[own] === line ? own + 1 : own;
    i < telling.length && found.length < most;
    i++
  ) {
    found.push(shortOf(hashes[telling[i]!]!))
  }
  while (found.length < most) found.push(0)
  return found
}

/** The length of the longest common subsequence, and how many stand in the same place. */
function common(wanted: readonly number[], found: readonly number[]): number {
  let row = new Array<number>(found.length + 1).fill(0)
  for (const hash of wanted) {
    const next = [0]
    for (const [i, other] of found.entries()) {
      next.push(hash === other ? row[i]! + 1 : Math.max(row[i + 1]!, next[i]!))
    }
    row = next
  }
  return row.at(-1)! + wanted.filter((hash, i) => hash === found[i]).length
}
