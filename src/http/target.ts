import { isUtf8 } from 'node:buffer'
import type { FastifyRequest } from 'fastify'
import type { CatalogFile } from '../corpus/catalog.ts'
import { type Catalog, findFile, type Repository, splitRepository } from '../corpus/catalog.ts'
import { type Directory, listDirectory } from '../corpus/directory.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { parseQueryString } from '../query/query-string.ts'
import { sentUrl } from './server.ts'

/** What a URL below `/view/` or `/raw/` names. */
export type Target =
  | { readonly kind: 'file'; readonly file: CatalogFile }
  | RevisionTarget
  | {
      readonly kind: 'directory'
      readonly repository: Repository
      /** Relative to the repository, without a `/` at its end. */
      readonly path: Buffer
      readonly directory: Directory
      /** Whether the URL ends in the `/` that a directory's has. */
      readonly hasSlash: boolean
    }

/** What a URL such as `/view/REPO@REV/PATH` names, if it is there. */
export interface RevisionTarget {
  readonly kind: 'revision'
  readonly repository: Repository
  /** As it is in the URL, decoded. */
  readonly revision: string
  readonly path: Buffer
  readonly hasSlash: boolean
}

/** No system opens a longer path; and what is done with its components can take their number squared. */
export const longestPath = 4_096

/** A path of a repository, that may be there or not. */
export interface NamedPlace {
  readonly repository: Repository
  /** As it is in the URL, decoded; `undefined` for the files as they are now. */
  readonly revision: string | undefined
  readonly path: Buffer
  readonly hasSlash: boolean
}

/**
 * Finds what a URL names. Components are decoded once, and only then split further by nothing: what has an empty,
 * `.` or `..` component, or a NUL, names nothing.
 *
 * @param place where the path begins in the URL, such as `/view/`
 */
export function findTarget(
  catalog: Catalog,
  request: FastifyRequest,
  place: string,
): Result<Target> {
  const named = readPlace(catalog, request, place)
  if (!named.ok) return named
  const { repository, revision, path, hasSlash } = named.value
  if (revision !== undefined) {
    return succeeded({ kind: 'revision', repository, revision, path, hasSlash })
  }
  const file = hasSlash ? undefined : findFile(catalog, repository, path)
  if (file) return succeeded({ kind: 'file', file })
  const directory = listDirectory(catalog, repository, path)
  if (directory)
    return succeeded({ kind: 'directory', repository, path, directory, hasSlash: hasSlash })
  return failed(nearestTo(catalog, repository, path))
}

/** Reads what a URL names, without a look at whether it is there. @param place as `findTarget` takes it */
export function readPlace(
  catalog: Catalog,
  request: FastifyRequest,
  place: string,
): Result<NamedPlace> {
  const url = sentUrl(request)
  const end = url.indexOf('?')
  const sent = url.slice(place.length, end === -1 ? url.length : end)
  const parameters = parseQueryString(url)
  if (!parameters.ok) return parameters
  const components = decode(sent)
  if (!components || components.join('/').length > longestPath)
    return failed(notFound('This is not the path of a file.'))
  const hasSlash = components.at(-1) === ''
  if (hasSlash) components.pop()
  const split: Split | undefined =
    splitRevision(catalog, components) ?? splitRepository(catalog, components)
  if (!split) {
    return failed(notFound(`There is no repository ${components[0] || 'without a name'} here.`))
  }
  const { repository } = split
  const bytes = parameters.value.get('b64')?.[0]
  const path =
    bytes === undefined ? Buffer.from(split.rest.join('/')) : Buffer.from(bytes, 'base64url')
  if (!isOrdinary(path)) return failed(notFound('This is not the path of a file.', repository.name))
  const { revision } = split
  return succeeded({ repository, revision, path, hasSlash: hasSlash && bytes === undefined })
}

interface Split {
  readonly repository: Repository
  readonly revision?: string
  readonly rest: readonly string[]
}

/** `REPO@REV` and the rest; slashes in REV are escaped, and no repository's name holds an `@`. */
function splitRevision(catalog: Catalog, components: readonly string[]): Split | undefined {
  for (const [index, component] of components.entries()) {
    const at = component.indexOf('@')
    if (at <= 0) continue
    const name = [...components.slice(0, index), component.slice(0, at)].join('/')
    const repository = catalog.repositories.find((candidate) => candidate.name === name)
    const revision = component.slice(at + 1)
    if (repository) return { repository, revision, rest: components.slice(index + 1) }
  }
  return undefined
}

function decode(sent: string): string[] | undefined {
  try {
    return sent.split('/').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** Whether it can be the path of a file: no component is empty, `.` or `..`. */
export function isOrdinary(path: Buffer): boolean {
  if (path.length === 0) return true
  return (
    path.length <= longestPath &&
    !path.includes(0) &&
    path
      .toString('latin1')
      .split('/')
      .every((component) => component !== '' && component !== '.' && component !== '..')
  )
}

const notFound = (message: string, repository?: string): Failure => ({
  kind: 'not-found',
  message,
  ...(repository === undefined ? {} : { nearest: { repository, path: '' } }),
})

/** Not found, with the nearest directory that is there: looked for from the top, since it is never far from there. */
function nearestTo(catalog: Catalog, repository: Repository, path: Buffer): Failure {
  let nearest = ''
  for (const component of path.toString('utf8').split('/').slice(0, -1)) {
    const next = nearest === '' ? component : `${nearest}/${component}`
    if (!listDirectory(catalog, repository, Buffer.from(next))) break
    nearest = next
  }
  return {
    kind: 'not-found',
    message: `There is no ${path.toString('utf8')} in ${repository.name}.`,
    nearest: { repository: repository.name, path: nearest },
    ...(repository.kind === 'directory' || !isUtf8(path)
      ? {}
      : { past: { repository: repository.name, path: path.toString('utf8') } }),
  }
}
