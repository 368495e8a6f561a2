import type { Program } from './command-flags.ts'
import type { Given } from './command-words.ts'
import { quote, translatePosix } from './posix-regex.ts'

/** The text to find, or why there is none. */
export function patternOf(
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
