import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer

beforeAll(async () => {
  const harbour = makeTree({
    'src/tide.ts': 'x\n',
    'src/tide-table.ts': 'x\n',
    'docs/😀 tide.md': 'x\n',
    'blob.tide': '\0',
    'large.tide': 'x'.repeat(2_000),
    'a<b>\u202e.txt': 'x\n',
    'time 12:30': 'x\n',
    '.hidden/tide.ts': 'x\n',
    '.ignore': 'ignored\n',
    'ignored/tide.ts': 'x\n',
  })
  const lamp = makeTree({ 'tide.c': 'x\n', LICENSE: 'x\n' })
  server = await startServer({ harbour, lamp }, { limits: { fileBytes: 1_000, globs: 2 } })
})

const json = async (path: string) => {
  const answer = await server.get(path)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  return { status: answer.status, ...(await answer.json()) }
}
const paths = async (query: string) =>
  (await json(`api/files?${query}`)).files.map(
    ({ repository, path }: { repository: string; path: string }) => `${repository}/${path}`,
  )

describe('GET /api/files', () => {
  it('answers with the files that fit, the best first, and where', async () => {
    expect(await json('api/files?q=tidets&limit=1')).toEqual({
      status: 200,
      files: [
        {
          repository: 'harbour',
          path: 'src/tide.ts',
          url: '/view/harbour/src/tide.ts',
          positions: [4, 5, 6, 7, 9, 10],
        },
      ],
      matching: 2,
      truncated: true,
      generation: server.catalog.generation,
    })
    // Of a character of two units both count.
    const { files } = await json('api/files?q=%F0%9F%98%80')
    expect(files).toEqual([expect.objectContaining({ positions: [5, 6] })])
  })

  it('finds what the catalog lists, also files that are not searched, and nothing else', async () => {
    expect((await paths('q=tide')).toSorted()).toEqual([
      'harbour/blob.tide',
      'harbour/docs/😀 tide.md',
      'harbour/large.tide',
      'harbour/src/tide-table.ts',
      'harbour/src/tide.ts',
      'lamp/tide.c',
    ])
    expect(await paths('q=.hidden')).toEqual([])
    expect(await paths('q=ignored')).toEqual([])
    expect((await json('api/files')).matching).toBe(server.catalog.columns.count)
  })

  it('takes repositories, and a line behind the path', async () => {
    expect(await paths('q=tide&repo=lamp')).toEqual(['lamp/tide.c'])
    expect(await paths('q=tide.c&repo=!lamp')).toEqual([])
    expect((await paths('q=lamp/tide'))[0]).toBe('lamp/tide.c')
    const urlsOf = async (text: string) =>
      (await json(`api/files?q=${encodeURIComponent(text)}`)).files.map(
        ({ url }: { url: string }) => url,
      )
    expect(await urlsOf('src/tide.ts:12:')).toContain('/view/harbour/src/tide.ts#L12')
    expect(await urlsOf('lamp/tide.c:7:3')).toEqual(['/view/lamp/tide.c#L7'])
    expect(await urlsOf('time 12:30')).toEqual(['/view/harbour/time%2012%3A30'])
  })

  it('refuses what means nothing, and names it', async () => {
    const refused = async (query: string) => (await json(`api/files?${query}`)).error.parameter
    expect(await refused('q=a&q=b')).toBe('q')
    expect(await refused(`q=${'x'.repeat(1_001)}`)).toBe('q')
    const words = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`).join('+')
    expect(await refused(`q=${words(17)}`)).toBe('q')
    expect((await json(`api/files?q=${words(16)}`)).status).toBe(200)
    expect(await paths(`q=${'tide.c+'.repeat(140)}`)).toEqual(await paths('q=tide.c'))
    expect(await refused('q=a&limit=0')).toBe('limit')
    expect(await refused('q=a&repo=nowhere')).toBe('repo')
    expect(await refused('repo=a&repo=b&repo=c')).toBe('repo')
    expect((await server.get('api/files?q=%ff')).status).toBe(400)
  })
})

describe('GET /files', () => {
  const page = async (path: string) => {
    const answer = await server.get(path)
    expect(answer.status).toBe(200)
    return readHtml(await answer.text())
  }

  it('is the same without script', async () => {
    const html = await page('files?q=tidets')
    const links = all(html, 'ul.found-files a')
    expect(links.map(({ attributes }) => attributes.href)).toEqual([
      '/view/harbour/src/tide.ts',
      '/view/harbour/src/tide-table.ts',
    ])
    expect(wordsOf(links[0]!)).toBe('harbour src/tide.ts')
    expect(all(links[0]!, 'mark').map(textOf)).toEqual(['tide', 'ts'])
    expect(one(html, 'form.find input[name=q]').attributes.value).toBe('tidets')
    expect(wordsOf(one(html, 'main p[role=status]'))).toBe('2 files.')
  })

  it('says what is cut, and what is not searched, and shows names as they are', async () => {
    const html = await page('files?q=tide&limit=2&repo=harbour')
    expect(wordsOf(one(html, 'main p[role=status]'))).toBe('The best 2 of 5 files. More')
    expect(one(html, 'main p[role=status] a').attributes.href).toBe(
      '/files?q=tide&repo=harbour&limit=500',
    )
    expect(wordsOf(one(await page('files?q=blob'), 'ul.found-files li'))).toMatch(/binary$/)
    expect(wordsOf(one(await page('files?q=large'), 'ul.found-files li'))).toMatch(/too large$/)
    const odd = one(await page('files?q=a%3Cb'), 'ul.found-files li')
    expect(one(odd, '.ctl').attributes['data-code']).toBe('U+202E')
    expect(all(await page('files?q=zzz'), 'ul.found-files li')).toEqual([])
  })

  it('is linked from every page', async () => {
    for (const path of ['', 'search?q=x', 'view/lamp/', 'nowhere/']) {
      const html = readHtml(await (await server.get(path)).text())
      expect(one(html, '#go-to-file').attributes).toMatchObject({
        href: '/files',
        'data-api': '/api/files',
      })
    }
  })
})
