import { symlinkSync, unlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'

/** The smallest PNG. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let server: TestServer
let tree: GitTree
let first: string
let second: string
/** A commit that only a reflog leads to. */
let lost: string

beforeAll(async () => {
  tree = makeGitTree({
    'src/code.c': 'int one;\n',
    'src/gone.c': 'int gone;\n',
    'src/crlf.txt': 'a\nb\n',
    '.env': 'secret-env\n',
    '.gitignore': 'forced.txt\nbuild/\n',
    'forced.txt': 'secret-forced\n',
    'build/out.txt': 'secret-out\n',
    'later.txt': 'secret-later\n',
    'odd/--help': 'dashes\n',
    'odd/new\nline.txt': 'broken\n',
    'odd/<b>.txt': 'markup\n',
    'odd/utf16.txt': Buffer.from('\ufeffgrün\n', 'utf16le'),
    'odd/blob.bin': '\0\x01',
    'odd/large.txt': 'big\n'.repeat(300),
    'odd/lfs.psd': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`,
    'dir@2/x.txt': 'at\n',
    'docs/README.md': '# Then\n\n![dot](dot.png) ![hidden](../.env) [code](../src/code.c#L1)\n',
    'docs/dot.png': dot,
    'docs/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'docs/not.png': '<script>alert(1)</script>',
  })
  tree.write(Buffer.from('odd/f\xe8.txt', 'latin1'), 'not utf-8\n')
  symlinkSync('../../etc/passwd', `${tree.root}/odd/link`)
  tree.git('add', '--force', 'forced.txt', 'build/out.txt')
  first = tree.commit('One\n\nIts body.')
  tree.git('tag', 'v1')
  tree.git('tag', '--annotate', '--message', 'Tagged', 'v1-annotated')
  tree.git('tag', 'just-a-tree', `${first}^{tree}`)
  tree.git('branch', 'feature/one')
  unlinkSync(`${tree.root}/src/gone.c`)
  unlinkSync(`${tree.root}/docs/dot.png`)
  tree.write('docs/README.md', '# Now\n')
  tree.write('src/code.c', 'int one;\nint two;\n')
  second = tree.commit('Two <script>\u202e')
  tree.write('src/code.c', 'int lost;\n')
  lost = tree.commit('Lost')
  tree.git('reset', '--quiet', '--hard', second)
  tree.write('src/code.c', 'int one;\nint two;\nint three;\n')
  tree.write('src/crlf.txt', 'a\r\nb\r\n')
  // What is ignored today is not to be had from yesterday.
  tree.write('.ignore', 'later.txt\n')
  server = await startServer({ repo: tree }, { limits: { fileBytes: 1_000 } })
})

const get = async (path: string) => {
  const answer = await server.get(path)
  return { status: answer.status, answer, text: await answer.text() }
}
const page = async (path: string) => {
  const { status, text } = await get(path)
  expect([path, status]).toEqual([path, 200])
  return readHtml(text)
}
const codeOf = async (path: string) =>
  all(await page(path), '.code code')
    .map(textOf)
    .join('\n')

describe('a file at a revision', () => {
  it.each([
    ['a commit', () => first],
    ['the beginning of an id', () => first.slice(0, 4)],
    ['one in capitals', () => first.slice(0, 12).toUpperCase()],
    ['a tag', () => 'v1'],
    ['a tag with a message', () => 'v1-annotated'],
    ['a branch with a slash', () => 'feature%2Fone'],
    ['a whole name', () => 'refs%2Fheads%2Ffeature%2Fone'],
  ])('is shown as it was: %s', async (_what, revision) => {
    expect(await codeOf(`view/repo@${revision()}/src/code.c`)).toBe('int one;')
  })

  it('says which commit, and leads to the file as it is now', async () => {
    const root = await page(`view/repo@${first}/src/code.c`)
    const words = wordsOf(one(root, 'p.pinned'))
    expect(words).toMatch(
      new RegExp(
        `^As of ${first.slice(0, 10)} \\d+ years? ago by Ada Writer: One · Latest, which differs$`,
      ),
    )
    expect(one(root, 'p.pinned time').attributes).toEqual({
      datetime: '2024-01-01T00:01:00Z',
      title: '2024-01-01 00:01 UTC',
    })
    expect(one(root, 'a#latest').attributes.href).toBe('/view/repo/src/code.c')
    expect(all(root, 'nav.trail a').map(({ attributes }) => attributes.href)).toEqual([
      `/view/repo@${first}/`,
      `/view/repo@${first}/src/`,
    ])
  })

  it('says whether it is the same now, or gone', async () => {
    const latest = async (path: string) =>
      wordsOf(one(await page(path), 'p.pinned')).replace(/^.*· /, '')
    expect(await latest(`view/repo@${first}/src/gone.c`)).toBe('not here any more')
    expect(await latest(`view/repo@${first}/odd/--help`)).toBe('Latest')
    // A checkout with other line ends is no other file.
    expect(await latest(`view/repo@${first}/src/crlf.txt`)).toBe('Latest')
  })

  it('shows a stranger’s words as text', async () => {
    const root = await page(`view/repo@${second}/src/code.c`)
    expect(wordsOf(one(root, 'p.pinned .subject'))).toBe('Two <script>‹U+202E›')
  })

  it('leads from the live file to the commit that is checked out', async () => {
    const href = one(await page('view/repo/src/code.c'), 'a#pin').attributes.href!
    expect(href).toBe('/view/repo@HEAD/src/code.c')
    const { status, answer } = await get(href.slice(1))
    expect([status, answer.headers.get('location')]).toEqual([
      302,
      `/view/repo@${second}/src/code.c`,
    ])
    expect(await codeOf(`view/repo@${second}/src/code.c`)).toBe('int one;\nint two;')
    // It is permanent already.
    expect(all(await page(`view/repo@${second}/src/code.c`), 'a#pin')).toEqual([])
  })

  it('has a box that searches what is shown', async () => {
    const box = async (path: string) => {
      const root = await page(path)
      const rev = one(root, 'input[name=rev]').attributes.value
      const chosen = all(root, 'select[name=repo] option').filter(
        ({ attributes }) => 'selected' in attributes,
      )
      const { placeholder } = one(root, 'input[name=q]').attributes
      return [rev, chosen.map(textOf), placeholder]
    }
    const whole = [first, ['repo'], `Search code at ${first.slice(0, 10)}`]
    const tag = ['v1', ['repo'], 'Search code at v1']
    const live = ['', ['repo'], 'Search code']
    expect(await box(`view/repo@${first}/src/code.c`)).toEqual(whole)
    expect(await box(`view/repo@${first}/src/code.c?q=int`)).toEqual(whole)
    expect(await box('view/repo@v1/src/')).toEqual(tag)
    expect(await box('view/repo@v1/odd/link')).toEqual(tag)
    expect(await box('history/repo@v1/src/code.c')).toEqual(tag)
    expect(await box('view/repo/src/code.c')).toEqual(live)
    expect(await box('history/repo/src/code.c')).toEqual(live)
  })

  it('may be kept for a while if its address says the whole id, and is asked for again otherwise', async () => {
    const control = async (path: string) => (await get(path)).answer.headers.get('cache-control')
    expect(await control(`view/repo@${first}/src/code.c`)).toBe('private, max-age=300')
    expect(await control(`raw/repo@${first}/src/code.c`)).toBe('private, max-age=86400')
    expect(await control('view/repo@v1/src/code.c')).toBe('private, no-cache')
    expect(await control('raw/repo@v1/src/code.c')).toBe('private, no-cache')
    const tag = (await get('view/repo@v1/src/code.c')).answer.headers.get('etag')!
    const again = await server.get('view/repo@v1/src/code.c', { headers: { 'if-none-match': tag } })
    expect(again.status).toBe(304)
  })

  it('has odd names', async () => {
    expect(await codeOf(`view/repo@${first}/odd/--help`)).toBe('dashes')
    expect(await codeOf(`view/repo@${first}/odd/new%0Aline.txt`)).toBe('broken')
    expect(await codeOf(`view/repo@${first}/odd/%3Cb%3E.txt`)).toBe('markup')
    expect(await codeOf(`view/repo@${first}/odd/utf16.txt`)).toBe('grün')
    const b64 = Buffer.from('odd/f\xe8.txt', 'latin1').toString('base64url')
    expect(await codeOf(`view/repo@${first}/?b64=${b64}`)).toBe('not utf-8')
    expect(await codeOf(`view/repo@${first}/dir@2/x.txt`)).toBe('at')
    expect(await codeOf('view/repo/dir@2/x.txt')).toBe('at')
  })

  it('is not followed where it is a link, and says what it is', async () => {
    const said = async (path: string) => wordsOf(one(await page(path), 'section.failure'))
    expect(await said(`view/repo@${first}/odd/link`)).toBe(
      'A symbolic link, which is not followed. It leads to: ../../etc/passwd',
    )
    expect(await said(`view/repo@${first}/odd/large.txt`)).toContain('more than 1.0 kB')
    expect(await said(`view/repo@${first}/odd/blob.bin`)).toContain('binary')
    expect((await get(`view/repo@${first}/odd/link/etc`)).status).toBe(404)
    expect((await get(`raw/repo@${first}/odd/link`)).status).toBe(404)
    expect((await get(`view/repo@${first}/odd/lfs.psd`)).text).toContain('Git LFS')
  })

  it('has raw bytes and lines for programs', async () => {
    const raw = await get(`raw/repo@${first}/src/code.c`)
    expect([raw.status, raw.text]).toEqual([200, 'int one;\n'])
    expect(raw.answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(raw.answer.headers.get('content-security-policy')).toContain('sandbox')
    const binary = await get(`raw/repo@${first}/odd/blob.bin`)
    expect(binary.answer.headers.get('content-type')).toBe('application/octet-stream')
    const lines = JSON.parse((await get(`api/lines/repo@${second}/src/code.c?from=2`)).text)
    expect(lines.url).toBe(`/view/repo@${second}/src/code.c`)
    expect(lines.lines.map(({ text }: { text: string }) => text)).toEqual(['int two;'])
  })
})

describe('a picture at a revision', () => {
  it('is shown by its bytes, and never as anything that runs', async () => {
    const { status, answer } = await get(`image/repo@${first}/docs/dot.png`)
    expect([status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(answer.headers.get('content-security-policy')).toContain('sandbox')
    expect(answer.headers.get('cache-control')).toBe('private, max-age=86400')
    const again = await server.get('image/repo@v1/docs/dot.png', {
      headers: { 'if-none-match': answer.headers.get('etag')! },
    })
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'private, no-cache'])
    const drawing = (await get('image/repo@v1/docs/drawing.svg')).answer.headers
    expect(drawing.get('content-type')).toBe('image/svg+xml')
    expect(drawing.get('content-security-policy')).toContain('sandbox')
    const shown = await page('view/repo@v1/docs/dot.png')
    expect(one(shown, '.shown-picture img').attributes.src).toBe('/image/repo@v1/docs/dot.png')
  })

  it.each(['docs/not.png', 'docs/', 'docs', '.env', 'forced.txt', 'odd/link', 'never.png'])(
    'is not %s',
    async (path) => {
      expect((await get(`image/repo@v1/${path}`)).status).toBe(404)
    },
  )
})

/** A directory of the first commit. */
const urlOf = (name: string) => `/view/repo@v1/${encodeURIComponent(name)}/`

it.each([
  ['odd/blob.bin', ['Permanent link', 'History']],
  ['odd/blob.bin?blame=1', ['Permanent link', 'History']],
  ['docs/dot.png', ['Download', 'Permanent link', 'History']],
  ['docs/dot.png?blame=1', ['Download', 'Permanent link', 'History']],
  ['docs/drawing.svg', ['Source', 'Download', 'Permanent link', 'Blame', 'History']],
])(
  '%s, no text, has a history and a permanent link, and blame only if it has lines',
  async (path, links) => {
    const root = await page(`view/repo@v1/${path}`)
    expect(all(root, '.facts a').map(textOf)).toEqual(links)
  },
)

describe('a directory at a revision', () => {
  it('lists what was there and may be seen', async () => {
    const names = async (path: string) => all(await page(path), 'td a').map(textOf)
    expect(await names(`view/repo@${first}/`)).toEqual(['dir@2/', 'docs/', 'odd/', 'src/'])
    expect(await names(`view/repo@${first}/src/`)).toEqual(['code.c', 'crlf.txt', 'gone.c'])
  })

  it('shows the README of then below, with its pictures and links', async () => {
    const root = await page('view/repo@v1/docs/')
    expect(textOf(one(root, '.readme .markdown'))).toContain('Then')
    expect(all(root, '.readme img').map(({ attributes }) => attributes.src)).toContain(
      '/image/repo@v1/docs/dot.png',
    )
    expect(one(root, '.readme .markdown p a').attributes.href).toBe('/view/repo@v1/src/code.c#L1')
    expect(all(await page('view/repo@v1/src/'), '.readme')).toEqual([])
  })

  it('has its siblings beside it, and so have files', async () => {
    const beside = async (path: string) => {
      const root = await page(path)
      const links = all(root, '.tree a').map(({ attributes }) => attributes.href)
      return [links, textOf(one(root, '.tree [aria-current]'))]
    }
    expect(await beside(`view/repo@v1/src/gone.c`)).toEqual([
      [
        ...['/view/repo@v1/', '/view/repo@v1/src/'],
        ...['code.c', 'crlf.txt', 'gone.c'].map((name) => `/view/repo@v1/src/${name}`),
      ],
      'gone.c',
    ])
    expect(await beside('view/repo@v1/src/')).toEqual([
      ['/view/repo@v1/', ...['dir@2', 'docs', 'odd', 'src'].map(urlOf)],
      'src/',
    ])
    expect(all(await page('view/repo@v1/'), '.tree')).toEqual([])
  })

  it('has one address', async () => {
    const { status, answer } = await get('view/repo@v1/src')
    expect([status, answer.headers.get('location')]).toEqual([301, '/view/repo@v1/src/'])
    const head = await get('view/repo@HEAD/src/')
    expect(head.answer.headers.get('location')).toBe(`/view/repo@${second}/src/`)
  })
})

describe('nothing is to be had', () => {
  it.each([
    ['a hidden file', '.env'],
    ['a file in .git', '.git/config'],
    ['a file that git tracks and the rules ignore', 'forced.txt'],
    ['one in a directory that they ignore', 'build/out.txt'],
    ['one that they ignore today', 'later.txt'],
    ['what was never there', 'never.txt'],
  ])('of %s, and all are told alike', async (_what, path) => {
    for (const kind of ['view', 'raw', 'api/lines']) {
      const { status, text } = await get(`${kind}/repo@${first}/${path}`)
      expect([kind, status]).toEqual([kind, 404])
      expect(text).not.toContain('secret')
      const never = await get(`${kind}/repo@${first}/never.txt`)
      expect(text.replaceAll(path, 'never.txt')).toBe(never.text)
    }
  })

  it.each([
    ['a commit that nothing leads to any more', () => lost],
    ['the beginning of its id', () => lost.slice(0, 12)],
    ['a tree', () => 'just-a-tree'],
    ['an id of no object', () => '0123456789'.repeat(4)],
    ...[
      '--output=x',
      '-h',
      'HEAD:..%2Fx',
      'HEAD~1',
      '@%7B-1%7D',
      'HEAD%5E%7B%2Fregex%7D',
      ':%2Ftext',
      'v1%00',
      'v1%0A',
      '',
      'main..v1',
      'x'.repeat(10_000),
    ].map((revision): [string, () => string] => [revision.slice(0, 20), () => revision]),
  ])('at %s', async (_what, revision) => {
    expect((await get(`view/repo@${revision()}/src/code.c`)).status).toBe(404)
    expect((await get(`raw/repo@${revision()}/src/code.c`)).status).toBe(404)
  })

  it('above the repository', async () => {
    for (const path of ['..%2Fx', '%2e%2e/x', 'src//code.c', 'src/code.c%00']) {
      expect([path, (await get(`view/repo@${first}/${path}`)).status]).toEqual([path, 404])
    }
  })
})

describe('where there is no git', () => {
  it('everything else works, and the page says so', async () => {
    const without = await startServer({ repo: tree }, { gitPath: '/nonexistent/git' })
    const live = await (await without.get('view/repo/src/code.c')).text()
    expect(all(readHtml(live), 'a#pin')).toEqual([])
    const then = await without.get(`view/repo@${first}/src/code.c`)
    expect([then.status, (await then.text()).includes('git is not installed')]).toEqual([404, true])
  })

  it('nor a checkout, it says so', async () => {
    const other = await startServer({ plain: { ...tree, root: `${tree.root}/src` } })
    const then = await other.get('view/plain@main/code.c')
    expect([then.status, (await then.text()).includes('no git checkout')]).toEqual([404, true])
  })
})
