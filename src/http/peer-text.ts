import { formatText, parseText, type TypedFilter } from '../query/parse.ts'
import { quote } from '../query/posix-regex.ts'

/** What the text of another search says, in our parameters. */
export interface PeerText {
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Words of it that mean something there, and nothing that can be said here. */
  readonly unread: readonly string[]
}

/** What shows that an address is of Sourcegraph, Sourcebot, Zoekt or livegrep, which take their filters for regexes. */
const marks = [
  ...['patternType', 'sm', 'num', 'fold_case', 'isRegexEnabled', 'isCaseSensitivityEnabled'],
  'matches',
]

/**
 * The text of an address of a search whose filters for repositories and paths are regexes.
 *
 * @param repositories names of those that are here
 * @returns `undefined` if the address is of no such search, or the text says the same there as here
 */
export function peerText(
  parameters: ReadonlyMap<string, readonly string[]>,
  repositories: readonly string[],
): PeerText | undefined {
  const text = parameters.get('q')?.[0] ?? parameters.get('query')?.[0]
  if (text === undefined || text.length > mostUnits) return undefined
  if (!marks.some((name) => parameters.has(name))) return undefined
  const type = parameters.get('patternType')?.[0]
  const unread: string[] = []
  const rest = text.replace(onlyTheirs, (_word, space: string, word: string) => {
    if (!/^(?:count:all|context:global)$/.test(word)) unread.push(word)
    return space
  })
  const parsed = parseText(rest.trim() === rest ? rest : rest.trim())
  // What is wrong with it, the page will say.
  if (!parsed.ok)
    return unread.length > 0 ? { parameters: [['q', rest.trim()]], unread } : undefined
  const { pattern, filters } = parsed.value
  const regexes = filters.some(({ name }) => name === 'repo' || name === 'path')
  const read = expressionOf(pattern.trim(), type)
  if (typeof read === 'string') unread.push(read)
  if (rest === text && !regexes && !Array.isArray(read) && unread.length === 0) return undefined
  return {
    parameters: [
      ...(Array.isArray(read) ? read : [['q', formatText(pattern)] as const]),
      ...filters.map((filter) => [filter.name, wordOf(filter, repositories)] as const),
    ],
    unread,
  }
}

/** Longer texts are refused anyway, and blanks in them would cost their number squared. */
const mostUnits = 4_096

/** Filters of theirs that are not ours, and predicates, which stand where we have a value. */
const onlyTheirs =
  /(^|\s)(count:all|context:(?!\d)\S+|-?(?:select|timeout|archived|fork|visibility|public|reposet|author|before|after|since|until|message|stable|patterntype|tags|meta\.\w+):\S+|-?(?:repo|r|file|f):(?:has|contains|deps?|revdeps)[.(]\S*)(?=\s|$)/gi

function wordOf({ name, value }: TypedFilter, repositories: readonly string[]): string {
  if (name !== 'repo' && name !== 'path') return value
  const mark = value.startsWith('!') ? '!' : ''
  const regex = value.slice(mark.length)
  const named = name === 'repo' ? repositoryNamed(regex, repositories) : undefined
  return `${mark}${named ?? (/^\/.+\/$/.test(regex) ? regex : `/${regex}/`)}`
}

/** The repository here that a regex names, `^github\.com/x/app$`, with a host and owner before its name or without. */
function repositoryNamed(regex: string, repositories: readonly string[]): string | undefined {
  const isAnchored = regex.startsWith('^') && regex.endsWith('$')
  const name = regex.replace(/^\^|\$$/g, '').replace(/\\([./_-])/g, '$1')
  if (/[\\^$|?*+()[\]{}]/.test(name) || (!isAnchored && !name.includes('/'))) return undefined
  const components = name.split('/')
  return components
    .map((_, from) => components.slice(from).join('/'))
    .find((one) => repositories.includes(one))
}

/** A term: a text to find, or a regex. */
interface Term {
  readonly text: string
  readonly isRegex: boolean
  readonly excludes: boolean
}

/**
 * Terms with AND, OR and NOT between them, and `/…/`, as parameters; `undefined` if it is plain text, and the operators
 * if it has those that cannot be read.
 */
function expressionOf(
  text: string,
  type: string | undefined,
): (readonly [string, string])[] | string | undefined {
  const operators = [...text.matchAll(/(?:^|\s)(AND NOT|AND|OR|NOT)(?=\s)/g)].map(([, one]) => one!)
  const terms = text
    .split(/(?:^|\s+)(?:AND NOT|AND|OR|NOT)\s+/)
    .filter((term, i) => i > 0 || term !== '')
    .map((term, i): Term => {
      const before = operators[i - (text.match(/^(?:AND NOT|AND|OR|NOT)\s/) ? 0 : 1)] ?? ''
      return { ...termOf(term.trim(), type), excludes: before.endsWith('NOT') }
    })
  const [first, ...others] = terms
  if (!first || terms.some((term) => term.text === '')) return undefined
  if (operators.length === 0) {
    return first.text === text ? undefined : withQuery(first.text, first.isRegex)
  }
  const unread = [...new Set(operators)].join(', ')
  if (terms.some((term) => /^\(|\)$/.test(term.text) && !term.isRegex)) return unread
  if (operators.every((one) => one === 'OR')) {
    const regexes = terms.map((term) => (term.isRegex ? term.text : quote(term.text)))
    return withQuery(regexes.length > 1 ? regexes.map((one) => `(?:${one})`).join('|') : text, true)
  }
  if (operators.includes('OR') || first.excludes) return unread
  // What a file holds besides is said as text.
  if (others.some((term) => term.isRegex && quote(term.text) !== term.text)) return unread
  return [
    ...withQuery(first.text, first.isRegex),
    ...others.map(({ text, excludes }) => ['has', heldFilter(text, excludes)] as const),
  ]
}

const heldFilter = (text: string, excludes: boolean): string =>
  excludes ? `!${text}` : text.replace(/^(?=\\*!)/, '\\')

const withQuery = (text: string, isRegex: boolean): (readonly [string, string])[] => [
  ['q', formatText(text)],
  ...(isRegex ? [['regex', '1'] as const] : []),
]

function termOf(text: string, type: string | undefined): Omit<Term, 'excludes'> {
  if (type === 'regexp') return { text, isRegex: true }
  const [, regex] = /^\/(.+)\/$/s.exec(text) ?? []
  if (regex !== undefined && type !== 'literal') return { text: regex, isRegex: true }
  const [, inQuotes] = /^"([^"\\]+)"$/.exec(text) ?? []
  return { text: inQuotes !== undefined && type === 'keyword' ? inQuotes : text, isRegex: false }
}
