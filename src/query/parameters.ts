import { charsetOf, knownCharsets } from '../charset.ts'
import { type Failure, failed, type Place, type Result, succeeded } from '../failure.ts'
import type { Limits } from '../limits.ts'
import { type Form, lists, queryOf } from './form.ts'
import { checkSizes, checkTogether } from './form-checks.ts'
import { formatText, parseText, type TypedFilter } from './parse.ts'
import { cases, defaultContext, type Query, sorts } from './query.ts'
import type { Parameters } from './query-string.ts'
import { createReader, type Reader } from './reader.ts'
import { withOwnRevision } from './revision-filter.ts'
import { withTyped } from './typed.ts'

/** A search as its URL says it. */
export interface SearchParameters {
  /** `undefined` if there is nothing to search for: the form is wanted. */
  readonly query: Query | undefined
  /** What the form shows: the filters that were typed are among its fields, and no longer in its box. */
  readonly form: Form
  /** The filters that were typed, with their places. */
  readonly typed: readonly TypedFilter[]
  /** Matching lines asked for. */
  readonly limit: number | undefined
  readonly after: string | undefined
  /** Whether it is to be said how the answer was come by. */
  readonly explain: boolean
  /** Whether it is to be counted how much there is in all. */
  readonly totals: boolean
  /** Whether programs are told where it was found, too. */
  readonly facets: boolean
}

/** What the operator lets be asked. */
export interface Allowed {
  readonly limits: Limits
  readonly pcre2: boolean
}

/**
 * Reads a search from parameters. The form comes also with a failure, just as it was filled in, so that nothing typed
 * is lost.
 *
 * @param format what is answered at this address; any other is refused and not passed over
 */
export function parseSearch(
  parameters: Parameters,
  { limits, pcre2 }: Allowed,
  format: 'html' | 'jsonl' | 'patch' = 'html',
): { readonly form: Form; readonly search: Result<SearchParameters> } {
  const reader = createReader(parameters)
  const form = readForm(reader, limits)
  const after = reader.one('after') || undefined
  const explain = reader.flag('explain')
  const totals = reader.flag('totals')
  const facets = reader.flag('facets')
  if (form.pcre2 && !pcre2) {
    reader.refuse('pcre2', 'is switched off on this server, by its setting of that name')
  }
  if (format === 'html' && /^jsonl?$/.test(reader.one('format') ?? '')) {
    reader.refuse(
      'format',
      'takes html here; JSON lines are at /api/search, with the same parameters',
    )
  }
  reader.choice('format', [format])
  if (form.encoding && !charsetOf(form.encoding)) {
    reader.refuse('encoding', `does not take ${form.encoding.slice(0, 100)}: ${knownCharsets}`)
  }
  const text = parseText(form.q)
  if (!text.ok) reader.fail(text.failure)
  const { pattern, filters: typed } = text.ok ? text.value : { pattern: form.q, filters: [] }
  const understood = understand({ ...form, q: formatText(pattern) }, typed, limits, reader) ?? form
  checkSizes(pattern, understood, limits, reader)
  checkTogether(understood, totals, reader)
  if (reader.failure) {
    return { form, search: failed(placed(reader.failure, typed)) }
  }
  const query = pattern === '' ? undefined : queryOf(understood, pattern)
  const { limit } = understood
  const read = { query, form: understood, typed, limit, after, explain, totals, facets }
  return { form, search: succeeded(read) }
}

const readForm = (reader: Reader, limits: Limits): Form => ({
  q: reader.one('q') ?? '',
  regex: reader.flag('regex'),
  word: reader.flag('word'),
  multiline: reader.flag('multiline'),
  pcre2: reader.flag('pcre2'),
  case: reader.choice('case', cases) ?? 'smart',
  repo: reader.many('repo'),
  path: reader.many('path'),
  lang: reader.many('lang'),
  context: reader.number('context', 0, limits.context, 'max-context') ?? defaultContext,
  has: reader.many('has'),
  type: reader.choice('type', ['file']),
  limit: reader.number('limit', 1, Number.MAX_SAFE_INTEGER),
  sort: reader.choice('sort', sorts) ?? 'path',
  rev: reader.one('rev') || undefined,
  replace: reader.one('replace'),
  encoding: canonical(reader.one('encoding') || undefined),
})

const canonical = (label: string | undefined): string | undefined =>
  label && (charsetOf(label) ?? label)

/** The form with what was typed among its fields; `undefined` if that cannot be, which the reader is told. */
function understand(
  form: Form,
  typed: readonly TypedFilter[],
  limits: Limits,
  reader: Reader,
): Form | undefined {
  const whole = withTyped(form, typed, limits)
  if (!whole.ok) {
    reader.fail(whole.failure)
    return undefined
  }
  const settled = withOwnRevision(whole.value)
  if (typeof settled !== 'string') return settled
  reader.refuse('rev', settled)
  return undefined
}

/** A failure with the place of the typed filter that it is about, if it is about one. */
export function placed(failure: Failure, typed: readonly TypedFilter[]): Failure {
  if (failure.kind !== 'bad-glob' && failure.kind !== 'bad-parameter') return failure
  const [name, value] =
    failure.kind === 'bad-glob' ? ['path', failure.glob] : [failure.parameter, failure.value]
  const filter = typed.find((one) => one.name === name && one.value === (value ?? one.value))
  if (!filter) return failure
  const place: Place = { position: filter.from, length: filter.to - filter.from }
  return { ...failure, ...place }
}

/**
 * The canonical query string, defaults left out: the inverse of `parseSearch`.
 *
 * @param more further parameters; one that the form has too takes its place
 */
export function formatForm(
  form: Form,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const parameters = new URLSearchParams({ q: form.q })
  if (form.regex) parameters.append('regex', '1')
  for (const name of ['word', 'multiline', 'pcre2'] as const) {
    if (form[name]) parameters.append(name, '1')
  }
  if (form.case !== 'smart') parameters.append('case', form.case)
  for (const name of lists) {
    for (const value of form[name]) parameters.append(name, value)
  }
  if (form.context !== defaultContext) parameters.append('context', String(form.context))
  if (form.type) parameters.append('type', form.type)
  if (form.limit !== undefined) parameters.append('limit', String(form.limit))
  if (form.sort !== 'path') parameters.append('sort', form.sort)
  for (const name of ['rev', 'replace', 'encoding'] as const) {
    if (form[name] !== undefined) parameters.append(name, form[name])
  }
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined) parameters.set(name, value)
  }
  return parameters.toString()
}
