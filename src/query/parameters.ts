import { charsetOf, knownCharsets } from '../charset.ts'
import { failed, type Result, succeeded } from '../failure.ts'
import type { Limits } from '../limits.ts'
import { type Case, cases, defaultContext, type Query } from './query.ts'

/** The parameters of a URL: every value of each name, decoded, in order. */
export type Parameters = ReadonlyMap<string, readonly string[]>

/** A search as its URL says it. */
export interface SearchParameters {
  /** `undefined` if there is nothing to search for: the form is wanted. */
  readonly query: Query | undefined
  /** What the form shows, also when the query is refused. */
  readonly form: Form
  /** Matching lines asked for. */
  readonly limit: number | undefined
  readonly after: string | undefined
  /** Whether it is to be said how the answer was come by. */
  readonly explain: boolean
}

/** The fields of the form, as filled in. */
export interface Form {
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
  /** Empty is a replacement, too. */
  readonly replace?: string | undefined
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
}

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
 * Reads a search from parameters. The form comes also with a failure, so that nothing typed is lost.
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
    replace: reader.one('replace'),
    encoding: canonical(reader.one('encoding') || undefined),
  }
  const limit = reader.number('limit', 1, Number.MAX_SAFE_INTEGER)
  const after = reader.one('after') || undefined
  const explain = reader.flag('explain')
  if (form.pcre2 && !pcre2) {
    reader.refuse('pcre2', 'is switched off on this server, by its setting of that name')
  }
  if ((reader.choice('sort', ['path', 'matches']) ?? 'path') !== 'path') {
    reader.refuse('sort', '“matches” is not supported yet')
  }
  reader.choice('format', [format])
  if (form.encoding && !charsetOf(form.encoding)) {
    reader.refuse('encoding', `does not take ${form.encoding.slice(0, 100)}: ${knownCharsets}`)
  }
  checkSizes(form, limits, reader)
  if (reader.failure) return { form, search: { ok: false, failure: reader.failure } }
  const query = form.q === '' ? undefined : toQuery(form)
  return { form, search: succeeded({ query, form, limit, after, explain }) }
}

const canonical = (label: string | undefined): string | undefined =>
  label && (charsetOf(label) ?? label)

function checkSizes(form: Form, limits: Limits, reader: Reader): void {
  if ([...form.q].length > limits.queryCharacters) {
    reader.fail({
      kind: 'bad-query',
      message: `the pattern has ${[...form.q].length} characters, and at most ${limits.queryCharacters} are searched for (max-query-characters)`,
    })
  }
  if (form.q.includes('\0')) {
    reader.fail({ kind: 'bad-query', message: 'a NUL stands in no text file' })
  }
  if ([...(form.replace ?? '')].length > limits.queryCharacters) {
    reader.refuse(
      'replace',
      `has more than ${limits.queryCharacters} characters (max-query-characters)`,
    )
  }
  if (form.replace?.includes('\0')) reader.refuse('replace', 'holds a NUL')
  for (const name of ['repo', 'path', 'lang'] as const) {
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
}

function toQuery(form: Form): Query {
  return {
    matcher: {
      kind: form.regex ? 'regex' : 'literal',
      pattern: form.q,
      case: form.case,
      word: form.word,
      multiline: form.multiline,
      pcre2: form.pcre2,
      ...(form.encoding ? { encoding: charsetOf(form.encoding) } : {}),
    },
    filters: { repositories: form.repo, paths: form.path, languages: form.lang },
    context: form.context,
    ...(form.replace === undefined ? {} : { replace: form.replace }),
  }
}

/** The form that asks this query. */
export function formOf({ matcher, filters, context, replace }: Query): Form {
  return {
    q: matcher.pattern,
    regex: matcher.kind === 'regex',
    word: matcher.word,
    multiline: matcher.multiline,
    pcre2: matcher.pcre2,
    case: matcher.case,
    repo: filters.repositories,
    path: filters.paths,
    lang: filters.languages,
    context,
    replace,
    encoding: matcher.encoding,
  }
}

/** The canonical query string, defaults left out: the inverse of `parseSearch`. */
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
  for (const name of ['repo', 'path', 'lang'] as const) {
    for (const value of form[name]) parameters.append(name, value)
  }
  if (form.context !== defaultContext) parameters.append('context', String(form.context))
  for (const name of ['replace', 'encoding'] as const) {
    if (form[name] !== undefined) parameters.append(name, form[name])
  }
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined) parameters.append(name, value)
  }
  return parameters.toString()
}

type Refusal = Extract<Result<never>, { ok: false }>['failure']

interface Reader {
  /** Its only value; a parameter given twice means nothing. */
  one(name: string): string | undefined
  /** All values that are not blank: an empty field of a form means nothing was said. */
  many(name: string): readonly string[]
  flag(name: string): boolean
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined
  /** @param limit the name of the limit that `most` is, for the complaint */
  number(name: string, least: number, most: number, limit?: string): number | undefined
  refuse(parameter: string, complaint: string): void
  fail(failure: Refusal): void
  /** The first complaint. */
  readonly failure: Refusal | undefined
}

function createReader(parameters: Parameters): Reader {
  let failure: Refusal | undefined
  const fail = (refusal: Refusal) => {
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
