import { type Bounds, createRegexReader, unknown, unlessUnknown } from './regex-reader.ts'

/**
 * Rust's regex syntax (https://docs.rs/regex/latest/regex/#syntax), read as far as an index can use it. Whatever this
 * reader does not know for certain makes it give up, or becomes "any text here": it may say too little of a pattern,
 * never too much. Whether the pattern is valid is ripgrep's to say.
 */
export type Node =
  /** One character of a set. */
  | { readonly kind: 'characters'; readonly set: CharacterSet }
  /** Any text, also none. */
  | { readonly kind: 'anything' }
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'concat'; readonly nodes: readonly Node[] }
  | { readonly kind: 'alternate'; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'repeat'
      readonly node: Node
      readonly least: number
      /** May be infinite. */
      readonly most: number
    }

/** What is asserted of a place without taking text. `start` and `end`: nothing of a word stands before, or behind. */
export type Look = 'word' | 'start' | 'end' | 'line-start' | 'line-end' | 'other'

export interface CharacterSet {
  /** By code, for the 128 of ASCII: 1 if it is in the set. */
  readonly ascii: Uint8Array
  /** The others by code point; or `any` of them, or the digits among them. */
  readonly others: readonly number[] | 'any' | 'digits'
}

export interface Syntax {
  readonly node: Node
  /** Part of it may ignore case by a flag of its own. */
  readonly mayIgnoreCase: boolean
  /** Holds a letter in upper case as a literal: `--smart-case` heeds case. */
  readonly hasUpper: boolean
}

/** Reads a pattern; `undefined` if it holds something that this reader does not know. */
export function parsePattern(pattern: string): Syntax | undefined {
  return unlessUnknown(() => {
    const parser = createParser(pattern)
    const node = parser.alternation()
    return parser.isAtEnd ? { ...parser.seen, node } : undefined
  })
}

/** A text as a pattern that matches just it. */
export function parseLiteral(text: string): Syntax {
  const characters = [...text]
  return {
    node: { kind: 'concat', nodes: characters.map((c) => characterNode(c.codePointAt(0)!)) },
    mayIgnoreCase: false,
    hasUpper: characters.some(isUpper),
  }
}

const isUpper = (character: string): boolean => /^\p{Lu}$/u.test(character)

export const setOf = (has: (code: number) => boolean, others: CharacterSet['others'] = []) => ({
  ascii: Uint8Array.from({ length: 128 }, (_, code) => (has(code) ? 1 : 0)),
  others,
})

const noAscii = setOf(() => false).ascii
/** The sets of one character each, by its code: shared, so that what is worked out about one is worked out once. */
const singles = Array.from(
  { length: 128 },
  (_, code): CharacterSet => setOf((other) => other === code),
)

export const characterNode = (code: number): Node => ({
  kind: 'characters',
  set: singles[code] ?? { ascii: noAscii, others: [code] },
})

export const anything: Node = { kind: 'anything' }
export const wide = setOf(() => true, 'any')

const test = (kind: RegExp) => (code: number) => kind.test(String.fromCharCode(code))
/** Unicode's classes, by their letter: in ASCII exactly, beyond it at least what they hold. */
export const perl: Readonly<Record<string, CharacterSet>> = {
  d: setOf(test(/[0-9]/), 'digits'),
  D: setOf(test(/[^0-9]/), 'any'),
  s: setOf(test(/[\t-\r ]/), 'any'),
  S: setOf(test(/[^\t-\r ]/), 'any'),
  w: setOf(test(/\w/), 'any'),
  W: setOf(test(/\W/), 'any'),
}

const posix: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[\t ]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  upper: /[A-Z]/,
  word: /\w/,
  xdigit: /[0-9A-Fa-f]/,
}

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }

/** At most so many single characters beyond ASCII are told apart in one set. */
const mostOthers = 16
function createParser(pattern: string) {
  const reader = createRegexReader(pattern)
  const { peek, take, takeIf, takeUntil } = reader
  const seen = { mayIgnoreCase: false, hasUpper: false }

  const literal = (character: string): number => {
    seen.hasUpper ||= isUpper(character)
    return character.codePointAt(0)!
  }

  const alternation = () => reader.alternation({ atom, counted, preference: () => takeIf('?') })
  const counted = (): Bounds | undefined => {
    if (!takeIf('{')) return undefined
    const counted = /^(\d{1,6})(?:(,)(\d{1,6})?)?$/.exec(takeUntil('}'))
    if (!counted) unknown()
    const [, least, comma, most] = counted
    if (comma === undefined) return { least: Number(least), most: Number(least) }
    return {
      least: Number(least),
      most: most === undefined ? Number.POSITIVE_INFINITY : Number(most),
    }
  }

  const atom = (): Node => {
    const character = take()
    switch (character) {
      case '.':
        return anything
      case '^':
        return { kind: 'look', look: 'line-start' }
      case '$':
        return { kind: 'look', look: 'line-end' }
      case '(':
        return group()
      case '[':
        return { kind: 'characters', set: bracketed() }
      case '\\':
        return escaped()
      case '*':
      case '+':
      case '?':
      case '{':
        return unknown()
      default:
        return characterNode(literal(character))
    }
  }

  const group = (): Node => {
    if (takeIf('?')) {
      if (takeIf('P<') || (peek() === '<' && peek(1) !== '=' && peek(1) !== '!' && takeIf('<'))) {
        takeUntil('>')
      } else {
        let flags = ''
        while (peek() !== ')' && peek() !== ':') flags += take()
        // With `x`, white space is no text; without `u`, a character is a byte.
        if (!/^[imsUR]*(-[imsRxU]+)?$/.test(flags)) unknown()
        if (/^[^-]*i/.test(flags)) seen.mayIgnoreCase = true
        if (take() === ')') return { kind: 'concat', nodes: [] }
      }
    }
    const node = alternation()
    if (!takeIf(')')) unknown()
    return node
  }

  /** An escape that stands for one character; `undefined` if it is another. */
  const escapedCharacter = (character: string): number | undefined => {
    if (Object.hasOwn(controls, character)) return controls[character]
    if (character === 'x' || character === 'u' || character === 'U') {
      const digits = takeIf('{')
        ? takeUntil('}')
        : Array.from({ length: { x: 2, u: 4, U: 8 }[character] }, take).join('')
      const code = /^[0-9a-fA-F]{1,8}$/.test(digits) ? Number.parseInt(digits, 16) : unknown()
      return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? unknown() : code
    }
    // Every mark of ASCII may be escaped, but for `<` and `>`, which mean something else then.
    return /^[!-/:;=?@[-`{-~ ]$/.test(character) ? character.charCodeAt(0) : undefined
  }

  /** An escape that stands for a set of characters; `undefined` if it is another. */
  const escapedSet = (character: string): CharacterSet | undefined => {
    if (Object.hasOwn(perl, character)) return perl[character]
    if (character !== 'p' && character !== 'P') return undefined
    if (takeIf('{')) takeUntil('}')
    else take()
    return wide
  }

  const escaped = (): Node => {
    const character = take()
    const code = escapedCharacter(character)
    if (code !== undefined) return characterNode(code)
    const set = escapedSet(character)
    if (set) return { kind: 'characters', set }
    switch (character) {
      case 'b':
        if (takeIf('{start}') || takeIf('{end}')) return { kind: 'look', look: 'word' }
        if (takeIf('{start-half}')) return { kind: 'look', look: 'start' }
        if (takeIf('{end-half}')) return { kind: 'look', look: 'end' }
        return { kind: 'look', look: 'word' }
      case '<':
      case '>':
        return { kind: 'look', look: 'word' }
      case 'A':
      case 'z':
      case 'B':
        return { kind: 'look', look: 'other' }
      default:
        return unknown()
    }
  }

  /** A class in brackets, whose first bracket has been taken. */
  const bracketed = (): CharacterSet => reader.nested(membersOfClass)
  const membersOfClass = (): CharacterSet => {
    const negated = takeIf('^')
    const ascii = new Uint8Array(128)
    const others: number[] = []
    let beyond: 'any' | 'digits' | undefined
    let isIntricate = false
    const addRange = (from: number, to: number) => {
      for (let code = from; code <= to && code < 0x80; code++) ascii[code] = 1
      if (to < 0x80) return
      if (from === to) others.push(from)
      else beyond = 'any'
    }
    const addSet = (set: CharacterSet) => {
      for (let code = 0; code < 0x80; code++) if (set.ascii[code] === 1) ascii[code] = 1
      if (set.others === 'any') beyond = 'any'
      else if (set.others === 'digits') beyond ??= 'digits'
      else others.push(...set.others)
    }
    // One that comes first is itself, and begins no range.
    if (takeIf(']')) addRange(0x5d, 0x5d)
    while (peek() !== ']') {
      if (peek() === '[' && peek(1) === ':') {
        take()
        take()
        const isOut = takeIf('^')
        const name = takeUntil(':')
        if (!takeIf(']')) unknown()
        const kind = Object.hasOwn(posix, name) ? posix[name]! : unknown()
        addSet(setOf((code) => test(kind)(code) !== isOut, isOut ? 'any' : []))
        continue
      }
      if (peek() === '[') {
        take()
        bracketed()
        isIntricate = true
        continue
      }
      const two = `${peek()}${peek(1)}`
      if (two === '&&' || two === '--' || two === '~~') {
        take()
        take()
        isIntricate = true
        continue
      }
      const first = member()
      if (typeof first !== 'number') {
        addSet(first)
        continue
      }
      if (peek() === '-' && peek(1) !== ']' && peek(1) !== '-' && peek(1) !== undefined) {
        take()
        const last = member()
        if (typeof last !== 'number') unknown()
        addRange(first, last)
      } else addRange(first, first)
    }
    take()
    if (isIntricate) return wide
    if (negated) return { ascii: ascii.map((has) => 1 - has), others: 'any' }
    if (others.length > mostOthers || (beyond === 'digits' && others.length > 0)) beyond = 'any'
    return { ascii, others: beyond ?? others }
  }

  const member = (): number | CharacterSet => {
    const character = take()
    if (character !== '\\') return literal(character)
    const next = take()
    return escapedCharacter(next) ?? escapedSet(next) ?? unknown()
  }

  return {
    alternation,
    seen,
    get isAtEnd() {
      return reader.isAtEnd
    },
  }
}
