import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'
import { foreign, misleading, payloads } from './hostile.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'
import { getRaw, send, statusOf } from './socket.ts'

/** Languages whose grammars see very different things in the same text. */
const coloured = ['c', 'html', 'js', 'md', 'php', 'py', 'yaml', 'diff', 'tex', 'vue']
/** The first payloads stand in each of them, the others in every third. */
const colouredFor = (i: number) => coloured.filter((_, j) => i < 14 || (i + j) % 3 === 0)

let server: TestServer
let tree: Tree

beforeAll(async () => {
  tree = makeTree({ LICENSE: 'Free.\n', 'plain/file.txt': 'needle\n' })
  for (const [i, payload] of payloads.entries()) {
    const name = payload.replaceAll('/', '\u2215')
    tree.write(`names/${name}`, `needle ${i}\n`)
    tree.write(`names/${name} directory/file.txt`, `needle ${i}\n`)
    for (const language of colouredFor(i)) {
      tree.write(`code/${i}.${language}`, `before\n${payload} needle ${payload}\n"${payload}"\n`)
    }
    tree.write(`lines/${i}.txt`, `before\n${payload} needle ${payload}\nafter ${payload}\n`)
  }
  server = await startServer({ '<b>"re\'po" & co': tree })
})

afterEach(() => {
  vi.restoreAllMocks()
})

const base = 'view/%3Cb%3E%22re%27po%22%20%26%20co'

describe('text that looks like markup', () => {
  it('stays text in paths, lines, matches and names', async () => {
    const paths = ['', 'search?q=needle', 'search?q=needle&context=0&limit=3', `${base}/`]
    const results = readHtml(await (await server.get('search?q=needle')).text())
    for (const { attributes } of all(results, 'h2 a')) {
      // Rendered, Markdown has the links that it names: tests/http/markdown.test.ts.
      paths.push(attributes.href!.replace(/\.md$/, '$&?plain=1'))
    }
    const names = readHtml(await (await server.get(`${base}/names/`)).text())
    for (const link of all(names, 'tbody a')) paths.push(link.attributes.href!)
    expect(paths.length).toBeGreaterThan(60)
    for (const path of paths) {
      const answer = await server.get(path)
      expect([path, answer.status, foreign(await answer.text())]).toEqual([path, 200, []])
    }
    for (const [i, payload] of payloads.entries()) {
      const file = readHtml(await (await server.get(`${base}/lines/${i}.txt`)).text())
      expect(textOf(one(file, '#L2 code'))).toBe(`${payload} needle ${payload}`)
      const path = `search?q=${encodeURIComponent(payload)}&context=0&path=lines`
      const found = readHtml(await (await server.get(path)).text())
      expect(all(found, 'mark').map(textOf).join('')).toContain(payload)
    }
  })

  it('stays text in colours, and under the marks of a search', { timeout: 120_000 }, async () => {
    const seen = new Set<string>()
    for (const [i, payload] of payloads.entries()) {
      for (const language of colouredFor(i)) {
        for (const query of ['', '?q=needle', `?q=${encodeURIComponent(payload)}`]) {
          const path = `${base}/code/${i}.${language}${query === '' ? '?' : `${query}&`}plain=1`
          const html = await (await server.get(path)).text()
          expect([path, foreign(html), misleading(html)]).toEqual([path, [], []])
          const root = readHtml(html)
          expect(textOf(one(root, '#L2 code'))).toBe(`${payload} needle ${payload}`)
          expect(textOf(one(root, '#L3 code'))).toBe(`"${payload}"`)
          expect(all(root, '.part mark').length > 0).toBe(query !== '')
          if (html.includes('class="h-')) seen.add(language)
        }
      }
    }
    expect([...seen].sort()).toEqual(coloured.toSorted())
  })

  it.each([
    ['the query', (text: string) => `search?q=${text}zzz`],
    ['a pattern that is refused', (text: string) => `search?q=${text}(&regex=1`],
    ['a path filter', (text: string) => `search?q=zzz&path=${text}`],
    ['a path filter that is refused', (text: string) => `search?q=zzz&path=${text}[`],
    ['a repository', (text: string) => `search?q=zzz&repo=${text}`],
    ['a language', (text: string) => `search?q=zzz&lang=${text}`],
    ['a replacement', (text: string) => `search?q=needle&path=lines&replace=${text}`],
    ['an encoding', (text: string) => `search?q=zzz&encoding=${text}`],
    ['an encoding of a file', (text: string) => `${base}/plain/file.txt?encoding=${text}`],
    ['another parameter', (text: string) => `search?q=zzz&case=${text}`],
    ['a cursor', (text: string) => `search?q=zzz&after=${text}`],
    ['the name of a parameter', (text: string) => `search?${text}=1&q=zzz`],
    ['a path that is not there', (text: string) => `${base}/${text}`],
    ['a repository that is not there', (text: string) => `view/${text}/x`],
    ['an address that is not there', (text: string) => `${text}`],
    ['a line', (text: string) => `${base}/plain/file.txt?L=${text}`],
    [
      'a name in bytes',
      (text: string) =>
        `${base}/?b64=${Buffer.from(decodeURIComponent(text)).toString('base64url')}`,
    ],
    ['the text for a file', (text: string) => `files?q=${text}`],
    ['a name that is searched for', (text: string) => `search?q=${text}&type=file`],
    ['a file that is asked about', (text: string) => `why?q=${text}&file=${text}`],
    ['an old search', (text: string) => `-/ripgrep/view/${text}`],
  ])('stays text in %s', async (_sink, pathOf) => {
    for (const payload of payloads) {
      const path = `/${pathOf(encodeURIComponent(payload))}`
      const answer = await server.get(path)
      const html = await answer.text()
      expect([path, answer.headers.get('content-type')]).toEqual([path, 'text/html; charset=utf-8'])
      expect([path, foreign(html)]).toEqual([path, []])
      expect([path, misleading(html)]).toEqual([path, []])
    }
  })

  it('stays text in headers that a page may speak of', async () => {
    for (const payload of payloads) {
      const referer = `http://x/search?q=${encodeURIComponent(payload)}`
      const html = await (
        await server.get(`${base}/plain/file.txt`, { headers: { referer } })
      ).text()
      expect(foreign(html)).toEqual([])
      expect(all(readHtml(html), '.back a')).toHaveLength(1)
    }
  })

  it('stays text in JSON, which is never taken for a page', async () => {
    for (const payload of payloads) {
      const answer = await server.get(
        `api/search?q=${encodeURIComponent(payload)}&repo=${encodeURIComponent(payload)}`,
      )
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})

describe('characters that mislead', () => {
  it('are shown for what they are, and turn nothing else', async () => {
    const results = readHtml(
      await (await server.get('search?q=reversed&context=0&path=lines')).text(),
    )
    const code = all(results, '.row code')[0]!
    expect(all(code, 'span.ctl').map(({ attributes }) => attributes['data-code'])).toEqual([
      'U+202E',
      'U+202C',
      'U+2066',
      'U+2069',
      'U+202E',
      'U+202C',
      'U+2066',
      'U+2069',
    ])
    const file = readHtml(await (await server.get(`${base}/lines/13.txt`)).text())
    expect(
      all(one(file, '#L2'), 'span.ctl').map(({ attributes }) => attributes['data-code']),
    ).toEqual(['U+001B', 'U+0007', 'U+0008', 'U+001B', 'U+0007', 'U+0008'])
  })

  it('are spelled out where there is no markup: titles, headings, messages', async () => {
    const query = encodeURIComponent('\u202eevil')
    const nothing = readHtml(await (await server.get(`search?q=${query}`)).text())
    expect(wordsOf(one(nothing, 'title'))).toBe('‹U+202E›evil · ripline')
    expect(wordsOf(one(nothing, 'section.nothing'))).toContain('No line matches ‹U+202E›evil')
    expect(one(nothing, 'input[name=q]').attributes.value).toBe('\u202eevil')
    const missing = readHtml(await (await server.get(`${base}/${query}`)).text())
    expect(wordsOf(one(missing, '[role=alert]'))).toContain('There is no ‹U+202E›evil in')
  })
})

describe('headers', { retry: 3 }, () => {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  const expectSafe = (path: string, { headers }: Response) => {
    expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    for (const name of ['access-control-allow-origin', 'set-cookie', 'server', 'x-powered-by']) {
      expect([path, name, headers.get(name)]).toEqual([path, name, null])
    }
    const sent = headers.get('content-security-policy')!.split('; ')
    expect([path, sent]).toEqual([
      path,
      path.startsWith('raw/') && headers.get('content-disposition')
        ? ["default-src 'none'", 'sandbox', "frame-ancestors 'none'"]
        : policy,
    ])
  }

  it.each<[string, number, string]>([
    ['', 200, 'no-store'],
    ['search?q=needle&limit=77', 200, 'no-store'],
    ['search?q=zzz&limit=77', 200, 'no-store'],
    ['search?q=needle&replace=pin', 200, 'no-store'],
    ['patch?q=needle&replace=pin', 200, 'no-store'],
    ['patch?q=needle', 400, 'no-store'],
    ['api/search?q=needle&limit=78', 200, 'no-store'],
    ['healthz', 200, 'no-store'],
    ['readyz', 200, 'no-store'],
    ['robots.txt', 200, 'no-store'],
    [`${base}/`, 200, 'private, no-cache'],
    [`${base}/plain/file.txt`, 200, 'private, no-cache'],
    [base.replace('view', 'raw').concat('/plain/file.txt'), 200, 'private, no-cache'],
    ['search?q=', 302, 'no-store'],
    [base, 301, 'no-store'],
    ['-/ripgrep?pattern=x', 301, 'no-store'],
    ['search?q=(&regex=1', 400, 'no-store'],
    ['search?q=a&q=b', 400, 'no-store'],
    ['search?q=%ff', 400, 'no-store'],
    ['view/%ff', 400, 'no-store'],
    ['%ff', 400, 'no-store'],
    ['api/%ff', 400, 'no-store'],
    ['api/search?q=', 400, 'no-store'],
    ['nothing', 404, 'no-store'],
    ['api/nothing', 404, 'no-store'],
    [`${base}/nothing`, 404, 'no-store'],
    [base.replace('view', 'raw').concat('/nothing'), 404, 'no-store'],
  ])('of /%s (%i)', async (path, status, cache) => {
    const answer = await server.get(path)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, cache])
    expectSafe(path, answer)
    const body = await answer.text()
    const isPage = answer.headers.get('content-type')?.startsWith('text/html')
    if (isPage) expect(foreign(body)).toEqual([])
    expect(isPage ?? false).toBe(
      !/^(api|healthz|readyz|robots|raw.*file|patch.*replace)/.test(path) &&
        status !== 301 &&
        status !== 302,
    )
  })

  it('of 304, 500 and 503', async () => {
    const path = `${base}/plain/file.txt`
    const tag = (await server.get(path)).headers.get('etag')!
    const known = await server.get(path, { headers: { 'if-none-match': tag } })
    expect(known.status).toBe(304)
    expectSafe(path, known)
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const broken = await startServer(tree, { rgPath: '/nowhere/rg' })
    for (const path of ['search?q=a', 'api/search?q=a']) {
      const answer = await broken.get(path)
      expect(answer.status).toBe(500)
      expectSafe(path, answer)
    }
    const busy = await startServer(tree, {
      limits: { slots: 1, queue: 0 },
      rgPath: fakeRg('held').path,
    })
    const held = new AbortController()
    await busy.get('search?q=a', { signal: held.signal })
    const answer = await busy.get('search?q=b')
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store'])
    expectSafe('search?q=a', answer)
    held.abort()
  })

  it('let browsers keep only what never changes', async () => {
    const root = readHtml(await (await server.get('')).text())
    const assets = [
      ...all(root, 'link[rel=stylesheet]').map(({ attributes }) => attributes.href!),
      ...all(root, 'link[rel=icon]').map(({ attributes }) => attributes.href!),
      ...all(root, 'script').map(({ attributes }) => attributes.src!),
    ]
    expect(assets).toHaveLength(
      1 + all(root, 'link[rel=stylesheet]').length + all(root, 'script').length,
    )
    for (const path of assets) {
      expect(path).toMatch(/^\/assets\/[\w-]+\.[\w-]{10}\.(css|js|svg)$/)
      const answer = await server.get(path)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expectSafe(path, answer)
      const older = await server.get(path.replace(/\.[\w-]{10}\./, '.0123456789.'))
      expect([older.status, older.headers.get('cache-control')]).toEqual([404, 'no-store'])
    }
  })

  it('tell crawlers to leave searches alone, and histories', async () => {
    const closed = ['/search', '/api/', '/raw/', '/patch', '/history/', '/commit/', '/refs/']
    expect(await (await server.get('robots.txt')).text()).toBe(
      ['User-agent: *', ...closed.map((path) => `Disallow: ${path}`), ''].join('\n'),
    )
    for (const path of ['search?q=needle', 'search?q=zzz', 'search?q=(&regex=1', 'nothing']) {
      const root = readHtml(await (await server.get(path)).text())
      expect(one(root, 'meta[name=robots]').attributes.content).toBe('noindex, nofollow')
    }
    const home = readHtml(await (await server.get('')).text())
    expect(all(home, 'meta[name=robots]')).toEqual([])
  })
})

describe('what a request says of its host', () => {
  it('is never believed or repeated', async () => {
    const headers =
      'X-Forwarded-Host: hostile.test\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /hostile\r\nForwarded: host=hostile.test\r\nX-Original-URL: /hostile\r\n'
    for (const path of [
      '/',
      '/search?q=needle',
      '/search?q=',
      `/${base}`,
      `/${base}/plain/file.txt`,
      '/nothing',
      '/-/ripgrep?pattern=x',
      '/%ff',
    ]) {
      for (const target of [path, `http://hostile.test${path}`]) {
        const answer = await send(
          server,
          `GET ${target} HTTP/1.1\r\nHost: hostile.test"><script>\r\nConnection: close\r\n${headers}\r\n`,
        )
        expect([target, statusOf(answer) < 500, /hostile/.test(answer)]).toEqual([
          target,
          true,
          false,
        ])
        const location = /^location: (.*)\r$/im.exec(answer)?.[1]
        if (location) expect(location).toMatch(/^\/(?!\/)/)
      }
    }
  })

  it.each([
    '//evil.example',
    '//evil.example/search?q=',
    '/\\evil.example',
    '/view//evil.example',
    '/-/ripgrep?pattern=%0d%0aLocation:%20//evil.example',
    '/search?q=%0d%0aSet-Cookie:%20a=b&case=ignore',
    '/-/ripgrep/view//evil.example/x',
  ])('%s leads to no other place', async (target) => {
    const [head] = (await getRaw(server, target)).split('\r\n\r\n')
    expect(head).not.toMatch(/^(set-cookie|location: (?!\/[^/\\]))/im)
  })
})

describe('our own mistakes', () => {
  it('are told to the operator, with an id, and to nobody else', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const broken = await startServer(tree, { rgPath: `${tree.root}/nowhere/rg` })
    const answer = await broken.get('search?q=needle')
    expect(answer.status).toBe(500)
    const html = await answer.text()
    const alert = one(readHtml(html), '[role=alert][data-kind=internal]')
    const id = wordsOf(one(alert, 'code'))
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(html).not.toMatch(/ENOENT|nowhere|node:|\.ts:|at \w+ \(/)
    expect(html).not.toContain(tree.root)
    expect(written.mock.calls.flat().join('')).toMatch(new RegExp(`request ${id}: .*ENOENT`))

    const json = await broken.get('api/search?q=needle')
    expect(json.status).toBe(500)
    const { error } = (await json.json()) as { error: Record<string, string> }
    expect(error).toEqual({
      kind: 'internal',
      message: 'something went wrong on the server',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(written.mock.calls.flat().join('')).toContain(error.requestId)
    expect((await broken.get('healthz')).status).toBe(200)
  })

  it('that throw are no more than that either', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const other = await startServer(tree)
    // A fault in the middle of a request, where no one expects one.
    Object.defineProperty(other.corpus, 'catalog', {
      get() {
        throw new Error(`cannot read ${tree.root}`)
      },
    })
    for (const path of ['', 'search?q=needle', 'api/search?q=a']) {
      const answer = await other.get(path)
      const body = await answer.text()
      expect([path, answer.status, body.includes(tree.root)]).toEqual([path, 500, false])
      expect(body).not.toMatch(/\.ts:|at \w+ \(/)
    }
    expect(written.mock.calls.flat().join('')).toContain(`cannot read ${tree.root}`)
  })
})

describe('a request that is no HTTP, or hardly', () => {
  const long = 'x'.repeat(20_000)
  it.each<[string, string]>([
    ['nothing but an end of line', '\r\n\r\n'],
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a method in small letters', 'get / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['HTTP/0.9', 'GET /\r\n\r\n'],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/9', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n'],
    ['a space in its target', 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a NUL in its target', 'GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'raw bytes in its target',
      'GET /view/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ],
    ['a long target', `GET /search?q=${long} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a long header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${long}\r\n\r\n`],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'chunks that are none',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n',
    ],
    [
      'a body',
      'POST /search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    ],
    [
      'a body that is not JSON',
      'POST /search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{',
    ],
    [
      'a body of an odd type',
      'PUT /view/x HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{',
    ],
    [
      'a large body',
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${long.length}\r\nConnection: close\r\n\r\n${long}`,
    ],
    [
      'a body with a GET',
      'GET /search?q=needle HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    ],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['DELETE', 'DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'an upgrade',
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an expectation',
      'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    ],
    [
      'a range',
      `GET /raw/x HTTP/1.1\r\nHost: x\r\nRange: bytes=9-1,-5,x\r\nConnection: close\r\n\r\n`,
    ],
    [
      'odd keys',
      'GET /search?q=needle&__proto__[x]=1&constructor=2&toString=3 HTTP/1.1\r\nHost: x\r\n__proto__: x\r\nConnection: close\r\n\r\n',
    ],
    ['two requests, of which one is bad', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nBAD\r\n\r\n'],
  ])('%s, is answered without a 5xx, and the server lives', async (_what, bytes) => {
    const answer = await send(server, bytes)
    for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
      expect(Number(status)).toBeLessThan(500)
    }
    expect(answer).not.toContain(tree.root)
    expect((await server.get('healthz')).status).toBe(200)
  })
})
