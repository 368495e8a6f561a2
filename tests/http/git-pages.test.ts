import { chmodSync, symlinkSync, unlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer
let tree: GitTree
let first: string
let second: string
let third: string
let merge: string

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}`)

beforeAll(async () => {
  tree = makeGitTree({
    'old name.txt': `${numbered(30).join('\n')}\n`,
    'gone.txt': 'gone\n',
    '.env': 'secret-env\n',
    'turns.txt': 'a file\n',
    'blob.bin': '\0one',
    'a\tb"c.txt': 'odd\n',
  })
  tree.write(Buffer.from('f\xe8.txt', 'latin1'), 'not utf-8\n')
  first = tree.commit('First <b>\n\nBody <script>alert(1)</script>\n\u202ereversed')
  tree.git('mv', 'old name.txt', 'name.txt')
  second = tree.commit('Renamed')
  const lines = numbered(30)
  lines[9] = 'LINE 10'
  lines.push('no newline here')
  tree.write('name.txt', lines.join('\n'))
  tree.write('.env', 'secret-two\n')
  tree.write('blob.bin', '\0two')
  tree.write('a\tb"c.txt', 'odder\n')
  tree.write(Buffer.from('f\xe8.txt', 'latin1'), 'still not\n')
  unlinkSync(`${tree.root}/gone.txt`)
  unlinkSync(`${tree.root}/turns.txt`)
  symlinkSync('/etc/passwd', `${tree.root}/turns.txt`)
  third = tree.commit('Third')
  tree.git('checkout', '--quiet', '-b', 'side/<i>', second)
  tree.write('side.txt', 'side\n')
  tree.commit('Side')
  tree.git('checkout', '--quiet', 'main')
  tree.git('merge', '--quiet', '--no-edit', 'side/<i>')
  merge = tree.git('rev-parse', 'HEAD')
  tree.git('tag', '--annotate', '--message', 'One', 'v1', first)
  tree.git('tag', 'v2', second)
  server = await startServer({ repo: tree })
})

const page = async (path: string): Promise<Element> => {
  const answer = await server.get(path)
  const text = await answer.text()
  expect([path, answer.status]).toEqual([path, 200])
  expect(text).not.toContain('secret')
  return readHtml(text)
}
const statusOf = async (path: string) => (await server.get(path)).status

describe('a commit’s page', () => {
  it('has the commit in its own words, as text', async () => {
    const root = await page(`commit/repo@${first}`)
    expect(wordsOf(one(root, 'h1'))).toBe('First <b>')
    expect(textOf(one(root, 'pre.message'))).toBe(
      'Body <script>alert(1)</script>\n‹U+202E›reversed',
    )
    const terms = wordsOf(one(root, 'dl.terms'))
    expect(terms).toContain(first)
    expect(terms).toContain('Ada Writer, 2024-01-01 00:01 UTC')
    expect(terms).toContain('Cy Committer')
    expect(terms).toContain('none: the history begins here')
  })

  it('has the files, without those that may not be seen', async () => {
    const root = await page(`commit/repo@${third}`)
    const changed = all(root, 'ul.changed li').map(wordsOf)
    expect(changed).toEqual([
      'a‹U+0009›b"c.txt +1 −1'.replace('‹U+0009›', ' '),
      'blob.bin',
      'f\ufffd.txt +1 −1',
      'gone.txt removed +0 −1',
      'name.txt +2 −1',
      'turns.txt +1 −1',
    ])
    expect(wordsOf(root)).toContain('1 file that may not be seen here')
    expect(wordsOf(root)).not.toContain('.env')
  })

  it('shows each difference with links to its lines', async () => {
    const root = await page(`commit/repo@${third}`)
    const rows = (path: string) =>
      all(one(root, `section.file[data-path=${path}]`), '.diff .row').map((row) => ({
        kind: row.attributes['data-kind'],
        href: all(row, 'a.n')[0]?.attributes.href,
        text: textOf(one(row, 'code')),
      }))
    const name = rows('name.txt')
    expect(name.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'old', href: `/view/repo@${second}/name.txt#L10`, text: 'line 10' },
      { kind: 'new', href: `/view/repo@${third}/name.txt#L10`, text: 'LINE 10' },
      { kind: 'new', href: `/view/repo@${third}/name.txt#L31`, text: 'no newline here no newline' },
    ])
    expect(name[0]).toEqual({
      kind: 'same',
      href: `/view/repo@${third}/name.txt#L7`,
      text: 'line 7',
    })
    expect(rows('gone.txt')).toEqual([
      { kind: 'old', href: `/view/repo@${second}/gone.txt#L1`, text: 'gone' },
    ])
    // A file that has become a link is two patches of one file, and those behind it are still their own.
    expect(rows('turns.txt').map(({ text }) => text)).toEqual(['a file', '/etc/passwd no newline'])
    expect(wordsOf(one(root, 'section.file[data-path=blob.bin]'))).toContain('binary')
    for (const { href } of name) expect(await statusOf(href!.slice(1))).toBe(200)
  })

  it('tells renames', async () => {
    const root = await page(`commit/repo@${second}`)
    expect(all(root, 'ul.changed li').map(wordsOf)).toEqual([
      'old name.txt → name.txt renamed +0 −0',
    ])
    expect(wordsOf(one(root, 'section.file'))).toContain('No line has changed')
  })

  it('compares a merge with one of its parents, as wanted', async () => {
    const files = async (query: string) =>
      all(await page(`commit/repo@${merge}${query}`), 'ul.changed a').map(textOf)
    expect(await files('')).toEqual(['side.txt'])
    expect(await files('?parent=2')).toContain('name.txt')
    expect(await files('?parent=9')).toEqual(['side.txt'])
  })

  it('has one address', async () => {
    const answer = await server.get('commit/repo@v1')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/commit/repo@${first}`])
    expect(await statusOf('commit/repo')).toBe(404)
    expect(await statusOf(`commit/repo@${first}/name.txt`)).toBe(404)
    expect(await statusOf('commit/repo@--help')).toBe(404)
  })
})

describe('a history', () => {
  const subjects = (root: Element) => all(root, 'ol.history a.subject').map(textOf)

  it('of a file follows its renames', async () => {
    const root = await page('history/repo/name.txt')
    expect(subjects(root)).toEqual(['Third', 'Renamed', 'First <b>'])
    const links = all(root, 'ol.history a').map(({ attributes }) => attributes.href)
    expect(links).toContain(`/view/repo@${first}/old%20name.txt`)
    expect(links).toContain(`/view/repo@${third}/name.txt?blame=1`)
    expect(wordsOf(root)).toContain('then old name.txt')
    for (const href of links) expect([href, await statusOf(href!.slice(1))]).toEqual([href, 200])
  })

  it('of what is not there any more leads to what it was', async () => {
    const answer = await server.get('view/repo/gone.txt')
    expect(answer.status).toBe(404)
    const way = all(readHtml(await answer.text()), '.ways a').find(
      (link) => textOf(link) === 'Look in its history',
    )!
    const root = await page(way.attributes.href!.slice(1))
    expect(subjects(root)).toEqual(['Third', 'First <b>'])
    const [removal, first] = all(root, 'ol.history li')
    expect(wordsOf(removal!)).toContain('removed or renamed here')
    expect(all(removal!, 'a').map(textOf)).toEqual(['Third'])
    const view = all(first!, 'a').find((link) => textOf(link) === 'View')!
    expect(await statusOf(view.attributes.href!.slice(1))).toBe(200)
    expect(subjects(await page('history/repo/old%20name.txt'))).toEqual(['Renamed', 'First <b>'])
  })

  it.each(['never.txt', '.env', 'gone.txt/below', 'gone.txt?L=1-2'])(
    'of %s is none',
    async (path) => {
      expect(await statusOf(`history/repo/${path}`)).toBe(404)
    },
  )

  it('of a directory, of all, and before a commit', async () => {
    expect(subjects(await page('history/repo/'))).toHaveLength(5)
    expect(subjects(await page(`history/repo@${second}/`))).toEqual(['Renamed', 'First <b>'])
    expect(subjects(await page('history/repo@v1/old%20name.txt'))).toEqual(['First <b>'])
  })

  it('of lines has what each commit did to them', async () => {
    const root = await page('history/repo/name.txt?L=9-11')
    expect(subjects(root)).toEqual(['Third', 'First <b>'])
    const shown = all(root, '.diff .row').map((row) => textOf(one(row, 'code')))
    expect(shown.slice(0, 4)).toEqual(['line 9', 'line 10', 'LINE 10', 'line 11'])
  })

  it('of lines for which the time was not enough says that, and not that there is none', async () => {
    const slow = makeTree({
      git: `#!/bin/sh
case "$*" in *' -L'*) sleep 60;; *) exec git "$@";; esac
`,
    })
    chmodSync(`${slow.root}/git`, 0o755)
    const hasty = await startServer(
      { repo: tree },
      { gitPath: `${slow.root}/git`, limits: { gitSeconds: 3 } },
    )
    const answer = await hasty.get('history/repo/name.txt?L=9-11')
    expect(answer.status).toBe(200)
    expect(all(readHtml(await answer.text()), '.note').map(wordsOf)).toEqual([
      'git did not come to an end within 3 seconds (max-git-seconds): it had told of no commit yet.',
    ])
  })

  it('comes in pages', async () => {
    const long = makeGitTree({ 'a.txt': '0\n' })
    for (let i = 0; i < 60; i++) {
      long.write('a.txt', `${i}\n`)
      long.commit(`Change ${i}`)
    }
    const other = await startServer({ long })
    const read = async (path: string) => readHtml(await (await other.get(path)).text())
    const top = await read('history/long/a.txt')
    expect(subjects(top)).toHaveLength(50)
    const older = all(top, 'nav.ways a').find((link) => textOf(link) === 'Older')!
    const rest = await read(older.attributes.href!.slice(1))
    expect(subjects(rest)).toEqual(Array.from({ length: 10 }, (_, i) => `Change ${9 - i}`))
    expect(all(rest, 'nav.ways a').map(textOf)).toEqual(['Newer'])
  })

  it.each([
    ['.env', 404],
    ['never.txt', 404],
    ['name.txt?L=x', 400],
    ['name.txt?L=5-2', 400],
    ['name.txt?skip=-1', 400],
    ['?L=1-2', 404],
    ['name.txt?L=900-901', 404],
  ])('of %s is refused: %i', async (path, status) => {
    expect(await statusOf(`history/repo/${path}`)).toBe(status)
  })
})

describe('branches and tags', () => {
  it('are listed, the latest first, each with its commit', async () => {
    const root = await page('refs/repo')
    const names = all(root, 'section.refs').map((section) =>
      all(section, 'p.one a').map((link) => [textOf(link), link.attributes.href]),
    )
    expect(names).toEqual([
      [
        ['main', '/view/repo@main/'],
        ['side/<i>', '/view/repo@side%2F%3Ci%3E/'],
      ],
      [
        ['v2', '/view/repo@v2/'],
        ['v1', '/view/repo@v1/'],
      ],
    ])
    expect(wordsOf(root)).toContain('The branch main is checked out.')
    for (const [, href] of names.flat()) {
      expect([href, await statusOf(href!.slice(1))]).toEqual([href, 200])
    }
  })

  it('are found by a part of their names', async () => {
    const root = await page('refs/repo?name=v')
    expect(all(root, 'p.one a').map(textOf)).toEqual(['v2', 'v1'])
    expect(wordsOf(await page('refs/repo?name=%3Cb%3E'))).toContain('There is no such name')
    expect(await statusOf('refs/repo/name.txt')).toBe(404)
  })
})
