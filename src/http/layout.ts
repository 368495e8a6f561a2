import { summaryOf } from '../corpus/summary.ts'
import { emptyForm, type Form } from '../query/parameters.ts'
import { cases } from '../query/query.ts'
import type { Server } from './server.ts'

export interface PageOptions {
  readonly title: string
  readonly form?: Form
  /** Results are not for crawlers. */
  readonly noindex?: boolean
  /** Show the filters that are set; elsewhere a word says that some are. */
  readonly showFilters?: boolean
  /** Put the cursor into the box. */
  readonly focus?: boolean
}

/** What stands before and after the content of every page. */
export async function layout(
  server: Server,
  { title, form = emptyForm, noindex = false, showFilters = false, focus = false }: PageOptions,
): Promise<{ readonly head: string; readonly foot: string }> {
  const { links, assets } = server
  const [head, foot] = await Promise.all([
    server.render('head', {
      title,
      noindex,
      home: links.home,
      style: links.asset(assets.hashed('style.css')),
      script: links.asset(assets.hashed('script.js')),
      icon: links.asset(assets.hashed('icon.svg')),
      form: formView(server, form, { focus, showFilters }),
    }),
    server.render('foot', {
      version: server.version,
      ripgrep: server.ripgrep,
      home: links.home,
    }),
  ])
  return { head, foot }
}

/** The search form as `views/form.eta` draws it. */
function formView(
  { links, corpus, config }: Server,
  form: Form,
  how: { readonly focus: boolean; readonly showFilters: boolean },
) {
  const repositories = corpus.catalog?.repositories.map(({ name }) => name) ?? []
  const used = corpus.catalog ? summaryOf(corpus.catalog).languages : []
  const chosen = (list: readonly string[], value: string) => list.includes(value)
  return {
    action: links.searchAction,
    form,
    ...how,
    cases,
    maxLength: config.limits.queryCharacters,
    contexts: contexts.filter((lines) => lines <= config.limits.context),
    repositories: repositories.slice(0, mostOptions).map((name) => ({
      name,
      selected: chosen(form.repo, name),
    })),
    languages: used.map(({ id, name }) => ({ id, name, selected: chosen(form.lang, id) })),
    // What the lists above cannot say is kept in boxes of its own.
    otherRepositories: form.repo.filter(
      (name) => !repositories.slice(0, mostOptions).includes(name),
    ),
    otherLanguages: form.lang.filter((id) => !used.some((language) => language.id === id)),
    isNarrowed: form.repo.length + form.path.length + form.lang.length > 0,
  }
}

const contexts = [0, 1, 2, 3, 5, 10]

/** A list longer than this is no help in a form. */
const mostOptions = 500
