import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({
    repo: makeTree({
      'a.c': 'int foo;\nreturn foo + foo;\n/* Foo */\nbar\nint foo_bar(foo);\n',
      'other.c': 'int foo;\n',
      'many.txt': Array.from({ length: 12_000 }, (_, i) =>
        i % 4_000 === 10 ? `needle ${i + 1}\n` : `line ${i + 1}\n`,
      ).join(''),
      'all.txt': 'x\n'.repeat(3_000),
      'long.txt': `${'y'.repeat(9_000)}needle${'z'.repeat(9_000)}\nneedle\n`,
      'line.txt': `${'ab '.repeat(150)}\n`,
      'latin1.txt': Buffer.from('gr\xfc\xdf needle\n\xe9\xe9 gr\xfc needle\n', 'latin1'),
      'mixed.txt': Buffer.from('gr\xc3\xbcn needle \xff needle\nasc needle\n', 'latin1'),
      'utf16.txt': Buffer.from('\ufeffgrün 😀 needle\r\n', 'utf16le'),
      'crlf.txt': 'one\r\ntwo\r\n',
      '.ignore': 'secret.txt\n',
      'secret.txt': 'needle\n',
    }),
  })
})

const page = async (path: string, init?: RequestInit): Promise<Element> => {
  const answer = await server.get(`view/repo/${path}`, init)
  expect([path, answer.status]).toEqual([path, 200])
  return readHtml(await answer.text())
}
/** The marked texts, each with its line. */
const marksOf = (root: Element): readonly string[] =>
  all(root, '.row').flatMap((row) =>
    all(row, 'mark').map((mark) => `${row.attributes.id} ${textOf(mark)}`),
  )
const hitsOf = (root: Element): readonly string[] =>
  all(root, '.row').flatMap((row) =>
    all(row, '.hit').map((hit) =>
      [
        row.attributes.id,
        wordsOf(hit).replace(/ [↑↓]/g, ''),
        ...all(hit, 'a').map(({ attributes }) => `${attributes.rel} ${attributes.href}`),
      ].join(' '),
    ),
  )
const wayOf = (root: Element) => ({
  text: all(root, '.hits').map(wordsOf).join(),
  links: all(root, '.hits a').map(({ attributes }) => attributes.href),
})

describe('the search that led to a file', () => {
  it('is marked in it, with its place and the ways to the ones before and behind', async () => {
    const referer = `${server.url}search?q=foo&path=*.c&context=0`
    const root = await page('a.c', { headers: { referer } })
    expect(marksOf(root)).toEqual(['L1 foo', 'L2 foo', 'L2 foo', 'L3 Foo', 'L5 foo', 'L5 foo'])
    expect(hitsOf(root)).toEqual([
      'L1 1 of 4 next #L2',
      'L2 2 of 4 prev #L1 next #L3',
      'L3 3 of 4 prev #L2 next #L5',
      'L5 4 of 4 prev #L3',
    ])
    expect(wayOf(root)).toEqual({ text: '4 lines match foo first last', links: ['#L1', '#L5'] })
    expect(all(root, '.row code').map(textOf)[4]).toBe('int foo_bar(foo);')
  })

  it('can be said by the address, as that of a search is', async () => {
    const root = await page('a.c?q=FOO%5Cb&regex=1&case=ignore&word=0')
    expect(marksOf(root)).toEqual(['L1 foo', 'L2 foo', 'L2 foo', 'L3 Foo', 'L5 foo'])
    expect(one(root, 'input[name=q]').attributes.value).toBe('FOO\\b')
    expect(wayOf(root).links.at(-1)).toBe('/view/repo/a.c')
    const word = await page('a.c?q=foo&word=1&case=sensitive')
    expect(marksOf(word)).toEqual(['L1 foo', 'L2 foo', 'L2 foo', 'L5 foo'])
    const typed = await page('a.c?q=foo+case%3Ayes')
    expect(marksOf(typed)).not.toContain('L3 Foo')
  })

  it('said by the address comes before the one the reader came from', async () => {
    const referer = `${server.url}search?q=foo`
    expect(marksOf(await page('a.c?q=bar', { headers: { referer } }))).toEqual(['L4 bar', 'L5 bar'])
  })

  it('is asked of this file alone, whatever its filters', async () => {
    expect(marksOf(await page('a.c?q=bar&path=other.c&lang=python&repo=none'))).toHaveLength(2)
  })

  it('goes with the ways to other parts of a long file', async () => {
    const root = await page('many.txt?q=needle&L=4500')
    expect(hitsOf(root)).toEqual([
      'L11 1 of 3 next #L4011',
      'L4011 2 of 3 prev #L11 next /view/repo/many.txt?q=needle&from=8011#L8011',
    ])
    const next = all(all(root, '.pages')[0]!, 'a')[0]!.attributes.href!
    expect(next).toBe('/view/repo/many.txt?q=needle&from=5001')
    const second = readHtml(await (await server.get(next)).text())
    expect(hitsOf(second)).toEqual([
      'L8011 3 of 3 prev /view/repo/many.txt?q=needle&from=4011#L4011',
    ])
    expect(wayOf(second).links).toEqual([
      '/view/repo/many.txt?q=needle&from=11#L11',
      '#L8011',
      '/view/repo/many.txt',
    ])
    // The numbers are links to the lines alone.
    expect(one(second, '#L8011 a.n').attributes.href).toBe('#L8011')
  })

  it('is marked where the text stands, in every encoding', async () => {
    const marked = async (path: string) => marksOf(await page(path))
    expect(await marked('latin1.txt?q=needle')).toEqual(['L1 needle', 'L2 needle'])
    expect(await marked('latin1.txt?q=gr%C3%BC&encoding=latin1')).toEqual(['L1 grü', 'L2 grü'])
    expect(await marked('mixed.txt?q=needle')).toEqual(['L1 needle', 'L1 needle', 'L2 needle'])
    expect(await marked('utf16.txt?q=%F0%9F%98%80+n')).toEqual(['L1 😀 n'])
    expect(await marked('crlf.txt?q=one%24&regex=1')).toEqual(['L1 one'])
  })

  it('may span lines, and match nothing', async () => {
    const spanning = await page('a.c?q=foo%3B%5Cn%5Cw%2B&regex=1&multiline=1')
    expect(marksOf(spanning)).toEqual(['L1 foo;', 'L2 return'])
    expect(hitsOf(spanning)).toEqual(['L1 1 of 2 next #L2', 'L2 2 of 2 prev #L1'])
    const empty = await page('a.c?q=%5E&regex=1')
    expect(marksOf(empty)).toEqual(['L1 ', 'L2 ', 'L3 ', 'L4 ', 'L5 '])
  })

  it('is marked in what is shown of a long line', async () => {
    expect(marksOf(await page('long.txt?q=needle'))).toEqual(['L2 needle'])
    expect(marksOf(await page('long.txt?q=needle&L=1&column=8000'))).toEqual([
      'L1 needle',
      'L2 needle',
    ])
    expect(marksOf(await page('long.txt?q=needle&L=1&column=9003'))).toEqual([
      'L1 dle',
      'L2 needle',
    ])
  })

  it('says what a limit has cut', async () => {
    const root = await page('all.txt?q=x')
    expect(wayOf(root).text).toMatch(/^The first 2,000 lines that match x/)
    expect(marksOf(root)).toHaveLength(2_000)
    expect(hitsOf(root)[0]).toBe('L1 1 of 2,000 or more next #L2')
    const line = await page('line.txt?q=a')
    expect(marksOf(line)).toHaveLength(100)
    expect(wordsOf(one(line, '#L1'))).toContain('50 more not marked (max-matches-per-line)')
  })

  it('that finds nothing, or cannot be asked, is said to', async () => {
    expect(wayOf(await page('a.c?q=nowhere')).text).toBe('No line matches nowhere without marks')
    const bad = await page('a.c?q=foo(&regex=1')
    expect(wayOf(bad).text).toMatch(/^Matches of foo\( are not marked: .*unclosed group/)
    expect(all(bad, '.row')).toHaveLength(5)
    const none = await page('a.c?q=foo&case=nonsense')
    expect(wayOf(none).text).toMatch(/^Matches of foo are not marked: case takes/)
    expect(wayOf(await page('a.c?q=&regex=1')).text).toBe('')
    expect(wayOf(await page('a.c?q=foo&type=file')).text).toBe('')
  })

  it('takes nothing from the page when no search may be run', async () => {
    const own = await startServer(
      { repo: makeTree({ 'a.c': 'int foo;\n' }) },
      { limits: { waitSeconds: 0.05 } },
    )
    const { signal } = new AbortController()
    const slots = [await own.slots.acquire(signal), await own.slots.acquire(signal)]
    const busy = await own.get('view/repo/a.c?q=foo')
    const root = readHtml(await busy.text())
    expect(textOf(one(root, '#L1 code'))).toBe('int foo;')
    expect(wayOf(root).text).toMatch(/are not marked: too many searches are running/)
    for (const slot of slots) slot?.release()
    // The page with marks is another one, which a browser that has the one without gets.
    const tag = busy.headers.get('etag')!
    const again = await own.get('view/repo/a.c?q=foo', { headers: { 'if-none-match': tag } })
    expect([again.status, marksOf(readHtml(await again.text()))]).toEqual([200, ['L1 foo']])
    const known = { 'if-none-match': again.headers.get('etag')! }
    expect((await own.get('view/repo/a.c?q=foo', { headers: known })).status).toBe(304)
  })

  it('is no door to what is not searched', async () => {
    const hidden = await server.get('view/repo/secret.txt?q=needle')
    expect([hidden.status, (await hidden.text()).includes('<mark>')]).toEqual([404, false])
  })
})
