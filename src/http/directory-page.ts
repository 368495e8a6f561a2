import { isUtf8 } from 'node:buffer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Catalog } from '../corpus/catalog.ts'
import { emptyForm } from '../query/parameters.ts'
import { hasGit } from './git-links.ts'
import { layout } from './layout.ts'
import { pathText } from './links.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'
import type { Target } from './target.ts'
import { steps, wayBack } from './trail.ts'
import { count, plural, size } from './words.ts'

/** A directory: its own directories first, then its files. */
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
  })
  const below = (child: Buffer) =>
    path.length === 0 ? child : Buffer.concat([path, Buffer.from('/'), child])
  const body = await server.render('directory', {
    steps: steps(server, repository.name, path),
    back,
    git: (await hasGit(server, repository))
      ? { history: links.history({ repository, path }), refs: links.refs(repository.name) }
      : undefined,
    isBare: repository.kind === 'bare',
    complete: catalog.complete,
    directories: directory.directories.map(({ name: child, files }) => ({
      name: visible(child.toString('utf8')),
      url: links.directory(repository.name, below(child)),
      files: plural(files, 'file'),
    })),
    files: directory.files.map((file) => ({
      name: visible(pathText(file).slice(pathText(file).lastIndexOf('/') + 1)),
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
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, no-cache')
    .send(head + body + foot)
}
