import type { Form } from '../query/form.ts'
import { defaultContext } from '../query/query.ts'
import type { Links } from './links.ts'
import { visible } from './marks.ts'

/** One filter or switch that is in force, as the page shows it. */
export interface Chip {
  /** The parameter. */
  readonly name: string
  readonly text: string
  readonly excludes: boolean
  /** The same search without it. */
  readonly without: string
}

/**
 * How a search was understood, beside its text: a chip for everything that is not as in an empty form, but for
 * the replacement, of which the page tells in a line of its own.
 */
export function chipsOf(links: Links, form: Form): readonly Chip[] {
  const chip = (name: string, text: string, change: Partial<Form>, excludes = false): Chip => ({
    ...{ name, text: visible(text), excludes },
    without: links.search({ ...form, ...change }),
  })
  const list = (name: 'repo' | 'path' | 'lang' | 'has') =>
    form[name].map((value, i) => {
      const excludes = value.startsWith('!')
      const others = form[name].filter((_, j) => j !== i)
      return chip(name, excludes ? value.slice(1) : value, { [name]: others }, excludes)
    })
  const flag = (name: 'regex' | 'word' | 'multiline' | 'pcre2', text: string) =>
    form[name] ? [chip(name, text, { [name]: false })] : []
  return [
    ...list('repo'),
    ...list('path'),
    ...list('lang'),
    ...list('has'),
    ...(form.rev === undefined ? [] : [chip('rev', form.rev, { rev: undefined })]),
    ...(form.type ? [chip('type', form.type, { type: undefined })] : []),
    ...flag('regex', 'regular expression'),
    ...flag('word', 'whole words'),
    ...flag('multiline', 'matches may span lines'),
    ...flag('pcre2', 'PCRE2'),
    ...(form.case === 'smart' ? [] : [chip('case', form.case, { case: 'smart' })]),
    ...(form.context === defaultContext
      ? []
      : [chip('context', String(form.context), { context: defaultContext })]),
    ...(form.encoding === undefined
      ? []
      : [chip('encoding', form.encoding, { encoding: undefined })]),
    ...(form.limit === undefined ? [] : [chip('limit', String(form.limit), { limit: undefined })]),
  ]
}
