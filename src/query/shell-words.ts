import { isUtf8 } from 'node:buffer'

/** A word of a shell command. */
export interface ShellWord {
  readonly text: string
  /** Whether any of it is in quotes or behind a backslash, so that a shell takes no `*` in it for a glob. */
  readonly quoted: boolean
}

/** A command as a POSIX shell splits it. */
export interface ShellCommand {
  readonly words: readonly ShellWord[]
  /** From the first operator (`|`, `>`, `;`, …) or comment on: what belongs to no single command. */
  readonly rest: string
  /** The first thing that a shell would replace by something else: `$HOME`, `$(…)`, a backquote. */
  readonly expansion: string | undefined
}

/**
 * Splits one command into its words, with nothing expanded, replaced or run.
 *
 * Parentheses are text, which a shell would not take outside quotes: who pastes `rg foo(` means just that.
 *
 * @returns `undefined` if a quotation mark is not closed
 */
export function shellWords(text: string): ShellCommand | undefined {
  const words: ShellWord[] = []
  let expansion: string | undefined
  let word: { parts: string[]; quoted: boolean } | undefined
  const end = () => {
    if (word) words.push({ text: word.parts.join(''), quoted: word.quoted })
    word = undefined
  }
  let at = 0
  while (at < text.length) {
    const char = text[at]!
    if (char === ' ' || char === '\t' || char === '\r') {
      end()
      at++
      continue
    }
    if (/[|&;<>\n]/.test(char) || (char === '#' && !word)) break
    word ??= { parts: [], quoted: false }
    if (char === "'") {
      const close = text.indexOf("'", at + 1)
      if (close === -1) return undefined
      word.parts.push(text.slice(at + 1, close))
      word.quoted = true
      at = close + 1
    } else if (char === '"') {
      const inside = doubleQuoted(text, at + 1)
      if (!inside) return undefined
      expansion ??= inside.expansion
      word.parts.push(inside.text)
      word.quoted = true
      at = inside.to
    } else if (char === '\\') {
      // A backslash before a line end joins the lines; one at the end of all is itself.
      const next = text[at + 1] ?? '\\'
      if (next !== '\n') word.parts.push(next)
      word.quoted = true
      at += 2
    } else {
      expansion ??= expansionAt(text, at, /[A-Za-z0-9_{(@*#?!$'"-]/)
      word.parts.push(char)
      at++
    }
  }
  end()
  return { words, rest: text.slice(at).trim(), expansion }
}

/** What stands between double quotes, from behind the first one. */
function doubleQuoted(text: string, from: number) {
  const parts: string[] = []
  let expansion: string | undefined
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === '"') return { text: parts.join(''), to: at + 1, expansion }
    if (char === '\\' && /[$`"\\\n]/.test(text[at + 1] ?? '')) {
      at++
      if (text[at] !== '\n') parts.push(text[at]!)
      continue
    }
    const printed = printedAt(text, at)
    if (printed) {
      parts.push(printed.text)
      at = printed.to - 1
      continue
    }
    expansion ??= expansionAt(text, at, /[A-Za-z0-9_{(@*#?!$-]/)
    parts.push(char)
  }
  return undefined
}

/** What `shell-quote.ts` writes for characters that are not to be seen: the only command whose output is known. */
function printedAt(text: string, at: number): { text: string; to: number } | undefined {
  const printf = /\$\(printf '((?:\\[0-3][0-7]{2})+)'\)/y
  printf.lastIndex = at
  const [whole, escapes] = printf.exec(text) ?? []
  if (whole === undefined || escapes === undefined) return undefined
  const bytes = Buffer.from(
    escapes
      .split('\\')
      .slice(1)
      .map((digits) => Number.parseInt(digits, 8)),
  )
  if (!isUtf8(bytes) || bytes.includes(0)) return undefined
  return { text: bytes.toString('utf8').replace(/\n+$/, ''), to: at + whole.length }
}

function expansionAt(text: string, at: number, begins: RegExp): string | undefined {
  if (text[at] === '`') return '`'
  const next = text[at + 1] ?? ''
  if (text[at] !== '$' || !begins.test(next)) return undefined
  return /^\$\w{0,40}/.exec(text.slice(at, at + 42))![0] + (/\w/.test(next) ? '' : next)
}
