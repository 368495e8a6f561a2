import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'

const filesOf = ({ root }: Tree): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(root.length + 1))

const contentOf = (tree: Tree) =>
  new Map(filesOf(tree).map((name) => [name, readFileSync(tree.at(name)).toString('latin1')]))

const apply = ({ root }: Tree, patch: Uint8Array) =>
  spawnSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: root, input: patch })

/** What `rg --passthru --replace` prints of a file, but for a line end that it adds. */
function printed(tree: Tree, name: string, flags: readonly string[]): string {
  const path = tree.at(name).toString()
  const before = readFileSync(path, 'latin1')
  const args = ['--no-config', '--passthru', '-N', '--crlf', '--text', ...flags, '--', path]
  const { stdout, status } = spawnSync(rgPath, args, { env: {}, maxBuffer: 1 << 28 })
  if (status === 1) return before
  // ripgrep does without a byte order mark, and a patch keeps it.
  const mark = before.startsWith('\xef\xbb\xbf') ? '\xef\xbb\xbf' : ''
  const text = mark + stdout.toString('latin1')
  return before.endsWith('\n') ? text : text.replace(/\r?\n$/, '')
}

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

describe('the patch of a replacement in the demo corpus', () => {
  it.each<[string, string, readonly string[]]>([
    ['lamphouse', 'q=lamp&replace=lantern', ['-F', '-S', '-rlantern', '-elamp']],
    ['lamphouse', 'q=lamp&replace=', ['-F', '-S', '-r', '', '-elamp']],
    [
      'lamphouse',
      String.raw`q=(\w%2B)_init\(&regex=1&replace=init_$1(`,
      ['-S', '-rinit_$1(', String.raw`-e(\w+)_init\(`],
    ],
    ['lamphouse', 'q=%5E%5Cs%2B&regex=1&replace=%09', ['-S', '-r\t', '-e^\\s+']],
    ['seed-library', 'q=def&word=1&replace=fn', ['-F', '-S', '-w', '-rfn', '-edef']],
    [
      'seed-library',
      'q=(%3FP%3Cname%3E%5Bse%5D%2B)d&regex=1&case=ignore&replace=%24%7Bname%7D%C3%A9',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a group, as ripgrep writes it
      ['-i', '-r${name}é', '-e(?P<name>[se]+)d'],
    ],
    ['seed-library', 'q=%24&regex=1&replace=;', ['-S', '-r;', '-e$']],
    ['handbook', 'q=the&word=1&case=ignore&replace=THE', ['-F', '-i', '-w', '-rTHE', '-ethe']],
    ['handbook', 'q=.&replace=%E2%80%A6', ['-F', '-S', '-r…', '-e.']],
    ['handbook', 'q=%5B%5E%5Cx00-%5Cx7f%5D&regex=1&replace=%3F', ['-S', '-r?', '-e[^\\x00-\\x7f]']],
    ['handbook', 'q=e&replace=--help', ['-F', '-S', '-r--help', '-ee']],
  ])(
    'of %s, %s, is taken by git apply and makes what rg --replace says',
    async (name, query, flags) => {
      const tree = makeTree()
      cpSync(new URL(`../../corpus/${name}`, import.meta.url), tree.root, { recursive: true })
      const server = await startServer({ [name]: tree }, { limits: { lines: 100_000 } })
      const answer = await server.get(`patch?${query}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'text/x-patch; charset=utf-8',
      ])
      const isWhole =
        answer.headers.get('content-disposition') === `attachment; filename="${name}.patch"`
      const patch = await bytesOf(answer)
      const listed = execFileSync(rgPath, ['--no-config', '--files', '--no-require-git'], {
        cwd: tree.root,
        encoding: 'utf8',
      }).split('\n')
      const isText = (text: string) => !text.includes('\0')
      const expected = new Map(
        [...contentOf(tree)].map(([name, before]) => [
          name,
          listed.includes(name) && isText(before) ? printed(tree, name, flags) : before,
        ]),
      )
      const { status, stderr } = apply(tree, patch)
      expect([status, stderr.toString()]).toEqual([0, ''])
      const now = contentOf(tree)
      const leftOut = [
        ...Buffer.from(patch)
          .toString()
          .matchAll(/^# Left out: a\/(.*?): /gm),
      ].map(([, path]) => path!)
      expect(isWhole).toBe(leftOut.length === 0)
      for (const path of leftOut) expected.set(path, now.get(path)!)
      expect(now).toEqual(expected)
      await server.close()
    },
  )
})

describe('replacing', () => {
  let server: TestServer
  let tree: Tree
  const content = {
    'a.txt': 'one needle\ntwo needle needle\n',
    'with space.txt': 'needle\r\n',
    'é"quote.txt': 'needle',
    'sub/b.txt': Array.from({ length: 20 }, (_, i) => `needle ${i}\n`).join(''),
    'utf-16.txt': Buffer.from('\ufeffneedle\n', 'utf16le'),
    'bytes.txt': Buffer.from('\xff needle \xe9\n', 'latin1'),
  }
  beforeAll(async () => {
    tree = makeTree(content)
    server = await startServer(
      { one: tree, two: makeTree({ 'x.txt': 'needle\nNEEDLE\n' }) },
      { pcre2: true },
    )
  })

  it('is shown where it is found, said to be a preview, and offered as a patch for each repository', async () => {
    const page = readHtml(
      await (await server.get('search?q=needle&replace=%3Cb%3E$0&path=*.txt&path=!b.txt')).text(),
    )
    const [first] = all(page, '.file')
      .filter(({ attributes }) => attributes['data-path'] === 'a.txt')
      .flatMap((file) => all(file, '.row code').slice(1))
    expect(textOf(first!)).toBe('two needle<b>needle needle<b>needle')
    expect(all(first!, 'del mark').map(textOf)).toEqual(['needle', 'needle'])
    expect(all(first!, 'ins').map(textOf)).toEqual(['<b>needle', '<b>needle'])
    expect(wordsOf(one(page, '.replaced'))).toContain('nothing is written')
    const patches = all(page, '#patch a.button')
    expect(patches.map(wordsOf)).toEqual(['Patch for one', 'Patch for two'])
    for (const { attributes } of patches) {
      const answer = await server.get(attributes.href!.slice(1))
      expect([answer.status, (await answer.text()).startsWith('# ')]).toEqual([200, true])
    }
    expect(one(page, 'input[name=replace]').attributes.value).toBe('<b>$0')
    expect(all(page, 'button[name=replace]')).toHaveLength(0)
  })

  it('is offered, and is not done, where nobody asked for it', async () => {
    const page = readHtml(await (await server.get('search?q=needle')).text())
    expect(all(page, 'del')).toEqual([])
    expect(all(page, '#patch')).toEqual([])
    expect(one(page, 'button[name=replacing]').attributes.value).toBe('1')
    expect(all(page, 'input[name=replace]')).toHaveLength(0)
    // The field comes first, with the cursor in it, and takes nothing away.
    const asked = readHtml(await (await server.get('search?q=needle&replacing=1')).text())
    expect(one(asked, 'input[name=replace]').attributes).toMatchObject({ value: '', autofocus: '' })
    expect(one(asked, 'details.filters').attributes).toHaveProperty('open')
    expect(all(asked, 'del')).toEqual([])
    expect(one(asked, 'link[rel=canonical]').attributes.href).toBe('/search?q=needle')
    const [first] = await jsonLines(await server.get('api/search?q=needle'))
    expect(first.matches[0]).not.toHaveProperty('replacement')
  })

  it('with nothing takes the matches away', async () => {
    const page = readHtml(await (await server.get('search?q=needle&replace=&path=a.txt')).text())
    expect(all(page, '.row del')).toHaveLength(3)
    expect(all(page, '.row ins')).toHaveLength(0)
    const patch = await (await server.get('patch?q=needle&replace=&path=a.txt')).text()
    expect(patch).toBe(
      '# 3 matches replaced in 1 file of one.\n' +
        'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n' +
        '-one needle\n-two needle needle\n+one \n+two  \n',
    )
  })

  it('is in the API, match by match', async () => {
    const path = 'api/search?regex=1&q=(n)(e%2B)|%28%3F-u:%5Cxff%29&replace=$2$1$0&path=bytes.txt'
    const [found] = await jsonLines(await server.get(path))
    expect(found.matches.map((match: { replacement: string }) => match.replacement)).toEqual([
      '\ufffd',
      'eenee'.replace('eenee', 'eennee'),
    ])
    expect(found.matches[0].replacementBytes).toBe(Buffer.from([0xff]).toString('base64'))
    expect(found.matches[1]).not.toHaveProperty('replacementBytes')
  })

  it('makes a patch that says what it leaves out, and writes nothing', async () => {
    const before = contentOf(tree)
    const answer = await server.get('patch?q=needle&replace=pin&repo=one')
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="one-incomplete.patch"',
    )
    const patch = await bytesOf(answer)
    const text = Buffer.from(patch).toString('latin1')
    expect(text.split('\n').slice(0, 2)).toEqual([
      '# 26 matches replaced in 5 files of one.',
      '# Left out: a/utf-16.txt: it is UTF-16, and a patch is of its own bytes',
    ])
    expect(text).toContain('\n--- "a/\\303\\251\\"quote.txt"\n')
    expect(text).toContain('\n--- a/with space.txt\t\n')
    expect(contentOf(tree)).toEqual(before)
    const copy = makeTree(content)
    expect(apply(copy, patch).stderr.toString()).toBe('')
    const replaced = new Map(
      [...before].map(([name, was]) => [name, was.replaceAll('needle', 'pin')]),
    )
    expect(contentOf(copy)).toEqual(replaced)
  })

  it.each([
    ['limit=7', 'Stopped after 7 matching lines (max-lines).'],
    ['limit=1', 'Stopped after 1 matching line (max-lines).'],
  ])('that a limit cuts (%s) says so in its first lines, and in its name', async (limit, said) => {
    const answer = await server.get(`patch?q=needle&replace=pin&path=a.txt&path=b.txt&${limit}`)
    expect(answer.headers.get('content-disposition')).toContain('one-incomplete.patch')
    const patch = await bytesOf(answer)
    const [, second] = Buffer.from(patch).toString().split('\n')
    expect(second).toBe(`# INCOMPLETE. ${said} There may be more to replace.`)
    const copy = makeTree(content)
    expect(apply(copy, patch).stderr.toString()).toBe('')
    const lines = [...contentOf(copy).values()].join('').match(/.*pin.*/g)
    expect(lines).toHaveLength(Number(limit.slice('limit='.length)))
  })

  it.each([
    ['patch?q=needle', 'replace'],
    ['patch?replace=x', 'q'],
    ['patch?q=needle&replace=x', 'repo'],
    ['patch?q=needle&replace=x&replace=y', 'replace'],
    ['patch?q=needle&replace=%00', 'replace'],
    ['search?q=needle&replace=%00', 'replace'],
    [`search?q=needle&replace=${'x'.repeat(1_001)}`, 'replace'],
    ['search?q=needle&encoding=klingon', 'encoding'],
    ['view/one/a.txt?encoding=klingon', 'encoding'],
  ])('%s is refused, and %s is named', async (path, parameter) => {
    const answer = await server.get(path)
    const alert = one(readHtml(await answer.text()), '[role=alert]')
    expect([answer.status, alert.attributes['data-kind']]).toEqual([400, 'bad-parameter'])
    expect(wordsOf(alert)).toMatch(new RegExp(`\\b${parameter}\\b`))
  })

  it.each([
    ['patch?replace=x&q=', 'needle lang:nosuch', 'lang:nosuch'],
    ['patch?replace=x&q=', 'needle path:[z-a]', 'path:[z-a]'],
    ['patch?replace=x&q=', 'path:* needle repo:*', 'repo:*'],
    ['why?file=one/a.txt&q=', 'needle path:[z-a]', 'path:[z-a]'],
  ])('%s%s is refused, and the filter is pointed at: %s', async (path, typed, filter) => {
    const answer = await server.get(path + encodeURIComponent(typed))
    const root = readHtml(await answer.text())
    expect([answer.status, textOf(one(root, '.pointed mark'))]).toEqual([400, filter])
    expect(textOf(one(root, '.pointed'))).toBe(typed)
  })

  it('by much more than was found is cut like any long answer', async () => {
    const long = makeTree({ 'long.txt': 'needle '.repeat(4_000), 'b.txt': 'needle\n'.repeat(50) })
    const small = await startServer(long, { limits: { replyBytes: 10_000, eventBytes: 32_768 } })
    const replace = '$0'.repeat(400)
    const [found, ...others] = await jsonLines(
      await small.get(`api/search?q=needle&replace=${encodeURIComponent(replace)}`),
    )
    expect(found.matches.length).toBeLessThan(10)
    expect(others.at(-1).ledger.end).toBe('stopped')
    const patch = await (
      await small.get(`patch?q=needle&path=long.txt&replace=${encodeURIComponent(replace)}`)
    ).text()
    expect(patch).toContain('# Left out: a/long.txt: a line in it is too long (max-event-bytes)\n')
  })
})

describe('a file in another encoding', () => {
  const latin = makeTree({ 'a.txt': Buffer.from('caf\xe9\nplain\n', 'latin1'), 'b.txt': 'plain\n' })
  let server: TestServer
  beforeAll(async () => {
    server = await startServer(
      { latin, koi: makeTree({ 'k.txt': Buffer.from('\xc4\xc1\n', 'latin1') }) },
      {
        encodings: { koi: 'koi8-r' },
      },
    )
  })

  it('is found and shown as the search says, with links that say so too', async () => {
    const page = readHtml(await (await server.get('search?q=caf%C3%A9&encoding=latin1')).text())
    const [row] = all(page, '.row')
    expect(textOf(one(row!, 'mark'))).toBe('café')
    const link = one(row!, 'a').attributes.href!
    expect(link).toBe('/view/latin/a.txt?encoding=windows-1252#L1')
    const file = readHtml(await (await server.get(link.slice(1).replace(/#.*/, ''))).text())
    expect(textOf(one(file, '#L1 code'))).toBe('café')
    expect(wordsOf(one(file, '.facts'))).toContain('read as windows-1252')
    const events = await jsonLines(await server.get('api/search?q=caf%C3%A9&encoding=latin1'))
    const found = events.find(({ type }) => type === 'file')
    expect(found).toMatchObject({ url: '/view/latin/a.txt?encoding=windows-1252' })
    expect(found.lines[0]).toEqual({ kind: 'match', number: 1, text: 'café' })
  })

  it('is found and shown as the operator says of its repository', async () => {
    const page = readHtml(await (await server.get('search?q=%D0%B4%D0%B0')).text())
    expect(textOf(one(page, 'mark'))).toBe('да')
    const file = readHtml(await (await server.get('view/koi/k.txt')).text())
    expect(textOf(one(file, '#L1 code'))).toBe('да')
    const other = readHtml(await (await server.get('view/koi/k.txt?encoding=latin1')).text())
    expect(textOf(one(other, '#L1 code'))).toBe('ÄÁ')
  })

  it('is left out of a patch, and said, unless it is ASCII', async () => {
    const patch = await (
      await server.get('patch?q=plain&replace=x&encoding=latin1&repo=latin')
    ).text()
    expect(patch).toContain('# Left out: a/a.txt: it is read as windows-1252')
    expect(patch).toContain('+++ b/b.txt')
  })
})

it('a patch of nothing names the repository that was asked, and is a file of that name', async () => {
  const server = await startServer({ app: makeTree({ 'a.txt': 'x\n' }) })
  for (const path of ['patch?q=nowhere&replace=y&repo=app', 'patch?q=repo:app+nowhere&replace=y']) {
    const answer = await server.get(path)
    expect(await answer.text()).toBe('# 0 matches replaced in 0 files of app.\n')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="app.patch"')
  }
  expect(await (await server.get('patch?q=nowhere&replace=y')).text()).toContain(
    'of any repository.',
  )
})
