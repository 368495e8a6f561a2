import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileAt } from '../../src/corpus/catalog.ts'
import type { Query } from '../../src/query/query.ts'
import { editsOf } from '../../src/search/edits.ts'
import { filePatch } from '../../src/search/patch.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { answer, queryOf } from './answer.ts'
import { files } from './awkward.ts'

/** For a longer run: SEARCH_RUNS=5000 npx vitest run tests/search/replace.test.ts */
const numRuns = Number(process.env.SEARCH_RUNS ?? 60)

const markBytes = (bytes: Buffer) => (isMarked(bytes) ? 3 : 0)
const isMarked = (bytes: Buffer) => bytes.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf'
const isUtf16 = (bytes: Buffer) => /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2))

/** The patch of a query's replacements in a tree of one repository. */
async function patchOf(tree: Tree, query: Query): Promise<Buffer | 'refused'> {
  const found = await answer(await catalogOf([tree]), query)
  if (found.last?.type === 'failed') return 'refused'
  return Buffer.concat(
    found.files.flatMap((one) => {
      const bytes = readFileSync(tree.at(one.file.path))
      if (isUtf16(bytes)) return []
      const edits = editsOf(bytes, markBytes(bytes), one)
      if (typeof edits === 'string') throw new Error(edits)
      return edits.length === 0 ? [] : [filePatch(one.file.path, bytes, edits)]
    }),
  )
}

function applyIn({ root }: Tree, patch: Buffer): void {
  if (patch.length === 0) return
  const args = ['apply', '--whitespace=nowarn', '-']
  const { status, stderr } = spawnSync('git', args, { cwd: root, input: patch })
  expect([status, stderr.toString()]).toEqual([0, expect.not.stringContaining('error')])
}

/**
 * What `rg --passthru --replace` makes of a file, but for the line end that it adds where there was none. `undefined`
 * where ripgrep finds other lines with `--passthru` than without, as it does for `-w '.*'` where bytes are no UTF-8.
 */
function replacedByRg(path: Buffer, before: Buffer, query: Query): Buffer | undefined {
  const input = readFileSync(path)
  expect(input.equals(before)).toBe(true)
  const run = (...more: string[]) =>
    spawnSync(rgPath, [...more, ...replaceArgs(query)], { input, env: {}, maxBuffer: 1 << 28 })
  const linesOf = (...more: string[]) =>
    run('--json', ...more)
      .stdout.toString('latin1')
      .split('\n')
      .filter((line) => line.startsWith('{"type":"match"'))
  if (linesOf('--passthru').join() !== linesOf().join()) return undefined
  const text = run('--passthru').stdout.toString('latin1')
  const isOpen = before.length > 0 && before.at(-1) !== 0x0a
  return Buffer.from(isOpen ? text.replace(/\r?\n$/, '') : text, 'latin1')
}

function replaceArgs({ matcher, replace }: Query): readonly string[] {
  return [
    ...['--no-config', '--no-line-number', '--no-filename', '--color=never'],
    ...['--no-mmap', '--text'],
    // With `-U` ripgrep prints the lines of a match with line ends of its own: CRLF, if told of it.
    ...(matcher.multiline ? [] : ['--crlf']),
    { smart: '-S', sensitive: '-s', ignore: '-i' }[matcher.case],
    ...(matcher.kind === 'literal' ? ['-F'] : []),
    ...(matcher.word ? ['-w'] : []),
    ...(matcher.multiline ? ['-U'] : []),
    ...(matcher.pcre2 ? ['-P'] : []),
    ...[`--replace=${replace}`, `--regexp=${matcher.pattern}`, '--', '-'],
  ]
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a group, as ripgrep writes it
const replacements = ['', 'X', '$0$0', '<$1>', '${name}é', '$$1', ' ', '--help', '\t', '$1x', 'foo']
const query = fc
  .record({
    matched: fc.oneof(
      fc.tuple(
        fc.constant('literal' as const),
        fc.constantFrom('foo', 'x', '.', 'é', '😀', '\\', '-', ' ', 'nowhere'),
      ),
      fc.tuple(
        fc.constant('regex' as const),
        fc.constantFrom(
          ...['(f)(?P<name>o+)', '^', '$', 'x*', '.', '.*', '^.*$', '\\s+', '\\w+', '(?-u:\\xff)'],
          ...['[^a]+', '\\bfoo\\b', '(?-u).', '\\r', 'o$', '^\\s*', '(?i)FOO|é', '(|foo)', '\\S$'],
          ...['\\A.', '.\\z', '(?-m)^', '\\Afoo|x'],
        ),
      ),
    ),
    replace: fc.constantFrom(...replacements),
    case: fc.constantFrom('smart' as const, 'sensitive' as const, 'ignore' as const),
    word: fc.boolean(),
  })
  .map(({ matched: [kind, pattern], ...parts }) => queryOf(pattern, { kind, ...parts }))

async function expectReplaced(tree: Tree, query: Query): Promise<void> {
  const catalog = await catalogOf([tree])
  const before = Array.from({ length: catalog.columns.count }, (_, i) => {
    const { path, state } = fileAt(catalog, i)
    const bytes = readFileSync(tree.at(path))
    const isLeft = isUtf16(bytes) || state !== 'searched'
    return { path, bytes, expected: isLeft ? bytes : replacedByRg(tree.at(path), bytes, query) }
  })
  const patch = await patchOf(tree, query)
  if (patch === 'refused') return
  applyIn(tree, patch)
  for (const { path, bytes, expected } of before) {
    if (expected === undefined) continue
    const mark = isUtf16(bytes) ? 0 : markBytes(bytes)
    const now = readFileSync(tree.at(path))
    const whole = mark === 0 || expected.equals(bytes) ? expected : withMark(expected)
    expect([path.toString(), now.toString('latin1')]).toEqual([
      path.toString(),
      whole.toString('latin1'),
    ])
  }
}

const withMark = (bytes: Buffer) => Buffer.concat([Buffer.from('\ufeff'), bytes])

describe('git apply of the patch', () => {
  it('makes of every file what rg --replace makes of it', {
    timeout: 60_000 + numRuns * 2_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(files, query, async (files, query) => {
        const tree = makeTree()
        try {
          for (const [name, content] of files) tree.write(name, content)
          await expectReplaced(tree, query)
        } finally {
          tree.remove()
        }
      }),
      { numRuns },
    )
  })

  it('does so far apart and close together, at both ends, and where lines are very long', async () => {
    const rows = (each: number) =>
      Array.from({ length: 60 }, (_, i) => (i % each === 0 ? `foo ${i}` : `row ${i}`))
    for (const each of [1, 2, 5, 7, 8, 9, 20, 59]) {
      for (const end of ['', '\n', '\r\n']) {
        const tree = makeTree({ 'a.txt': rows(each).join(end || '\n') + end })
        await expectReplaced(tree, queryOf('foo', { replace: 'one\ttwo' }))
        tree.remove()
      }
    }
    const long = `${'x'.repeat(5_000)}foo${'y'.repeat(300_000)}`
    const tree = makeTree({ 'long.txt': `${long}\n${'foo '.repeat(5_000)}\nend` })
    await expectReplaced(tree, queryOf('foo', { replace: '<$0>' }))
  })

  it('also of look-around, and of matches that span lines', async () => {
    for (const [pattern, replace, flags] of [
      ['(?<=f)o(?=o)', '0', { pcre2: true }],
      ['(\\w)\\1', '$1', { pcre2: true }],
      ['foo\\n', '', { multiline: true }],
      ['(\\w+)\\n(\\w+)', '$2\n$1', { multiline: true }],
      ['\\n\\n', '\n', { multiline: true }],
      ['(?s)foo.*bar', 'all', { multiline: true }],
    ] as const) {
      const tree = makeTree({
        'a.txt': 'foo\nbar\nbaz\n\nfoo bar\nfoo\n\nend\n',
        'b.txt': 'foo',
      })
      await expectReplaced(tree, queryOf(pattern, { kind: 'regex', replace, ...flags }))
    }
  })

  it.each([
    ['one\ntwo\nthree\n', 'e\\n', '+', 'on+two\nthre+'],
    ['one\ntwo\nthree', '\\n', '', 'onetwothree'],
    ['one\ntwo\nthree', 'o\\n', '', 'one\ntwthree'],
    ['one\ntwo\n', '(?s).*', '', ''],
  ])('joins lines that lose their end: %j by %j', async (text, pattern, replace, expected) => {
    const tree = makeTree({ 'a.txt': text })
    const patch = await patchOf(tree, queryOf(pattern, { kind: 'regex', multiline: true, replace }))
    applyIn(tree, patch as Buffer)
    expect(readFileSync(tree.at('a.txt'), 'utf8')).toBe(expected)
  })

  it('puts line ends in where the replacement has them', async () => {
    const tree = makeTree({ 'a.txt': 'a, b\nc, d' })
    applyIn(tree, (await patchOf(tree, queryOf(', ', { replace: ',\n' }))) as Buffer)
    expect(readFileSync(tree.at('a.txt'), 'utf8')).toBe('a,\nb\nc,\nd')
  })
})
