import type { Charset } from '../charset.ts'
import type { Query } from '../query/query.ts'
import { heldText, type Matcher, type Wanted } from '../query/query.ts'
import { searchArgs } from '../ripgrep/args.ts'
import { textBytes } from '../ripgrep/events.ts'
import { type Outcome, run } from '../ripgrep/run.ts'
import type { BatchOptions } from './batch.ts'
import { processBounds } from './bounds.ts'

/** What one `has` filter has ripgrep look for: the text, in the case rule of the search. */
export const heldMatcher = ({ case: caseRule }: Matcher, { text }: Wanted): Matcher => ({
  kind: 'literal',
  pattern: text,
  case: caseRule,
  word: false,
  multiline: false,
  pcre2: false,
})

/** What a query's files must hold, and must not. */
export const heldTexts = ({ filters }: Query): readonly Wanted[] => filters.has.map(heldText)

/** Where a file holds a text: a line as ripgrep has read it, for the door to find there too. */
export interface Evidence {
  /** In bytes of the file as searched. */
  readonly offset: number
  /** `undefined` if the line was too long to be kept. */
  readonly line: Buffer | undefined
}

export interface Held {
  /** Indices of the files that are left; `undefined` for all. */
  readonly kept: readonly number[] | undefined
  /** How many were searched and are not among them. */
  readonly rejected: number
  /** By index of a file that is left, one for each text that it must hold. */
  readonly evidence: ReadonlyMap<number, readonly Evidence[]>
  /** How ripgrep ended, if it was not by finding out. */
  readonly outcome: Outcome | undefined
}

/**
 * Of files, those that hold what a query's files must hold, and nothing of what they must not: a run of ripgrep for
 * each text, over what the ones before have left, that stops in a file at its first match.
 *
 * @param charset what the files are read as, if it is said
 * @param descriptors as for `run`
 */
export async function holding(
  paths: readonly string[],
  { query, rgPath, launcher, limits }: BatchOptions,
  charset: Charset | undefined,
  descriptors: readonly number[],
  signal: AbortSignal,
): Promise<Held> {
  const texts = heldTexts(query)
  if (texts.length === 0)
    return { kept: undefined, rejected: 0, evidence: none, outcome: undefined }
  let kept: readonly number[] = [...paths.keys()]
  let rejected = 0
  const evidence = new Map<number, Evidence[]>()
  for (const wanted of texts) {
    if (kept.length === 0) break
    const asked = {
      ...query,
      matcher: heldMatcher(query.matcher, wanted),
      context: 0,
      replace: undefined,
    }
    const left = kept.map((index) => paths[index]!)
    const found = new Set<number>()
    let at = -1
    const events = run({
      ...{ rgPath, launcher, signal, descriptors, cwd: '/', eventBytes: limits.eventBytes },
      bounds: processBounds(limits),
      args: searchArgs(asked, left, { maxCount: 1, charset }),
    })
    for await (const items of events) {
      for (const item of items) {
        if (item.type === 'ended') {
          const { outcome } = item
          if (outcome.kind !== 'complete') {
            return { kept: [], rejected, evidence, outcome: ours(outcome) }
          }
          rejected += wanted.excludes ? found.size : outcome.searches - found.size
        } else if (item.event.type === 'begin') {
          at = left.indexOf(textBytes(item.event.data.path).toString('utf8'), at + 1)
        } else if (item.event.type === 'match' && at !== -1) {
          const index = kept[at]!
          found.add(index)
          const line = item.elided ? undefined : textBytes(item.event.data.lines)
          const offset = item.event.data.absolute_offset
          if (!wanted.excludes) {
            evidence.set(index, [...(evidence.get(index) ?? []), { offset, line }])
          }
        }
      }
    }
    kept = kept.filter((index) => found.has(index) !== wanted.excludes)
  }
  return { kept, rejected, evidence, outcome: undefined }
}

const none: Held['evidence'] = new Map()

/** A literal that ripgrep refuses is not the user's mistake. */
const ours = (outcome: Outcome): Outcome =>
  outcome.kind === 'refused' ? { kind: 'crashed', reason: outcome.message } : outcome
