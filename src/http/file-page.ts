import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Catalog, type CatalogFile, pathBelowRoot } from '../corpus/catalog.ts'
import { openInside, readAt } from '../corpus/door.ts'
import { exhausted } from '../failure.ts'
import { blameBeside, type Lines } from './blame-beside.ts'
import { outLinks } from './code-host-links.ts'
import { directoryPage } from './directory-page.ts'
import { sendFailure } from './errors.ts'
import { findBefore } from './find-before.ts'
import { gitLinks, hasGit } from './git-links.ts'
import { pathText } from './links.ts'
import { sendOutline } from './outline.ts'
import { outlineAtRevision, revisionPage } from './revision-page.ts'
import { currentCatalog, requestSignal, type Server } from './server.ts'
import { showFile } from './shown-file.ts'
import { findTarget } from './target.ts'
import { wantedCharset, wantsBlame } from './wanted.ts'

/** `GET /view/REPO/PATH`: a file with a link on every line, or a directory. */
export function fileRoutes(app: FastifyInstance, server: Server): void {
  app.get('/view/*', (request, reply) => answer(server, request, reply, 'view', showFile))
  app.get('/api/outline/*', (request, reply) =>
    answer(server, request, reply, 'api/outline', sendOutline),
  )
}

/** @param show what is done with the file that the address below `place` names */
async function answer(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  place: 'view' | 'api/outline',
  show: typeof showFile,
) {
  const catalog = await currentCatalog(server)
  const target = findTarget(catalog, request, `${server.links.home}${place}/`)
  if (!target.ok) return sendFailure(server, request, reply, target.failure)
  if (target.value.kind === 'revision') {
    const answer = place === 'view' ? revisionPage : outlineAtRevision
    return answer(server, catalog, target.value, request, reply)
  }
  if (target.value.kind === 'directory') {
    if (place !== 'view') return sendFailure(server, request, reply, noOutline)
    return directoryPage(server, catalog, target.value, request, reply)
  }
  const { file } = target.value
  const wanted = wantedCharset(server, request, file.repository)
  if (!wanted.ok) return sendFailure(server, request, reply, wanted.failure)
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (door === 'exhausted') return sendFailure(server, request, reply, exhausted)
  if (typeof door === 'string') {
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: `${pathText(file)} was here when the corpus was last looked at, and cannot be opened now.`,
      nearest: { repository: file.repository.name, path: '' },
    })
  }
  let bytes: Buffer | undefined
  const content = () => {
    bytes ??= readAt(door, 0, door.bytes)
    return bytes
  }
  try {
    const version = `${door.bytes} ${door.modifiedMs}`
    const shown = {
      ...file,
      bytes: door.bytes,
      version,
      ...(await gitOf(server, catalog, request, reply, file, version, content)),
      read: content,
    }
    return await show(server, request, reply, shown, wanted.value)
  } finally {
    door.close()
  }
}

const noOutline = {
  kind: 'not-found',
  message: 'This is a directory: it has no outline.',
} as const
/** What git adds to the page of a live file, if there is any. */
async function gitOf(
  server: Server,
  catalog: Catalog,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, path }: CatalogFile,
  version: string,
  content: () => Buffer,
) {
  if (!(await hasGit(server, repository))) return {}
  const isBlamed = wantsBlame(request)
  const signal = requestSignal(server, reply)
  const out = await outLinks(server, repository, path, undefined, signal)
  const links = gitLinks(server, { repository, path }, { isPinned: false, isBlamed, out })
  const before = findBefore(server, catalog, { repository, path }, signal)
  if (!isBlamed) {
    // The links out lead to the commit that is checked out.
    return {
      gitLinks: links,
      findBefore: before,
      version: [version, ...out.map(({ url }) => url)].join(' '),
    }
  }
  return {
    gitLinks: links,
    findBefore: before,
    // Another one each time: what is said depends on the day, and on what is committed.
    version: randomUUID(),
    blame: (lines: Lines) => {
      const asked = { repository, path, revision: undefined, content: content() }
      return blameBeside(server, catalog, asked, lines, signal)
    },
  }
}
