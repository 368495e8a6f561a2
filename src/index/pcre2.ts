import { type Bounds, createRegexReader, unknown, unlessUnknown } from './regex-reader.ts'
import {
  anything,
  type CharacterSet,
  characterNode,
  type Node,
  perl,
  type Syntax,
  wide,
} from './syntax.ts'

/**
 * PCRE2's syntax (https://www.pcre.org/current/doc/html/pcre2pattern.html), read as far as an index can use it and no
 * further than is certain: as `syntax.ts` reads Rust's. What only restricts a match (look-around, atomic groups,
 * possessive quantifiers) is left out; what stands for a text that is not here (back-references, recursion) is any.
 * What a quantifier behind it would pass over (comments, `\E`) is not read at all.
 */
export function parsePcre2(pattern: string): Syntax | undefined {
  return unlessUnknown(() => {
    const parser = createParser(pattern)
    const node = parser.alternation()
    if (!parser.isAtEnd) return undefined
    return { node, mayIgnoreCase: parser.mayIgnoreCase(), hasUpper: hasUpper(pattern) }
  })
}

/** As ripgrep looks for one on behalf of PCRE2: whatever follows a backslash is none. */
const hasUpper = (pattern: string): boolean => /\p{Lu}/u.test(pattern.replaceAll(/\\[\s\S]/gu, ''))

const nothing: Node = { kind: 'concat', nodes: [] }
const look = (look: Extract<Node, { kind: 'look' }>['look']): Node => ({ kind: 'look', look })

const controls: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }

function createParser(pattern: string) {
  const reader = createRegexReader(pattern)
  const { peek, take, takeIf, takeUntil } = reader
  let ignoresCase = false

  /** Takes what an expression matches from here on. */
  const takeMatch = (kind: RegExp): RegExpExecArray | undefined => {
    const match = reader.match(kind)
    for (const _ of match?.[0] ?? '') take()
    return match
  }
  const alternation = () => reader.alternation({ atom, counted, preference })
  const preference = () => {
    // Lazy or possessive.
    if (!takeIf('?')) takeIf('+')
  }
  const counted = (): Bounds | undefined => {
    const counted = takeMatch(/^\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/)
    if (counted) {
      const [, least, comma, most = comma ? 'Infinity' : least] = counted
      return { least: Number(least), most: Number(most) }
    }
    // Spaces, or no lower bound, have not always been understood.
    return reader.match(/^\{[\d, ]*\}/) ? unknown() : undefined
  }

  const atom = (): Node => {
    const character = take()
    switch (character) {
      case '.':
        return anything
      case '^':
        return look('line-start')
      case '$':
        return look('line-end')
      case '(':
        return group()
      case '[':
        return { kind: 'characters', set: bracketed() }
      case '\\':
        return escaped()
      case '*':
      case '+':
      case '?':
        return unknown()
      default:
        return characterNode(character.codePointAt(0)!)
    }
  }

  /** A group whose bracket has been taken. */
  const group = (): Node => {
    if (peek() === '*') unknown()
    if (!takeIf('?')) return closed(alternation())
    if (takeIf('P=') || takeIf('P>') || takeIf('&')) {
      takeUntil(')')
      return anything
    }
    if (takeMatch(/^(?:R|[+-]?\d+)\)/)) return anything
    const around = takeMatch(/^<?[=!]/)
    if (around) {
      // The ends of a word, as `-w` has them.
      const isWord = reader.taken(() => closed(alternation())) === '\\w)'
      if (isWord && around[0] === '!') return look('end')
      if (isWord && around[0] === '<!') return look('start')
      return nothing
    }
    if (takeMatch(/^(?:P?<[A-Za-z_]\w{0,16}>|'[A-Za-z_]\w{0,16}'|[:>|])/)) {
      return closed(alternation())
    }
    // With `x`, white space is no text.
    const flags = takeMatch(/^[imsnJU]*(?:-[imsnxJU]+)?(?=[:)])/)
    if (!flags) return unknown()
    ignoresCase ||= /^[^-]*i/.test(flags[0])
    return take() === ')' ? nothing : closed(alternation())
  }

  const closed = (node: Node): Node => (takeIf(')') ? node : unknown())

  /** An escape that stands for one character; `undefined` if it is another. */
  const escapedCharacter = (character: string): number | undefined => {
    if (Object.hasOwn(controls, character)) return controls[character]
    if (character === 'x') {
      const [, braced, plain] =
        takeMatch(/^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/) ?? unknown()
      const code = Number.parseInt((braced ?? plain)!, 16)
      return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? unknown() : code
    }
    return /^[!-/:-@[-`{-~ ]$/.test(character) ? character.charCodeAt(0) : undefined
  }

  /** An escape that stands for a set of characters; `undefined` if it is another. */
  const escapedSet = (character: string): CharacterSet | undefined => {
    if (Object.hasOwn(perl, character)) return perl[character]
    if (/^[hHvV]$/.test(character)) return wide
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
    if (/^\d$/.test(character)) {
      // A back-reference or an octal number: which of them depends on how many groups there are.
      takeMatch(/^\d*/)
      return anything
    }
    switch (character) {
      case 'b':
        return look('word')
      case 'B':
      case 'A':
      case 'G':
      case 'z':
      case 'Z':
        return look('other')
      case 'K':
        return nothing
      case 'C':
      case 'R':
      case 'X':
        return anything
      case 'N':
        return peek() === '{' ? unknown() : anything
      case 'g':
      case 'k':
        takeMatch(/^(?:\{[^{}]{1,16}\}|<[^<>]{1,16}>|'[^']{1,16}'|[+-]?\d+)/) ?? unknown()
        return anything
      default:
        return unknown()
    }
  }

  /** A class in brackets, whose first bracket has been taken. */
  const bracketed = (): CharacterSet => {
    const negated = takeIf('^')
    const ascii = new Uint8Array(128)
    let isWide = negated
    const add = (from: number, to: number) => {
      for (let code = from; code <= to && code < 0x80; code++) ascii[code] = 1
      if (to >= 0x80) isWide = true
    }
    let hasDigits = false
    for (let items = 0; items === 0 || peek() !== ']'; items++) {
      if (peek() === '[' && /^[:.=]$/.test(peek(1) ?? '')) {
        // Whether it is a class of POSIX, and what that holds, is left open.
        if (!takeMatch(/^\[:\^?[a-z]+:\]/)) unknown()
        ascii.fill(1)
        isWide = true
        continue
      }
      const first = member()
      if (typeof first !== 'number') {
        for (const [code, has] of first.ascii.entries()) if (has === 1) ascii[code] = 1
        if (first.others === 'digits') hasDigits = true
        else isWide = true
        continue
      }
      if (peek() !== '-' || peek(1) === ']') add(first, first)
      else {
        take()
        const last = member()
        add(first, typeof last === 'number' ? last : unknown())
      }
    }
    take()
    if (isWide) return wide
    return { ascii, others: hasDigits ? 'digits' : [] }
  }

  const member = (): number | CharacterSet => {
    const character = take()
    if (character !== '\\') return character.codePointAt(0)!
    const next = take()
    return escapedCharacter(next) ?? escapedSet(next) ?? unknown()
  }

  return {
    alternation,
    mayIgnoreCase: () => ignoresCase,
    get isAtEnd() {
      return reader.isAtEnd
    },
  }
}
