import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathBelowRoot } from '../corpus/catalog.ts'
import { openInside, readAt } from '../corpus/door.ts'
import { directoryPage } from './directory-page.ts'
import { sendFailure } from './errors.ts'
import { liveGitLinks } from './git-links.ts'
import { pathText } from './links.ts'
import { revisionPage } from './revision-page.ts'
import { currentCatalog, type Server } from './server.ts'
import { showFile } from './shown-file.ts'
import { findTarget } from './target.ts'
import { wantedCharset } from './wanted.ts'

/** `GET /view/REPO/PATH`: a file with a link on every line, or a directory. */
export function fileRoutes(app: FastifyInstance, server: Server): void {
  app.get('/view/*', (request, reply) => answer(server, request, reply))
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const target = findTarget(catalog, request, `${server.links.home}view/`)
  if (!target.ok) return sendFailure(server, request, reply, target.failure)
  if (target.value.kind === 'revision') {
    return revisionPage(server, catalog, target.value, request, reply)
  }
  if (target.value.kind === 'directory') {
    return directoryPage(server, catalog, target.value, request, reply)
  }
  const { file } = target.value
  const wanted = wantedCharset(server, request, file.repository)
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (typeof door === 'string') {
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: `${pathText(file)} was here when the corpus was last looked at, and cannot be opened now.`,
      nearest: { repository: file.repository.name, path: '' },
    })
  }
  try {
    const shown = {
      ...file,
      bytes: door.bytes,
      version: `${door.bytes} ${door.modifiedMs}`,
      gitLinks: await liveGitLinks(server, file),
      read: () => readAt(door, 0, door.bytes),
    }
    return await showFile(server, request, reply, shown, wanted.value)
  } finally {
    door.close()
  }
}
