import { isUtf8 } from 'node:buffer'
import type { Form } from '../query/form.ts'
import { formatForm } from '../query/parameters.ts'
import { formatSelection, type SelectedLines } from './selection.ts'

/** What a link to a file names: a file of the catalog, or one of a commit. */
export interface FilePlace {
  readonly repository: { readonly name: string }
  /** The path's bytes, relative to the repository. */
  readonly path: Buffer
  /** A commit, branch or tag; the files as they are now without one. */
  readonly revision?: string | undefined
}

/**
 * The only builder of our URLs. All are paths below the configured base path, never absolute: what a request says of
 * its host is not believed.
 */
export interface Links {
  readonly home: string
  /** `form` as a search; `more` are parameters such as `after`. */
  search(form: Form, more?: Readonly<Record<string, string | undefined>>): string
  /** Where the form goes. */
  readonly searchAction: string
  api(form: Form, more?: Readonly<Record<string, string | undefined>>): string
  /** The replacements of a search in one repository, as a patch. */
  patch(form: Form, repository: string): string
  /** @param encoding what it is to be read as, where that is not its repository's */
  file(file: FilePlace, encoding?: string): string
  /** @param column where a window into a long line begins, if it is one */
  line(file: FilePlace, line: number, column?: number, encoding?: string): string
  /** The text of a file whose page shows something else at first: Markdown, or a drawing. */
  source(file: FilePlace): string
  /** @param hash what the link remembers of the lines; see `src/drift` */
  lines(
    file: FilePlace,
    ranges: readonly SelectedLines[],
    hash?: string | undefined,
    encoding?: string,
  ): string
  raw(file: FilePlace): string
  /** The file as a picture, if it is one. */
  image(file: FilePlace): string
  /** Lines of the file for insertion into a page; without the range. */
  linesOf(file: FilePlace, encoding?: string): string
  /** One line, whole. @param marks stretches of it that are marked */
  wholeLine(file: FilePlace, line: number, marks: string, encoding?: string): string
  /** What has a name in the file, for programs and scripts; and its page with that in it. */
  outlineOf(file: FilePlace, encoding?: string): string
  outlined(file: FilePlace, encoding?: string): string
  /** @param path below the repository, as text or bytes, without a `/` at either end; empty for its top */
  directory(repository: string, path: string | Buffer, revision?: string): string
  /** A file's page with blame. @param line where to go */
  blame(file: FilePlace, line?: number): string
  /** What has become of a file or directory. */
  history(place: FilePlace, parameters?: Readonly<Record<string, string>>): string
  /** Branches and tags. */
  refs(repository: string): string
  /** A commit's own page. */
  commit(repository: string, id: string): string
  asset(name: string): string
  /** Why a file is not among the results of a search; without one, where that is asked. */
  why(form: Form, file?: string): string
  readonly whyAction: string
  /** The finder's page, and its answers for programs. */
  files(parameters?: readonly (readonly [string, string])[]): string
  filesApi: string
  health: string
  ready: string
  status: string
  help: string
}

/** Lines on one page of a file. A link to a line beyond it says which page is wanted, so that it works without script. */
export const linesPerPage = 5_000

/** UTF-16 units of one line that a file's page shows. A link to a column far behind them says so, likewise. */
export const columnsPerLine = 5_000

export function createLinks(basePath: string): Links {
  const below = (
    kind: 'view' | 'raw' | 'image' | 'api/lines' | 'api/outline' | 'history',
    { repository, path, revision }: FilePlace,
  ): string => {
    const at = revision === undefined ? '' : `@${encodeURIComponent(revision)}`
    const place = `${basePath}${kind}/${encodePath(repository.name)}${at}/`
    return isUtf8(path)
      ? `${place}${encodePath(path.toString('utf8'))}`
      : `${place}?b64=${path.toString('base64url')}`
  }
  const file = (place: FilePlace, encoding?: string) => {
    const url = below('view', place)
    return encoding === undefined ? url : withParameter(url, `encoding=${encoding}`)
  }
  const linesOf = (place: FilePlace, encoding?: string) => {
    const url = below('api/lines', place)
    return encoding === undefined ? url : withParameter(url, `encoding=${encoding}`)
  }
  return {
    home: basePath,
    searchAction: `${basePath}search`,
    search: (form, more) => `${basePath}search?${formatForm(form, more)}`,
    api: (form, more) => `${basePath}api/search?${formatForm(form, more)}`,
    patch: (form, repository) =>
      `${basePath}patch?${formatForm({ ...form, repo: [repository], limit: undefined })}`,
    file,
    line(target, line, column = 0, encoding) {
      const plain = file(target, encoding)
      const url = hasRendering(target.path) ? withParameter(plain, 'plain=1') : plain
      const isFar = column > columnsPerLine / 2
      if (line <= linesPerPage && !isFar) return `${url}#L${line}`
      const place = `L=${line}${isFar ? `&column=${column}` : ''}`
      return `${withParameter(url, place)}#L${line}`
    },
    source: (place) => withParameter(file(place), 'plain=1'),
    lines(target, ranges, hash, encoding) {
      const [first] = ranges
      const isOne = ranges.length === 1 && first?.from === first?.to && !first?.columns
      if (isOne && hash === undefined) return this.line(target, first!.from, 0, encoding)
      const place = `L=${formatSelection(ranges)}${hash === undefined ? '' : `&h=${hash}`}`
      return `${withParameter(file(target, encoding), place)}#L${first!.from}`
    },
    raw: (place) => below('raw', place),
    image: (place) => below('image', place),
    linesOf,
    wholeLine: (target, line, marks, encoding) =>
      withParameter(linesOf(target, encoding), `from=${line}&to=${line}&whole=1&marks=${marks}`),
    outlineOf(place, encoding) {
      const url = below('api/outline', place)
      return encoding === undefined ? url : withParameter(url, `encoding=${encoding}`)
    },
    outlined: (place, encoding) => withParameter(file(place, encoding), 'outline=1'),
    directory(repository, path, revision) {
      const bytes = Buffer.from(path as string)
      const url = below('view', { repository: { name: repository }, path: bytes, revision })
      return bytes.length > 0 && isUtf8(bytes) ? `${url}/` : url
    },
    blame(place, line) {
      const url = withParameter(file(place), 'blame=1')
      if (line === undefined) return url
      return line <= linesPerPage ? `${url}#L${line}` : `${url}&L=${line}#L${line}`
    },
    history: (place, parameters = {}) =>
      Object.entries(parameters).reduce(
        (url, [name, value]) => withParameter(url, `${name}=${encodeURIComponent(value)}`),
        below('history', place),
      ),
    refs: (repository) => `${basePath}refs/${encodePath(repository)}`,
    commit: (repository, id) => `${basePath}commit/${encodePath(repository)}@${id}`,
    asset: (name) => `${basePath}assets/${name}`,
    why: (form, file) => `${basePath}why?${formatForm(form, { file })}`,
    whyAction: `${basePath}why`,
    files(parameters = []) {
      const query = new URLSearchParams(
        parameters.map(([name, value]): [string, string] => [name, value]),
      )
      return `${basePath}files${parameters.length > 0 ? `?${query}` : ''}`
    },
    filesApi: `${basePath}api/files`,
    health: `${basePath}healthz`,
    ready: `${basePath}readyz`,
    status: `${basePath}status`,
    help: `${basePath}help`,
  }
}

/** Whether a file's page shows what its text means, and the text itself at `?plain=1`. */
export const hasRendering = (path: Buffer): boolean => isMarkdown(path) || isDrawing(path)

export const isMarkdown = (path: Buffer): boolean =>
  /\.(?:md|markdown|mdown|mkdn?)$/i.test(path.toString('latin1'))

export const isDrawing = (path: Buffer): boolean => /\.svg$/i.test(path.toString('latin1'))

const withParameter = (url: string, parameter: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${parameter}`

/** Each component escaped; the `/` between them kept. */
function encodePath(path: string): string {
  return /^[\w/.-]*$/.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')
}

/** The last component of the path, likewise. */
export const nameOf = (file: FilePlace): string =>
  pathText(file).slice(pathText(file).lastIndexOf('/') + 1)

/** The path as text for people; bytes that are not UTF-8 show as U+FFFD. */
export const pathText = ({ path }: FilePlace): string => path.toString('utf8')
