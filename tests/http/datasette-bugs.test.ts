import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readCommand } from '../../src/config.ts'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

/** What is wrong or missing in datasette-ripgrep, each point as PEERS.md §2 numbers it, and not so here. */
let parent: Tree
let server: TestServer

beforeAll(async () => {
  parent = makeTree({
    'src/plain.txt': 'needle\n',
    'src/.env': 'needle SECRET\n',
    'src/.gitignore': 'ignored.log\nbuild/\n',
    'src/ignored.log': 'needle SECRET\n',
    'src/build/out.txt': 'needle SECRET\n',
    'src/latin1.txt': Buffer.from('caf\xe9 needle caf\xe9\n', 'latin1'),
    'src/blob.bin': 'needle\0needle\n',
    'src/large.txt': `needle ${'x'.repeat(1_200_000)}\nneedle after\n`,
    'src/wide.txt': `${'a'.repeat(5_000)}needle${'b'.repeat(5_000)}\n`,
    'src/spaces.txt': 'tight\n loose \n',
    'src/two.txt': 'needle\n1\n2\n3\n4\n5\n6\n7\nneedle\n',
    'src/zwei.txt': 'needle\n',
    'src-secret/s.txt': 'SECRET\n',
  })
  parent.write(Buffer.from('src/\xff\xfe.txt', 'latin1'), 'needle\n')
  symlinkSync('src', `${parent.root}/link`)
  execFileSync('git', ['init', '--quiet', `${parent.root}/src`])
  server = await startServer(
    { src: { ...parent, root: `${parent.root}/src` } },
    { limits: { seconds: 20 } },
  )
})

const page = async (path: string, status = 200): Promise<Element> => {
  const answer = await server.get(path)
  expect([path, answer.status]).toEqual([path, status])
  return readHtml(await answer.text())
}

const pathsOf = (root: Element) =>
  all(root, 'section.file').map(({ attributes }) => attributes['data-path'])

describe("datasette-ripgrep's bugs and gaps", { retry: 2 }, () => {
  it.each([
    'view/..%2Fsrc-secret%2Fs.txt',
    'raw/src/..%2f..%2fsrc-secret%2fs.txt',
    'view/src-secret/s.txt',
    '-/ripgrep/view/..%2Fsrc-secret%2Fs.txt',
  ])('1. a sibling directory whose name begins like the root is not served: %s', async (path) => {
    const answer = await server.get(path)
    expect([answer.status, (await answer.text()).includes('SECRET')]).toEqual([404, false])
  })

  it('2. a root given through a link works like any other', async () => {
    const command = readCommand([`${parent.root}/link`], {})
    if (command.kind !== 'serve') throw new Error('it does not serve')
    const [root] = command.config.roots
    const linked = await startServer({ link: { ...parent, root: root!.directory } })
    const found = readHtml(await (await linked.get('search?q=needle&path=plain.txt')).text())
    expect(pathsOf(found)).toEqual(['plain.txt'])
    expect((await linked.get('view/link/plain.txt')).status).toBe(200)
  })

  it.each([
    '.env',
    '.git/config',
    '.git/HEAD',
    '.GIT/config',
    'ignored.log',
    'build/out.txt',
    'build/',
    '.gitignore',
  ])('3. what search hides, view and raw do not show: %s', async (path) => {
    for (const kind of ['view', 'raw']) await page(`${kind}/src/${path}`, 404)
  })

  it.each([
    '.env',
    '*',
    '**',
    '.*',
    '**/.env',
    'ignored.log',
    '*.log',
    'build',
    'build/**',
    '.git/**',
    '!nothing',
    '/.env',
  ])('4. no glob un-hides what is hidden or ignored: %s', async (glob) => {
    for (const q of ['SECRET', 'repositoryformatversion']) {
      const root = await page(`search?q=${q}&path=${encodeURIComponent(glob)}&case=sensitive`)
      expect(pathsOf(root)).toEqual([])
    }
  })

  it.each<[string, string]>([
    ['q=foo(&regex=1', 'bad-pattern'],
    ['q=needle&path={', 'bad-glob'],
    ['q=a%0Ab', 'bad-pattern'],
    ['q=needle&repo=missing', 'bad-parameter'],
  ])(
    '5. what cannot be searched is 400 and says why, and nothing found says that: ?%s',
    async (query, kind) => {
      const root = await page(`search?${query}`, 400)
      expect(one(root, '[role=alert]').attributes['data-kind']).toBe(kind)
      expect(wordsOf(one(root, '[role=alert]')).length).toBeGreaterThan(40)
      const none = await page('search?q=nowhere+to+be+found')
      expect(wordsOf(one(none, 'section.nothing'))).toContain('Nothing found')
      expect(wordsOf(one(none, '[role=status]'))).toContain('No match')
    },
  )

  it('6. the limit of lines counts matching lines, and is not silent', async () => {
    const root = await page('search?q=needle&limit=3&context=2')
    expect(all(root, '.row[data-kind=match]')).toHaveLength(3)
    expect(one(root, '#ledger').attributes['data-stopped-by']).toBe('lines')
    expect(wordsOf(one(root, '[role=status]'))).toContain(
      'Stopped after 3 matching lines (max-lines)',
    )
  })

  it('7. a line of more than a megabyte costs neither its own match nor those after it', async () => {
    const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const root = await page('search?q=needle&path=large.txt')
    expect(
      all(root, '.row[data-kind=match]').map(({ attributes }) => attributes['data-line']),
    ).toEqual(['1', '2'])
    expect(all(root, 'mark').map(textOf)).toEqual(['needle', 'needle'])
    expect(log.mock.calls.flat().join('')).not.toContain('xxxx')
    log.mockRestore()
  })

  it('8. text that is not UTF-8, directories and NULs are answered, not 500', async () => {
    expect(textOf(one(await page('view/src/latin1.txt'), '#L1 code'))).toBe('café needle café')
    expect(all(await page('view/src/'), 'tbody tr').length).toBeGreaterThan(5)
    expect((await server.get('view/src')).status).toBe(301)
    await page('view/src/a%00b', 404)
    await page('search?q=a%00b', 400)
    await page('search?q=a&path=%00', 400)
  })

  it('9. a line or a path that is not UTF-8 is shown like any other', async () => {
    const root = await page('search?q=needle&path=*.txt')
    expect(pathsOf(root)).toEqual(expect.arrayContaining(['latin1.txt', '\ufffd\ufffd.txt']))
    const latin1 = all(root, 'section.file[data-path=latin1.txt]')[0]!
    expect(textOf(one(latin1, '.row code'))).toBe('caf\ufffd needle caf\ufffd')
    expect(textOf(one(latin1, 'mark'))).toBe('needle')
    const odd = all(root, 'section.file').find(
      ({ attributes }) => attributes['data-path'] === '\ufffd\ufffd.txt',
    )
    await page(one(odd!, '.row a.n').attributes.href!)
  })

  it('10. a binary file gets a page that says so, and no line is made up at the end', async () => {
    const blob = await page('view/src/blob.bin')
    expect(wordsOf(one(blob, 'main'))).toContain('This file is binary')
    expect(all(blob, '.row')).toEqual([])
    expect(all(await page('view/src/plain.txt'), '.row')).toHaveLength(1)
  })

  it('11. the order is the same each time, also of an answer that was cut', async () => {
    for (const path of ['search?q=needle&context=0', 'search?q=needle&context=0&limit=4']) {
      const first = pathsOf(await page(path))
      expect(first).toEqual([...first].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1)))
      for (let i = 0; i < 4; i++) expect(pathsOf(await page(path))).toEqual(first)
    }
  })

  it('12. results stream, and ripgrep ends with its reader', async () => {
    const rg = fakeRg('case "$*" in *two.txt*) echo $$ >> "$0.pid"; held;; esac\nreal "$@"')
    const slow = await startServer(
      { src: { ...parent, root: `${parent.root}/src` } },
      { rgPath: rg.path },
    )
    const leave = new AbortController()
    const answer = await slow.get('search?q=needle', { signal: leave.signal })
    const { value } = await answer.body!.getReader().read()
    expect(new TextDecoder().decode(value)).toContain('name="q" value="needle"')
    await vi.waitFor(() => expect(existsSync(`${rg.path}.pid`)).toBe(true))
    const pid = Number(readFileSync(`${rg.path}.pid`, 'utf8'))
    expect(() => process.kill(pid, 0)).not.toThrow()
    leave.abort()
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), 2_000)
    expect(slow.slots.running).toBe(0)
  })

  it('12. and no more processes run at once than there are slots, and no answer is kept by a cache', async () => {
    const rg = fakeRg(`echo x >> "$0.running"; sleep 0.1; real "$@"`)
    const small = await startServer(
      { src: { ...parent, root: `${parent.root}/src` } },
      { rgPath: rg.path, limits: { slots: 2, queue: 20, waitSeconds: 20 } },
    )
    let most = 0
    const answers = Array.from({ length: 8 }, (_, context) =>
      // The same search would be shared.
      small.get(`search?q=needle&path=plain.txt&context=${context}`),
    )
    const all8 = Promise.all(answers)
    for (let done = false; !done; ) {
      done = await Promise.race([all8.then(() => true), sleep(10).then(() => false)])
      most = Math.max(most, small.slots.running)
    }
    expect(most).toBe(2)
    for (const answer of await all8) {
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    }
  })

  it('13. the markup is sound, no gap is made up between files, and spaces can be searched', async () => {
    const root = await page('search?q=needle&path=two.txt&path=zwei.txt')
    expect(
      all(root, 'section.file').map((file) => [
        file.attributes['data-path'],
        all(file, '.gap').length,
      ]),
    ).toEqual([
      ['two.txt', 1],
      ['zwei.txt', 0],
    ])
    const loose = await page('search?q=+loose+')
    expect(all(loose, 'mark').map(textOf)).toEqual([' loose '])
    expect(one(loose, 'input[name=q]').attributes.value).toBe(' loose ')
    expect(all(await page('search?q=+tight'), 'mark')).toEqual([])
  })

  it('14. the same answer is there as JSON, and the status says how it went', async () => {
    const events = await jsonLines(await server.get('api/search?q=needle&path=plain.txt'))
    expect(events.map(({ type }) => type)).toEqual(['file', 'progress', 'done'])
    expect((await server.get('api/search?q=(&regex=1')).status).toBe(400)
    expect((await server.get('view/src/nothing')).status).toBe(404)
  })

  it('14. files that change are found as they are, without a restart', {
    timeout: 60_000,
  }, async () => {
    const tree = makeTree({ 'a.txt': 'old\n' })
    const fresh = await startServer(tree, { rescanMs: 50 })
    tree.write('a.txt', 'fresh\n')
    tree.write('b.txt', 'fresh\n')
    await vi.waitFor(
      async () => {
        const root = readHtml(await (await fresh.get('search?q=fresh')).text())
        expect(pathsOf(root)).toEqual(['a.txt', 'b.txt'])
      },
      // A scan is followed by a rest of twenty times its own length.
      { timeout: 50_000, interval: 200 },
    )
  })

  it('past reports: the whole match is in sight in a long line, and context can be chosen', async () => {
    const wide = await page('search?q=needle&path=wide.txt')
    expect(textOf(one(wide, 'mark'))).toBe('needle')
    const two = await page('search?q=needle&path=two.txt&context=10')
    expect([all(two, '.row').length, all(two, '.gap').length]).toEqual([9, 0])
  })
})
