import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, wordsOf } from './html.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    harbour: makeTree({
      'top.txt': 'needle\n',
      'src/a b.ts': 'needle\n',
      'src/tide.ts': Array.from({ length: 40 }, (_, i) => `needle ${i + 1}\n`).join(''),
      'docs/keeper.md': 'the Needle\n',
      'blob/main/odd.txt': 'needle\n',
    }),
    'isles/lamp': makeTree({ 'lamp.c': 'int needle;\n' }),
  })
})

/** Where an address leads, in one step, with a page at its end. */
async function leadsTo(path: string): Promise<string> {
  const answer = await server.get(path)
  expect([path, answer.status]).toEqual([path, 301])
  const location = answer.headers.get('location')!
  const page = await server.get(location.slice(1))
  expect([location, page.status]).toEqual([location, 200])
  if (page.headers.get('content-type')?.startsWith('text/html')) readHtml(await page.text())
  return location
}

describe('a search as another search has it', () => {
  it.each<[who: string, from: string, to: string]>([
    ['Sourcebot', 'search?query=needle', 'q=needle'],
    [
      'Sourcebot',
      'search?query=needle&matches=50&isRegexEnabled=true&isCaseSensitivityEnabled=true',
      'q=needle&regex=1&case=sensitive&limit=50',
    ],
    [
      'Sourcebot',
      'search?query=needle&isRegexEnabled=false&isCaseSensitivityEnabled=false',
      'q=needle&case=ignore',
    ],
    [
      'Sourcegraph',
      'search?q=needle&patternType=regexp&case=yes&sm=0',
      'q=needle&regex=1&case=sensitive',
    ],
    ['Sourcegraph', 'search?q=needle&patternType=literal', 'q=needle'],
    ['Sourcegraph', 'search?q=needle&patternType=keyword&case=no', 'q=needle&case=ignore'],
    ['livegrep', 'search/all?q=needle&fold_case=auto&regex=false&context=true', 'q=needle'],
    [
      'livegrep',
      'search/all?q=needle&fold_case=true&regex=true&context=false&repo%5B%5D=harbour',
      'q=needle&regex=1&case=ignore&repo=harbour&context=0',
    ],
    ['livegrep', 'search/all?q=needle&fold_case=false', 'q=needle&regex=1&case=sensitive'],
    ['livegrep', 'search?q=needle&fold_case=auto&regex=false', 'q=needle'],
    ['Zoekt', 'search?q=needle&num=50&ctx=3&order=&debug=1', 'q=needle&context=3&limit=50'],
    ['Zoekt', 'search?q=needle&num=&ctx=99', 'q=needle&context=10'],
    ['Hound', '?q=needle&i=fosho', 'q=needle&regex=1&case=ignore'],
    [
      'Hound',
      '?q=needle&i=nope&literal=true&repos=harbour,isles/lamp&rng=0:20',
      'q=needle&case=sensitive&repo=harbour&repo=isles%2Flamp',
    ],
    [
      'Hound',
      '?q=needle&files=%5C.ts%24&excludeFiles=%5Edocs&repos=*&stats=1',
      'q=needle&regex=1&case=sensitive&path=%2F%5C.ts%24%2F&path=%21%2F%5Edocs%2F',
    ],
    [
      'Hound, its boxes unticked',
      '?q=fo.&i=nope&literal=nope&files=&excludeFiles=&repos=',
      'q=fo.&regex=1&case=sensitive',
    ],
    ['Hound', '?q=needle&literal=&i=', 'q=needle&regex=1&case=sensitive'],
    ['Hound', 'search?q=needle&i=maybe', 'q=needle&case=sensitive'],
    ['cs', '?q=needle', 'q=needle'],
    ['cs', '?q=needle&ext=ts,md', 'q=needle&lang=ts&lang=md'],
    [
      'OpenGrok',
      'search?full=needle&project=harbour&type=typescript&n=25&sort=fullpath',
      'q=needle&repo=harbour&lang=typescript&limit=25',
    ],
    ['OpenGrok', 'search?full=needle&path=src', 'q=needle&path=src'],
    [
      'searchfox',
      'harbour/search?q=needle&path=*.ts&case=true&regexp=true',
      'q=needle&regex=1&case=sensitive&repo=harbour&path=*.ts',
    ],
    [
      'searchfox',
      'mozilla-central/search?q=needle&case=false&regexp=false',
      'q=needle&case=ignore',
    ],
    ['DCS', 'search?q=needle&literal=1', 'q=needle'],
    ['DCS', 'search?q=needle&literal=0&perpkg=1&page=2', 'q=needle&regex=1&unread=page%3D2'],
    ['DCS', 'search?q=needle&literal=0&page=1', 'q=needle&regex=1'],
    ['searchfox', 'harbour/query?q=needle', 'q=needle&repo=harbour'],
    ['OpenGrok', 'search?q=needle&sort=relevancy', 'q=needle'],
    ['any', 'search?q=needle&sort=relevance&page=3', 'q=needle&unread=page%3D3'],
    [
      'any',
      'search?q=needle&path=-src&lang=-c&repo=-harbour&path=*.txt',
      'q=needle&repo=%21harbour&path=*.txt&path=%21src&lang=%21c',
    ],
    ['GitHub', 'search?q=needle&type=code', 'q=needle'],
    ['GitHub', 'search?q=needle&l=C&type=code', 'q=needle&lang=C'],
    ['GitHub', 'search?q=repo%3Aharbour+needle&type=code', 'q=repo%3Aharbour+needle'],
    [
      'grep.app',
      'search?q=needle&regexp=true&case=true&words=true&filter[lang][0]=C&filter[repo][0]=isles/lamp',
      'q=needle&regex=1&word=1&case=sensitive&repo=isles%2Flamp&lang=C',
    ],
    [
      'grep.app',
      'search?q=needle&f.lang=C&filter%5Bpath.pattern%5D%5B0%5D=lam',
      'q=needle&path=%2Flam%2F&lang=C',
    ],
    [
      'ripgrep habits',
      'search?pattern=needle&glob=*.ts&glob=!docs&ignore=on',
      'q=needle&case=ignore&path=*.ts&path=%21docs',
    ],
    [
      'values in words',
      'search?q=needle&regex=true&word=yes&multiline=off',
      'q=needle&regex=1&word=1',
    ],
    ['the other order', 'search?regex=false&q=needle&case=auto', 'q=needle'],
    ['both names', 'search?q=needle&query=other&r=harbour', 'q=needle&repo=harbour'],
    ['filters in the text', 'search?query=needle+file%3Ax', 'q=needle+file%3Ax'],
  ])('%s: %s', async (_who, from, to) => {
    expect(await leadsTo(from)).toBe(`/search?${to}`)
  })

  it.each<[who: string, from: string, to: string]>([
    [
      'Sourcegraph',
      'search?q=file:%5C.ts$+needle&patternType=literal',
      'q=needle&path=%2F%5C.ts%24%2F',
    ],
    ['Zoekt', 'search?q=f:%5C.ts$+needle&num=50', 'q=needle&path=%2F%5C.ts%24%2F&limit=50'],
    [
      'livegrep',
      'search/app?q=needle+path:%5C.ts$&regex=false&fold_case=auto',
      'q=needle&path=%2F%5C.ts%24%2F',
    ],
    ['livegrep', 'search/app?q=needle+-file:md$', 'q=needle&regex=1&path=%21%2Fmd%24%2F'],
    [
      'Sourcebot',
      'search?query=needle+repo:harb+file:tide&isRegexEnabled=false',
      'q=needle&repo=%2Fharb%2F&path=%2Ftide%2F',
    ],
    [
      'Sourcegraph',
      'search?q=repo:%5Eharbour$+needle&patternType=literal',
      'q=needle&repo=harbour',
    ],
    [
      'Sourcegraph',
      'search?q=repo:%5Egithub%5C.com/x/harbour$+needle&sm=0',
      'q=needle&repo=harbour',
    ],
    [
      'Sourcegraph',
      'search?q=-repo:github.com/x/isles/lamp+needle&sm=0',
      'q=needle&repo=%21isles%2Flamp',
    ],
    ['Sourcegraph', 'search?q=file:/tide/+needle&sm=0', 'q=needle&path=%2Ftide%2F'],
    [
      'Sourcegraph',
      'search?q=context:global+needle+count:all+select:file&patternType=keyword',
      'q=needle&unread=select%3Afile',
    ],
    [
      'Sourcegraph',
      'search?q=needle+file:has.content(x)+-author:me&patternType=keyword',
      'q=needle&unread=file%3Ahas.content%28x%29&unread=-author%3Ame',
    ],
    ['Sourcegraph', 'search?q=/nee.le/&patternType=keyword', 'q=nee.le&regex=1'],
    ['Sourcegraph', 'search?q=%22int+needle%22&patternType=keyword', 'q=int+needle'],
    ['Sourcegraph', 'search?q=needle+AND+int&patternType=keyword', 'q=needle&has=int'],
    [
      'Sourcegraph',
      'search?q=needle+NOT+int+AND+!x&patternType=literal',
      'q=needle&has=%21int&has=%5C%21x',
    ],
    [
      'Sourcegraph',
      'search?q=needle+OR+f(+lang:c&sm=1',
      'q=%28%3F%3Aneedle%29%7C%28%3F%3Af%5C%28%29&regex=1&lang=c',
    ],
    [
      'Sourcegraph',
      'search?q=needle+OR+(a+AND+b)&patternType=keyword',
      'q=needle+OR+%28a+AND+b%29&unread=OR%2C+AND',
    ],
    [
      'Sourcegraph',
      'search?q=n.*e+AND+a.c&patternType=regexp',
      'q=n.*e+AND+a.c&regex=1&unread=AND',
    ],
  ])(
    'whose filters are regexes, and whose words are not all ours, %s: %s',
    async (_who, from, to) => {
      expect(await leadsTo(from)).toBe(`/search?${to}`)
    },
  )

  it('and says what it could not read', async () => {
    const words = async (path: string) =>
      wordsOf(one(readHtml(await (await server.get(path)).text()), 'p.offer'))
    expect(await words('search?q=needle&unread=select%3Afile&unread=%3Cb%3E')).toBe(
      'Of another search’s address, without a meaning here: select:file, <b>.',
    )
    expect(await words('search?q=needle&unread=page%3D2')).toContain('this is the first.')
    expect(await words('search?q=needle&unread=OR')).toContain('searched for as text.')
  })

  it('Hound’s programs are led to ours, and who wants JSON of a page is told where it is', async () => {
    const answer = await server.get('api/v1/search?q=fo.&repos=harbour&i=true')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      ...[301, '/api/search?q=fo.&regex=1&case=ignore&repo=harbour'],
    ])
    for (const format of ['json', 'jsonl']) {
      const refused = await server.get(`search?q=needle&format=${format}`)
      expect(refused.status).toBe(400)
      expect(await refused.text()).toContain('JSON lines are at /api/search')
    }
  })

  it('is so for programs too', async () => {
    const answer = await server.get('api/search?query=needle&isRegexEnabled=true')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      ...[301, '/api/search?q=needle&regex=1'],
    ])
  })

  it.each([
    'search?q=needle',
    'search?q=needle&regex=1&case=sensitive&path=a&unheard=of',
    'search?q=needle+case%3Ayes',
    'search?q=needle&sm=0&order=1',
    '?theme=dark',
  ])('and one that is ours is answered at once: %s', async (path) => {
    expect((await server.get(path)).status).toBe(200)
  })

  it.each(['regex=maybe', 'case=Upper', 'type=everything', 'context=many'])(
    'and a value that means nothing to anybody is refused: %s',
    async (more) => expect((await server.get(`search?q=needle&${more}`)).status).toBe(400),
  )

  it('leads nowhere twice: what it leads to is ours', async () => {
    const location = await leadsTo('search?query=needle&words=on&ctx=1&repo%5B%5D=harbour')
    const root = readHtml(await (await server.get(location.slice(1))).text())
    expect(one(root, 'link[rel=canonical]').attributes.href).toBe(location)
    expect(all(root, 'section.file').length).toBeGreaterThan(1)
  })
})

describe('a file as another search names it', () => {
  const tide = '/view/harbour/src/tide.ts'
  it.each<[who: string, from: string, to: string]>([
    ['GitHub', 'torvalds/harbour/blob/main/src/tide.ts', tide],
    ['GitHub', 'torvalds/harbour/blob/feature/x/src/tide.ts', tide],
    ['GitHub', 'harbour/blob/1f3c5e7/src/a%20b.ts', '/view/harbour/src/a%20b.ts'],
    ['GitHub', 'x/isles/lamp/blob/main/lamp.c', '/view/isles/lamp/lamp.c'],
    ['GitHub', 'torvalds/harbour/tree/main/src', '/view/harbour/src/'],
    ['GitHub', 'torvalds/harbour/tree/main', '/view/harbour/'],
    [
      'GitHub, a file in blob/main',
      'torvalds/harbour/blob/v1/blob/main/odd.txt',
      '/view/harbour/blob/main/odd.txt',
    ],
    ['GitLab', 'group/harbour/-/blob/main/src/tide.ts', tide],
    ['Gitea', 'owner/harbour/src/branch/main/src/tide.ts', tide],
    [
      'Sourcegraph',
      'github.com/x/harbour@v1.2/-/blob/src/tide.ts?L10:5-20:3',
      `${tide}?L=10C5-20C3#L10`,
    ],
    ['Sourcegraph', 'github.com/x/harbour/-/blob/src/tide.ts?L10-20', `${tide}?L=10-20#L10`],
    ['Sourcegraph', 'harbour@feature/x/-/tree/src', '/view/harbour/src/'],
    [
      'Sourcebot',
      'browse/github.com/x/harbour@HEAD/-/blob/src/tide.ts?highlightRange=10:5,20:3',
      `${tide}?L=10C5-20C3#L10`,
    ],
    ['Sourcebot', 'browse/harbour/-/blob/src/tide.ts?highlightRange=10,20', `${tide}?L=10-20#L10`],
    ['OpenGrok', 'xref/harbour/src/tide.ts', tide],
    ['OpenGrok', 'download/harbour/src/tide.ts', '/raw/harbour/src/tide.ts'],
    ['OpenGrok', 'source/xref/isles/lamp/lamp.c', '/view/isles/lamp/lamp.c'],
    ['searchfox', 'harbour/source/src/tide.ts', tide],
    ['searchfox', 'harbour/rev/1f3c5e7/src/tide.ts', tide],
    ['any', 'source/harbour/src/tide.ts', tide],
    ['any', 'browse/harbour/src/tide.ts', tide],
    ['cs', 'file/src/tide.ts', tide],
    ['DCS', 'show?file=harbour_1.2-3/src/tide.ts&line=10', `${tide}#L10`],
    ['Zoekt', 'print?r=github.com/x/harbour&f=src/tide.ts&b=main&num=50', tide],
    ['datasette-ripgrep', '-/ripgrep/view/src/tide.ts', tide],
  ])('%s: %s', async (_who, from, to) => {
    expect(await leadsTo(from)).toBe(to)
  })

  it.each([
    'torvalds/harbour/blob/main/nothing.ts',
    'torvalds/nowhere/blob/main/src/tide.ts',
    'xref/harbour/../../etc/passwd',
    'show',
    'show?file=',
    'print?r=harbour',
    'blob/main/x',
    '-/blob/',
    'x/-/blob/%00',
    `${'a/'.repeat(2_000)}blob/main/x`,
    '%ff/blob/main/x',
  ])('that is not here is no redirect: %s', async (path) => {
    const answer = await server.get(path)
    expect([400, 404]).toContain(answer.status)
  })

  it('is found below a base path too, and never leads elsewhere', async () => {
    const below = await startServer(
      { harbour: makeTree({ 'a.c': 'needle\n' }) },
      { basePath: '/code/' },
    )
    for (const [from, to] of [
      ['x/harbour/blob/main/a.c', '/code/view/harbour/a.c'],
      ['search?query=needle', '/code/search?q=needle'],
      ['?q=needle', '/code/search?q=needle'],
      ['search/x?q=needle', '/code/search?q=needle&regex=1'],
    ] as const) {
      const answer = await below.get(from)
      expect([from, answer.status, answer.headers.get('location')]).toEqual([from, 301, to])
    }
  })
})
