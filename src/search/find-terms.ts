/**
 * What is typed into the finder: terms between spaces, each of which has to fit a file as it is shown, with the name of
 * its repository before its path. A term stands in the path; or in the name, from where a word of it begins; or in both,
 * where it begins with the name, or the end of it, and a `/`. Smart case, each term for itself.
 */
import { noMatch, placesOf, prefixScore, scoreOf, type Term, type Texts } from './fuzzy.ts'

/** The different terms of a text. */
export function termsOf(text: string): readonly Term[] {
  return [...new Set(text.split(/\s+/u))]
    .filter((term) => term !== '')
    .map((term) => {
      const characters = [...term]
      return {
        typed: Uint32Array.from(characters, codeOf),
        folded: Uint32Array.from(characters, (character) => codeOf(foldOf(character))),
        isSensitive: characters.some((character) => foldOf(character) !== character),
      }
    })
}

/** A term in the paths of one repository. */
export interface Wanted {
  readonly whole: Term
  /** What of it a path must hold at least: the whole, or what the name leaves of it; `undefined` if nothing. */
  readonly part: Term | undefined
  /** What the beginning is worth that stands in the name; `undefined` if none does. */
  readonly before: number | undefined
}

export function wantedIn(name: string, whole: Term): Wanted {
  const { named, isEnd } = inName(name, whole)
  if (named === 0) return { whole, part: whole, before: undefined }
  const part =
    named === whole.typed.length
      ? undefined
      : {
          typed: whole.typed.subarray(named),
          folded: whole.folded.subarray(named),
          isSensitive: whole.isSensitive,
        }
  // A beginning of the name says little of a file: it is worth less than nearly any place in the path.
  return { whole, part, before: isEnd ? prefixScore(named) : named }
}

/** How many characters of a term the name of a repository can hold, and whether they are there to its end. */
function inName(name: string, { typed, folded, isSensitive }: Term) {
  const characters = [...name, '/']
  const wanted = isSensitive ? typed : folded
  const has = (character: string, code: number | undefined) =>
    codeOf(isSensitive ? character : foldOf(character)) === code
  for (const from of characters.keys()) {
    if (from > 0 && !/[/_.\- ]/.test(characters[from - 1]!)) continue
    const rest = characters.slice(from)
    const length = Math.min(rest.length, wanted.length)
    if (rest.slice(0, length).every((character, i) => has(character, wanted[i]))) {
      return { named: length, isEnd: length >= rest.length - 1 }
    }
  }
  return { named: 0, isEnd: false }
}

/** The best score of a term in a path that has what it must. */
export function scoreIn(
  { whole, part, before }: Wanted,
  texts: Texts,
  start: number,
  end: number,
): number {
  if (before === undefined) return scoreOf(whole, texts, start, end)
  const named = before + (part ? scoreOf(part, texts, start, end) : 0)
  return Math.max(named, scoreOf(whole, texts, start, end))
}

/** Where the term stands in the path, when it scores best. */
export function placesIn(
  wanted: Wanted,
  texts: Texts,
  start: number,
  end: number,
): readonly number[] {
  const { whole, part, before } = wanted
  const inPath = scoreOf(whole, texts, start, end)
  if (before === undefined || (inPath !== noMatch && inPath >= scoreIn(wanted, texts, start, end)))
    return placesOf(whole, texts, start, end)
  return part ? placesOf(part, texts, start, end) : []
}

export const codeOf = (character: string): number => character.codePointAt(0)!

/** The small letter, where that is one character. */
export function foldOf(character: string): string {
  const small = character.toLowerCase()
  return [...small].length === 1 ? small : character
}
