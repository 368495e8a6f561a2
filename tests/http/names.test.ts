import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer(
    {
      harbour: makeTree({
        LICENSE: 'tide\n',
        'src/tide.ts': 'hay\n',
        'docs/tide tide.md': 'hay\n',
        'tide.bin': '\0',
        'a<b>\u202etide': 'x\n',
      }),
    },
    { index: true },
  )
})

const page = async (path: string) => readHtml(await (await server.get(path)).text())

describe('type=file', () => {
  it('is answered in JSON with files, no lines, and where their paths match', async () => {
    const events = await jsonLines(await server.get('api/search?q=tide&type=file'))
    const files = events.filter(({ type }) => type === 'file')
    expect(files.map(({ path }) => path).toSorted()).toEqual(
      ['a<b>\u202etide', 'docs/tide tide.md', 'src/tide.ts', 'tide.bin'].toSorted(),
    )
    expect(files.find(({ path }) => path.startsWith('docs'))).toEqual({
      type: 'file',
      key: expect.any(String),
      repository: 'harbour',
      path: 'docs/tide tide.md',
      url: '/view/harbour/docs/tide%20tide.md',
      lines: [],
      matches: [],
      pathMatches: [
        { start: 5, end: 9 },
        { start: 10, end: 14 },
      ],
      more: null,
    })
    expect(events.at(-1)).toMatchObject({
      type: 'done',
      ledger: { end: 'complete', files: 4, matches: 5, scope: 5, leftOut: { binary: 0 } },
    })
  })

  it('is a page of links with the match marked, and a ledger of names', async () => {
    const html = await page('search?q=tide&type=file&explain=1')
    const names = all(html, 'section.file').map(wordsOf)
    expect(names).toContain('harbour docs/tide tide.md 2 matches')
    expect(names).toContain('harbour tide.bin 1 match')
    expect(wordsOf(one(html, '#summary'))).toMatch(/^4 files, 5 matches; searched 5 file names in /)
    expect(all(html, '#plan')).toHaveLength(1)
  })

  it('says what was searched, refuses other types, and keeps its own in links', async () => {
    const html = await page('search?q=tide&type=file&limit=2')
    const sections = all(html, 'section.file')
    expect(sections).toHaveLength(2)
    for (const section of sections) {
      expect(one(section, 'h2 a').attributes.href).toMatch(/^\/view\/harbour\//)
      expect(all(section, 'mark').map(textOf)[0]).toBe('tide')
    }
    expect(wordsOf(one(html, '#summary'))).toMatch(
      /^2 files, \d matches; searched \d of 5 file names in .* Stopped after 2 matching names \(max-lines\)\. Continue$/,
    )
    const next = one(html, '#summary a').attributes.href!
    expect(next).toContain('&type=file')
    const rest = await page(next.slice(1))
    expect(all(rest, 'section.file')).toHaveLength(2)
    const odd = all(await page('search?q=a%3Cb&type=file'), '.path .ctl')
    expect(odd.map(({ attributes }) => attributes['data-code'])).toEqual(['U+202E'])
    const refused = await server.get('api/search?q=tide&type=symbol')
    expect([refused.status, (await refused.json()).error.parameter]).toEqual([400, 'type'])
  })

  it('is offered where contents have nothing, and contents where names have nothing', async () => {
    const links = async (path: string) =>
      all(await page(path), '.suggestions li').map((item) => wordsOf(item))
    expect(await links('search?q=tide.ts')).toContain('in the names of files: 1 file')
    expect(await links('search?q=hay&type=file')).toContain('in what the files hold: 2 lines')
    expect(wordsOf(one(await page('search?q=hay&type=file'), '.nothing'))).toContain(
      'No name of a file matches hay',
    )
  })
})
