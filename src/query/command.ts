/**
 * Commands that are pasted into the box: `rg -i -t js 'foo(' src`. They are read and never run. What is certain becomes a
 * search; what means nothing here is named; a command that asks for another kind of search is said to be one.
 */
import { charsetOf } from '../charset.ts'
import { type CommandNames, filtersOf, languagesOf } from './command-filters.ts'
import type { Program } from './command-flags.ts'
import { patternOf } from './command-pattern.ts'
import { type Given, readWords, type Syntax } from './command-words.ts'
import { emptyForm, type Form } from './form.ts'
import { formatText } from './parse.ts'
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

/** Reads a text as a command; `undefined` if it does not look like one. @param isPiped whether it reads names of files */
export function readCommand(
  text: string,
  names: CommandNames,
  isPiped = false,
): ReadCommand | undefined {
  if (!looksLikeCommand.test(text)) return undefined
  const split = shellWords(text.trim().replace(/^[$%] +/, ''))
  const begun = split && programOf(split.words)
  if (!split || !begun) return undefined
  const { program, fixed } = begun
  const given = readWords(program, begun.words, fixed)
  const [first, ...rest] = given.operands
  if (given.files && isPiped) return undefined
  if (given.files) return readListing(given, split.rest, begun.leftOut, names)
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
  const { repo, path } = filtersOf(program, given, paths, names, leftOut)
  const lang = languagesOf(given, names, leftOut)
  leaveOutSettings(given, names, leftOut)
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
    repo,
    path,
    lang,
    context,
    replace: given.replace,
    encoding: encodingOf(given, leftOut),
  }
  return { program, form, problem: undefined, leftOut }
}

const looksLikeCommand =
  /^\s*(?:[$%] +)?(?:(?:sudo|time|command|[A-Za-z_]\w*=\S*) +)*(?:rg|[ef]?grep|git)\s/

/** `rg --files`, and what it is often piped into, which looks for a pattern in the names. */
function readListing(
  given: Given,
  rest: string,
  before: readonly string[],
  names: CommandNames,
): ReadCommand {
  const leftOut = [...before, ...given.leftOut]
  const refused = (problem: string): ReadCommand => ({
    ...{ program: 'rg', form: undefined, problem, leftOut },
  })
  if (given.problem !== undefined) return refused(given.problem)
  const piped = rest.startsWith('|') ? readCommand(rest.slice(1).trim(), names, true) : undefined
  if (piped && !piped.form) return refused(piped.problem!)
  if (!piped && rest !== '') leftOut.push(rest)
  const { repo, path } = filtersOf('rg', given, given.operands, names, leftOut)
  const lang = languagesOf(given, names, leftOut)
  leaveOutSettings(given, names, leftOut)
  const { q, regex, word, pcre2, case: how } = piped?.form ?? anyName
  const form: Form = {
    ...{ ...emptyForm, q, regex, word, pcre2, case: how },
    ...{ repo, path, lang, type: 'file' },
  }
  return {
    program: 'rg',
    form,
    problem: undefined,
    leftOut: [...leftOut, ...(piped?.leftOut ?? [])],
  }
}

const anyName: Form = { ...emptyForm, q: '.', regex: true }

/** What the command sets otherwise than it is here. */
function leaveOutSettings(given: Given, names: CommandNames, leftOut: string[]): void {
  const { hidden, maxFilesize, typeDefinitions } = given
  if (hidden !== undefined && !names.hidden) leftOut.push(hidden)
  if (maxFilesize && !names.maxFileBytes.some((bytes) => `${bytes}` === maxFilesize.size)) {
    leftOut.push(`${maxFilesize.flag} ${maxFilesize.size}`)
  }
  for (const { flag, text } of typeDefinitions) {
    // A language is told here by what it is told by here.
    if (names.languageOf(text.split(':')[0]!) === undefined) leftOut.push(`${flag} ${text}`)
  }
}

/** Finds where the flags begin. */
function programOf(words: readonly ShellWord[]) {
  let at = 0
  const leftOut: string[] = []
  while (words[at] && /^(?:(?:sudo|time|command)$|[A-Za-z_]\w*=)/.test(words[at]!.text))
    leftOut.push(words[at++]!.text)
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
