import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, textOf } from './html.ts'

let server: TestServer

beforeAll(async () => {
  const tree = makeTree({
    'src/a.ts': 'one\ntwo\r\nfunction f() {\n  three\n  four\n}\n<b>\u202e\n',
    'src/wide.txt': `${'x'.repeat(3_000)}needle${'y'.repeat(3_000)}\n${'z'.repeat(200_000)}\n`,
    'src/many.txt': 'line\n'.repeat(2_500),
    'src/utf-16.txt': Buffer.from('\ufeffeins\nzwei\n', 'utf16le'),
    'src/empty.txt': '',
    'src/blob.bin': 'a\0b\n',
    'src/large.txt': 'l\n'.repeat(60_000),
    '.hidden': 'secret\n',
    'ignored.txt': 'secret\n',
    '.ignore': 'ignored.txt\n',
    LICENSE: 'Free.\n',
  })
  server = await startServer({ 'r/p': tree }, { limits: { fileBytes: 100_000 * 10 } })
})

const json = async (path: string) => (await server.get(`api/lines/r/p/${path}`)).json()
const numbersOf = ({ lines }: { lines: { number: number }[] }) => lines.map(({ number }) => number)

describe('GET /api/lines', () => {
  it('gives lines of a file, and how many there are', async () => {
    expect(await json('src/a.ts?from=2&to=3')).toEqual({
      repository: 'r/p',
      path: 'src/a.ts',
      url: '/view/r/p/src/a.ts',
      count: 7,
      lines: [
        { kind: 'context', number: 2, text: 'two' },
        { kind: 'context', number: 3, text: 'function f() {' },
      ],
    })
    expect(numbersOf(await json('src/a.ts?from=6&to=99'))).toEqual([6, 7])
    expect(numbersOf(await json('src/a.ts?from=8&to=9'))).toEqual([])
    expect(await json('src/empty.txt')).toMatchObject({ count: 0, lines: [] })
    expect((await json('src/utf-16.txt')).lines.map(({ text }: { text: string }) => text)).toEqual([
      'eins',
      'zwei',
    ])
    const many = await json('src/many.txt?from=2&to=2400')
    expect([many.lines.length, many.count]).toEqual([1_000, 2_500])
  })

  it('keeps of a range what belongs to a function', async () => {
    expect(numbersOf(await json('src/a.ts?from=1&to=4&block=5'))).toEqual([3, 4])
    expect(numbersOf(await json('src/a.ts?from=5&to=7&block=4'))).toEqual([5, 6])
    expect(numbersOf(await json('src/a.ts?from=1&to=2&block=1'))).toEqual([1])
    expect(numbersOf(await json('src/a.ts?from=1&to=2&block=99'))).toEqual([1, 2])
  })

  it('gives a long line in part, or whole up to a bound', async () => {
    const [part] = (await json('src/wide.txt?from=1&to=1')).lines
    expect(part).toMatchObject({ clipped: { column: 0 }, cutBy: ['max-line-bytes'] })
    const { lines } = await json('src/wide.txt?from=1&to=2&whole=1')
    expect(lines[0].text).toHaveLength(6_006)
    expect(lines[0]).not.toHaveProperty('clipped')
    expect([lines[1].text.length, lines[1].clipped]).toEqual([100_000, { column: 0 }])
  })

  it('gives the same as rows, marked as is said', async () => {
    const answer = await server.get('api/lines/r/p/src/a.ts?from=6&to=7&format=html')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const root = readHtml(await answer.text())
    expect(one(root, '.lines').attributes).toMatchObject({
      ...{ 'data-from': '6', 'data-to': '7', 'data-count': '7' },
    })
    expect(all(root, '.row').map((row) => row.attributes['data-line'])).toEqual(['6', '7'])
    expect(textOf(all(root, '.row code')[1]!)).toBe('<b>\u202e')
    expect(one(root, '.ctl').attributes['data-code']).toBe('U+202E')
    const marked = await server.get(
      'api/lines/r/p/src/wide.txt?from=1&to=1&whole=1&marks=3000-3006,6000-&format=html',
    )
    const marks = all(readHtml(await marked.text()), 'mark').map(textOf)
    expect(marks).toEqual(['needle', 'yyyyyy'])
  })

  it.each([
    ['.hidden', 404],
    ['ignored.txt', 404],
    ['.ignore', 404],
    ['src/blob.bin', 404],
    ['src', 404],
    ['src/', 404],
    ['nothing', 404],
    ['%2e%2e/LICENSE', 404],
    ['src/a.ts?from=0', 400],
    ['src/a.ts?from=x', 400],
    ['src/a.ts?from=3&to=2', 400],
    ['src/a.ts?from=1&from=2', 400],
    ['src/a.ts?block=-1', 400],
    ['src/a.ts?marks=1..2', 400],
    ['src/a.ts?whole=yes', 400],
    ['src/a.ts?format=xml', 400],
  ])('refuses %s with %i', async (path, status) => {
    const answer = await server.get(`api/lines/r/p/${path}`)
    const { error } = await answer.json()
    expect(answer.status).toBe(status)
    expect(error.message).not.toContain('secret')
    expect(error.kind).toBe(status === 404 ? 'not-found' : 'bad-parameter')
  })
})
