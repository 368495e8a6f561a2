import { summaryOf } from '../corpus/summary.ts'
import { emptyForm, type Form } from '../query/form.ts'
import { cases } from '../query/query.ts'
import { visible } from './marks.ts'
import type { Preview } from './preview.ts'
import type { Server } from './server.ts'
import { shortRevision } from './trail.ts'

export interface PageOptions {
  readonly title: string
  readonly form?: Form
  /** The one address of what the page shows. */
  readonly canonical?: string
  /** What a link to it shows of it elsewhere. */
  readonly preview?: Preview
  /** Results are not for crawlers. */
  readonly noindex?: boolean
  /** Show the fields of filters that are set; elsewhere a word says that some are. */
  readonly showFilters?: boolean
  /** Ask for what is to stand in the place of matches. */
  readonly isReplacing?: boolean
  /** Styles that it needs besides those of every page. */
  readonly styles?: readonly string[]
  /** Put the cursor into the box. */
  readonly focus?: boolean
}

/**
 * What pages load, each in one file: styles from the general to the particular, those of every page (script puts results
 * and dialogs into each) and those of some; and the scripts. No script imports another: they meet in the document and by
 * events. The early ones run while the page still arrives, and find no more of it than its top; the others when it is
 * there.
 */
export const joinedAssets = {
  'page.css': ['style.css', 'rows.css', 'results.css', 'dialogs.css'],
  'file.css': ['code.css', 'browse.css', 'outline.css', 'range.css', 'git.css'],
  'directory.css': ['listing.css', 'browse.css', 'git.css'],
  'early.js': [
    ...['answer.js', 'typing.js', 'loaded.js', 'announce.js'],
    ...['keys.js', 'view.js', 'finder.js'],
  ],
  'page.js': [
    ...['range-input.js', 'range.js', 'range-bar.js', 'line.js', 'lines.js', 'copy.js'],
    ...['browse.js', 'outline.js', 'scope.js', 'word.js', 'git.js', 'again.js'],
  ],
} as const

/** What stands before and after the content of every page. */
export async function layout(
  server: Server,
  {
    title,
    form = emptyForm,
    canonical,
    noindex = false,
    preview,
    showFilters = false,
    isReplacing = false,
    styles = [],
    focus = false,
  }: PageOptions,
): Promise<{ readonly head: string; readonly foot: string }> {
  const { links, assets } = server
  const [head, foot] = await Promise.all([
    server.render('head', {
      title,
      canonical,
      noindex,
      preview,
      home: links.home,
      styles: ['page.css', ...styles].map((name) => links.asset(assets.hashed(name))),
      preferences: links.asset(assets.hashed('preferences.js')),
      earlyScript: links.asset(assets.hashed('early.js')),
      script: links.asset(assets.hashed('page.js')),
      files: links.files(),
      filesApi: links.filesApi,
      icon: links.asset(assets.hashed('icon.svg')),
      form: formView(server, form, { focus, showFilters, isReplacing }),
    }),
    server.render('foot', {
      version: server.version,
      ripgrep: server.ripgrep,
      home: links.home,
      status: links.status,
      help: links.help,
    }),
  ])
  return { head, foot }
}

/** The search form as `views/form.eta` draws it. */
function formView(
  { links, corpus, config }: Server,
  form: Form,
  how: { readonly focus: boolean; readonly showFilters: boolean; readonly isReplacing: boolean },
) {
  const listed = (corpus.catalog?.repositories ?? []).slice(0, mostOptions).map(({ name }) => name)
  const used = corpus.catalog ? summaryOf(corpus.catalog).languages : []
  const repository = fitted(form.repo, listed)
  const usedIds: readonly string[] = used.map(({ id }) => id)
  const language = fitted(form.lang, usedIds)
  return {
    action: links.searchAction,
    placeholder:
      form.rev === undefined ? 'Search code' : `Search code at ${visible(shortRevision(form.rev))}`,
    help: links.help,
    form,
    ...how,
    cases,
    pcre2: config.pcre2,
    maxLength: config.limits.queryCharacters,
    contexts: [...new Set([...contexts, form.context])]
      .filter((lines) => lines <= config.limits.context)
      .sort((a, b) => a - b),
    repositories: listed.map((name) => ({
      name,
      text: visible(name),
      selected: name === repository.chosen,
    })),
    languages: used.map(({ id, name }) => ({ id, name, selected: id === language.chosen })),
    otherRepositories: repository.others,
    otherLanguages: language.others,
    isNarrowed:
      form.repo.length + form.path.length + form.lang.length + form.has.length > 0 ||
      form.replace !== undefined ||
      form.rev !== undefined ||
      form.encoding !== undefined,
  }
}

/** A list takes one value; what else was given, or is not in it, is kept in boxes of its own. */
function fitted(given: readonly string[], listed: readonly string[]) {
  const chosen = given.find((value) => listed.includes(value))
  return { chosen, others: given.filter((value) => value !== chosen) }
}

const contexts = [0, 1, 2, 3, 5, 10]

/** A list longer than this is no help in a form. */
const mostOptions = 500
