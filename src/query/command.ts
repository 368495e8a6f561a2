/**
 * Commands that are pasted into the box: `rg -i -t js 'foo(' src`. They are read and never run. What is certain becomes a
 * search; what means nothing here is named; a command that asks for another kind of search is said to be one.
 */
import { charsetOf } from '../charset.ts'
import type { Program } from './command-flags.ts'
import { globsBelow, pathFilter, pathspecFilter } from './command-paths.ts'
import { type Given, readWords, type Syntax } from './command-words.ts'
import { emptyForm, type Form } from './parameters.ts'
import { formatText } from './parse.ts'
import { quote, translatePosix } from './posix-regex.ts'
import { defaultContext } from './query.ts'
import { type ShellWord, shellWords } from './shell-words.ts'

/** A command, as it is understood. */
export interface ReadCommand {
  readonly program: Program
  /** The search that it means; `undefined` if there is none. */
  readonly form: Form | undefined
  /** Why there is none. */
  readonly problem: string | undefined
  /** Flags and words that have no meaning here, as written; some with the reason. */
  readonly leftOut: readonly string[]
}

export interface CommandNames {
  /** The language of a type of rg's, as `lang` takes it. */
  readonly languageOf: (type: string) => string | undefined
  /** Most lines of context. */
  readonly maxContext: number
}

/** Reads a text as a command; `undefined` if it does not look like one. */
export function readCommand(text: string, names: CommandNames): ReadCommand | undefined {
  if (!looksLikeCommand.test(text)) return undefined
  const split = shellWords(text.trim().replace(/^[$%] +/, ''))
  const begun = split && programOf(split.words)
  if (!split || !begun) return undefined
  const { program, fixed } = begun
  const given = readWords(program, begun.words, fixed)
  const [first, ...rest] = given.operands
  const patterns = given.patterns.length > 0 ? given.patterns : first ? [first.text] : []
  if (patterns.every((pattern) => pattern === '')) return undefined
  const paths = given.patterns.length > 0 ? given.operands : rest
  const leftOut = [...begun.leftOut, ...given.leftOut]
  const problem =
    split.expansion === undefined
      ? given.problem
      : `a shell would replace ${split.expansion} in it, and nothing is replaced here`
  const refused = (why: string): ReadCommand => ({
    program,
    form: undefined,
    problem: why,
    leftOut,
  })
  if (problem !== undefined) return refused(problem)

  const pattern = patternOf(program, given, patterns)
  if ('problem' in pattern) return refused(pattern.problem)
  const path = filtersOf(program, given, paths, leftOut)
  const lang = languagesOf(given, names, leftOut)
  const context = Math.min(given.context ?? defaultContext, names.maxContext)
  if (given.context !== undefined && given.context > context) {
    leftOut.push(`more than ${context} lines of context`)
  }
  if (split.rest !== '') leftOut.push(split.rest)
  const form: Form = {
    ...emptyForm,
    q: formatText(pattern.text),
    regex: pattern.regex,
    word: given.word && !given.line,
    multiline: given.multiline,
    pcre2: pattern.regex && given.syntax === 'perl',
    case: given.case,
    path,
    lang,
    context,
    replace: given.replace,
    encoding: encodingOf(given, leftOut),
  }
  return { program, form, problem: undefined, leftOut }
}

const looksLikeCommand = /^\s*(?:[$%] +)?(?:[A-Za-z_]\w*=\S* +)*(?:rg|[ef]?grep|git)\s/

/** Finds where the flags begin. */
function programOf(words: readonly ShellWord[]) {
  let at = 0
  const leftOut: string[] = []
  while (words[at] && /^[A-Za-z_]\w*=/.test(words[at]!.text)) leftOut.push(words[at++]!.text)
  const name = words[at++]?.text
  const read = (program: Program, fixed: Syntax) => ({
    ...{ program, fixed, leftOut },
    words: words.slice(at),
  })
  switch (name) {
    case 'rg':
      return read('rg', 'rust')
    case 'grep':
      return read('grep', 'basic')
    case 'egrep':
      return read('grep', 'extended')
    case 'fgrep':
      return read('grep', 'fixed')
    case 'git':
      while (words[at]?.text.startsWith('-')) {
        const option = words[at++]!.text
        leftOut.push(option === '-C' || option === '-c' ? `${option} ${words[at++]?.text}` : option)
      }
      return words[at++]?.text === 'grep' ? read('git grep', 'basic') : undefined
    default:
      return undefined
  }
}

/** The encoding that files are to be read as; rg's `auto` is what is done here unasked. */
function encodingOf({ encoding }: Given, leftOut: string[]): Form['encoding'] {
  if (encoding === undefined || encoding.label === 'auto') return undefined
  const charset = charsetOf(encoding.label)
  if (charset === undefined) {
    leftOut.push(`${encoding.flag} ${encoding.label} (not among the encodings that are read here)`)
  }
  return charset
}

/** The text to find, or why there is none. */
function patternOf(
  program: Program,
  { syntax, line }: Given,
  given: readonly string[],
): { text: string; regex: boolean } | { problem: string } {
  // grep takes each line of a pattern for one of its own.
  const patterns = program === 'rg' ? given : given.flatMap((pattern) => pattern.split('\n'))
  if (patterns.length > 1 && patterns.some((pattern) => /\(\?[a-zA-Z]*x/.test(pattern))) {
    return { problem: 'it joins patterns of which one has comments (?x)' }
  }
  const [only] = patterns
  const isText = syntax === 'fixed' || patterns.every((pattern) => quote(pattern) === pattern)
  if (isText && !line && patterns.length === 1) return { text: only!, regex: false }
  const regexes: string[] = []
  for (const pattern of patterns) {
    if (syntax === 'basic' || syntax === 'extended') {
      const translated = translatePosix(pattern, syntax)
      if (!translated.ok) {
        return { problem: `the pattern cannot be put into ripgrep’s syntax: ${translated.why}` }
      }
      regexes.push(translated.pattern)
    } else regexes.push(syntax === 'fixed' ? quote(pattern) : pattern)
  }
  const joined =
    regexes.length === 1 ? regexes[0]! : regexes.map((regex) => `(?:${regex})`).join('|')
  return { text: line ? `^(?:${joined})$` : joined, regex: true }
}

function filtersOf(
  program: Program,
  given: Given,
  operands: readonly ShellWord[],
  leftOut: string[],
): readonly string[] {
  const paths: string[] = []
  const excluded: string[] = []
  let isWhole = false
  for (const word of operands) {
    const isRevision = program === 'git grep' && /^(?:HEAD|@)(?:[~^@].*)?$/.test(word.text)
    const path = isRevision
      ? undefined
      : program === 'git grep'
        ? pathspecFilter(word)
        : pathFilter(word)
    if (path === undefined) leftOut.push(word.text)
    else if (path === '' || path === '.') isWhole = true
    else if (path.startsWith('!')) excluded.push(path)
    else paths.push(path)
  }
  const globs = [...given.globs, ...excluded]
  const wanted = isWhole ? [] : paths
  const joined = globsBelow(wanted, globs)
  if (joined) return joined
  leftOut.push(...wanted.map((path) => `${path} (together with a glob that has a slash)`))
  return globs
}

function languagesOf(given: Given, names: CommandNames, leftOut: string[]): readonly string[] {
  const isIncluding = given.globs.some((glob) => !glob.startsWith('!'))
  return given.types.flatMap((type) => {
    const mark = type.startsWith('!') ? '!' : ''
    const name = type.slice(mark.length)
    const flag = `${mark ? '-T' : '-t'} ${name}`
    if (isIncluding) {
      leftOut.push(`${flag} (where a glob includes, rg passes over it)`)
      return []
    }
    const language = names.languageOf(name)
    if (language === undefined) leftOut.push(flag)
    return language === undefined ? [] : [`${mark}${language}`]
  })
}
