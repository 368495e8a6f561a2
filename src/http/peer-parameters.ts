import { findLanguage } from '../corpus/language.ts'
import { limitTable } from '../limits.ts'
import type { Parameters } from '../query/query-string.ts'
import { peerText } from './peer-text.ts'

/** A parameter of ours, with its value; `undefined` where it is so anyway, or cannot be said here. */
type Rewritten = readonly [name: string, value: string] | undefined
type Rewrite = (value: string) => Rewritten | readonly Rewritten[]

const yes = new Set(['1', 'true', 'yes', 'on', 'fosho'])
const no = new Set(['0', 'false', 'no', 'off'])

const as =
  (name: string): Rewrite =>
  (value) =>
    value === '' ? undefined : [name, value]
const flag =
  (name: string): Rewrite =>
  (value) =>
    yes.has(value) ? [name, '1'] : no.has(value) ? [name, '0'] : [name, value]
/** A number that we take too, cut to what we take. */
const number =
  (name: string, most: number): Rewrite =>
  (value) =>
    /^\d{1,15}$/.test(value) ? [name, String(Math.min(Number(value), most))] : undefined
const atLeastOne =
  (name: string): Rewrite =>
  (value) =>
    /^[1-9]\d{0,14}$/.test(value) ? [name, value] : undefined
/** Hound's: what it does not know is off. */
const ignoresCase: Rewrite = (value) =>
  value === '' ? undefined : ['case', yes.has(value) ? 'ignore' : 'sensitive']
const isLiteral: Rewrite = (value) =>
  value === '' ? undefined : ['regex', yes.has(value) ? '0' : '1']
const foldsCase: Rewrite = (value) => {
  if (value === 'auto') return undefined
  return no.has(value) ? ['case', 'sensitive'] : value === '' ? undefined : ['case', 'ignore']
}
const heedsCase: Rewrite = (value) => ['case', yes.has(value) ? 'sensitive' : 'ignore']
const each =
  (name: string): Rewrite =>
  (value) =>
    value
      .split(',')
      .map((one) => (one === '' || one === '*' ? undefined : ([name, one.trim()] as const)))
/** Paths by regex, where ours are globs but between slashes. */
const pathRegex =
  (mark: '' | '!'): Rewrite =>
  (value) =>
    value === '' ? undefined : ['path', `${mark}/${value}/`]

/**
 * Other searches' names for our parameters, with what their values mean. One that they share with us for another
 * purpose is not among them.
 */
const aliases: Readonly<Record<string, Rewrite>> = {
  query: as('q'),
  pattern: as('q'),
  full: as('q'),
  regexp: flag('regex'),
  isRegexEnabled: flag('regex'),
  patternType: (value) => (value === 'regexp' ? ['regex', '1'] : undefined),
  literal: isLiteral,
  ignore: foldsCase,
  i: ignoresCase,
  fold_case: foldsCase,
  isCaseSensitivityEnabled: heedsCase,
  words: flag('word'),
  glob: as('path'),
  files: pathRegex(''),
  excludeFiles: pathRegex('!'),
  'repo[]': as('repo'),
  repos: each('repo'),
  r: as('repo'),
  project: as('repo'),
  ext: each('lang'),
  b: as('rev'),
  branch: as('rev'),
  commit: as('rev'),
  l: as('lang'),
  ctx: number('context', limitTable.context.default),
  num: atLeastOne('limit'),
  n: atLeastOne('limit'),
  matches: atLeastOne('limit'),
  max_matches: atLeastOne('limit'),
  'f.lang': as('lang'),
  'f.repo': as('repo'),
  'f.path': as('path'),
  'f.path.pattern': pathRegex(''),
}

/** Their spellings of the values of names that we have too. */
const spellings: Readonly<Record<string, ReadonlyMap<string, Rewritten>>> = {
  ...Object.fromEntries(
    ['regex', 'word', 'multiline', 'pcre2'].map((name) => [
      name,
      new Map<string, Rewritten>([
        ...[...yes].filter((one) => one !== '1').map((one) => [one, [name, '1']] as const),
        ...[...no].filter((one) => one !== '0').map((one) => [one, undefined] as const),
      ]),
    ]),
  ),
  case: new Map<string, Rewritten>([
    ['yes', ['case', 'sensitive']],
    ['true', ['case', 'sensitive']],
    ['no', ['case', 'ignore']],
    ['false', ['case', 'ignore']],
    ['auto', undefined],
  ]),
  context: new Map<string, Rewritten>([
    ['true', undefined],
    ['false', ['context', '0']],
  ]),
  sort: new Map<string, Rewritten>([
    ['fullpath', undefined],
    ['relevancy', undefined],
    ['relevance', undefined],
    ['lastmodtime', undefined],
  ]),
  type: new Map<string, Rewritten>([
    ['filename', ['type', 'file']],
    ['path', ['type', 'file']],
    ['code', undefined],
  ]),
}

/** Those that our own addresses have, in the order of `formatForm`, which follows. */
const severalTimes = new Set(['repo', 'path', 'lang', 'has', 'unread'])
const ours = [
  ...['q', 'regex', 'word', 'multiline', 'pcre2', 'case', 'repo', 'path', 'lang', 'has'],
  ...['context', 'type', 'limit', 'sort', 'rev', 'encoding', 'replace', 'format', 'after'],
  ...['explain', 'totals', 'facets', 'unread'],
]

/** `-` before the value of what can be excluded, where that is no repository's name. */
const excluded = (name: string, value: string, repositories: readonly string[]) =>
  (name === 'repo' || name === 'path' || name === 'lang') &&
  /^-[^-\s]/.test(value) &&
  !(name === 'repo' && repositories.includes(value))

/** A page of theirs behind the first, which has no place here. */
const isLaterPage = (name: string, value: string): boolean =>
  (name === 'page' || name === 'p') && /^\d+$/.test(value) && Number(value) > 1

/**
 * Parameters in our own names and spellings, if some are another search's: as a query string. What was said in our way
 * wins over what was said in theirs.
 *
 * @param repositories names of those that are here
 */
export function fromPeer(
  parameters: Parameters,
  repositories: readonly string[],
): string | undefined {
  const text = peerText(parameters, repositories)
  const own: [string, string][] = []
  const theirs: [string, string][] = [
    ...(text?.unread ?? []).map((word): [string, string] => ['unread', word]),
    ...(text?.parameters ?? []).map(([name, value]): [string, string] => [name, value]),
  ]
  let isForeign = text !== undefined
  const add = (rewritten: Rewritten | readonly Rewritten[]) => {
    isForeign = true
    const all = isOne(rewritten) ? [rewritten] : (rewritten as readonly Rewritten[])
    for (const one of all) if (one) theirs.push([one[0], one[1]])
  }
  for (const [name, values] of parameters) {
    for (const value of values) {
      const rewrite = Object.hasOwn(aliases, name) ? aliases[name] : grouped(name)
      const spelled = Object.hasOwn(spellings, name) ? spellings[name] : undefined
      if (text && (name === 'q' || name === 'query')) continue
      const isLanguage = name === 'type' && findLanguage(value) !== undefined
      if (rewrite) add(rewrite(value))
      else if (spelled?.has(value)) add(spelled.get(value))
      else if (isLanguage) add(['lang', value])
      else if (excluded(name, value, repositories)) add([name, `!${value.slice(1)}`])
      else if (isLaterPage(name, value)) add(['unread', `${name}=${value}`])
      else if (ours.includes(name)) own.push([name, value])
    }
  }
  if (!isForeign) return undefined
  const written = new URLSearchParams()
  for (const name of ours) {
    for (const [, value] of own.filter(([one]) => one === name)) written.append(name, value)
    for (const [, value] of theirs.filter(([one]) => one === name)) {
      if (severalTimes.has(name) || !written.has(name)) written.append(name, value)
    }
    if (['regex', 'word'].includes(name) && written.get(name) === '0') written.delete(name)
  }
  return written.toString()
}

const isOne = (rewritten: Rewritten | readonly Rewritten[]): rewritten is Rewritten =>
  rewritten === undefined || typeof rewritten[0] === 'string'

/** `filter[lang][0]` and its like. */
function grouped(name: string): Rewrite | undefined {
  const [, key] = /^filter\[([a-z.]+)\]\[\d*\]$/.exec(name) ?? []
  switch (key) {
    case 'lang':
    case 'repo':
      return as(key)
    case 'path':
      return as('path')
    case 'path.pattern':
      return pathRegex('')
    default:
      return undefined
  }
}
