import type { Program } from './command-flags.ts'
import {
  globsBelow,
  operandFilter,
  pathspecFilter,
  placeInRepository,
  withoutNeedless,
} from './command-paths.ts'
import type { Given } from './command-words.ts'
import type { ShellWord } from './shell-words.ts'

/** What the server has, by the names that a command has for it. */
export interface CommandNames {
  /** The language of a type of rg's, as `lang` takes it. */
  readonly languageOf: (type: string) => string | undefined
  /** Most lines of context. */
  readonly maxContext: number
  /** Repositories, by their directories as a path has them, and by their names. */
  readonly repositories: ReadonlyMap<string, string>
  /** Whether hidden files are searched. */
  readonly hidden: boolean
  /** Over how many bytes files are not searched, by what they are searched for. */
  readonly maxFileBytes: readonly number[]
}

/** Which repositories and paths a command looks into: its operands and globs. */
export function filtersOf(
  program: Program,
  given: Given,
  operands: readonly ShellWord[],
  names: CommandNames,
  leftOut: string[],
): { readonly repo: readonly string[]; readonly path: readonly string[] } {
  const placed = operands.map((word) => placeInRepository(word, names.repositories))
  const repo = [...new Set(placed.flatMap((place) => place?.name ?? []))]
  // Of several repositories a path could be in any.
  const isOfRepositories =
    placed.length > 0 && placed.every((place) => place && (repo.length === 1 || !place.rest))
  const words = isOfRepositories
    ? placed.flatMap((place): ShellWord[] =>
        place?.rest ? [{ ...place.rest, text: `./${place.rest.text}` }] : [],
      )
    : operands
  const isWhole = isOfRepositories && placed.some((place) => !place?.rest)
  const path = pathsOf(program, given, isWhole ? [] : words, isOfRepositories, leftOut)
  const { globs } = given
  return {
    repo: isOfRepositories ? repo : [],
    path: withoutNeedless(path, names.hidden).map((one) =>
      globs.includes(one) ? one.replace(/^-/, '\\-') : one,
    ),
  }
}

/** @param isBelow whether the paths begin at the top of a repository */
function pathsOf(
  program: Program,
  given: Given,
  operands: readonly ShellWord[],
  isBelow: boolean,
  leftOut: string[],
): readonly string[] {
  const isRecursive = !isBelow && (program !== 'grep' || given.recursive)
  const paths: string[] = []
  const excluded: string[] = []
  let isWhole = false
  for (const word of operands) {
    const isRevision = program === 'git grep' && /^(?:HEAD|@)(?:[~^@].*)?$/.test(word.text)
    const path = isRevision
      ? undefined
      : program === 'git grep'
        ? pathspecFilter(word)
        : operandFilter(word, isRecursive)
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

/** The languages that its types are. */
export function languagesOf(
  given: Given,
  names: CommandNames,
  leftOut: string[],
): readonly string[] {
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
