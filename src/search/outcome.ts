import { exhausted, type Failure, isExhaustion } from '../failure.ts'
import { retrySeconds } from '../process/slots.ts'
import type { Query } from '../query/query.ts'
import { searchArgs } from '../ripgrep/args.ts'
import { type Outcome, run } from '../ripgrep/run.ts'
import { processBounds } from './bounds.ts'
import type { SearchContext } from './context.ts'

/** Has ripgrep read the pattern, when there is no file to search: a bad regex is never "no results". */
export async function compile(
  { rgPath, launcher, limits }: SearchContext,
  query: Query,
  signal: AbortSignal,
): Promise<Outcome> {
  const key = `${rgPath}\0${JSON.stringify(query.matcher)}`
  if (compiled.has(key)) return { kind: 'complete', searches: 1, complaints: '' }
  const args = searchArgs(query, ['/dev/null'])
  let outcome: Outcome = { kind: 'stopped' }
  const bounds = processBounds(limits)
  const { eventBytes } = limits
  for await (const items of run({ rgPath, launcher, args, cwd: '/', signal, bounds, eventBytes })) {
    for (const item of items) if (item.type === 'ended') outcome = item.outcome
  }
  if (outcome.kind === 'complete') compiled.add(key)
  if (compiled.size > mostCompiled) compiled.delete(compiled.values().next().value!)
  return outcome
}

/** Patterns that ripgrep has found well: that changes with nothing but ripgrep. */
const compiled = new Set<string>()
const mostCompiled = 200

/** No process is to be had in time. */
export const busy: Failure = {
  kind: 'busy',
  message: 'too many searches are running at the moment',
  retryAfterSeconds: retrySeconds,
}

/** Ends that are no answer at all. */
export function failureOf(query: Query, outcome: Outcome): Failure | undefined {
  if (outcome.kind === 'refused') return badPattern(query, outcome.message)
  if (outcome.kind === 'not-started') return notStarted(outcome.code)
  return undefined
}

function badPattern({ matcher: { pattern } }: Query, message: string): Failure {
  // ripgrep shows the pattern as `(?:PATTERN)`, indented by four, with a caret below one of its characters.
  const [, shown, caret = ''] = message.split('\n')
  const before = caret.indexOf('^') - '    (?:'.length
  const position = [...pattern].slice(0, Math.max(before, 0)).join('').length
  // The parentheses are not the user's.
  const isInside = before >= 0 && position < pattern.length
  const isPlain = shown === `    (?:${pattern})`
  return { kind: 'bad-pattern', message, ...(isPlain && isInside ? { position } : {}) }
}

/** The system is out of descriptors or processes, which passes; or ripgrep is gone, which does not. */
export function notStarted(code: string): Failure {
  return isExhaustion(code)
    ? exhausted
    : { kind: 'internal', message: `ripgrep could not be started: ${code}` }
}
