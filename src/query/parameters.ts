import { charsetOf, knownCharsets } from '../charset.ts'
import { type Failure, failed, type Place, type Result, succeeded } from '../failure.ts'
import type { Limits } from '../limits.ts'
import { formatText, parseText, type TypedFilter } from './parse.ts'
import {
  type Case,
  cases,
  defaultContext,
  heldText,
  type Query,
  type Sort,
  sorts,
} from './query.ts'
import { withOwnRevision } from './revision-filter.ts'
import { withTyped } from './typed.ts'

/** The parameters of a URL: every value of each name, decoded, in order. */
export type Parameters = ReadonlyMap<string, readonly string[]>

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

/** The fields of the form, as filled in. */
export interface Form {
  /** The text in the box, which `parse.ts` reads. */
  readonly q: string
  readonly regex: boolean
  readonly word: boolean
  readonly multiline: boolean
  readonly pcre2: boolean
  readonly case: Case
  readonly repo: readonly string[]
  readonly path: readonly string[]
  readonly lang: readonly string[]
  readonly context: number
  readonly has: readonly string[]
  /** Names of files are searched for, and not lines in them. */
  readonly type: 'file' | undefined
  /** Matching lines asked for. */
  readonly limit: number | undefined
  readonly sort: Sort
  /** Empty is a replacement, too. */
  readonly replace?: string | undefined
  /** A commit, branch or tag of the one repository that is searched, instead of its files as they are now. */
  readonly rev?: string | undefined
  /** By its name; a label that is of none as it was given. */
  readonly encoding?: string | undefined
}

export const emptyForm: Form = {
  q: '',
  regex: false,
  word: false,
  multiline: false,
  pcre2: false,
  case: 'smart',
  repo: [],
  path: [],
  lang: [],
  context: defaultContext,
  has: [],
  type: undefined,
  limit: undefined,
  sort: 'path',
}

/** Fields that take several values. */
export const lists = ['repo', 'path', 'lang', 'has'] as const

/**
 * Decodes a query string strictly: what is not UTF-8 is refused and not guessed.
 *
 * @param url a path with or without `?…`
 */
export function parseQueryString(url: string): Result<Parameters> {
  const at = url.indexOf('?')
  const parameters = new Map<string, string[]>()
  if (at === -1) return succeeded(parameters)
  for (const pair of url.slice(at + 1).split('&')) {
    if (pair === '') continue
    const separator = pair.indexOf('=')
    try {
      const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
      const name = decode(separator === -1 ? pair : pair.slice(0, separator))
      const value = separator === -1 ? '' : decode(pair.slice(separator + 1))
      const values = parameters.get(name)
      if (values) values.push(value)
      else parameters.set(name, [value])
    } catch {
      return failed({
        kind: 'bad-parameter',
        parameter: 'q',
        message: 'the address holds %-escapes that are not UTF-8',
      })
    }
  }
  return succeeded(parameters)
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
  const form: Form = {
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
  }
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
  const whole = withTyped({ ...form, q: formatText(pattern) }, typed, limits)
  if (!whole.ok) reader.fail(whole.failure)
  const settled = whole.ok ? withOwnRevision(whole.value) : form
  if (typeof settled === 'string') reader.refuse('rev', settled)
  const understood = typeof settled === 'string' ? form : settled
  checkSizes(pattern, understood, limits, reader)
  if (understood.type && understood.has.length > 0) {
    reader.refuse('has', 'is about what files hold, and type=file about their names')
  }
  if (understood.type && understood.sort === 'matches') {
    reader.refuse('sort', 'counts the matches in files, and type=file is about their names')
  }
  if (totals && (understood.type || understood.has.length > 0)) {
    reader.refuse('totals', 'are not counted for type=file, nor with has')
  }
  if (understood.type && understood.replace !== undefined) {
    reader.refuse('replace', 'is for what files hold, and type=file is about their names')
  }
  if (reader.failure) {
    return { form, search: failed(placed(reader.failure, typed)) }
  }
  const query = pattern === '' ? undefined : toQuery(understood, pattern)
  const { limit } = understood
  const read = { query, form: understood, typed, limit, after, explain, totals, facets }
  return { form, search: succeeded(read) }
}

const canonical = (label: string | undefined): string | undefined =>
  label && (charsetOf(label) ?? label)

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

function checkSizes(pattern: string, form: Form, limits: Limits, reader: Reader): void {
  if ([...pattern].length > limits.queryCharacters) {
    reader.fail({
      kind: 'bad-query',
      message: `the pattern has ${[...pattern].length} characters, and at most ${limits.queryCharacters} are searched for (max-query-characters)`,
    })
  }
  if (pattern.includes('\0')) {
    reader.fail({ kind: 'bad-query', message: 'a NUL stands in no text file' })
  }
  if ([...(form.replace ?? '')].length > limits.queryCharacters) {
    reader.refuse(
      'replace',
      `has more than ${limits.queryCharacters} characters (max-query-characters)`,
    )
  }
  if (form.replace?.includes('\0')) reader.refuse('replace', 'holds a NUL')
  for (const name of lists) {
    if (form[name].length > limits.globs) {
      reader.refuse(
        name,
        `is given ${form[name].length} times, and at most ${limits.globs} are read (max-globs)`,
      )
    }
    if (form[name].some((value) => Buffer.byteLength(value) > 256)) {
      reader.refuse(name, 'is longer than 256 bytes')
    }
    if (form[name].some((value) => value.includes('\0'))) reader.refuse(name, 'holds a NUL')
  }
  for (const value of form.has) {
    const { text } = heldText(value)
    if (text === '') reader.refuse('has', 'excludes nothing: no text follows its !')
    if (/[\r\n]/.test(text)) reader.refuse('has', 'holds a line end, which no line does')
  }
}

function toQuery(form: Form, pattern: string): Query {
  return {
    matcher: {
      kind: form.regex ? 'regex' : 'literal',
      pattern,
      case: form.case,
      word: form.word,
      multiline: form.multiline,
      pcre2: form.pcre2,
      ...(form.encoding ? { encoding: charsetOf(form.encoding) } : {}),
    },
    filters: {
      repositories: form.repo,
      paths: form.path,
      languages: form.lang,
      has: form.has,
    },
    context: form.context,
    type: form.type,
    ...(form.rev === undefined ? {} : { revision: form.rev }),
    ...(form.replace === undefined ? {} : { replace: form.replace }),
  }
}

/** The form that asks this query. */
export function formOf({ matcher, filters, context, type, revision, replace }: Query): Form {
  return {
    ...emptyForm,
    q: formatText(matcher.pattern),
    regex: matcher.kind === 'regex',
    word: matcher.word,
    multiline: matcher.multiline,
    pcre2: matcher.pcre2,
    case: matcher.case,
    repo: filters.repositories,
    path: filters.paths,
    lang: filters.languages,
    has: filters.has,
    context,
    type,
    sort: 'path',
    rev: revision,
    replace,
    encoding: matcher.encoding,
  }
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

/** Reads parameters one by one, and keeps the first complaint. */
export interface Reader {
  /** Its only value; a parameter given twice means nothing. */
  one(name: string): string | undefined
  /** All values that are not blank: an empty field of a form means nothing was said. */
  many(name: string): readonly string[]
  flag(name: string): boolean
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined
  /** @param limit the name of the limit that `most` is, for the complaint */
  number(name: string, least: number, most: number, limit?: string): number | undefined
  refuse(parameter: string, complaint: string): void
  fail(failure: Failure): void
  /** The first complaint. */
  readonly failure: Failure | undefined
}

/** Reads the parameters of other pages, too. */
export function createReader(parameters: Parameters): Reader {
  let failure: Failure | undefined
  const fail = (refusal: Failure) => {
    failure ??= refusal
  }
  const refuse = (parameter: string, complaint: string) =>
    fail({ kind: 'bad-parameter', parameter, message: `${parameter} ${complaint}` })
  const one = (name: string): string | undefined => {
    const values = parameters.get(name)
    if (values && values.length > 1) refuse(name, 'is given more than once')
    return values?.[0]
  }
  return {
    one,
    refuse,
    fail,
    many: (name) => (parameters.get(name) ?? []).filter((value) => value !== ''),
    flag(name) {
      const value = one(name)
      if (value !== undefined && value !== '' && value !== '0' && value !== '1') {
        refuse(name, `takes 1 or 0, not ${value.slice(0, 100)}`)
      }
      return value === '1'
    },
    choice(name, choices) {
      const value = one(name)
      if (value === undefined || value === '') return undefined
      const choice = choices.find((candidate) => candidate === value)
      if (choice === undefined)
        refuse(name, `takes ${choices.join(' or ')}, not ${value.slice(0, 100)}`)
      return choice
    },
    number(name, least, most, limit) {
      const value = one(name)
      if (value === undefined || value === '') return undefined
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (number >= least && number <= most) return number
      const range = limit === undefined ? `from ${least}` : `from ${least} to ${most} (${limit})`
      refuse(name, `takes a whole number ${range}, not ${value.slice(0, 100)}`)
      return undefined
    },
    get failure() {
      return failure
    },
  }
}
