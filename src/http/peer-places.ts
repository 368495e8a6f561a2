import { type Catalog, type CatalogFile, findFile, type Repository } from '../corpus/catalog.ts'
import { listDirectory } from '../corpus/directory.ts'
import type { Parameters } from '../query/query-string.ts'
import type { Links } from './links.ts'
import { oldFile } from './old-links.ts'
import { longestPath } from './target.ts'
import { peerSelection } from './wanted.ts'

/** How another search, or a code host, names a file. */
interface Shape {
  readonly path: RegExp
  /** A revision, of one component or more, stands before the path. */
  readonly hasRevision?: boolean
}

/** Their addresses below our base path, decoded. Revisions are passed over: what is shown is the file as it is. */
const shapes: readonly Shape[] = [
  // Sourcegraph and Sourcebot; GitLab, with a revision.
  { path: /^(?:browse\/)?(?<repo>[^@]+?)(?:@.+?)?\/-\/(?:blob|tree)\/(?<path>.*)$/s },
  // GitHub, Gitea, Forgejo.
  {
    path: /^(?<repo>.+?)\/(?:blob|tree|src\/(?:branch|commit|tag))\/(?<path>.+)$/s,
    hasRevision: true,
  },
  // OpenGrok, also under the name that it is mostly installed as.
  { path: /^(?:source\/)?(?:xref|download)\/(?<path>.+)$/s },
  // searchfox.
  { path: /^(?<repo>[^/]+)\/source\/(?<path>.+)$/s },
  { path: /^(?<repo>[^/]+)\/rev\/[^/]+\/(?<path>.+)$/s },
  { path: /^(?:source|browse|file)\/(?<path>.+)$/s },
]

/**
 * Where the file or directory is here that an address of another search names, if it is.
 *
 * @param path below our base path, decoded
 */
export function peerPlace(
  catalog: Catalog,
  links: Links,
  path: string,
  parameters: Parameters,
): string | undefined {
  if (path.length > longestPath) return undefined
  const one = (name: string) => parameters.get(name)?.[0]
  const target =
    path === 'show'
      ? inAnyRepository(catalog, one('file') ?? '', 1)
      : path === 'print'
        ? one('f') && inRepository(catalog, one('r') ?? '', one('f')!, 0)
        : ofShape(catalog, path)
  if (!target) return undefined
  if ('file' in target && /^(?:source\/)?download\//.test(path)) return links.raw(target.file)
  if ('directory' in target) return links.directory(target.repository.name, target.directory)
  const ranges = peerSelection(parameters)
  return ranges.length === 0 ? links.file(target.file) : links.lines(target.file, ranges)
}

type Target =
  | { readonly file: CatalogFile }
  | { readonly repository: Repository; readonly directory: string }

/** No revision's name has more components. */
const mostCut = 10

function ofShape(catalog: Catalog, text: string): Target | undefined {
  for (const { path, hasRevision = false } of shapes) {
    const { groups } = path.exec(text) ?? {}
    if (!groups) continue
    const rest = groups.path ?? ''
    const target =
      groups.repo === undefined
        ? inAnyRepository(catalog, rest, 0)
        : inRepository(catalog, groups.repo, rest, hasRevision ? 1 : 0)
    if (target) return target
  }
  return undefined
}

/**
 * @param name of the repository, maybe with a host and an owner before it
 * @param cut how many components before the path are a revision's at least
 */
function inRepository(
  catalog: Catalog,
  name: string,
  path: string,
  cut: number,
): Target | undefined {
  const components = name.split('/')
  for (let from = 0; from < components.length; from++) {
    const wanted = components.slice(from).join('/')
    const repository = catalog.repositories.find((one) => one.name === wanted)
    if (!repository) continue
    const names = path.replace(/\/$/, '').split('/')
    for (let i = cut; i <= Math.min(names.length, cut + mostCut); i++) {
      const rest = names.slice(i).join('/')
      // What is not found is not the top of its repository.
      if (rest === '' && i > cut) break
      const file = findFile(catalog, repository, Buffer.from(rest))
      if (file) return { file }
      if (listDirectory(catalog, repository, Buffer.from(rest))) {
        return { repository, directory: rest }
      }
    }
  }
  return undefined
}

/** @param cut how many components may be passed over, such as a package's name with its version */
function inAnyRepository(catalog: Catalog, path: string, cut: number): Target | undefined {
  if (path === '') return undefined
  const names = path.split('/')
  for (let i = 0; i <= cut; i++) {
    const file = oldFile(catalog, names.slice(i).join('/'))
    if (file) return { file }
  }
  return undefined
}
