// A file server for development. Not for the open sea.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
}

/** Maps a URL to a file below the root, or to nothing. */
function resolve(url) {
  const { pathname } = new URL(url, 'http://localhost')
  const path = normalize(join(root, decodeURIComponent(pathname)))
  if (!path.startsWith(root)) return undefined
  const file = path.endsWith('/') ? join(path, 'index.html') : path
  return existsSync(file) && statSync(file).isFile() ? file : undefined
}

if (process.argv.includes('--check')) {
  // What the page asks for must be there after a build.
  const missing = ['/', '/styles/app.css', '/build/main.js'].filter((url) => !resolve(url))
  for (const url of missing) console.error(`missing: ${url}`)
  process.exit(missing.length === 0 ? 0 : 1)
}

const server = createServer((request, response) => {
  const file = resolve(request.url)
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('no such nest\n')
    return
  }
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
})

server.listen(5173, '127.0.0.1', () => console.log('http://127.0.0.1:5173/'))
