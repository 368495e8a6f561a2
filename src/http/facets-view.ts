import { findLanguage } from '../corpus/language.ts'
import type { Form } from '../query/form.ts'
import { differingDirectories, type Facets, type Tally, topOf } from '../search/facets.ts'
import type { Ledger } from '../search/ledger.ts'
import { visible } from './marks.ts'
import {
  onlyDirectory,
  onlyLanguage,
  onlyRepository,
  withoutDirectory,
  withoutLanguage,
  withoutRepository,
} from './narrowing.ts'
import { count, plural } from './words.ts'

/** Values of each facet that are listed; the others are summed up. */
const mostValues = 10

/** What a facet is called, and how it narrows the search. */
interface Kind {
  readonly title: string
  readonly tallies: ReadonlyMap<string, Tally>
  readonly text: (value: string) => string
  /** The search in this value alone; `undefined` where none says that. */
  readonly only: (form: Form, value: string) => Form | undefined
  readonly without: (form: Form, value: string) => Form
  readonly canFilter: (value: string) => boolean
}

const kindsOf = ({ repositories, languages, directories }: Facets): readonly Kind[] => {
  const differing = differingDirectories(directories)
  const isAbove = (value: string) =>
    [...differing.keys()].some((other) => value === '' || other.startsWith(`${value}/`))
  return [
    {
      title: 'Repositories',
      tallies: repositories,
      text: visible,
      only: onlyRepository,
      without: withoutRepository,
      canFilter: () => true,
    },
    {
      title: 'Languages',
      tallies: languages,
      text: (id) => (id === '' ? 'none that is known' : (findLanguage(id)?.name ?? id)),
      only: onlyLanguage,
      without: withoutLanguage,
      canFilter: (id) => id !== '',
    },
    {
      title: 'Directories',
      tallies: differing,
      text: (path) =>
        isAbove(path) ? `${visible(path) || 'the top'} itself` : `${visible(path)}/`,
      only: onlyDirectory,
      without: withoutDirectory,
      // A path that is not UTF-8 cannot be said in a filter.
      canFilter: (path) => !isAbove(path) && !path.includes('\ufffd'),
    },
  ]
}

/**
 * Where an answer was found, and the searches that narrow it, for `views/facets.eta`.
 *
 * @param page.most filters of one name that are read
 */
export function facetsView(
  { facets, end }: Ledger,
  page: {
    readonly form: Form
    readonly isFirst: boolean
    readonly most: number
    readonly url: (form: Form) => string
  },
) {
  const { form, isFirst, most, url } = page
  const linesText = (lines: number) => plural(lines, form.type === 'file' ? 'name' : 'line')
  const linkTo = (changed: Form | undefined) =>
    changed && [changed.repo, changed.lang, changed.path].every(({ length }) => length <= most)
      ? url(changed)
      : undefined
  return {
    // Files that were cut by their own limit count with what is shown of them.
    isPart: end !== 'complete' || !isFirst,
    unit: form.type === 'file' ? 'Names' : 'Lines',
    // Names are not counted first.
    sorts: (form.type === 'file'
      ? []
      : [
          { text: 'In the order of paths', isChosen: form.sort === 'path', sort: 'path' as const },
          {
            text: 'Most matches first',
            isChosen: form.sort === 'matches',
            sort: 'matches' as const,
          },
        ]
    ).map(({ sort, ...one }) => ({ ...one, url: url({ ...form, sort }) })),
    kinds: kindsOf(facets).flatMap(({ title, tallies, text, only, without, canFilter }) => {
      if (tallies.size < 2) return []
      const { values, others } = topOf(tallies, mostValues)
      return [
        {
          title,
          rows: values.map(({ value, lines, files }) => ({
            text: text(value),
            lines: count(lines),
            title:
              form.type === 'file'
                ? linesText(lines)
                : `${linesText(lines)} in ${plural(files, 'file')}`,
            only: canFilter(value) ? linkTo(only(form, value)) : undefined,
            without: canFilter(value) ? linkTo(without(form, value)) : undefined,
          })),
          others:
            others.values === 0
              ? undefined
              : `and ${count(others.values)} more: ${linesText(others.lines)}`,
        },
      ]
    }),
  }
}
