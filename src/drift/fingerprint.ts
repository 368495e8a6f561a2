/**
 * What a link remembers of a line, so that the line can be found again in another version of the file. White space at
 * the ends of lines does not count, and neighbours are telling lines only: those that hold a letter or a digit.
 *
 * As text it is 19 characters of base64url: 4 for the line, 2 for each of the three neighbours before (the nearest
 * first), the three behind and the heading, and 1 for the twin.
 */
export interface Fingerprint {
  /** 24 bits of the line's hash. */
  readonly own: number
  /** 12 bits of each neighbour's hash; 0 where the text begins or ends. */
  readonly before: readonly number[]
  readonly behind: readonly number[]
  /** 12 bits of the hash of the nearest line before it that begins with a letter at its first column; 0 if none. */
  readonly heading: number
  /**
   * How alike the most alike line of the same text was, in votes and 1 more; 0 if there was none. What has no more
   * votes than that may be this other line.
   */
  readonly twin: number
}

/** Neighbours on each side. */
export const neighbours = 3

/** The fingerprints as a link carries them, one after the other. */
export const formatFingerprints = (prints: readonly Fingerprint[]): string =>
  prints
    .map(
      ({ own, before, behind, heading, twin }) =>
        digits(own, 4) +
        [...before, ...behind, heading].map((hash) => digits(hash, 2)).join('') +
        digits(twin, 1),
    )
    .join('')

const length = 4 + 2 * (2 * neighbours + 1) + 1

/** One or two fingerprints: of a line, or of the first and the last one of a range; `undefined` for any other text. */
export function parseFingerprints(text: string): readonly Fingerprint[] | undefined {
  if (!/^[\w-]+$/.test(text) || (text.length !== length && text.length !== 2 * length)) {
    return undefined
  }
  return Array.from({ length: text.length / length }, (_, i) =>
    parseOne(text.slice(i * length, (i + 1) * length)),
  )
}

function parseOne(text: string): Fingerprint {
  const hashes = text
    .slice(4, -1)
    .match(/../g)!
    .map((two) => number(two))
  return {
    own: number(text.slice(0, 4)),
    before: hashes.slice(0, neighbours),
    behind: hashes.slice(neighbours, 2 * neighbours),
    heading: hashes.at(-1)!,
    twin: number(text.slice(-1)),
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const digits = (value: number, count: number): string =>
  Array.from({ length: count }, (_, i) => alphabet[(value >>> (6 * (count - 1 - i))) & 63]).join('')

const number = (text: string): number =>
  [...text].reduce((value, digit) => value * 64 + alphabet.indexOf(digit), 0)
