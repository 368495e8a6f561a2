import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog } from '../corpus/catalog.ts'
import type { Directory } from '../corpus/directory.ts'
import { emptyForm } from '../query/form.ts'
import { parseQueryString } from '../query/query-string.ts'
import { childPath } from './byte-path.ts'
import { hasGit } from './git-links.ts'
import { layout } from './layout.ts'
import { nameOf } from './links.ts'
import { visible } from './marks.ts'
import { readmeOf, readmeSection } from './readme.ts'
import { type Server, sentUrl } from './server.ts'
import type { Target } from './target.ts'
import { steps, wayBack } from './trail.ts'
import { treeView } from './tree.ts'
import { count, plural, size } from './words.ts'

/** Entries on one page. */
const entriesPerPage = 1_000

/** A directory: its own directories first, then its files, and what its README says. */
export async function directoryPage(
  server: Server,
  catalog: Catalog,
  target: Extract<Target, { kind: 'directory' }>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { repository, path, directory, hasSlash } = target
  const { links } = server
  // A directory's address ends in `/`, so that there is one address for it.
  if (!hasSlash && isUtf8(path)) {
    return reply.redirect(links.directory(repository.name, path), 301)
  }
  const back = wayBack(server, request)
  const name = path.length === 0 ? repository.name : `${path.toString('utf8')} · ${repository.name}`
  const { head, foot } = await layout(server, {
    title: visible(name),
    form: back?.form ?? { ...emptyForm, repo: [repository.name] },
    styles: ['directory.css'],
  })
  const { directories, files } = directory
  const page = pageOf(directories.length + files.length, wantedEntry(sentUrl(request)))
  const body = await server.render('directory', {
    steps: steps(server, repository.name, path),
    back,
    tree: treeView(server, catalog, repository, path),
    git: (await hasGit(server, repository))
      ? { history: links.history({ repository, path }), refs: links.refs(repository.name) }
      : undefined,
    isBare: repository.kind === 'bare',
    complete: catalog.complete,
    facts: factsOf(directory),
    pages: pagesView(links.directory(repository.name, path), page),
    directories: directories.slice(page.from, page.to).map(({ name: child, files, bytes }) => ({
      name: visible(child.toString('utf8')),
      url: links.directory(repository.name, childPath(path, child)),
      files: plural(files, 'file'),
      size: size(bytes),
    })),
    files: files
      .slice(Math.max(0, page.from - directories.length), Math.max(0, page.to - directories.length))
      .map((file) => ({
        name: visible(nameOf(file)),
        url: links.file(file),
        size: size(file.bytes),
        lines: file.lines > 0 ? count(file.lines) : '',
        language: file.language?.name ?? '',
        note: {
          binary: 'binary',
          large: 'too large',
          unreadable: 'unreadable',
          searched: '',
          pending: '',
        }[file.state],
      })),
  })
  const readme = page.from === 0 ? readmeOf(files) : undefined
  reply.type('text/html; charset=utf-8').header('cache-control', 'private, no-cache')
  if (!readme) return reply.send(head + body + foot)
  // The listing is there at once, and what it takes to render comes when it is ready.
  const parts = async function* () {
    yield head + body
    yield (await readmeSection(server, readme)) + foot
  }
  return reply.send(Readable.from(parts(), { highWaterMark: 1 }))
}

function factsOf({ directories, files }: Directory): readonly string[] {
  const below = directories.reduce((sum, one) => sum + one.files, 0)
  const bytesOf = (all: readonly { readonly bytes: number }[]) =>
    all.reduce((sum, one) => sum + one.bytes, 0)
  const bytes = bytesOf(directories) + bytesOf(files)
  return [
    ...(directories.length > 0 ? [plural(directories.length, 'directory', 'directories')] : []),
    ...(files.length > 0 || directories.length === 0 ? [plural(files.length, 'file')] : []),
    below > 0
      ? `${plural(below + files.length, 'file')} and ${size(bytes)} in all`
      : `${size(bytes)} in all`,
  ]
}

/** The entry that `?from=` asks for, 1-based. */
function wantedEntry(url: string): number {
  const parameters = parseQueryString(url)
  const value = parameters.ok ? parameters.value.get('from')?.[0] : undefined
  return Math.max(1, Number(/^\d{1,9}/.exec(value ?? '')?.[0] ?? 1))
}

interface Page {
  readonly total: number
  /** Entries before the page, and through its end. */
  readonly from: number
  readonly to: number
}

function pageOf(total: number, wanted: number): Page {
  const entry = Math.min(wanted, Math.max(total, 1)) - 1
  const from = Math.floor(entry / entriesPerPage) * entriesPerPage
  return { total, from, to: Math.min(from + entriesPerPage, total) }
}

function pagesView(url: string, { total, from, to }: Page) {
  if (total <= entriesPerPage) return undefined
  const at = (entry: number) => `${url}${url.includes('?') ? '&' : '?'}from=${entry}`
  return {
    shown: `Entries ${count(from + 1)} to ${count(to)} of ${count(total)}`,
    previous: from > 0 ? at(from - entriesPerPage + 1) : undefined,
    next: to < total ? at(to + 1) : undefined,
    what: 'entries',
  }
}
