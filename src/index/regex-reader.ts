import type { Node } from './syntax.ts'

/** Reading ends here, and nothing is said of the pattern. */
class Unknown extends Error {}

export function unknown(): never {
  throw new Unknown()
}

/** What is read; `undefined` if something is `unknown`. */
export function unlessUnknown<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Unknown) return undefined
    throw error
  }
}

/** Groups may stand in each other so deep. */
const deepest = 50

/** What one syntax of regexes has for itself; each reads on from where the reader stands. */
export interface Dialect {
  /** What can be repeated. */
  atom(): Node
  /** A repetition between braces. */
  counted(): Bounds | undefined
  /** What stands behind a repetition and says which match is preferred. */
  preference(): void
}

export interface Bounds {
  readonly least: number
  /** May be infinite. */
  readonly most: number
}

/** Takes a pattern apart, character by character, and as far as the syntaxes of regexes are alike. */
export function createRegexReader(pattern: string) {
  const characters = [...pattern]
  let at = 0
  let depth = 0

  const peek = (ahead = 0): string | undefined => characters[at + ahead]
  const take = (): string => characters[at++] ?? unknown()
  const takeIf = (text: string): boolean => {
    if (![...text].every((character, i) => peek(i) === character)) return false
    at += text.length
    return true
  }
  /** Reads what may hold itself. */
  const nested = <T>(read: () => T): T => {
    if (++depth > deepest) unknown()
    const found = read()
    depth--
    return found
  }

  const alternation = (dialect: Dialect): Node =>
    nested(() => {
      const nodes = [concatenation(dialect)]
      while (takeIf('|')) nodes.push(concatenation(dialect))
      return nodes.length === 1 ? nodes[0]! : { kind: 'alternate', nodes }
    })

  const concatenation = (dialect: Dialect): Node => {
    const nodes: Node[] = []
    while (peek() !== undefined && peek() !== '|' && peek() !== ')') nodes.push(repeated(dialect))
    return nodes.length === 1 ? nodes[0]! : { kind: 'concat', nodes }
  }

  const repeated = (dialect: Dialect): Node => {
    let node = dialect.atom()
    for (;;) {
      const bounds = repetition(dialect)
      if (!bounds) return node
      dialect.preference()
      node = { kind: 'repeat', node, ...bounds }
    }
  }

  const repetition = (dialect: Dialect): Bounds | undefined => {
    if (takeIf('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (takeIf('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (takeIf('?')) return { least: 0, most: 1 }
    return dialect.counted()
  }

  return {
    ...{ peek, take, takeIf, nested, alternation },
    takeUntil(end: string): string {
      let text = ''
      while (peek() !== end) text += take()
      at++
      return text
    },
    /** What an expression, which begins with `^`, matches from here on, within twenty characters. */
    match: (kind: RegExp): RegExpExecArray | undefined =>
      kind.exec(characters.slice(at, at + 20).join('')) ?? undefined,
    /** What is taken meanwhile. */
    taken(read: () => void): string {
      const from = at
      read()
      return characters.slice(from, at).join('')
    },
    get isAtEnd() {
      return at === characters.length
    },
  }
}
