import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    repo: makeTree({
      'a b/code.py': 'class A:\n  def f(self): pass\n\ndef g(): pass\n',
      'evil.md': '# <img src=x onerror=alert(1)> & "\'\u202e\n',
      'long.sh': `${'\n'.repeat(5_001)}late() { :; }\n`,
      'utf16.py': Buffer.from('\ufeffdef h(): pass\n', 'utf16le'),
      'latin1.css': Buffer.from('.gr\xfcn {}\n', 'latin1'),
      'many.js': 'function f() {}\n'.repeat(5_001),
      'big.c': 'int a;\n'.repeat(300_000),
      'note.txt': 'words\n',
      'empty.c': '',
      'blob.c': '\0',
    }),
  })
})

const json = async (path: string) => (await server.get(`api/outline/repo/${path}`)).json()

describe('/api/outline', () => {
  it('lists what has a name in a file', async () => {
    expect(await json('a%20b/code.py')).toEqual({
      repository: 'repo',
      path: 'a b/code.py',
      url: '/view/repo/a%20b/code.py',
      language: 'python',
      symbols: [
        { name: 'A', kind: 'class', line: 1, endLine: 2, depth: 0 },
        { name: 'f', kind: 'method', line: 2, endLine: 2, depth: 1 },
        { name: 'g', kind: 'function', line: 4, endLine: 4, depth: 0 },
      ],
      leftOut: null,
    })
  })

  it('reads a file as its page does', async () => {
    expect((await json('utf16.py')).symbols).toMatchObject([{ name: 'h', line: 1 }])
    expect((await json('latin1.css?encoding=latin1')).symbols).toMatchObject([{ name: '.grün' }])
  })

  it('says why there is none, or not all of it', async () => {
    expect(await json('note.txt')).toMatchObject({ symbols: [], leftOut: 'language' })
    expect(await json('big.c')).toMatchObject({ symbols: [], leftOut: 'large' })
    const many = await json('many.js')
    expect([many.symbols.length, many.leftOut]).toEqual([5_000, 'symbols'])
    for (const path of ['blob.c', 'a%20b/', 'absent.c', '../x']) {
      expect([path, (await server.get(`api/outline/repo/${path}`)).status]).toEqual([path, 404])
    }
  })

  it('is rendered for the page, with nothing of the file as markup', async () => {
    const answer = await server.get('api/outline/repo/evil.md?format=html')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = await answer.text()
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;&#39;‹U+202E›')
    expect(html).not.toContain('<img')
    expect(html).toContain('href="/view/repo/evil.md?plain=1#L1"')
  })

  it('links to the part of a long file where the line is', async () => {
    const html = await (await server.get('api/outline/repo/long.sh?format=html')).text()
    expect(html).toContain('href="/view/repo/long.sh?L=5002#L5002"')
  })
})

describe("a file's page without script", () => {
  const page = async (path: string) => (await server.get(`view/repo/${path}`)).text()

  it('leads to one with the outline in it', async () => {
    expect(await page('a%20b/code.py')).toContain(
      '<a href="/view/repo/a%20b/code.py?outline=1">Show the outline</a>',
    )
    const html = await page('a%20b/code.py?outline=1')
    const links = [...html.matchAll(/href="(#L\d+)" data-line="\d+" data-end="(\d+)"/g)]
    expect(links.map(([, href, end]) => [href, end])).toEqual([
      ['#L1', '2'],
      ['#L2', '2'],
      ['#L4', '4'],
    ])
    expect(await page('long.sh?outline=1')).toContain(
      'href="/view/repo/long.sh?outline=1&amp;L=5002#L5002"',
    )
    expect(await page('long.sh?outline=1&L=5002')).toContain('href="#L5002"')
  })

  it('offers none where there is none, and says why', async () => {
    for (const path of ['note.txt', 'empty.c', 'blob.c']) {
      expect([path, (await page(path)).includes('outline=1')]).toEqual([path, false])
    }
    expect(await page('big.c?outline=1')).toContain('no outline of files of more than 2,000,000')
    expect(await page('many.js?outline=1')).toContain('Only the first 5,000 are listed.')
  })

  it('is not kept with an outline that may be another later', async () => {
    const headers = (await server.get('view/repo/a%20b/code.py?outline=1')).headers
    expect(headers.get('etag')).toBeNull()
    const plain = (await server.get('view/repo/a%20b/code.py')).headers.get('etag')!
    const again = await server.get('view/repo/a%20b/code.py', {
      headers: { 'if-none-match': plain },
    })
    expect(again.status).toBe(304)
  })
})
