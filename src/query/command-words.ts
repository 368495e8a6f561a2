import { type Flag, flagsOf, type GivenFlag, type Program } from './command-flags.ts'
import { anyCase } from './command-paths.ts'
import type { Form } from './form.ts'
import type { ShellWord } from './shell-words.ts'

/** How a pattern is written. */
export type Syntax = 'rust' | 'basic' | 'extended' | 'perl' | 'fixed'

/** What the words of a command say. */
export interface Given {
  syntax: Syntax
  case: Form['case']
  word: boolean
  line: boolean
  multiline: boolean
  /** Whether names are listed (`rg --files`). */
  files: boolean
  recursive: boolean
  hidden: string | undefined
  /** A size as written, with its flag. */
  maxFilesize: { readonly flag: string; readonly size: string } | undefined
  /** Definitions of types: `NAME:GLOB` or `NAME`, each with its flag. */
  readonly typeDefinitions: { readonly flag: string; readonly text: string }[]
  context: number | undefined
  replace: string | undefined
  /** The label, and the flag that it is the value of. */
  encoding: { readonly flag: string; readonly label: string } | undefined
  problem: string | undefined
  readonly patterns: string[]
  readonly globs: string[]
  readonly types: string[]
  readonly operands: ShellWord[]
  readonly leftOut: string[]
}

/** Reads the flags and operands behind the name of a program. @param syntax its own, without a flag */
export function readWords(program: Program, words: readonly ShellWord[], syntax: Syntax): Given {
  const given: Given = {
    ...{ syntax, case: 'sensitive', word: false, line: false, multiline: false },
    ...{ files: false, recursive: false, hidden: undefined, maxFilesize: undefined },
    ...{ typeDefinitions: [] },
    ...{ context: undefined, replace: undefined, encoding: undefined, problem: undefined },
    ...{ patterns: [], globs: [], types: [], operands: [], leftOut: [] },
  }
  let flagsEnd = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const { text } = word
    if (flagsEnd || text === '-' || !text.startsWith('-')) {
      given.operands.push(word)
      continue
    }
    if (text === '--') {
      flagsEnd = true
      continue
    }
    const { flags, wantsNext } = flagsOf(program, text)
    for (const [i, one] of flags.entries()) {
      const isNext = wantsNext && i === flags.length - 1
      const value = isNext ? words[++at]?.text : one.value
      if (isNext && value === undefined) given.problem ??= `${one.name} has no value`
      else apply(given, program, { ...one, value })
    }
  }
  return given
}

const switches: ReadonlyMap<Flag | undefined, (given: Given) => void> = new Map<
  Flag | undefined,
  (given: Given) => void
>([
  ['ignore-case', (given) => (given.case = 'ignore')],
  ['smart-case', (given) => (given.case = 'smart')],
  ['case-sensitive', (given) => (given.case = 'sensitive')],
  ['fixed', (given) => (given.syntax = 'fixed')],
  ['basic', (given) => (given.syntax = 'basic')],
  ['extended', (given) => (given.syntax = 'extended')],
  ['perl', (given) => (given.syntax = 'perl')],
  ['word', (given) => (given.word = true)],
  ['line', (given) => (given.line = true)],
  ['multiline', (given) => (given.multiline = true)],
  ['files', (given) => (given.files = true)],
  ['recursive', (given) => (given.recursive = true)],
  ['same', () => {}],
])

function apply(given: Given, program: Program, { name, flag, value }: GivenFlag): void {
  const leaveOut = () => {
    given.leftOut.push(value === undefined ? name : `${name} ${value}`)
  }
  if (flag === 'hidden') {
    given.hidden = name
    return
  }
  const turn = switches.get(flag)
  if (turn) {
    turn(given)
    return
  }
  if (flag === 'other') {
    given.problem ??= `${name} asks for something that no search here is`
    return
  }
  if (value === undefined) {
    leaveOut()
    return
  }
  switch (flag) {
    case 'pattern':
      given.patterns.push(value)
      return
    case 'glob':
    case 'include':
      given.globs.push(value)
      return
    case 'exclude':
      given.globs.push(`!${value}`)
      return
    case 'exclude-dir':
      given.globs.push(`!${value.replace(/\/*$/, '/')}`)
      return
    case 'iglob': {
      const glob = anyCase(value)
      if (glob === undefined) leaveOut()
      else given.globs.push(glob)
      return
    }
    case 'type':
      given.types.push(value)
      return
    case 'type-not':
      given.types.push(`!${value}`)
      return
    case 'context':
      if (/^\d{1,15}$/.test(value)) given.context = Math.max(given.context ?? 0, Number(value))
      else given.problem ??= `${name} takes a number, not ${value.slice(0, 100)}`
      return
    case 'engine':
      if (value === 'pcre2') given.syntax = 'perl'
      else if (value !== 'default') leaveOut()
      else if (program === 'rg') given.syntax = 'rust'
      return
    case 'max-filesize':
      given.maxFilesize = { flag: name, size: value }
      return
    case 'type-add':
      given.typeDefinitions.push({ flag: name, text: value })
      return
    case 'replace':
      given.replace = value
      return
    case 'encoding':
      given.encoding = { flag: name, label: value }
      return
    default:
      leaveOut()
  }
}
