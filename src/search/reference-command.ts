import type { Catalog, Repository } from '../corpus/catalog.ts'
import type { Limits } from '../limits.ts'
import { filterRegex, type Query } from '../query/query.ts'
import { shellQuote } from '../query/shell-quote.ts'
import { fileLimit } from './bounds.ts'
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

/**
 * The reference command of DESIGN.md as one would type it: with directories and globs where it names files. The
 * directories of the server are not told: it is run in the user's own copy.
 */
export function referenceCommand(
  { matcher, filters, context }: Query,
  catalog: Catalog,
  ledger: Ledger,
  { limits, hidden }: { readonly limits: Limits; readonly hidden: boolean },
): ReferenceCommand {
  const named = filters.repositories.filter((filter) => !filterRegex(filter))
  const selected = selectRepositories(catalog, named, new Map())
  const repositories = (selected.ok ? selected.value : []).filter(({ kind }) => kind !== 'bare')
  const globs = filters.paths.filter((path) => !filterRegex(path)).flatMap(asRipgrepHasIt)
  const includes = globs.some((glob) => !glob.startsWith('!'))
  const { paths, runIn } = placeOf(catalog, repositories, globs)
  const mostBytes = limits[fileLimit(matcher, limits)]
  const words = [
    ...['rg', '--no-config', '--crlf', '--line-number'],
    { smart: '-S', sensitive: '-s', ignore: '-i' }[matcher.case],
    ...(matcher.kind === 'literal' ? ['-F'] : []),
    ...(matcher.word ? ['-w'] : []),
    ...(matcher.multiline ? ['-U'] : []),
    ...(matcher.pcre2 ? ['-P'] : []),
    ...(context > 0 ? [`-C${context}`] : []),
    // Not what the user's own machine ignores besides.
    '--no-ignore-global',
    ...(paths.length === 1 && paths[0] === './' ? ['--no-ignore-parent'] : []),
    ...(ledger.leftOut.large > 0 ? [`--max-filesize=${mostBytes}`] : []),
    ...(hidden ? ['--hidden'] : []),
    ...globs.map((glob) => `--glob=${glob}`),
    // A glob that includes lets in hidden files too.
    ...(hidden ? ['--glob=!.git'] : includes ? ['--glob=!.*'] : []),
    ...['-e', matcher.pattern, '--'],
  ]
  const search = [...words, ...paths].map(shellQuote).join(' ')
  const { name, revision } = repositories[0] ?? {}
  const isPinned = revision !== undefined
  return {
    command: [...(isPinned ? [workTree(name!, revision)] : []), search].join(' && '),
    runIn,
    differences: differencesOf(filters, catalog, repositories, ledger, {
      ...{ includes, hidden, isPinned },
    }),
  }
}

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
    ...(languages.length > 0 ? ['It searches files of every language.'] : []),
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
