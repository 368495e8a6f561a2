import { setImmediate as turn } from 'node:timers/promises'
import { type Fingerprint, neighbours } from './fingerprint.ts'
import { type HashedLines, ownOf, shortOf } from './lines.ts'
import { before, behind, mostVotes, type Votes, votesFor } from './votes.ts'

/** Where a line is now. Lines are 1-based, as in links. */
export type Found =
  | {
      readonly kind: 'there'
      readonly line: number
      /** Whether it can only be this one. */
      readonly isCertain: boolean
      /** Its text is another: only its neighbours are what they were. */
      readonly isChanged: boolean
    }
  | { readonly kind: 'gone' }

/** Lines of the same text that are looked at: those nearest to where the line was. Among more, none is certain. */
const mostAlike = 5_000

/** Lines that are compared before others get their turn. */
const linesAtOnce = 2_000

/** What a link to a line remembers of it. @param line 1-based, not beyond the end */
export async function fingerprintOf(lines: HashedLines, line: number): Promise<Fingerprint> {
  const at = line - 1
  const print = {
    own: ownOf(lines.hashes[at]!),
    before: before(lines, at, neighbours),
    behind: behind(lines, at, neighbours),
    heading: lines.headings[at]!,
    twin: 0,
  }
  const { places, areAll } = await alike(lines, print.own, at)
  const others = places.filter((place) => place !== at)
  if (others.length === 0) return print
  const votes = (await votesOf(lines, others, print)).map((one) => one.all)
  return { ...print, twin: areAll ? Math.max(...votes) + 1 : mostVotes + 1 }
}

/**
 * Finds a line again by its text and by votes of its neighbours.
 *
 * It is certain if it has the text, and clearly more votes than any other line of that text has now or had when the
 * link was made; otherwise the likeliest is told as such. A line whose text is nowhere is taken to have been changed
 * where it stood if what is around a place is what was around it.
 *
 * @param line where it was, 1-based
 */
export async function findAgain(
  lines: HashedLines,
  line: number,
  print: Fingerprint,
): Promise<Found> {
  const was = line - 1
  const hash = lines.hashes[was]
  if (
    hash !== undefined &&
    ownOf(hash) === print.own &&
    votesFor(lines, was, print).all >= mostVotes
  ) {
    return { kind: 'there', line, isCertain: true, isChanged: false }
  }
  const { places, areAll } = await alike(lines, print.own, was)
  // The nearest come first, so that of equals the nearest is taken.
  const ranked = (await votesOf(lines, places, print)).sort((a, b) => b.all - a.all)
  const [best, second] = ranked
  const isTelling = best && lines.telling[lines.tellingBefore[best.place]!] === best.place
  const isUnique = isTelling && print.twin === 0 && !second
  const changed = isUnique ? undefined : await changedPlace(lines, was, print)
  if (best && !(changed && changed.all > best.all + 2)) {
    const others = Math.max(print.twin - 1, second?.all ?? -1)
    const isCertain =
      areAll &&
      best.all >= others + clearly &&
      (isUnique ? best.fewer >= 1 : best.fewer >= 3 && best.hasHeading)
    if (isCertain || isUnique || best.all >= (isTelling ? 3 : 5)) {
      return { kind: 'there', line: best.place + 1, isCertain, isChanged: false }
    }
  }
  return changed
    ? { kind: 'there', line: changed.place + 1, isCertain: false, isChanged: true }
    : { kind: 'gone' }
}

/** Votes by which a line differs clearly from another. */
const clearly = 3

interface Ranked extends Votes {
  /** 0-based. */
  readonly place: number
}

/** The lines of that text, those nearest to a place first. */
async function alike({ hashes }: HashedLines, own: number, was: number) {
  const places: number[] = []
  const isAlike = (place: number) => ownOf(hashes[place] ?? 0) === own && place in hashes
  const from = Math.max(0, Math.min(was, hashes.length - 1))
  const furthest = Math.max(from, hashes.length - 1 - from)
  for (let by = 0; by <= furthest && places.length <= mostAlike; by++) {
    if (by % unitsOfScan === unitsOfScan - 1) await turn()
    if (isAlike(from - by)) places.push(from - by)
    if (by > 0 && isAlike(from + by)) places.push(from + by)
  }
  return { places: places.slice(0, mostAlike), areAll: places.length <= mostAlike }
}

/** Lines of which only the hash is looked at before others get their turn. */
const unitsOfScan = 50_000

async function votesOf(
  lines: HashedLines,
  places: readonly number[],
  print: Fingerprint,
): Promise<Ranked[]> {
  const ranked: Ranked[] = []
  for (const [i, place] of places.entries()) {
    if (i % linesAtOnce === linesAtOnce - 1) await turn()
    ranked.push({ place, ...votesFor(lines, place, print) })
  }
  return ranked
}

/** Where a telling line stands between the two neighbours that the line had, and most of the others are there, too. */
async function changedPlace(
  lines: HashedLines,
  was: number,
  print: Fingerprint,
): Promise<Ranked | undefined> {
  const { hashes, telling } = lines
  const shortAt = (index: number) => {
    const place = telling[index]
    return place === undefined ? 0 : shortOf(hashes[place]!)
  }
  const between: number[] = []
  for (let i = 0; i < telling.length; i++) {
    if (i % unitsOfScan === unitsOfScan - 1) await turn()
    if (shortAt(i - 1) !== print.before[0] || shortAt(i + 1) !== print.behind[0]) continue
    if (between.push(telling[i]!) === mostAlike) break
  }
  between.sort((a, b) => Math.abs(a - was) - Math.abs(b - was))
  const [best] = (await votesOf(lines, between, print)).sort((a, b) => b.all - a.all)
  return best && best.all >= enoughForChanged ? best : undefined
}

/** Votes that show a place without the line's own text. */
const enoughForChanged = 8
