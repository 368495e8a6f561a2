import type { Charset } from '../charset.ts'
import type { Catalog, Repository } from '../corpus/catalog.ts'
import { findLanguage, globsOf, typeNameOf } from '../corpus/language.ts'
import type { Limits } from '../limits.ts'
import { filterRegex, type Query } from '../query/query.ts'
import { shellQuote } from '../query/shell-quote.ts'
import { fileLimit } from './bounds.ts'
import { charsetsOf } from './context.ts'
import type { Ledger } from './ledger.ts'
import { selectRepositories } from './select.ts'

/** The command for a shell that finds what a search has found. */
export interface ReferenceCommand {
  readonly command: string
  /** The repository in whose directory it is to be run; `above` is the one that holds them, `each` each of theirs. */
  readonly runIn: { readonly repository: string } | 'above' | 'each'
  /** What it cannot say: where its answer may be another. */
  readonly differences: readonly string[]
}

interface Settings {
  readonly limits: Limits
  readonly hidden: boolean
  /** What the files of repositories, by name, are read as. */
  readonly encodings: ReadonlyMap<string, Charset>
}

/**
 * The reference command of docs/exact.md as one would type it: with directories and globs where it names files. The
 * directories of the server are not told: it is run in the user's own copy.
 */
export function referenceCommand(
  query: Query,
  catalog: Catalog,
  ledger: Ledger,
  { limits, hidden, encodings }: Settings,
): ReferenceCommand {
  const { matcher, filters, context, replace } = query
  const isOfNames = query.type === 'file'
  const named = filters.repositories.filter((filter) => !filterRegex(filter))
  const selected = selectRepositories(catalog, named, new Map())
  const repositories = (selected.ok ? selected.value : []).filter(({ kind }) => kind !== 'bare')
  const globs = filters.paths.filter((path) => !filterRegex(path)).flatMap(asRipgrepHasIt)
  const includes = globs.some((glob) => !glob.startsWith('!'))
  const types = includes ? [] : typesOf(filters.languages)
  const includesTypes = types.some((word) => word.startsWith('-t'))
  const { paths, runIn } = isOfNames
    ? namesPlaceOf(repositories)
    : placeOf(catalog, repositories, globs)
  const charsets = new Set(repositories.map(charsetsOf({ encodings }, query)))
  const charset = charsets.size === 1 ? [...charsets][0] : matcher.encoding
  const mostBytes = limits[fileLimit(matcher, limits)]
  const files = [
    // Not what the user's own machine ignores besides.
    '--no-ignore-global',
    ...(paths.length === 0 || paths[0] === './' ? ['--no-ignore-parent'] : []),
    ...(ledger.leftOut.large > 0 ? [`--max-filesize=${mostBytes}`] : []),
    ...(hidden ? ['--hidden'] : []),
    ...types,
    ...globs.map((glob) => `--glob=${glob}`),
    // A glob or a type that includes lets in hidden files too.
    ...(hidden ? ['--glob=!.git'] : includes || includesTypes ? ['--glob=!.*'] : []),
  ]
  const pattern = [
    { smart: '-S', sensitive: '-s', ignore: '-i' }[matcher.case],
    ...(matcher.kind === 'literal' ? ['-F'] : []),
    ...(matcher.word ? ['-w'] : []),
    ...(matcher.multiline && !isOfNames ? ['-U'] : []),
    ...(matcher.pcre2 ? ['-P'] : []),
  ]
  const words = [
    ...['rg', '--no-config', '--crlf', '--line-number'],
    ...pattern,
    ...(charset === undefined ? [] : [`--encoding=${charset}`]),
    ...(replace === undefined ? [] : [`--replace=${replace}`]),
    `-C${context}`,
    ...files,
    ...['-e', matcher.pattern, '--', ...paths],
  ]
  const listing = ['rg', '--no-config', '--files', ...files]
  const picking = ['rg', '--no-config', ...pattern, '-e', matcher.pattern]
  const search = (isOfNames ? [listing, picking] : [words])
    .map((command) => command.map(shellQuote).join(' '))
    .join(' | ')
  const { name, revision } = repositories[0] ?? {}
  const isPinned = revision !== undefined
  return {
    command: [...(isPinned ? [workTree(name!, revision)] : []), search].join(' && '),
    runIn,
    differences: [
      ...(charsets.size > 1 && !isOfNames
        ? ['It reads the files of all repositories in one encoding.']
        : []),
      ...differencesOf(filters, catalog, repositories, ledger, {
        ...{ includes, hidden, isPinned },
      }),
    ],
  }
}

/** Languages as types of rg's: what it knows of them itself is another thing. */
function typesOf(filters: readonly string[]): readonly string[] {
  return filters.flatMap((filter) => {
    const language = findLanguage(filter.replace(/^!/, ''))
    if (!language) return []
    const globs = globsOf(language)
    const name = typeNameOf(language)
    // One that is told by first lines only.
    if (globs.length === 0) return []
    return [
      `--type-clear=${name}`,
      `--type-add=${name}:${globs.length === 1 ? globs[0] : `{${globs.join(',')}}`}`,
      `${filter.startsWith('!') ? '-T' : '-t'}${name}`,
    ]
  })
}

/** Names are looked for in what the listing says of a file, which begins at its repository. */
const namesPlaceOf = (repositories: readonly Repository[]) => ({
  paths: [] as readonly (string | Buffer)[],
  runIn:
    repositories.length === 1
      ? { repository: repositories[0]!.name }
      : ('each' as ReferenceCommand['runIn']),
})

/** A commit's files where ripgrep can search them, in a directory beside the checkout. */
function workTree(name: string, commit: string): string {
  const place = `../${name.split('/').at(-1)}-${commit.slice(0, 10)}`
  const words = ['git', 'worktree', 'add', '--quiet', '--detach', place, commit]
  return `${words.map(shellQuote).join(' ')} && cd ${shellQuote(place)}`
}

/** A glob without wildcards means what is below it as well: rg needs that said. Blank ones and comments mean nothing. */
function asRipgrepHasIt(glob: string): readonly string[] {
  const trimmed = glob.endsWith('\\ ') ? glob : glob.trimEnd()
  if (trimmed === '' || glob.startsWith('#')) return []
  if (/[*?[{]/.test(trimmed.replace(/\\./gsu, ''))) return [trimmed]
  const [, mark = '', name = ''] = /^(!?)(.*?)(?:\\?\/)?$/su.exec(trimmed)!
  const below = name.includes('/') ? name : `**/${name}`
  return [trimmed, `${mark}${below}/**`]
}

function placeOf(
  catalog: Catalog,
  repositories: readonly Repository[],
  globs: readonly string[],
): { readonly paths: readonly (string | Buffer)[]; readonly runIn: ReferenceCommand['runIn'] } {
  const [first] = repositories
  const here = ['./']
  if (!first) return { paths: here, runIn: 'each' }
  const below = catalog.repositories.filter(({ root }) => root === first.root)
  const isOneRoot = repositories.every(({ root }) => root === first.root)
  // Globs with a slash begin at the repository.
  const isAnchored = globs.some((glob) => /\/./.test(glob.replace(/^!?(?:\*\*\/)?/, '')))
  const isAll = repositories.length === below.length
  if (repositories.length === 1 && (first.prefix === '' || isAnchored)) {
    return { paths: here, runIn: { repository: first.name } }
  }
  if (!isOneRoot || isAnchored || (!isAll && repositories.length > mostNamed)) {
    return { paths: here, runIn: 'each' }
  }
  if (isAll) return { paths: here, runIn: 'above' }
  const paths = repositories.map(({ prefix }) =>
    Buffer.concat([Buffer.from('./'), Buffer.from(prefix, 'latin1')]),
  )
  return { paths, runIn: 'above' }
}

const mostNamed = 20

function differencesOf(
  filters: Query['filters'],
  catalog: Catalog,
  repositories: readonly Repository[],
  ledger: Ledger,
  {
    includes,
    hidden,
    isPinned,
  }: { readonly includes: boolean; readonly hidden: boolean; readonly isPinned: boolean },
): readonly string[] {
  const ignores = repositories.some(({ absent }) => absent === undefined || absent.ignored > 0)
  const { paths, languages, has } = filters
  const inside = catalog.repositories.some(
    (one) =>
      !repositories.includes(one) &&
      repositories.some(({ root, prefix }) => root === one.root && one.prefix.startsWith(prefix)),
  )
  return [
    ...([...paths, ...filters.repositories].some(filterRegex)
      ? ['It does not know the filters that are regexes.']
      : []),
    ...(isPinned
      ? ['It heeds the ignore files of that commit; here those of now are heeded.']
      : []),
    ...(inside ? ['It searches the repositories inside this one as well.'] : []),
    ...(languages.length === 0
      ? []
      : includes
        ? ['It searches files of every language, since its globs include.']
        : [
            'It tells languages by names and endings as they are written, and not by letter case, longer endings or a first line (#!).',
          ]),
    ...(has.length > 0 ? ['It does not look at what else a file holds.'] : []),
    ...(includes && ignores
      ? ['Its globs let in ignored files as well, which are not searched here.']
      : []),
    ...(hidden ? ['It searches hidden files also where git does not track them.'] : []),
    ...(ledger.leftOut.binary > 0
      ? ['Of a file with a NUL it may print lines before that; here such files are left out.']
      : []),
    ...(ledger.end === 'complete' ? [] : ['It goes on where this answer was cut.']),
  ]
}
