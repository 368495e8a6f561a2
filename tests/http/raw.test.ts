import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

let server: TestServer

const script = '<script>alert(1)</script>'

const texts: Readonly<Record<string, string>> = {
  'page.html': `<!doctype html>${script}`,
  'drawing.svg': `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
  'paper.pdf': '%PDF-1.7\n',
  'code.js': 'alert(1)\n',
  'code.mjs': 'alert(1)\n',
  'style.css': 'body { background: url(//evil.example) }\n',
  'data.json': '{}\n',
  'feed.xml': `<?xml version="1.0"?><a xmlns="http://www.w3.org/1999/xhtml">${script}</a>`,
  'app.webmanifest': '{}\n',
  'movie.swf': 'FWS\n',
  'plain.txt': 'plain\n',
  'no ending': 'plain\n',
  'empty.html': '',
}

beforeAll(async () => {
  const tree = makeTree({
    ...texts,
    'latin1.html': Buffer.from(`gr\xfcn ${script}`, 'latin1'),
    'blob.html': `\0${script}`,
    'late.html': `${script}${'x'.repeat(100_000)}\0`,
    'utf16.html': Buffer.from(`\ufeff${script}`, 'utf16le'),
    'large.bin': Buffer.alloc(3_000_000, 'x'),
    'it\'s "quoted"; filename=evil (1)*.bin': 'x\0',
    'crème 😀.bin': 'x\0',
  })
  server = await startServer({ repo: tree }, { limits: { fileBytes: 2_000_000 } })
})

const get = (name: string, init?: RequestInit) =>
  server.get(`raw/repo/${encodeURIComponent(name)}`, init)

/** Everything that a browser could go by to make more of the bytes than bytes. */
const safe = {
  'cache-control': 'private, no-cache',
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

const headersOf = ({ headers }: Response, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, headers.get(name)]))

describe('raw bytes', () => {
  it.each(Object.entries(texts))(
    'of %s are plain text, and nothing that runs',
    async (name, content) => {
      const answer = await get(name)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toBe(content)
      expect(headersOf(answer, Object.keys(safe))).toEqual(safe)
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename\*=UTF-8''/)
      expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(content)))
      expect(answer.headers.has('access-control-allow-origin')).toBe(false)
    },
  )

  it.each(['blob.html', 'late.html'])('of %s, which is binary, are a download', async (name) => {
    const answer = await get(name)
    expect(headersOf(answer, Object.keys(safe))).toEqual(safe)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/)
  })

  it('of a file too large to be shown are sent whole', async () => {
    const answer = await get('large.bin')
    expect(answer.headers.get('content-length')).toBe('3000000')
    expect((await answer.arrayBuffer()).byteLength).toBe(3_000_000)
  })

  it('of UTF-16 text say so', async () => {
    const answer = await get('utf16.html')
    expect(headersOf(answer, Object.keys(safe))).toEqual(safe)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-16le')
  })

  it.each([
    [
      'it\'s "quoted"; filename=evil (1)*.bin',
      'it%27s%20%22quoted%22%3B%20filename%3Devil%20%281%29%2A.bin',
    ],
    ['crème 😀.bin', 'cr%C3%A8me%20%F0%9F%98%80.bin'],
  ])('have their name: %s', async (name, encoded) => {
    const answer = await get(name)
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''${encoded}`,
    )
  })

  it('are not sent again while nothing has changed', async () => {
    const tag = (await get('page.html')).headers.get('etag')!
    const again = await get('page.html', { headers: { 'if-none-match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect(headersOf(again, Object.keys(safe))).toEqual(safe)
  })

  it('leave no descriptor open, whoever leaves', async () => {
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    for (let i = 0; i < 30; i++) {
      const leave = new AbortController()
      const answer = await get('large.bin', { signal: leave.signal })
      if (i % 2) leave.abort()
      await answer.arrayBuffer().catch(() => {})
      await (await get('plain.txt', { headers: { 'if-none-match': '"x"' } })).text()
    }
    await expect.poll(open, { timeout: 3_000 }).toBeLessThan(before + 8)
  })
})
