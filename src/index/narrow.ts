import { type Charset, isSingleByte } from '../charset.ts'
import type { Matcher } from '../query/query.ts'
import { asciiOf } from './ascii.ts'
import { evaluate } from './evaluate.ts'
import { needsOf } from './paths.ts'
import { parsePcre2 } from './pcre2.ts'
import { type GramQuery, gramQuery } from './query.ts'
import { type Node, parseLiteral, parsePattern, type Syntax } from './syntax.ts'
import type { View } from './view.ts'

/** What the index is asked for a matcher. */
export interface Plan {
  readonly query: GramQuery
  /** Documents that are candidates whatever their grams; see `symbols.ts`. */
  readonly exceptTraits: number
}

const everything: Plan = { query: { kind: 'all' }, exceptTraits: 0 }

const plans = new WeakMap<Matcher, Map<Charset, Plan>>()

/** @param charset what the files are read as, whose bytes the index has as they stand */
export function planOf(matcher: Matcher, charset: Charset = 'utf-8'): Plan {
  const made = plans.get(matcher) ?? new Map<Charset, Plan>()
  plans.set(matcher, made)
  const plan = made.get(charset) ?? makePlan(matcher, charset)
  made.set(charset, plan)
  return plan
}

function makePlan(matcher: Matcher, charset: Charset): Plan {
  const { pattern, word } = matcher
  if (charset !== 'utf-8' && !isSingleByte(charset)) return everything
  // A line end is in no line: what ripgrep makes of it is not a text to look for.
  if (!matcher.multiline && /[\n\r]/.test(pattern)) return everything
  const syntax = syntaxOf(matcher)
  if (!syntax) return everything
  const heedsCase =
    !syntax.mayIgnoreCase &&
    (matcher.case === 'sensitive' || (matcher.case === 'smart' && syntax.hasUpper))
  const node = word ? asWord(syntax.node) : syntax.node
  const needs = needsOf(charset === 'utf-8' ? node : asciiOf(node), !heedsCase)
  return { query: gramQuery(needs), exceptTraits: needs.exceptTraits }
}

function syntaxOf({ kind, pattern, pcre2 }: Matcher): Syntax | undefined {
  if (kind === 'literal') return parseLiteral(pattern)
  return pcre2 ? parsePcre2(pattern) : parsePattern(pattern)
}

/** As `--word-regexp` has it: nothing of a word stands before it, or behind it. */
const asWord = (node: Node): Node => ({
  kind: 'concat',
  nodes: [{ kind: 'look', look: 'start' }, node, { kind: 'look', look: 'end' }],
})

/** Which files may match, and what it took to know. */
export interface Narrowed {
  /** In catalog order. */
  readonly candidates: Uint32Array
  /** Candidates that the index knows nothing of. */
  readonly unindexed: number
  readonly listsRead: number
  readonly postingsRead: number
}

/** By document, and for the candidates: used again, since that much memory anew costs more than what is done with it. */
let marks = new Uint8Array()
let kept = new Uint32Array()

/**
 * Of some files, those that may match: every file that does, and a few more.
 *
 * @param positions in the catalog that the view is of
 */
export function narrow(
  { segments, bases, documents }: View,
  { query, exceptTraits }: Plan,
  positions: Uint32Array,
): Narrowed {
  const last = bases.length - 1
  const total = last < 0 ? 0 : bases[last]! + segments[last]!.documents
  if (marks.length <= total) marks = new Uint8Array(total + 1)
  else marks.fill(0, 0, total + 1)
  // Number 0 is no document: the index knows nothing of the file.
  marks[0] = 1
  const found = segments.map((segment, i) => {
    const own = marks.subarray(bases[i]! + 1, bases[i]! + 1 + segment.documents)
    const one = evaluate(segment, query, exceptTraits, segment.documents / total, own)
    if (!one.marks) own.fill(1)
    return one
  })
  if (kept.length < positions.length) kept = new Uint32Array(positions.length)
  let count = 0
  let unindexed = 0
  for (let i = 0; i < positions.length; i++) {
    const document = documents[positions[i]!]!
    if (marks[document] === 0) continue
    kept[count++] = positions[i]!
    if (document === 0) unindexed++
  }
  return {
    candidates: count === positions.length ? positions : kept.slice(0, count),
    unindexed,
    listsRead: found.reduce((sum, { listsRead }) => sum + listsRead, 0),
    postingsRead: found.reduce((sum, { postingsRead }) => sum + postingsRead, 0),
  }
}
