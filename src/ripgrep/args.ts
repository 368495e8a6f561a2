import type { Charset } from '../charset.ts'
import type { Query } from '../query/query.ts'

export interface SearchArgs {
  readonly maxCount?: number | undefined
  readonly isEager?: boolean
  readonly charset?: Charset | undefined
}

/**
 * The arguments of ripgrep for one search over explicit files: the reference command, as a rule without the lines of
 * context, which `search/collect.ts` takes from the files. User text reaches ripgrep in two forms only, `--regexp=TEXT`
 * and `--replace=TEXT`, and paths come from the catalog, after `--`.
 *
 * @param options.maxCount stop in a file after so many matching lines
 * @param options.charset what the files are read as, where it is not what ripgrep takes them for
 * @param options.isEager write each line at once, which costs a system call for each
 */
export function searchArgs(
  query: Query,
  paths: readonly string[],
  { maxCount, isEager = false, charset }: SearchArgs = {},
): readonly string[] {
  return [
    '--no-config',
    '--json',
    ...(isEager ? ['--line-buffered'] : []),
    ...(maxCount === undefined ? [] : [`--max-count=${maxCount}`]),
    ...meaning(query, paths, charset, query.replace),
  ]
}

/** The arguments that count the matches of each file that has some, and sum up: `PATH\0COUNT`, and then the sums. */
export const countArgs = (
  query: Query,
  paths: readonly string[],
  charset: Charset | undefined,
): readonly string[] => [
  '--no-config',
  '--count-matches',
  '--with-filename',
  '--null',
  '--stats',
  ...meaning(query, paths, charset),
]

/** What is looked for and where. */
function meaning(
  query: Query,
  paths: readonly string[],
  charset: Charset | undefined,
  replace?: string,
): readonly string[] {
  const { matcher } = query
  return [
    // Of files that are named none is ignored; without this it still reads the user's git configuration first.
    '--no-ignore',
    // One thread streams each match as it is found; more hold a file's whole output until its end.
    '--threads=1',
    // A mapped file that shrinks kills the process.
    '--no-mmap',
    // `foo$` must find a line that ends in CRLF.
    '--crlf',
    // The defaults let one pattern take a gigabyte.
    '--dfa-size-limit=10M',
    '--regex-size-limit=10M',
    caseFlags[matcher.case],
    ...(matcher.kind === 'literal' ? ['--fixed-strings'] : []),
    ...(matcher.word ? ['--word-regexp'] : []),
    ...(matcher.multiline ? ['--multiline'] : []),
    ...(matcher.pcre2 ? ['--pcre2'] : []),
    ...(dependsOnContext(matcher) ? [`--context=${query.context}`] : []),
    // Told that it is UTF-8, ripgrep would put U+FFFD for what is not.
    ...(charset === undefined || charset === 'utf-8' ? [] : [`--encoding=${charset}`]),
    ...(replace === undefined ? [] : [`--replace=${replace}`]),
    `--regexp=${matcher.pattern}`,
    '--',
    ...paths,
  ]
}

/**
 * The arguments that search paths on standard input, a line each. They are taken as they are: no byte order mark says
 * how to read them.
 *
 * @param isNul whether a NUL ends each, and a line break is a character like any other. Then ripgrep tells which match,
 *   but not, behind the first one, where `^` and the like do
 */
export function nameArgs({ matcher }: Query, maxCount: number, isNul: boolean): readonly string[] {
  return [
    '--no-config',
    '--json',
    ...(isNul ? ['--null-data'] : []),
    '--encoding=none',
    '--threads=1',
    '--dfa-size-limit=10M',
    '--regex-size-limit=10M',
    caseFlags[matcher.case],
    ...(matcher.kind === 'literal' ? ['--fixed-strings'] : []),
    ...(matcher.word ? ['--word-regexp'] : []),
    ...(matcher.pcre2 ? ['--pcre2'] : []),
    `--max-count=${maxCount}`,
    `--regexp=${matcher.pattern}`,
    '--',
    '-',
  ]
}

/**
 * With context ripgrep looks for the submatches of a line in more than the line, so that `\A` is not where the line
 * begins, and look-behind sees what is before it: what it then says is another answer.
 */
const dependsOnContext = ({ kind, pattern, pcre2 }: Query['matcher']): boolean =>
  kind === 'regex' &&
  (/\\[AzZG]|\(\?[a-zA-Z]*-[a-zA-Z]*m/.test(pattern) || (pcre2 && /\(\?[<^(]|\(\*/.test(pattern)))

const caseFlags = {
  smart: '--smart-case',
  sensitive: '--case-sensitive',
  ignore: '--ignore-case',
} as const

/**
 * The arguments that list the visible files below the working directory, each ended by a NUL. The corpus's own
 * ignore files decide, not those of the host or of a parent directory.
 *
 * `./` and not `.`: with `.` an ignore rule `.*` ignores the whole tree.
 */
export function listArgs(options: {
  readonly hidden: boolean
  readonly ignored: boolean
  /** Directories that are not entered, relative to the working directory. */
  readonly without?: readonly string[]
}): readonly string[] {
  const { without = [] } = options
  return [
    '--no-config',
    '--files',
    '--null',
    // One thread lists in the same order each time; but it also reads the ignore files of what it does not enter.
    without.length === 0 ? '--threads=1' : '--threads=2',
    '--no-ignore-global',
    '--no-ignore-parent',
    '--no-messages',
    ...(options.hidden ? ['--hidden', '--glob=!.git'] : []),
    ...(options.ignored ? ['--no-ignore'] : []),
    // One at the end of a name would be taken for the escape of the slash: in a class it is itself.
    ...without.map(
      (path) =>
        `--glob=!/${path.replaceAll(/[\\*?[\]{}]/g, (mark) => (mark === '\\' ? '[\\]' : `\\${mark}`))}/`,
    ),
    './',
  ]
}
