import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'

/** Our own styles and scripts, read once; their URLs hold a hash of what they say, so browsers keep them for ever. */
export interface Assets {
  /** The file name with its hash. */
  hashed(name: string): string
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>
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

export function readAssets(directory: URL): Assets {
  const hashes = new Map<string, string>()
  const files = new Map<string, { type: string; body: Buffer }>()
  for (const name of readdirSync(directory)) {
    const ending = extname(name)
    const type = types[ending]
    if (!type) continue
    const body = readFileSync(new URL(name, directory))
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10)
    const hashed = `${name.slice(0, -ending.length)}.${hash}${ending}`
    hashes.set(name, hashed)
    files.set(hashed, { type, body })
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
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(file.type)
      .send(file.body)
  })
}
