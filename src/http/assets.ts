import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { takesGzip } from './headers.ts'

/** Our own styles and scripts, read once; their URLs hold a hash of what they say, so browsers keep them for ever. */
export interface Assets {
  /** The name of a file, or of several in one, with its hash. */
  hashed(name: string): string
  readonly files: ReadonlyMap<string, Asset>
}

interface Asset {
  readonly type: string
  readonly body: Buffer
  /** The same for those who take gzip; `undefined` if it is no shorter. */
  readonly zipped: Buffer | undefined
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The templates, by their paths, read once: a page of failure is needed above all when no file can be opened. */
export function readViews(directory: URL): ReadonlyMap<string, string> {
  const names = readdirSync(directory).filter((name) => extname(name) === '.eta')
  const urls = names.map((name) => new URL(name, directory))
  return new Map(urls.map((url) => [fileURLToPath(url), readFileSync(url, 'utf8')]))
}

/**
 * @param joined files that are served as one, by its name, in their order: a page waits for few answers instead of many.
 *   Scripts among them import nothing, and each keeps its names to itself
 */
export function readAssets(
  directory: URL,
  joined: Readonly<Record<string, readonly string[]>>,
): Assets {
  const hashes = new Map<string, string>()
  const files = new Map<string, Asset>()
  const read = (name: string) => readFileSync(new URL(name, directory))
  const add = (name: string, body: Buffer) => {
    const ending = extname(name)
    const type = types[ending]
    if (!type) return
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10)
    const hashed = `${name.slice(0, -ending.length)}.${hash}${ending}`
    const zipped = gzipSync(body)
    hashes.set(name, hashed)
    files.set(hashed, { type, body, zipped: zipped.length < body.length ? zipped : undefined })
  }
  for (const name of readdirSync(directory)) add(name, read(name))
  for (const [name, parts] of Object.entries(joined)) {
    const isScript = name.endsWith('.js')
    add(
      name,
      Buffer.from(parts.map((part) => (isScript ? `{\n${read(part)}}\n` : read(part))).join('')),
    )
  }
  return {
    hashed(name) {
      const hashed = hashes.get(name)
      if (!hashed) throw new Error(`there is no asset ${name}`)
      return hashed
    },
    files,
  }
}

export function serveAssets(app: FastifyInstance, assets: Assets): void {
  app.get('/assets/:name', (request, reply) => {
    const { name } = request.params as { name: string }
    const file = assets.files.get(name)
    if (!file) return reply.callNotFound()
    const isZipped = file.zipped !== undefined && takesGzip(request)
    reply.headers({
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    if (isZipped) reply.header('content-encoding', 'gzip')
    return reply.type(file.type).send(isZipped ? file.zipped : file.body)
  })
}
