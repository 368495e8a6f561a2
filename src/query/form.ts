import { charsetOf } from '../charset.ts'
import { formatText } from './parse.ts'
import { type Case, defaultContext, type Query, type Sort } from './query.ts'

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

/** What a form asks that is understood: the filters of its box are among its fields. */
export function queryOf(form: Form, pattern: string): Query {
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
