import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Catalog, pathBelowRoot } from '../corpus/catalog.ts'
import { openInside, readHead } from '../corpus/door.ts'
import { exhausted } from '../failure.ts'
import { sendFailure } from './errors.ts'
import { isSvg, typeBytes, typeOf } from './file-type.ts'
import { isKnown, sandboxPolicy } from './headers.ts'
import { keepAt, sendOpened } from './raw.ts'
import { contentAtCommit } from './revision-page.ts'
import { currentCatalog, requestSignal, type Server } from './server.ts'
import { findTarget, type RevisionTarget } from './target.ts'

/** `GET /image/REPO/PATH`: a picture for our pages, if its bytes are those of one; never as anything that runs. */
export function imageRoute(app: FastifyInstance, server: Server): void {
  app.get('/image/*', (request, reply) => answer(server, request, reply))
}

/** An SVG has its own styles and pictures; opened by itself it is a document without an origin. */
const svgPolicy = `${sandboxPolicy}; style-src 'unsafe-inline'; img-src data:`

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const catalog = await currentCatalog(server)
  const target = findTarget(catalog, request, `${server.links.home}image/`)
  if (!target.ok) return sendFailure(server, request, reply, target.failure)
  if (target.value.kind === 'revision') {
    return imageThen(server, catalog, target.value, request, reply)
  }
  if (target.value.kind !== 'file') return refuse(server, request, reply)
  const { file } = target.value
  const door = openInside(file.repository.root, pathBelowRoot(file))
  if (door === 'exhausted') return sendFailure(server, request, reply, exhausted)
  if (typeof door === 'string') return refuse(server, request, reply)
  const type = pictureType(readHead(door, pictureBytes))
  if (type === undefined || door.bytes > server.config.limits.fileBytes) {
    door.close()
    return refuse(server, request, reply)
  }
  const tag = `"${door.bytes.toString(36)}-${Math.round(door.modifiedMs * 1_000).toString(36)}"`
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache', ...headersOf(type) })
  if (isKnown(request, tag)) {
    door.close()
    return reply.status(304).send()
  }
  return sendOpened(reply, door)
}

const headersOf = (type: string) => ({
  'content-security-policy': type === svg ? svgPolicy : sandboxPolicy,
  'content-type': type,
})

/** The same of a file as a commit has it. */
async function imageThen(
  server: Server,
  catalog: Catalog,
  target: RevisionTarget,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const read = await contentAtCommit(server, catalog, target, requestSignal(server, reply))
  if (!read.ok) return sendFailure(server, request, reply, read.failure)
  const { found, content } = read.value
  const type = pictureType(content.subarray(0, pictureBytes))
  if (type === undefined) return refuse(server, request, reply)
  const tag = `"${found.entry!.id}"`
  reply.headers({ etag: tag, 'cache-control': keepAt(target.revision), ...headersOf(type) })
  return isKnown(request, tag) ? reply.status(304).send() : reply.send(content)
}

const refuse = (server: Server, request: FastifyRequest, reply: FastifyReply) =>
  sendFailure(server, request, reply, { kind: 'not-found', message: 'This is not a picture.' })

const svg = 'image/svg+xml'

/** Bytes at the beginning of a file that tell whether it is a picture. */
export const pictureBytes = Math.max(typeBytes, 4_096)

/** The media type of a picture that can be shown. */
export const pictureType = (bytes: Buffer): string | undefined =>
  typeOf(bytes)?.picture ?? (isSvg(bytes) ? svg : undefined)
