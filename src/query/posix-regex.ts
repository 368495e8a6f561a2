/** A regular expression of grep's, in ripgrep's syntax; or what in it has no certain meaning there. */
export type Translated =
  | { readonly ok: true; readonly pattern: string }
  | { readonly ok: false; readonly why: string }

/** Translates a basic (`grep`) or extended (`grep -E`) expression, GNU's additions included. */
export function translatePosix(source: string, syntax: 'basic' | 'extended'): Translated {
  let pattern = ''
  let before: 'start' | 'atom' | 'assertion' | 'repetition' = 'start'
  let open = 0
  const refuse = (why: string): Translated => ({ ok: false, why })
  for (let at = 0; at < source.length; ) {
    const char = source[at]!
    const pair = source.slice(at, at + 2)
    if (char === '\\' && at + 1 === source.length) return refuse('it ends in a backslash')
    const sign = signAt(source, at, syntax)
    if (sign === 'repeat' || sign === 'interval') {
      const text = syntax === 'basic' && char === '\\' ? pair[1]! : char
      if (before === 'start') {
        // At the beginning a basic `*` is itself; of the others nothing is certain.
        if (syntax === 'extended' || char !== '*') return refuse(`${text} repeats nothing`)
        pattern += '\\*'
        before = 'atom'
        at++
        continue
      }
      if (before === 'assertion') return refuse('it repeats a word’s edge')
      if (before === 'repetition') return refuse('it repeats a repetition')
      const interval = sign === 'interval' ? intervalAt(source, at, syntax) : undefined
      if (sign === 'interval' && !interval) return refuse('{ begins no repetition')
      pattern += interval?.pattern ?? text
      at = interval?.to ?? at + (char === '\\' ? 2 : 1)
      before = 'repetition'
      continue
    }
    if (sign === 'open' || sign === 'close' || sign === 'or') {
      if (sign === 'open') open++
      if (sign === 'close' && open-- === 0) return refuse(') closes nothing')
      pattern += { open: '(', close: ')', or: '|' }[sign]
      before = sign === 'close' ? 'atom' : 'start'
      at += syntax === 'basic' ? 2 : 1
      continue
    }
    if (char === '[') {
      const bracket = bracketAt(source, at)
      if (!bracket) return refuse('what [ begins')
      pattern += bracket.pattern
      at = bracket.to
      before = 'atom'
      continue
    }
    if (char === '^' && (syntax === 'extended' || before === 'start')) {
      // A second one in a basic expression is itself.
      const isText = syntax === 'basic' && pattern.endsWith('^')
      pattern += isText ? '\\^' : '^'
      before = isText ? 'atom' : 'start'
      at++
      continue
    }
    if (char === '$' && (syntax === 'extended' || isEnd(source, at + 1))) {
      pattern += '$'
      // In an extended expression `$*` would repeat an anchor.
      before = 'start'
      at++
      continue
    }
    if (syntax === 'basic' && /^\$[|)]/.test(pair)) {
      // GNU's matcher takes it for the end of a line there, against its own manual.
      return refuse(`$ has no certain meaning before ${pair[1]}`)
    }
    if (char === '\\') {
      const meant =
        escapes.get(pair[1]!) ?? (/[A-Za-z0-9'`]/.test(pair[1]!) ? undefined : quote(pair[1]!))
      if (meant === undefined) return refuse(`${pair} has another meaning, or none, there`)
      pattern += meant
      at += 2
      if (/[<>bB]/.test(pair[1]!)) {
        before = 'assertion'
        continue
      }
    } else {
      pattern += char === '.' ? '.' : quote(char)
      at++
    }
    before = 'atom'
  }
  return open === 0 ? { ok: true, pattern } : refuse('( is not closed')
}

/** Text as a regular expression. */
export const quote = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')

type Sign = 'open' | 'close' | 'or' | 'repeat' | 'interval'

const signs: ReadonlyMap<string, Sign> = new Map([
  ['(', 'open'],
  [')', 'close'],
  ['|', 'or'],
  ['+', 'repeat'],
  ['?', 'repeat'],
  ['{', 'interval'],
])

/** What a character is a sign for: in a basic expression all but `*` need a backslash. */
function signAt(source: string, at: number, syntax: 'basic' | 'extended'): Sign | undefined {
  if (source[at] === '*') return 'repeat'
  if (syntax === 'extended') return signs.get(source[at]!)
  return source[at] === '\\' ? signs.get(source[at + 1] ?? '') : undefined
}

function intervalAt(source: string, at: number, syntax: 'basic' | 'extended') {
  const interval = syntax === 'basic' ? /\\\{(\d*)(,?)(\d*)\\\}/y : /\{(\d*)(,?)(\d*)\}/y
  interval.lastIndex = at
  const [whole, least = '', comma = '', most = ''] = interval.exec(source) ?? []
  if (whole === undefined || (least === '' && most === '')) return undefined
  return { pattern: `{${least || '0'}${comma}${most}}`, to: at + whole.length }
}

/** Whether a basic expression, or a branch of it, ends here. */
const isEnd = (source: string, at: number): boolean =>
  at === source.length || source.startsWith('\\)', at) || source.startsWith('\\|', at)

const escapes: ReadonlyMap<string, string> = new Map([
  ['<', '\\b{start}'],
  ['>', '\\b{end}'],
  ['b', '\\b'],
  ['B', '\\B'],
  ['w', '\\w'],
  ['W', '\\W'],
  ['s', '\\s'],
  ['S', '\\S'],
])

/** A set in brackets, where a backslash is itself. */
function bracketAt(source: string, from: number): { pattern: string; to: number } | undefined {
  let at = from + 1
  let pattern = '['
  if (source[at] === '^') {
    pattern += '^'
    at++
  }
  for (const first = at; at < source.length; at++) {
    const char = source[at]!
    if (char === ']' && at > first) return { pattern: `${pattern}]`, to: at + 1 }
    if (char === '[' && /[.=]/.test(source[at + 1] ?? '')) return undefined
    const named = /^\[:[a-z]{1,8}:\]/.exec(source.slice(at, at + 12))?.[0]
    if (named) {
      pattern += named
      at += named.length - 1
    } else if (char === '-') {
      const isRange = at > first && source[at + 1] !== ']'
      pattern += isRange ? '-' : '\\-'
    } else {
      pattern += /[\\\][&~^]/.test(char) ? `\\${char}` : char
    }
  }
  return undefined
}
