/**
 * Path globs with the meaning of ripgrep's `--glob`: gitignore lines with `!` turned round.
 *
 * Follows ripgrep 15.0.0: crates/ignore/src/overrides.rs (`Override::matched`), …/gitignore.rs
 * (`add_line`), crates/globset/src/glob.rs (`Parser`, `tokens_to_regex`). So `?` and a class take one
 * byte, not one character; a class may take `/`, which `*` and `?` may not; empty alternates are
 * dropped (`{,a}` is `a`); and an excluded directory takes all below it along.
 *
 * One difference, a promise of ours: a glob without wildcards also means everything below what it
 * names. `src/http`, `src/http/` and `http` select all files of such a directory, and with `!` exclude
 * them, as if the same with `/**` behind it followed in the list. `parseGlob` adds that rule.
 */
import { type ByteSet, type Expression, lazyAutomaton, type Sequence } from './automaton.ts'

/** What is wrong with a glob. */
export interface GlobError {
  /** The glob, as it was given. */
  readonly glob: string
  /** In ripgrep's words. */
  readonly message: string
  /** Where the trouble starts: UTF-16 units from the beginning of the glob. */
  readonly position: number
}

/** A compiled list of globs. */
export interface PathMatcher {
  /**
   * Whether `rg --files`, run with these globs in the root of a tree, lists the file of this path,
   * given that it does without any. The path is relative and its separator `/`; it is bytes, as file
   * names are, and may be a part of a longer array.
   */
  readonly matches: (path: Uint8Array, start?: number, end?: number) => boolean
  /**
   * Whether the globs are so intricate that nearly every byte of every path needs a step of its own: some thousands
   * of steps are all that ordinary ones take, however many paths there are.
   */
  readonly isIntricate: boolean
}

/** A matcher, or the error of the first glob that has one. */
export type CompiledGlobs =
  | { readonly ok: true; readonly matcher: PathMatcher }
  | { readonly ok: false; readonly error: GlobError }

/**
 * Compiles globs in the order given. A leading `!` excludes, the last glob that matches decides, and
 * where any glob includes, a file that none matches is out. Blank globs and `#` comments count for
 * nothing; no globs at all match every path.
 */
export function compileGlobs(globs: readonly string[]): CompiledGlobs {
  const rules: Rule[] = []
  for (const glob of globs) {
    const parsed = parseGlob(glob)
    if ('message' in parsed) return { ok: false, error: parsed }
    rules.push(...parsed)
  }
  const selectsUnmatched = rules.every((rule) => rule.excludes)
  const sequences = rules.map((rule) => rule.sequence)
  const automaton = lazyAutomaton(sequences, (matching) => {
    const file = matching.findLast((index) => !rules[index]!.onlyDirectories)
    const directory = matching.at(-1)
    const selected = file === undefined ? selectsUnmatched : !rules[file]!.excludes
    const pruned = directory !== undefined && rules[directory]!.excludes
    return (selected ? SELECTED : 0) | (pruned ? PRUNED : 0)
  })
  const matches: PathMatcher['matches'] = (path, start = 0, end = path.length) => {
    let state = automaton.start
    for (let i = start; i < end; i++) {
      const byte = path[i]!
      if (byte === SLASH && (automaton.verdict(state) & PRUNED) !== 0) return false
      state = automaton.step(state, byte)
    }
    return (automaton.verdict(state) & SELECTED) !== 0
  }
  const matcher = {
    matches,
    get isIntricate() {
      return automaton.workedOut > MAX_STEPS
    },
  }
  return { ok: true, matcher }
}

interface Rule {
  readonly excludes: boolean
  readonly onlyDirectories: boolean
  readonly sequence: Sequence
}

/** Verdicts on a path: as a file it is selected; as a directory it is left out, with all below it. */
const SELECTED = 1
const PRUNED = 2

/** Steps worked out before globs are called intricate: at ten microseconds each, a fifth of a second. */
const MAX_STEPS = 20_000

/** Deepest nesting of `{}`, which costs stack: none of 256 bytes goes deeper. */
const MAX_DEPTH = 256

const SLASH = 0x2f
const SINGLETONS = Array.from({ length: 256 }, (_, byte) =>
  new Uint8Array(256).fill(1, byte, byte + 1),
)
const ANY: ByteSet = new Uint8Array(256).fill(1)
const NOT_SLASH: ByteSet = ANY.with(SLASH, 0)

const slash: Expression = { kind: 'one', of: SINGLETONS[SLASH]! }
const anything: Expression = { kind: 'many', of: ANY }
const nothing: Expression = { kind: 'either', of: [[]] }
const question: Expression = { kind: 'one', of: NOT_SLASH }
const star: Expression = { kind: 'many', of: NOT_SLASH }
const leadingStars: Expression = { kind: 'either', of: [[], [anything, slash]] }
const middleStars: Expression = { kind: 'either', of: [[slash], [slash, anything, slash]] }
const trailingStars: Expression = { kind: 'either', of: [[slash, anything]] }

/** The rules that a glob stands for, in their order: none, if it is blank or a comment. */
function parseGlob(glob: string): readonly Rule[] | GlobError {
  const trimmed = glob.endsWith('\\ ') ? glob : glob.replace(/\p{White_Space}+$/u, '')
  if (trimmed === '' || glob.startsWith('#')) return []
  const parts = /^(!)?(\/)?(.*?)(\\?\/)?$/su.exec(trimmed)!
  const [, mark = '', root = '', line = '', directory] = parts
  const prefix = root !== '' || line.includes('/') ? '' : '**/'
  const sequence = parseSequence([...prefix, ...line])
  if ('message' in sequence) {
    const before = [...prefix, ...line].slice(prefix.length, sequence.at).join('')
    const position = mark.length + root.length + before.length
    return { glob, message: sequence.message, position }
  }
  // Before anything else, `**` has to end in a slash.
  const isStarsAlone = sequence.length === 1 && sequence[0] === leadingStars
  const rule: Rule = {
    excludes: mark === '!',
    onlyDirectories: directory !== undefined,
    sequence: isStarsAlone ? [anything] : sequence,
  }
  const hasWildcards = /[*?[{]/.test(line.replace(/\\./gsu, ''))
  if (hasWildcards) return [rule]
  return [rule, { ...rule, onlyDirectories: false, sequence: [...sequence, slash, anything] }]
}

/** What is wrong, and the index of the character where it starts. */
interface Fault {
  readonly message: string
  readonly at: number
}

/** Parses what is left of a glob without its marks, given as characters. */
function parseSequence(chars: readonly string[]): Sequence | Fault {
  const branches: Expression[][] = [[]]
  const groups: { readonly at: number; readonly firstBranch: number }[] = []
  for (let at = 0; at < chars.length; at++) {
    const sequence = branches.at(-1)!
    const char = chars[at]!
    if (char === '?') {
      sequence.push(question)
    } else if (char === '*') {
      at = parseStars(chars, at, sequence, groups.length > 0)
    } else if (char === '[') {
      const end = parseClass(chars, at, sequence)
      if (typeof end !== 'number') return end
      at = end
    } else if (char === '{') {
      if (groups.push({ at, firstBranch: branches.length }) > MAX_DEPTH) {
        return { message: `more than ${MAX_DEPTH} nested alternate groups`, at }
      }
      branches.push([])
    } else if (char === '}') {
      const group = groups.pop()
      if (group === undefined) {
        return {
          message: "unopened alternate group; missing '{' (maybe escape '}' with '[}]'?)",
          at,
        }
      }
      const all = branches.splice(group.firstBranch)
      const of = all.filter((branch) => branch.some((expression) => expression !== nothing))
      branches.at(-1)!.push(of.length === 0 ? nothing : { kind: 'either', of })
    } else if (char === ',' && groups.length > 0) {
      branches.push([])
    } else {
      const literal = char === '\\' ? chars[++at] : char
      if (literal === undefined) return { message: "dangling '\\'", at: at - 1 }
      for (const byte of Buffer.from(literal)) sequence.push({ kind: 'one', of: SINGLETONS[byte]! })
    }
  }
  const unclosed = groups.at(-1)
  if (unclosed === undefined) return branches[0]!
  const message = "unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"
  return { message, at: unclosed.at }
}

/**
 * Parses `*` or `**` and returns the index of the last character used. `**` crosses slashes only as a
 * component of its own, and stands for the slashes around it too. What a component is inside `{}` is
 * ripgrep's own idea, down to `{\,**}`, where the comma passes for a slash.
 */
function parseStars(
  chars: readonly string[],
  at: number,
  sequence: Expression[],
  inGroup: boolean,
): number {
  if (chars[at + 1] !== '*') {
    sequence.push(star)
    return at
  }
  const before = chars[at - 1]
  const after = chars[at + 2]
  if (sequence.length === 0 && (after === undefined || after === '/')) {
    sequence.push(leadingStars)
    return at + 2
  }
  const begins = before === '/' || (inGroup && (before === ',' || before === '{'))
  const ends = after === undefined || (inGroup && (after === ',' || after === '}'))
  if (sequence.length === 0 || !begins || !(ends || after === '/')) {
    sequence.push(star)
    return at + 1
  }
  const last = sequence.pop()!
  sequence.push(last === leadingStars ? last : ends ? trailingStars : middleStars)
  return ends ? at + 1 : at + 2
}

/** Parses a class and returns the index of its `]`. */
function parseClass(chars: readonly string[], at: number, sequence: Expression[]): number | Fault {
  const negated = chars[at + 1] === '!' || chars[at + 1] === '^'
  const first = at + (negated ? 2 : 1)
  const ranges: [from: string, to: string][] = []
  let inRange = false
  let end = first
  for (; end === first || chars[end] !== ']'; end++) {
    const char = chars[end]
    if (char === undefined) return { message: "unclosed character class; missing ']'", at }
    if (inRange) {
      const range = ranges.at(-1)!
      if (char.codePointAt(0)! < range[0].codePointAt(0)!) {
        return { message: `invalid range; '${range[0]}' > '${char}'`, at: end }
      }
      range[1] = char
    } else if (char !== '-' || end === first) {
      ranges.push([char, char])
    }
    inRange = !inRange && char === '-' && end > first
  }
  if (inRange) ranges.push(['-', '-'])
  const member = negated ? 0 : 1
  const of = new Uint8Array(256).fill(1 - member)
  for (const [from, to] of ranges) {
    // Ripgrep's regex is one of bytes: a range goes from the last of one character to the first of
    // the other.
    const low = Buffer.from(from)
    const high = Buffer.from(to)
    for (const byte of [...low, ...high]) of[byte] = member
    if (from !== to) of.fill(member, low.at(-1), high[0]! + 1)
  }
  sequence.push({ kind: 'one', of })
  return end
}
