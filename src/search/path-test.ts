import { failed, type Result, succeeded } from '../failure.ts'
import { compileGlobs, type PathMatcher } from '../query/glob.ts'
import { filterRegex } from '../query/query.ts'
import type { Verdicts } from './regex-filters.ts'

/** Whether a file is in the scope of path filters, by its position and by its path's bytes. */
export interface PathTest {
  matches(position: number, path: Uint8Array, start: number, end: number): boolean
  readonly isIntricate: boolean
}

/**
 * Globs in their order, as ripgrep has them, and regexes. Where anything includes, what neither a glob nor a regex
 * includes is out; what a regex excludes always is.
 *
 * @returns `undefined` if there are no filters
 */
export function pathTest(
  filters: readonly string[],
  verdicts: Verdicts['paths'],
): Result<PathTest | undefined> {
  if (filters.length === 0) return succeeded(undefined)
  const globs: string[] = []
  const included: Uint8Array[] = []
  const excluded: Uint8Array[] = []
  for (const filter of filters) {
    const regex = filterRegex(filter)
    if (!regex) globs.push(filter)
    else (regex.excludes ? excluded : included).push(verdicts.get(regex.text)!)
  }
  const compiled = compileGlobs(globs)
  if (!compiled.ok) {
    const { glob, message } = compiled.error
    return failed({ kind: 'bad-glob', glob, message })
  }
  const byGlobs = compiled.matcher
  const excluding = globs.filter((glob) => glob.startsWith('!'))
  const anyIncludes = excluding.length < globs.length
  const notExcluded = anyIncludes && included.length > 0 ? matcherOf(excluding) : byGlobs
  const isMarked = (marks: readonly Uint8Array[], position: number) =>
    marks.some((one) => one[position] === 1)
  return succeeded({
    matches(position, path, start, end) {
      if (isMarked(excluded, position)) return false
      if (included.length === 0) return byGlobs.matches(path, start, end)
      if (isMarked(included, position)) return notExcluded.matches(path, start, end)
      return anyIncludes && byGlobs.matches(path, start, end)
    },
    get isIntricate() {
      return byGlobs.isIntricate || notExcluded.isIntricate
    },
  })
}

/** Of globs that are known to be well. */
function matcherOf(globs: readonly string[]): PathMatcher {
  const compiled = compileGlobs(globs)
  if (!compiled.ok) throw new Error(compiled.error.message)
  return compiled.matcher
}
