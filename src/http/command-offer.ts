import { findLanguage } from '../corpus/language.ts'
import { readCommand } from '../query/command.ts'
import type { Form } from '../query/form.ts'
import { formatForm, parseSearch } from '../query/parameters.ts'
import { parseText } from '../query/parse.ts'
import { parseQueryString } from '../query/query-string.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'

/** What a text in the box means when it is read as a command, for `views/command-offer.eta`. */
export interface CommandOffer {
  /** `undefined` if no search here means the same. */
  readonly url: string | undefined
  readonly program: string
  /** What the search looks for. */
  readonly pattern: string
  /** How and where, each a phrase. */
  readonly how: readonly string[]
  readonly leftOut: readonly string[]
  readonly problem: string | undefined
}

/** It is offered and not applied: the text itself may be what is sought. */
export function commandOffer(server: Server, text: string): CommandOffer | undefined {
  const { config, links, corpus } = server
  const { limits, hidden } = config
  const repositories = corpus.catalog?.repositories ?? []
  const command = readCommand(text, {
    languageOf: (type) => findLanguage(type)?.id,
    ...{ maxContext: limits.context, hidden },
    maxFileBytes: [limits.fileBytes, limits.multilineFileBytes],
    repositories: new Map([
      ...repositories.map(({ name, prefix }) => [directoryOf(prefix), name] as const),
      ...repositories.map(({ name }) => [name, name] as const),
    ]),
  })
  if (!command) return undefined
  const { program, form, problem } = command
  const leftOut = command.leftOut.map(visible)
  const none = { program, leftOut, url: undefined, pattern: '', how: [] }
  if (!form) return { ...none, problem: problem && visible(problem) }
  const parameters = parseQueryString(`?${formatForm(form)}`)
  const { search } = parseSearch(parameters.ok ? parameters.value : new Map(), config)
  if (!search.ok) return { ...none, problem: visible(search.failure.message) }
  return {
    ...{ program, leftOut, problem: undefined },
    url: links.search(form),
    pattern: visible(patternOf(form)),
    how: howOf(form).map(visible),
  }
}

const directoryOf = (prefix: string): string =>
  Buffer.from(prefix.replace(/\/$/, ''), 'latin1').toString('utf8')

function patternOf({ q }: Form): string {
  const parsed = parseText(q)
  return parsed.ok ? parsed.value.pattern : q
}

function howOf(form: Form): readonly string[] {
  const {
    regex,
    pcre2,
    word,
    multiline,
    case: how,
    repo,
    path,
    lang,
    type,
    replace,
    encoding,
  } = form
  return [
    regex ? (pcre2 ? 'as a regular expression of PCRE2' : 'as a regular expression') : 'as text',
    ...(word ? ['whole words'] : []),
    ...(multiline ? ['spanning lines'] : []),
    { smart: 'smart case', sensitive: 'case as written', ignore: 'in any case' }[how],
    ...(type ? ['in the names of files'] : []),
    ...repo.map((name) => `in the repository ${name}`),
    ...path.map((glob) => (glob.startsWith('!') ? `not in ${glob.slice(1)}` : `in ${glob}`)),
    ...lang.map((id) => (id.startsWith('!') ? `not ${id.slice(1)}` : id)),
    ...(encoding === undefined ? [] : [`files read as ${encoding}`]),
    ...(replace === undefined
      ? []
      : [replace === '' ? 'matches taken away' : `replaced by ${replace}`]),
  ]
}
