import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer
let tree: Tree

/** Names that trip what is careless with text, markup, templates or URLs; each file holds `needle` on line 2. */
const awkwardNames = [
  '{{curlies}} {% x %} \u0024{y} <%= z %>.txt',
  'a+b c.txt',
  '50% off #1?.txt',
  '%41%2e%2e.txt',
  `quote'and"double.txt`,
  '<img src=x onerror=alert(1)>.txt',
  'new\nline\tand\rreturn.txt',
  '-v.txt',
  '--help.txt',
  '\u202egnp.exe\u202c.txt',
  'crème brûlée 😀.txt',
  'cre\u0300me.txt',
  'back\\slash.txt',
  'semi;colon&amp;.txt',
  '~tilde*star[1].txt',
  'trailing space .txt ',
  '__proto__',
  'deep/{{er}}/50% #/x.txt',
]
const notUtf8 = ['\xff\xfe.txt', 'dir\xe9/sub/f\xe8.txt'].map((name) => Buffer.from(name, 'latin1'))

const text = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('')

beforeAll(async () => {
  tree = makeTree({
    LICENSE: 'Free.\n',
    'src/deep/er/code.c': '#include <stdio.h>\n\n\n\tint main() {\n}\n',
    'src/deep/er/other.c': 'x\n',
    'src/ten/2.txt': '2\n',
    'src/ten/10.txt': '10\n',
    'empty.txt': '',
    'newline.txt': '\n',
    'noend.txt': 'one\ntwo',
    'crlf.txt': 'one\r\ntwo\r\n\r\nfour\r\n',
    'cr.txt': 'one\rtwo\n',
    'bom.txt': '\ufeffone\n',
    'utf16le.txt': Buffer.from('\ufeffgrün\r\n😀\n', 'utf16le'),
    'utf16be.txt': Buffer.from('\ufeffgrün\n', 'utf16le').swap16(),
    'latin1.txt': Buffer.from('gr\xfcn\n\x80uro\n', 'latin1'),
    'long.txt': `${'x'.repeat(2_000_000)}\nafter\n`,
    'emoji.txt': `${'y'.repeat(4_999)}😀${'z'.repeat(7_000)}\n`,
    'many.txt': text(200_000),
    'page.txt': text(5_000),
    'over.txt': text(5_001),
    'blob.png': Buffer.concat([Buffer.from('\x89PNG\r\n', 'latin1'), Buffer.alloc(100)]),
    'huge.txt': 'big\n'.repeat(1_000_000),
    'secret.txt': 'secret\n',
    '.env': 'secret\n',
    '.ignore': 'ignored.txt\n',
    'ignored.txt': 'secret\n',
  })
  for (const name of awkwardNames) tree.write(name, 'hay\nneedle\n')
  for (const name of notUtf8) tree.write(name, 'hay\nneedle\n')
  symlinkSync('secret.txt', `${tree.root}/link.txt`)
  symlinkSync('src', `${tree.root}/linkdir`)
  mkdirSync(`${tree.root}/nothing/below`, { recursive: true })
  chmodSync(`${tree.root}/secret.txt`, 0o644)
  const second = makeTree({ 'x.txt': 'x\n', 'b/y.txt': 'y\n' })
  server = await startServer(
    { 'my/repo': tree, my: second, 'odd ‹name› & <co>': makeTree({ 'a.txt': 'needle\n' }) },
    { limits: { fileBytes: 3_000_000 } },
  )
})

const page = async (path: string, headers: Record<string, string> = {}): Promise<Element> => {
  const answer = await server.get(path, { headers })
  expect([path, answer.status]).toEqual([path, 200])
  return readHtml(await answer.text())
}

const codeOf = (root: Element): readonly string[] =>
  all(root, '.code .row code').map((code) => textOf(code).replace(/^\n$/, ''))
const factsOf = (root: Element): readonly string[] => all(root, '.facts span').map(wordsOf)
const stepsOf = (root: Element): readonly string[] =>
  one(root, 'nav.trail').children.flatMap((child) =>
    typeof child === 'string' || child.attributes.class === 'sep'
      ? []
      : [`${textOf(child)} ${child.attributes.href ?? ''}`.trim()],
  )

describe('the page of a file', () => {
  it('gives every line an id and a link on its number', async () => {
    const root = await page('view/my/repo/src/deep/er/code.c')
    const rows = all(root, '.code .row')
    expect(rows.map(({ attributes }) => attributes.id)).toEqual(['L1', 'L2', 'L3', 'L4', 'L5'])
    expect(rows.map((row) => one(row, 'a.n').attributes.href)).toEqual(
      rows.map(({ attributes }) => `#${attributes.id}`),
    )
    expect(codeOf(root)).toEqual(['#include <stdio.h>', '', '', '\tint main() {', '}'])
  })

  it('says where it stands, how large it is, and in which language', async () => {
    const root = await page('view/my/repo/src/deep/er/code.c')
    expect(stepsOf(root)).toEqual([
      'my/repo /view/my/repo/',
      'src /view/my/repo/src/',
      'deep /view/my/repo/src/deep/',
      'er /view/my/repo/src/deep/er/',
      'code.c',
    ])
    expect(factsOf(root)).toEqual(['5 lines', '37 bytes', 'C', 'UTF-8'])
    expect(one(root, '.facts a').attributes.href).toBe('/raw/my/repo/src/deep/er/code.c')
    expect(textOf(one(root, 'title'))).toBe('src/deep/er/code.c · my/repo')
  })

  it.each<[string, readonly string[], string]>([
    ['noend.txt', ['one', 'two'], 'UTF-8'],
    ['newline.txt', [''], 'UTF-8'],
    ['crlf.txt', ['one', 'two', '', 'four'], 'UTF-8'],
    ['cr.txt', ['one\rtwo'], 'UTF-8'],
    ['bom.txt', ['one'], 'UTF-8 with a byte order mark'],
    ['utf16le.txt', ['grün', '😀'], 'UTF-16 LE'],
    ['utf16be.txt', ['grün'], 'UTF-16 BE'],
    ['latin1.txt', ['grün', '€uro'], 'not UTF-8; shown as windows-1252'],
  ])('%s is decoded', async (name, lines, encoding) => {
    const root = await page(`view/my/repo/${name}`)
    expect(codeOf(root)).toEqual(lines)
    expect(factsOf(root)).toContain(encoding)
    expect(factsOf(root)[0]).toBe(lines.length === 1 ? '1 line' : `${lines.length} lines`)
    const missing = wordsOf(one(root, 'main')).includes('No newline at the end of the file.')
    expect(missing).toBe(name === 'noend.txt')
  })

  it('is clear about an empty file', async () => {
    const root = await page('view/my/repo/empty.txt')
    expect(wordsOf(one(root, 'main'))).toContain('This file is empty.')
    expect(all(root, '.row')).toEqual([])
    expect(factsOf(root).slice(0, 2)).toEqual(['0 lines', '0 bytes'])
  })

  it('shows the beginning of a long line and says how much more there is', async () => {
    const answer = await (await server.get('view/my/repo/long.txt')).text()
    expect(answer.length).toBeLessThan(20_000)
    const root = readHtml(answer)
    expect(wordsOf(all(root, '.row code')[0]!)).toMatch(
      /^x{5000}… 1,995,000 more characters on this line: see Raw$/,
    )
    expect(codeOf(root)[1]).toBe('after')
    const emoji = codeOf(await page('view/my/repo/emoji.txt'))[0]!
    expect(emoji).toMatch(/^y{4999}… 7,002 more/)
  })

  it('shows long files in parts, and ?L= leads to the part with that line', async () => {
    const ids = (root: Element) => {
      const rows = all(root, '.code .row').map(({ attributes }) => attributes.id)
      return [rows.length, rows[0], rows.at(-1)]
    }
    const first = await page('view/my/repo/many.txt')
    expect(ids(first)).toEqual([5_000, 'L1', 'L5000'])
    expect(all(first, '.pages').map(wordsOf)).toEqual(
      Array(2).fill('Lines 1 to 5,000 of 200,000 Later lines'),
    )
    const middle = await page('view/my/repo/many.txt?L=150000')
    expect(ids(middle)).toEqual([5_100, 'L145001', 'L150100'])
    expect(codeOf(middle).at(-1)).toBe('line 150100')
    const [previous, next] = all(all(middle, '.pages')[0]!, 'a').map(
      ({ attributes }) => attributes.href!,
    )
    expect(ids(await page(previous!))).toEqual([5_000, 'L140001', 'L145000'])
    expect(ids(await page(next!))).toEqual([5_000, 'L150001', 'L155000'])
    for (const beyond of [
      '200000',
      '200001',
      '999999999',
      '1e9',
      '-1',
      'x',
      '',
      '0',
      '12345678901',
    ]) {
      await page(`view/my/repo/many.txt?L=${beyond}`)
    }
    expect(ids(await page('view/my/repo/many.txt?L=200001'))).toEqual([5_000, 'L195001', 'L200000'])
    expect(ids(await page('view/my/repo/many.txt?L=10-20'))).toEqual([5_000, 'L1', 'L5000'])
    expect(all(await page('view/my/repo/page.txt'), '.pages')).toEqual([])
    expect(ids(await page('view/my/repo/over.txt?L=5001'))).toEqual([101, 'L4901', 'L5001'])
  })

  it('shows what is around selected lines also where they stand at the edge of a part', async () => {
    const shown = async (parameters: string) => {
      const root = await page(`view/my/repo/many.txt?${parameters}`)
      const rows = all(root, '.code .row').map(({ attributes }) => Number(attributes.id!.slice(1)))
      expect(rows).toEqual(Array.from(rows, (_, i) => rows[0]! + i))
      return [rows[0], rows.at(-1)]
    }
    expect(await shown('L=5001')).toEqual([4_901, 10_000])
    expect(await shown('L=4990-5010')).toEqual([1, 5_110])
    expect(await shown('L=5101')).toEqual([5_001, 10_000])
    expect(await shown('L=4000-9000')).toEqual([1, 5_500])
    expect(await shown('from=5001')).toEqual([5_001, 10_000])
    expect(await shown('L=1')).toEqual([1, 5_000])
  })

  it('finds in all parts of a long file, since the browser finds in one', async () => {
    const root = await page('view/my/repo/many.txt?from=5001')
    const form = one(root, 'form.find-in-file')
    expect(form.attributes.action).toBe('/view/my/repo/many.txt')
    const found = await page('view/my/repo/many.txt?q=line%20123456')
    expect(one(found, 'form.find-in-file input[name=q]').attributes.value).toBe('line 123456')
    expect(wordsOf(one(found, '.hits'))).toContain('1 line matches line 123456')
    const fields = all(
      await page('view/my/repo/many.txt?encoding=latin1'),
      'form.find-in-file input',
    )
    expect(fields.map(({ attributes }) => attributes.name)).toEqual(['encoding', 'q'])
    expect(all(await page('view/my/repo/page.txt'), 'form.find-in-file')).toEqual([])
  })

  it('links from results say the part, so that they need no script', async () => {
    const root = await page('search?q=line+150000&path=many.txt&context=0')
    const href = one(root, '.row a.n').attributes.href!
    expect(href).toBe('/view/my/repo/many.txt?L=150000#L150000')
    expect(one(await page(href), '#L150000 code').children).toEqual(['line 150000'])
  })

  it.each([
    ['blob.png', 'This file is binary', '106 bytes'],
    ['huge.txt', 'larger than 3.0 MB (max-file-bytes)', '4.0 MB'],
  ])('of %s says why there is no text, and offers a download', async (name, reason, size) => {
    const root = await page(`view/my/repo/${name}`)
    expect(wordsOf(one(root, 'main'))).toContain(reason)
    expect(factsOf(root)).toContain(size)
    expect(all(root, '.row')).toEqual([])
    const download = one(root, 'a[download]').attributes.href!
    expect(download).toBe(`/raw/my/repo/${name}`)
    const raw = await server.get(download)
    const bytes = (await raw.arrayBuffer()).byteLength
    expect([raw.status, bytes]).toEqual([200, name === 'huge.txt' ? 4_000_000 : 106])
  })

  it('is not sent again while nothing has changed', async () => {
    const path = 'view/my/repo/src/deep/er/code.c'
    const first = await server.get(path)
    const tag = first.headers.get('etag')!
    const strong = tag.replace(/^W\//, '')
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    for (const known of [tag, strong, `"other", ${tag}`]) {
      const again = await server.get(path, { headers: { 'if-none-match': known } })
      expect([again.status, await again.text()]).toEqual([304, ''])
      expect(again.headers.get('etag')).toBe(tag)
    }
    for (const other of ['"x"', tag.slice(0, -2), '']) {
      const again = await server.get(path, { headers: { 'if-none-match': other } })
      expect(again.status).toBe(200)
    }
    // Another part, or another way back, is another page.
    expect((await server.get(`${path}?L=9`)).headers.get('etag')).not.toBe(tag)
    const referer = `${server.url}search?q=x`
    expect((await server.get(path, { headers: { referer } })).headers.get('etag')).not.toBe(tag)
  })

  it('changes its tag with the file', async () => {
    const own = makeTree({ 'a.txt': 'one\n' })
    const other = await startServer(own)
    const tagOf = async () => (await other.get(`view/${own.name}/a.txt`)).headers.get('etag')
    const before = await tagOf()
    own.write('a.txt', 'other\n')
    expect(await tagOf()).not.toBe(before)
    own.remove()
    const gone = await other.get(`view/${own.name}/a.txt`)
    expect(gone.status).toBe(404)
    expect(await gone.text()).toContain('cannot be opened now')
    expect((await other.get(`raw/${own.name}/a.txt`)).status).toBe(404)
  })
})

describe('the way back to the results', () => {
  const path = 'view/my/repo/src/deep/er/code.c'
  const wayBack = async (referer: string) => {
    const root = await page(path, { referer })
    return all(root, '.back a').map((link) => `${link.attributes.href} ${wordsOf(link)}`)
  }

  it('leads to the search that led here, with its form filled in', async () => {
    const query = 'search?q=int+main%28&regex=0&case=ignore&lang=c&context=1'
    expect(await wayBack(`${server.url}${query}`)).toEqual([
      '/search?q=int+main%28&case=ignore&lang=c&context=1 ← Results for int main(',
    ])
    const root = await page(path, { referer: `${server.url}${query}` })
    expect(one(root, 'input[name=q]').attributes.value).toBe('int main(')
  })

  it('leads to the same part of the answer', async () => {
    expect(await wayBack(`${server.url}search?q=a&after=xyz&limit=5`)).toEqual([
      '/search?q=a&limit=5&after=xyz ← Results for a',
    ])
  })

  it.each([
    'https://evil.example/search?q=%3Cscript%3Ealert(1)%3C/script%3E',
    'http://127.0.0.1/search?q="><img src=x onerror=alert(1)>',
    'http://x/search?q=%e2%80%aereversed',
    'http://user:pass@x/search?q=x',
  ])('is harmless when the referrer is %s', async (referer) => {
    const root = await page(path, { referer })
    for (const link of all(root, '.back a')) {
      expect(link.attributes.href).toMatch(/^\/search\?q=/)
    }
    expect(wordsOf(one(root, 'main'))).not.toMatch(/evil|user|\u202e/)
  })

  it.each([
    '',
    'http://x/',
    'http://x/search',
    'http://x/search?q=',
    'http://x/search?q=a%00b',
    'http://x/search?q=%ff',
    'http://x/search?q=a&q=b',
    `http://x/search?q=${'x'.repeat(2_000)}`,
    'http://x/searching?q=x',
    'http://x//search?q=x',
    'http://x/view/my/repo/src/?q=x',
    'http://x?/search?q=x',
    'http://x/#/search?q=x',
    'javascript:alert(1)//search?q=x',
    'file:///search?q=x',
    '\\\\evil\\search?q=x',
  ])('is not made up when the referrer is %s', async (referer) => {
    expect(await wayBack(referer)).toEqual([])
  })
})

describe('a directory', () => {
  it('lists its directories, then its files', async () => {
    const root = await page('view/my/repo/src/')
    expect(stepsOf(root)).toEqual(['my/repo /view/my/repo/', 'src'])
    expect(all(root, 'tbody a').map((link) => `${wordsOf(link)} ${link.attributes.href}`)).toEqual([
      'deep/ /view/my/repo/src/deep/',
      'ten/ /view/my/repo/src/ten/',
    ])
    const ten = await page('view/my/repo/src/ten/')
    expect(all(ten, 'tbody a').map(wordsOf)).toEqual(['2.txt', '10.txt'])
    expect(all(ten, 'tbody tr').map(wordsOf)[0]).toBe('2.txt1 line2 bytesText')
  })

  it('says of each file that is not searched why', async () => {
    const rows = all(await page('view/my/repo/'), 'tbody tr').map(wordsOf)
    expect(rows.find((row) => row.startsWith('blob.png'))).toContain('binary')
    expect(rows.find((row) => row.startsWith('huge.txt'))).toContain('too large')
  })

  it.each([
    ['view/my/repo', '/view/my/repo/'],
    ['view/my/repo/src', '/view/my/repo/src/'],
    ['view/my/repo/src?L=3', '/view/my/repo/src/'],
    ['view/my%2Frepo/src%2Fdeep', '/view/my/repo/src/deep/'],
    ['view/my/repo/deep/%7B%7Ber%7D%7D', '/view/my/repo/deep/%7B%7Ber%7D%7D/'],
  ])('has one address: %s leads to %s', async (path, location) => {
    const answer = await server.get(path)
    expect([answer.status, answer.headers.get('location')]).toEqual([301, location])
    expect((await server.get(location)).status).toBe(200)
  })

  it('belongs to the repository with the longest name', async () => {
    expect(all(await page('view/my/'), 'tbody a').map(wordsOf)).toEqual(['b/', 'x.txt'])
    expect((await server.get('view/my/b/y.txt')).status).toBe(200)
    expect((await server.get('view/my/repo/LICENSE')).status).toBe(200)
  })
})

describe('what is not there', () => {
  it.each([
    ['view/my/repo/src/deep/nope.c', '/view/my/repo/src/deep/', 'my/repo/src/deep'],
    ['view/my/repo/src/deep/er/code.c/more', '/view/my/repo/src/deep/er/', 'my/repo/src/deep/er'],
    ['view/my/repo/src/a/b/c/d/e', '/view/my/repo/src/', 'my/repo/src'],
    ['view/my/repo/nope', '/view/my/repo/', 'my/repo/'],
    [
      'view/my/repo/deep/%7B%7Ber%7D%7D/50%25%20%23/y',
      '/view/my/repo/deep/%7B%7Ber%7D%7D/50%25%20%23/',
      'my/repo/deep/{{er}}/50% #',
    ],
    ['view/my/repo/LICENSE/', '/view/my/repo/', 'my/repo/'],
  ])('%s is 404, with the nearest directory that is', async (path, url, name) => {
    const answer = await server.get(path)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const root = readHtml(await answer.text())
    expect(one(root, '[role=alert]').attributes['data-kind']).toBe('not-found')
    const nearest = one(root, '.ways a.button')
    expect([nearest.attributes.href, wordsOf(nearest)]).toEqual([url, `Go to ${name}`])
    expect((await server.get(url)).status).toBe(200)
  })

  it.each([
    'view/nowhere/a.txt',
    'view/',
    'view',
    'view/my/repo/.env',
    'view/my/repo/.git/config',
    'view/my/repo/ignored.txt',
    'view/my/repo/link.txt',
    'view/my/repo/linkdir/',
    'view/my/repo/linkdir/deep/er/code.c',
    'view/my/repo/nothing/',
    'view/my/repo/nothing/below',
    'view/my/repo/?b64=Li4vLi4vZXRjL3Bhc3N3ZA',
    'raw/my/repo/.env',
    'raw/my/repo/ignored.txt',
    'raw/my/repo/link.txt',
    'raw/my/repo/src/',
    'raw/my/repo/src',
    'raw/',
    'assets/style.css',
    'assets/../style.css',
    'nothing',
  ])('/%s is 404', async (path) => {
    const answer = await server.get(path)
    const html = await answer.text()
    expect([answer.status, one(readHtml(html), '[role=alert]').attributes['data-kind']]).toEqual([
      404,
      'not-found',
    ])
    expect(html).not.toContain('secret')
  })
})

describe('awkward names', () => {
  it('lead from a result to the line in the file, to its raw bytes, and up every step', async () => {
    const results = await page('search?q=needle&repo=my/repo&context=0')
    const files = all(results, 'section.file')
    expect(files.map(({ attributes }) => attributes['data-path']).sort()).toEqual(
      [...awkwardNames, ...notUtf8.map((name) => name.toString('utf8'))].sort(),
    )
    for (const file of files) {
      const href = one(file, '.row a.n').attributes.href!
      expect(href.endsWith('#L2')).toBe(true)
      const root = await page(href)
      expect(textOf(one(root, '#L2 code'))).toBe('needle')
      const raw = await server.get(one(root, '.facts a').attributes.href!)
      expect([href, raw.status, await raw.text()]).toEqual([href, 200, 'hay\nneedle\n'])
      expect(raw.headers.get('content-disposition')).toMatch(
        /^inline; filename\*=UTF-8''[\w%.~!-]+$/,
      )
      for (const link of all(root, 'nav.trail a')) await page(link.attributes.href!)
    }
  })

  it('can be reached through the directories', async () => {
    const reached: string[] = []
    const visit = async (href: string): Promise<void> => {
      for (const { attributes } of all(await page(href), 'tbody a')) {
        if (attributes.class === 'folder') await visit(attributes.href!)
        else reached.push(attributes.href!)
      }
    }
    await visit('view/my/repo/')
    const count = server.catalog.repositories.find(({ name }) => name === 'my/repo')!
    expect(reached).toHaveLength(count.to - count.from)
    for (const href of reached) expect((await server.get(href)).status).toBe(200)
  })

  it('of repositories, too', async () => {
    const results = await page('search?q=needle&path=a.txt&repo=odd*')
    expect(one(results, 'section.file').attributes['data-repo']).toBe('odd ‹name› & <co>')
    const root = await page(one(results, '.row a.n').attributes.href!)
    expect(stepsOf(root)[0]).toBe(
      'odd ‹name› & <co> /view/odd%20%E2%80%B9name%E2%80%BA%20%26%20%3Cco%3E/',
    )
  })

  it('show what would not show', async () => {
    const results = wordsOf(one(await page('search?q=needle&path=*exe*'), 'h2'))
    expect(results).toContain('‹U+202E›gnp.exe‹U+202C›.txt')
    const list = wordsOf(one(await page('view/my/repo/'), 'tbody'))
    expect(list).toContain('‹U+202E›gnp.exe‹U+202C›.txt')
    expect(list).toContain('new‹U+000A›line and‹U+000D›return.txt')
  })
})
