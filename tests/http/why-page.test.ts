import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { all, one, readHtml, wordsOf } from './html.ts'

let server: TestServer
let tree: Tree

beforeAll(async () => {
  tree = makeTree({
    LICENSE: 'Free.\n',
    'src/tide.ts': 'needle\nneedle\n',
    'src/other.ts': 'hay\n',
    'src/needle.c': 'int hay;\n',
    'blob.bin': 'needle\0',
    'wide.txt': Buffer.from('\ufeffa\0', 'utf16le'),
    'large.txt': 'x'.repeat(2_000),
    'medium.txt': 'needle\n'.repeat(150),
    [`deep/${'a'.repeat(60)}b.txt`]: `${'a'.repeat(60)}b\n`,
    '.env': 'secret\n',
    'src/.env': 'secret\n',
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/config': 'secret\n',
    '.git/info/exclude': '# local\nprivate-plans.txt\n',
    '.gitignore': '# built\nbuild/\n*.o\n',
    'src/.ignore': 'generated*\n',
    'build/out.js': 'needle\n',
    'src/generated.ts': 'needle\n',
    'private-plans.txt': 'needle\n',
  })
  symlinkSync('src/tide.ts', `${tree.root}/link.ts`)
  symlinkSync('/etc', `${tree.root}/outside`)
  execFileSync('mkfifo', [`${tree.root}/pipe`])
  server = await startServer(
    { 'os/harbour': tree, lamp: makeTree({ 'lamp.c': 'needle\n', 'a<b.c': 'x\n' }) },
    { limits: { fileBytes: 1_500, multilineFileBytes: 1_000, linesPerFile: 100 }, pcre2: true },
  )
})

const ask = async (file: string, query = '') => {
  const answer = await server.get(`api/why?file=${encodeURIComponent(file)}&${query}`)
  return { status: answer.status, ...(await answer.json()) }
}
const reasons = async (file: string, query?: string) =>
  ((await ask(file, query)).reasons as { kind: string; message: string }[]).map(
    ({ kind, message }) => `${kind}: ${message}`,
  )

describe('GET /api/why', () => {
  it('of a file that is searched says whether it matches', async () => {
    expect(await ask('os/harbour/src/tide.ts', 'q=needle')).toEqual({
      status: 200,
      repository: 'os/harbour',
      path: 'src/tide.ts',
      url: '/view/os/harbour/src/tide.ts',
      reasons: [{ kind: 'found', message: expect.stringContaining('2 lines of it match.') }],
    })
    expect(await reasons('os/harbour/src/other.ts', 'q=needle')).toEqual([
      'no-match: It was searched, and nothing in it matches.',
    ])
    expect(await reasons('os/harbour/src/other.ts')).toEqual([
      'searched: It is one of the files that are searched.',
    ])
    // Without the repository's name, where there is one such file.
    expect((await ask('/src/other.ts', 'q=hay')).reasons[0].kind).toBe('found')
    expect((await ask('os/harbour/src/needle.c', 'q=needle&type=file')).reasons[0].kind).toBe(
      'found',
    )
    expect((await reasons('os/harbour/src/needle.c', 'q=needle&type=file'))[0]).toContain(
      'It is found: its name matches.',
    )
    expect((await reasons('os/harbour/medium.txt', 'q=needle'))[0]).toContain(
      'It is found: at least 100 lines of it match.',
    )
    for (const address of [
      '/view/os/harbour/src/other.ts#L1',
      'http://127.0.0.1:8080/view/os/harbour/src/other.ts?L=1#L1-L2',
      'https://code.example/raw/os/harbour/src%2Fother.ts',
    ]) {
      expect([address, (await ask(address, 'q=hay')).path]).toEqual([address, 'src/other.ts'])
    }
    expect((await ask('os/harbour/blob.bin', 'q=needle&type=file')).reasons[0].kind).toBe(
      'no-match',
    )
  })

  it('says which filter leaves it out', async () => {
    const file = 'os/harbour/src/tide.ts'
    expect(await reasons(file, 'q=needle&path=*.c&repo=lamp&lang=c')).toEqual([
      'filtered: It is outside the filters: no repository filter includes it.',
      'filtered: It is outside the filters: no path filter includes it.',
      'filtered: It is outside the filters: no language filter includes it.',
    ])
    expect(await reasons(file, 'q=needle&path=*.ts&path=!src&lang=!typescript')).toEqual([
      'filtered: It is outside the filters: the path filter !src excludes it.',
      'filtered: It is outside the filters: the language filter !typescript excludes it.',
    ])
    expect((await ask(file, 'q=needle&path=src&lang=typescript')).reasons[0].kind).toBe('found')
    // A filter that means nothing is pointed at where it was typed.
    const refused = await ask(file, 'q=needle+lang:nosuch')
    expect(refused).toMatchObject({ status: 400, error: { position: 7, length: 11 } })
  })

  it('says at which byte it is binary, over which size too large', async () => {
    expect(await reasons('os/harbour/blob.bin', 'q=needle')).toEqual([
      'binary: It is binary, and not searched: there is a NUL at byte 6.',
    ])
    expect(await reasons('os/harbour/wide.txt')).toEqual([
      'binary: It is binary, and not searched: there is a NUL at byte 1 of its text as UTF-8.',
    ])
    expect(await reasons('os/harbour/large.txt', 'q=x')).toEqual([
      'large: It has 2,000 bytes, and files over 1.5 kB are not searched (max-file-bytes).',
    ])
    expect(await reasons('os/harbour/medium.txt', 'q=needle&multiline=1')).toEqual([
      'large: It has 1,050 bytes, and files over 1.0 kB are not searched (max-multiline-file-bytes).',
    ])
    expect(
      await reasons(`os/harbour/deep/${'a'.repeat(60)}b.txt`, 'q=(a%2B)%2B$&regex=1&pcre2=1'),
    ).toEqual(['given-up: PCRE2 gave up in the middle of it, by its own limits.'])
  })

  it('says by which rule of which file it is ignored, and not whether it is there', async () => {
    expect(await reasons('os/harbour/build/out.js', 'q=needle')).toEqual([
      'ignored: Files of this path are ignored by the rule build/, in line 2 of .gitignore. Whether there is such a file is not told.',
    ])
    expect(await reasons('os/harbour/src/generated.ts', 'q=needle')).toEqual([
      'ignored: Files of this path are ignored by the rule generated*, in line 1 of src/.ignore. Whether there is such a file is not told.',
    ])
    // What is below .git is quoted nowhere.
    expect(await reasons('os/harbour/private-plans.txt')).toEqual([
      'ignored: Files of this path are ignored by a rule of the checkout’s own, which is not kept with its files. Whether there is such a file is not told.',
    ])
  })

  it('tells links, special and absent files apart', async () => {
    expect(await reasons('os/harbour/link.ts')).toEqual([
      'link: link.ts is a symbolic link, and links are not followed.',
    ])
    expect(await reasons('os/harbour/outside/passwd')).toEqual([
      'link: outside is a symbolic link, and links are not followed.',
    ])
    expect(await reasons('os/harbour/outside/nowhere')).toEqual(
      await reasons('os/harbour/outside/passwd'),
    )
    expect((await ask('os/harbour/pipe')).reasons[0].kind).toBe('special')
    expect((await ask('os/harbour/src/nowhere.ts')).reasons[0].kind).toBe('absent')
    expect((await ask('os/harbour/LICENSE/x')).reasons[0].kind).toBe('absent')
    for (const directory of ['os/harbour/src', 'os/harbour/src/', 'os/harbour', 'lamp/']) {
      expect([directory, await reasons(directory)]).toEqual([
        ...[directory, ['directory: This is a directory: ask about a file in it.']],
      ])
    }
    expect((await ask('nowhere/src/x')).reasons[0].kind).toBe('no-repository')
    tree.write('src/later.ts', 'x\n')
    expect((await ask('os/harbour/src/later.ts')).reasons[0].kind).toBe('new')
  })

  it('refuses what means nothing, and leaves nothing behind', async () => {
    const parameter = async (query: string) =>
      (await (await server.get(`api/why?${query}`)).json()).error.parameter
    expect(await parameter('q=x')).toBe('file')
    expect(await parameter('file=lamp/a&file=b')).toBe('file')
    expect(await parameter(`file=lamp/${'x'.repeat(5_000)}`)).toBe('file')
    for (const path of ['../x', 'a//b', 'a/./b', 'a/../../../etc/passwd', 'a%00b']) {
      expect([path, await parameter(`file=lamp/${path}`)]).toEqual([path, 'file'])
    }
    expect(await parameter('file=lamp/lamp.c&q=x&context=99')).toBe('context')
    const bad = await server.get('api/why?file=lamp/lamp.c&q=(&regex=1')
    expect([bad.status, (await bad.json()).error.kind]).toEqual([400, 'bad-pattern'])
    const mirrors = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('ripline-') && existsSync(`${tmpdir()}/${name}/build/out.js`),
    )
    expect(mirrors.map((name) => `${tmpdir()}/${name}`)).toEqual([tree.root])
  })
})

describe('what must not be told', () => {
  /** Two groups, since a name cannot be a directory's and a file's. */
  const secrets = [
    [
      ...['.env', 'src/.env', '.git/config', '.git/refs/heads/main', '.GIT/config'],
      ...['.secret/deep/file.txt', 'src/.cache', 'thing.o', 'src/generated.ts'],
      ...['build/out.js', 'build/sub/.git', 'build/deep/.gitignore', 'private-plans.txt'],
    ],
    ['.secret', 'build', 'src/generated.d'],
  ]

  it.each(secrets.map((paths) => ({ paths })))(
    'answers are the same, byte for byte, whether a hidden or ignored file is there or not: $paths',
    { timeout: 120_000 },
    async ({ paths }) => {
      const bodies = new Map<string, Set<string>>()
      for (const kind of ['file', 'directory', 'link', 'absent'] as const) {
        const own = makeTree({
          LICENSE: 'x\n',
          'src/a.ts': 'x\n',
          '.git/HEAD': 'x\n',
          '.gitignore': '# built\nbuild/\n*.o\n',
          'src/.ignore': 'generated*\n',
          '.git/info/exclude': '# local\nprivate-plans.txt\n',
        })
        for (const path of paths) {
          const at = `${own.root}/${path}`
          if (kind !== 'absent') mkdirSync(at.slice(0, at.lastIndexOf('/')), { recursive: true })
          // A link, or a file, that a rule for directories does not ignore is no secret.
          if (path === 'build' && (kind === 'file' || kind === 'link')) continue
          if (kind === 'file') own.write(path, 'secret\n')
          if (kind === 'directory') mkdirSync(at)
          if (kind === 'link') symlinkSync('/etc/passwd', at)
        }
        const served = await startServer({ repo: own })
        for (const path of paths) {
          for (const place of path.startsWith('.env') ? ['why', 'api/why'] : ['api/why']) {
            const answer = await served.get(`${place}?file=repo/${path}&q=secret`)
            expect([path, kind, answer.status]).toEqual([path, kind, 200])
            const body = await answer.text()
            expect(body).not.toContain(own.root)
            const key = `${place} ${path}`
            bodies.set(key, (bodies.get(key) ?? new Set()).add(body))
          }
        }
        await served.close()
      }
      for (const [key, different] of bodies)
        expect([key, [...different]]).toHaveProperty('1.length', 1)
    },
  )
})

describe('GET /why', () => {
  const page = async (path: string) => readHtml(await (await server.get(path)).text())

  it('asks for a file, keeps the search, and says why', async () => {
    const empty = await page('why?q=needle&path=*.c&case=sensitive')
    expect(all(empty, '[data-reason]')).toEqual([])
    expect(
      all(empty, 'form.find input[type=hidden]').map(({ attributes: { name, value } }) => [
        name,
        value,
      ]),
    ).toEqual([
      ['q', 'needle'],
      ['case', 'sensitive'],
      ['path', '*.c'],
    ])
    const html = await page('why?q=needle&path=*.c&file=src/tide.ts')
    expect(one(html, '#reasons a').attributes.href).toBe('/view/os/harbour/src/tide.ts')
    expect(wordsOf(one(html, '[data-reason=filtered]'))).toContain('no path filter includes it')
    expect(wordsOf(one(await page('why?file=lamp/a%3Cb.c'), '#reasons h2'))).toBe('lamp/a<b.c')
  })

  it('is led to from an answer and from one that is empty', async () => {
    const href = '/why?q=needle&path=*.zig'
    const nothing = await page('search?q=needle&path=*.zig')
    const links = all(nothing, 'a').filter(({ attributes }) => attributes.href?.startsWith('/why'))
    expect(links.map(({ attributes }) => attributes.href)).toEqual([href, href])
    expect(links.map(wordsOf)).toEqual([
      'Looking for a certain file? Ask why it was not found',
      'why it was not found',
    ])
    const found = await page('search?q=needle')
    expect(all(found, '#ledger a').map(wordsOf)).toContain('why it was not found')
  })
})
