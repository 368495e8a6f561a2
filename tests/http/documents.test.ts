import { symlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
/** A whole picture without a NUL, so that by its bytes it could be text. */
const gif = Buffer.from('GIF89a\x01\x01\x01\x01\x01\x01,', 'latin1')
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>\n'

beforeAll(async () => {
  const tree = makeTree({
    'README.md':
      '# Harbour\n\n[guide](docs/guide.md) ![logo](art/logo.png)\n\n[![x](http://a.example/x.svg)](#harbour)\n',
    'docs/guide.md':
      '# Guide\n\nneedle <b>bold</b>\n\n![logo](../art/logo.png) [up](../README.md#Harbour) [out](../../x)\n',
    'docs/readme': 'plain\r\n<b>text</b>\n',
    'docs/latin1.md': Buffer.from('# gr\xfcn\n', 'latin1'),
    'docs/empty.md': '',
    'docs/large.md': 'needle\n'.repeat(80_000),
    'docs/blob.md': '# a\0b',
    'txt/README.txt': 'first\n',
    'txt/readme.MD': '# Second\n',
    'art/logo.png': png,
    'art/not.png': '<script>alert(1)</script>',
    'art/dot.txt': gif,
    'art/drawing.svg': svg,
    'art/drawing.txt': svg,
    'art/fake.svg': '<html><script>alert(1)</script></html>\n',
    'art/large.png': Buffer.concat([png, Buffer.alloc(1_000_000)]),
    'bin/tool': Buffer.from('\x7fELF\x02\x01\x01\0'.padEnd(300, 'x'), 'latin1'),
    'bin/unknown': '\0\x01',
    'art/.hidden.png': png,
    '.ignore': 'ignored.png\n',
    'art/ignored.png': png,
    'src/a/one.c': 'x\n',
    'src/a/two.c': 'x\n',
    'src/a/deep/three.c': 'x\n',
    'src/b/four.c': 'x\n',
  })
  symlinkSync('logo.png', `${tree.root}/art/link.png`)
  const flat = makeTree()
  for (let i = 1; i <= 2_500; i++) flat.write(`file-${i}.txt`, 'x\n')
  flat.write('sub/a.txt', 'x\n')
  server = await startServer(
    { repo: tree, flat },
    { limits: { fileBytes: 900_000 }, basePath: '/code/' },
  )
})

const page = async (path: string): Promise<Element> => {
  const answer = await server.get(path)
  expect([path, answer.status]).toEqual([path, 200])
  return readHtml(await answer.text())
}
const factsOf = (root: Element) => all(root, '.facts span').map(wordsOf)
const linksOf = (root: Element) =>
  all(root, 'a').map((link) => `${wordsOf(link)} ${link.attributes.href}`)

describe('a directory', () => {
  it('says how much is in it, and in each directory', async () => {
    const root = await page('view/repo/src/')
    expect(factsOf(root)).toEqual(['2 directories', '4 files and 8 bytes in all'])
    expect(all(root, 'tbody tr').map(wordsOf)).toEqual(['a/3 files6 bytes', 'b/1 file2 bytes'])
    expect(factsOf(await page('view/repo/src/a/'))).toEqual([
      ...['1 directory', '2 files', '3 files and 6 bytes in all'],
    ])
  })

  it('shows its README below, links and pictures led to ours', async () => {
    const root = await page('view/repo/')
    const readme = one(root, '.readme')
    expect(wordsOf(one(readme, '#readme'))).toBe('README.md')
    expect(linksOf(readme)).toEqual([
      'README.md /code/view/repo/README.md',
      '# #md-harbour',
      'guide /code/view/repo/docs/guide.md',
      'x #md-harbour',
    ])
    expect(all(readme, 'img').map(({ attributes }) => attributes.src)).toEqual([
      '/code/image/repo/art/logo.png',
    ])
    expect(all(await page('view/repo/src/'), '.readme')).toEqual([])
  })

  it('takes the README that is rendered before a plain one, and shows that as it stands', async () => {
    expect(wordsOf(one(await page('view/repo/txt/'), '#readme'))).toBe('readme.MD')
    const plain = one(await page('view/repo/docs/'), '.readme pre')
    expect(textOf(plain)).toBe('plain\n<b>text</b>\n')
  })

  it('with many entries has pages, which hold all of them', async () => {
    const seen: string[] = []
    let path: string | undefined = 'view/flat/'
    while (path) {
      const root: Element = await page(path)
      const rows = all(root, 'tbody a').map(wordsOf)
      expect(rows.length).toBeLessThanOrEqual(1_000)
      seen.push(...rows)
      expect(all(root, '.pages').map(wordsOf)[0]).toContain('of 2,501')
      path = all(root, '.pages a[rel=next]')[0]?.attributes.href
    }
    expect(seen).toHaveLength(2_501)
    expect(seen.slice(0, 3)).toEqual(['sub/', 'file-1.txt', 'file-2.txt'])
    expect(seen.at(-1)).toBe('file-2500.txt')
    expect(all(await page('view/flat/?from=2500'), 'tbody a')).toHaveLength(501)
    for (const from of ['0', '-1', 'x', '999999999', '']) await page(`view/flat/?from=${from}`)
  })
})

describe('what stands beside a file', () => {
  const entriesOf = (root: Element) => all(root, '.tree ul')[1]!

  it('is its directory, with the way up, the file itself marked', async () => {
    const root = await page('view/repo/src/a/one.c')
    expect(linksOf(one(root, '.tree .parents'))).toEqual([
      'repo/ /code/view/repo/',
      'src/ /code/view/repo/src/',
      'a/ /code/view/repo/src/a/',
    ])
    expect(linksOf(entriesOf(root))).toEqual([
      'deep/ /code/view/repo/src/a/deep/',
      'one.c /code/view/repo/src/a/one.c',
      'two.c /code/view/repo/src/a/two.c',
    ])
    expect(all(root, '.tree [aria-current=page]').map(wordsOf)).toEqual(['one.c'])
    const directory = await page('view/repo/src/a/')
    expect(all(directory, '.tree [aria-current=page]').map(wordsOf)).toEqual(['a/'])
    expect(linksOf(entriesOf(directory))).toHaveLength(2)
    expect(all(await page('view/repo/'), '.tree')).toEqual([])
  })

  it.each(['file-1.txt', 'file-1200.txt', 'file-2500.txt'])(
    'is five hundred of many, with %s among them, and says so',
    async (name) => {
      const root = await page(`view/flat/${name}`)
      expect(all(entriesOf(root), 'a')).toHaveLength(500)
      expect(all(root, '.tree [aria-current=page]').map(wordsOf)).toEqual([name])
      expect(wordsOf(one(root, '.tree .note'))).toBe('500 entries of 2,501: all of them')
    },
  )

  it('stands beside what is no text, too', async () => {
    for (const path of ['bin/tool', 'art/logo.png', 'docs/guide.md', 'docs/guide.md?plain=1']) {
      expect(all(await page(`view/repo/${path}`), '.tree [aria-current=page]')).toHaveLength(1)
    }
  })
})

describe('the page of a Markdown file', () => {
  it('shows what it means, and leads to its text and back', async () => {
    const root = await page('view/repo/docs/guide.md')
    const article = one(root, 'article.markdown')
    expect(linksOf(article)).toEqual(['# #md-guide', 'up /code/view/repo/README.md#md-harbour'])
    expect(all(root, '.row')).toEqual([])
    expect(wordsOf(one(root, 'main'))).toContain('HTML tags in this document are left out')
    const source = all(root, '.facts a').find((link) => wordsOf(link) === 'Source')!
    expect(source.attributes.href).toBe('/code/view/repo/docs/guide.md?plain=1')
    const text = await page(source.attributes.href!)
    expect(all(text, '.row code').map(textOf)[2]).toBe('needle <b>bold</b>')
    const rendered = all(text, '.facts a').find((link) => wordsOf(link) === 'Rendered')!
    expect(rendered.attributes.href).toBe('/code/view/repo/docs/guide.md')
  })

  it('shows lines where they are asked for', async () => {
    expect(all(await page('view/repo/docs/guide.md?L=3'), '#L3')).toHaveLength(1)
    const results = await page('search?q=needle&path=guide.md')
    const href = all(results, '.row a.n').map(({ attributes }) => attributes.href)
    expect(href).toContain('/code/view/repo/docs/guide.md?plain=1#L3')
    expect(all(await page(href[0]!), '#L3')).toHaveLength(1)
    const far = await page('search?q=needle&path=large.md&limit=1')
    expect(one(far, '.row[data-kind=match] a.n').attributes.href).toMatch(/\?plain=1#L1$/)
  })

  it('reads what is not UTF-8, and nothing that is binary', async () => {
    const latin1 = one(await page('view/repo/docs/latin1.md'), 'article h2')
    expect([latin1.attributes.id, textOf(latin1)]).toEqual(['md-grün', 'grün #'])
    expect(all(await page('view/repo/docs/empty.md'), 'article')).toHaveLength(1)
    expect(wordsOf(one(await page('view/repo/docs/blob.md'), 'main'))).toContain('binary')
  })

  it('is its text if that is too long to be rendered, and says so', async () => {
    const answer = await server.get('view/repo/docs/large.md')
    const root = readHtml(await answer.text())
    expect(all(root, '.row')).toHaveLength(5_000)
    expect(wordsOf(one(root, 'main'))).toContain(
      'large.md is not rendered: it is, or would become,',
    )
  })

  it('is not sent again while nothing has changed', async () => {
    const tag = (await server.get('view/repo/docs/guide.md')).headers.get('etag')!
    const again = await server.get('view/repo/docs/guide.md', { headers: { 'if-none-match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })
})

const sandbox = "default-src 'none'; sandbox; frame-ancestors 'none'"

describe('a picture', () => {
  it.each([
    ['art/logo.png', 'image/png', 'PNG image'],
    ['art/dot.txt', 'image/gif', 'GIF image'],
  ])('%s is shown, by what its bytes are', async (name, type, said) => {
    const root = await page(`view/repo/${name}`)
    expect(factsOf(root)[0]).toBe(said)
    const { src, alt } = one(root, 'img').attributes
    expect([src, alt]).toEqual([`/code/image/repo/${name}`, name])
    const answer = await server.get(src!)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('content-security-policy')).toBe(sandbox)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(bytes.equals(name === 'art/logo.png' ? png : gif)).toBe(true)
    const tag = answer.headers.get('etag')!
    const again = await server.get(src!, { headers: { 'if-none-match': tag } })
    expect([again.status, again.headers.get('content-security-policy')]).toEqual([304, sandbox])
    // Raw bytes are what they were.
    const raw = await server.get(`raw/repo/${name}`)
    expect(raw.headers.get('content-type')).not.toContain('image')
    await raw.arrayBuffer()
  })

  it('that is a drawing is sandboxed, and its page leads to its text', async () => {
    const root = await page('view/repo/art/drawing.svg')
    expect(one(root, 'img').attributes.src).toBe('/code/image/repo/art/drawing.svg')
    expect(all(root, '.row')).toEqual([])
    const answer = await server.get('image/repo/art/drawing.svg')
    expect(answer.headers.get('content-type')).toBe('image/svg+xml')
    expect(answer.headers.get('content-security-policy')).toBe(
      `${sandbox}; style-src 'unsafe-inline'; img-src data:`,
    )
    expect(await answer.text()).toBe(svg)
    const text = await page('view/repo/art/drawing.svg?plain=1')
    expect(all(text, '.row code').map(textOf)).toEqual([svg.trim()])
    expect(all(text, '.facts a').map(wordsOf)).toContain('Rendered')
    // By its name it is a text.
    expect(all(await page('view/repo/art/drawing.txt'), '.row')).toHaveLength(1)
    expect(all(await page('view/repo/art/fake.svg'), '.row')).toHaveLength(1)
  })

  it.each([
    'art/not.png',
    'art/fake.svg',
    'art/large.png',
    'art/link.png',
    'art/.hidden.png',
    'art/ignored.png',
    'art/',
    'art',
    'art/nothing.png',
    'README.md',
    'bin/tool',
    '../x.png',
    '..%2fx.png',
  ])('is not what stands at %s', async (path) => {
    const answer = await server.get(`image/repo/${path}`)
    expect([path, answer.status]).toEqual([path, 404])
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).not.toContain('alert(1)')
  })
})

describe('a binary file', () => {
  it('is told by type and size, with its first bytes', async () => {
    const root = await page('view/repo/bin/tool')
    expect(factsOf(root)).toEqual(['ELF program or library', '300 bytes'])
    expect(wordsOf(one(root, '.first-bytes'))).toBe('The first 256 bytes')
    const rows = textOf(one(root, '.dump')).split('\n')
    expect(rows).toHaveLength(16)
    expect(rows[0]).toBe(
      '00000000  7f 45 4c 46 02 01 01 00 78 78 78 78 78 78 78 78  .ELF....xxxxxxxx',
    )
    const short = await page('view/repo/bin/unknown')
    expect(factsOf(short)).toEqual(['2 bytes'])
    expect(textOf(one(short, '.dump'))).toBe(`00000000  00 01${' '.repeat(44)}..`)
  })
})
