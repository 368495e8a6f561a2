import { createReadStream } from 'node:fs'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Catalog, pathBelowRoot } from '../corpus/catalog.ts'
import { asSearched } from '../corpus/decode.ts'
import { type OpenFile, openInside, readHead } from '../corpus/door.ts'
import { exhausted } from '../failure.ts'
import { isWholeId } from '../git/revision.ts'
import { sendFailure } from './errors.ts'
import { isKnown, sandboxPolicy } from './headers.ts'
import { contentAtCommit } from './revision-page.ts'
import { currentCatalog, requestSignal, type Server } from './server.ts'
import { findTarget, type RevisionTarget } from './target.ts'

/** `GET /raw/REPO/PATH`: a file's own bytes, as plain text or as a download; never as anything that runs. */
export function rawRoute(app: FastifyInstance, server: Server): void {
  app.get('/raw/*', (request, reply) => answer(server, request, reply))
}

/** How long a browser keeps bytes at a revision: those of a whole id never change, only whether they may be seen. */
export const keepAt = (revision: string): string =>
  isWholeId(revision) ? 'private, max-age=86400' : 'private, no-cache'

/** So much of a file tells whether it is offered as text. */
const sampleBytes = 65_536

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const target = findTarget(catalog, request, `${server.links.home}raw/`)
  if (!target.ok) return sendFailure(server, request, reply, target.failure)
  if (target.value.kind === 'revision') {
    return rawThen(server, catalog, target.value, request, reply)
  }
  if (target.value.kind !== 'file') {
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: 'This is a directory; only files have raw bytes.',
      nearest: {
        repository: target.value.repository.name,
        path: target.value.path.toString('utf8'),
      },
    })
  }
  const { file } = target.value
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (door === 'exhausted') return sendFailure(server, request, reply, exhausted)
  if (typeof door === 'string') {
    return sendFailure(server, request, reply, {
      kind: 'not-found',
      message: 'This file has gone.',
    })
  }
  const isUtf16 = file.encoding === 'utf-16le' || file.encoding === 'utf-16be'
  const set = server.config.encodings.get(file.repository.name)
  const charset = isUtf16 ? file.encoding : (set ?? 'utf-8')
  // What a browser keeps it shows as it was told then: with another charset it is another answer.
  const version = [door.bytes, Math.round(door.modifiedMs * 1_000)].map((n) => n.toString(36))
  const tag = `"${[...version, ...(charset === 'utf-8' ? [] : [charset])].join('-')}"`
  const isBinary = file.state === 'binary' || (!isUtf16 && readHead(door, sampleBytes).includes(0))
  reply.headers({
    etag: tag,
    'cache-control': 'private, no-cache',
    ...rawHeaders(file.path, isBinary, charset),
  })
  if (isKnown(request, tag)) {
    door.close()
    return reply.status(304).send()
  }
  return sendOpened(reply, door)
}

/** Sends all of a file that has been opened, and closes it. */
export function sendOpened(reply: FastifyReply, door: OpenFile): FastifyReply {
  reply.header('content-length', door.bytes)
  if (door.bytes === 0) {
    door.close()
    return reply.send('')
  }
  // The stream closes the descriptor. A file that grows meanwhile is sent as long as it was.
  const stream = createReadStream('', { fd: door.descriptor, start: 0, end: door.bytes - 1 })
  // Of one that was cut off meanwhile the rest would be waited for, and the next answer taken for it.
  stream.once('end', () => {
    if (stream.bytesRead < door.bytes) reply.raw.destroy()
  })
  return reply.send(stream)
}

/** What keeps a file's own bytes from being anything but text or a download. */
function rawHeaders(path: Buffer, isBinary: boolean, encoding: string) {
  return {
    'content-security-policy': sandboxPolicy,
    'content-type': isBinary ? 'application/octet-stream' : `text/plain; charset=${encoding}`,
    'content-disposition': disposition(isBinary ? 'attachment' : 'inline', path),
  }
}

/** The same of a file as a commit has it. */
async function rawThen(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const read = await contentAtCommit(server, catalog, target, requestSignal(server, reply))
  if (!read.ok) return sendFailure(server, request, reply, read.failure)
  const { found, content } = read.value
  const tag = `"${found.entry!.id}"`
  const { encoding } = asSearched(content.subarray(0, 4))
  const isUtf16 = encoding === 'utf-16le' || encoding === 'utf-16be'
  const set = server.config.encodings.get(target.repository.name)
  const charset = isUtf16 ? encoding : (set ?? 'utf-8')
  reply.headers({
    etag: tag,
    'cache-control': keepAt(target.revision),
    ...rawHeaders(target.path, !isUtf16 && content.includes(0), charset),
  })
  return isKnown(request, tag) ? reply.status(304).send() : reply.send(content)
}

/** RFC 6266, with the name as UTF-8 (RFC 8187). */
function disposition(kind: 'inline' | 'attachment', path: Buffer): string {
  const text = path.toString('utf8')
  const name = text.slice(text.lastIndexOf('/') + 1)
  const escaped = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename*=UTF-8''${escaped}`
}
