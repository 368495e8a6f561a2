import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Catalog, fileAt, keyAt, pathBelowRoot } from '../../src/corpus/catalog.ts'
import { keyText } from '../../src/corpus/order.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { type Answer, answer, queryOf } from './answer.ts'
import { files, manyFiles, query } from './awkward.ts'
import { expectExact } from './expect-exact.ts'
import { referenceOf } from './reference.ts'

/** For a longer run: SEARCH_RUNS=5000 npx vitest run tests/search/exact.test.ts */
const numRuns = Number(process.env.SEARCH_RUNS ?? 100)

/** The files that ripgrep itself selects with these globs. */
function selectedBy({ root }: Tree, globs: readonly string[]): (path: Buffer) => boolean {
  if (globs.length === 0) return () => true
  const args = ['--no-config', '--files', '--null', ...globs.map((glob) => `-g${glob}`)]
  const { stdout } = spawnSync(rgPath, args, { cwd: root, env: {} })
  const listed = new Set(stdout.toString('latin1').split('\0'))
  return (path) => listed.has(path.toString('latin1'))
}

/** By our rule a NUL anywhere in the text makes a file binary. */
function isBinary(content: Buffer): boolean {
  const mark = content.subarray(0, 2).toString('latin1')
  const encoding = { '\xff\xfe': 'utf-16le', '\xfe\xff': 'utf-16be' }[mark]
  return encoding ? new TextDecoder(encoding).decode(content).includes('\0') : content.includes(0)
}

/** UTF-16 with half a unit at its end, of whose replacement ripgrep may lose a byte when it searches across lines. */
const endsInHalf = (content: Buffer): boolean =>
  content.length % 2 === 1 && /^(?:\xff\xfe|\xfe\xff)/.test(content.toString('latin1', 0, 2))

const searchedPaths = (catalog: Catalog): string[] =>
  Array.from({ length: catalog.columns.count }, (_, i) => fileAt(catalog, i))
    .filter(({ state }) => state === 'searched')
    .map((file) => pathBelowRoot(file).toString('latin1'))
    .sort()

it('an answer is that of the reference command, match by match', {
  timeout: 60_000 + numRuns * 1_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.array(query, { minLength: 1, maxLength: 4 }),
      async (files, queries) => {
        const tree = makeTree()
        try {
          for (const [name, content] of files) tree.write(name, content)
          const catalog = await catalogOf([tree])
          const text = files.filter(([, content]) => !isBinary(content))
          expect(searchedPaths(catalog)).toEqual(
            text.map(([name]) => name.toString('latin1')).sort(),
          )
          for (const query of queries) {
            if (query.matcher.multiline && files.some(([, content]) => endsInHalf(content)))
              continue
            const isWanted = selectedBy(tree, query.filters.paths)
            const found = await answer(catalog, query)
            expectExact(found, referenceOf(catalog, query, isWanted))
            if (found.last?.type !== 'done' || found.last.ledger.stoppedBy === 'crash') continue
            expect(found.last.ledger).toMatchObject({
              searched: { files: text.filter(([name]) => isWanted(name)).length },
              leftOut: {
                binary: files.filter(([name, bytes]) => isBinary(bytes) && isWanted(name)).length,
              },
            })
          }
        } finally {
          tree.remove()
        }
      },
    ),
    { numRuns },
  )
})

describe('an answer is that of the reference command', () => {
  const queries = [
    queryOf('foo'),
    queryOf('foo', { word: true, context: 2 }),
    queryOf('^', { kind: 'regex' }),
    queryOf('x*', { kind: 'regex', context: 1 }),
    queryOf('\\w+$', { kind: 'regex', case: 'ignore' }),
    queryOf('Foo|[😀é]', { kind: 'regex', case: 'sensitive', context: 3 }),
  ]

  it('also of more files than the first batches hold, a quarter of them with names that are not UTF-8', async () => {
    const tree = makeTree()
    for (const [name, content] of manyFiles(150)) tree.write(name, content)
    const catalog = await catalogOf([tree])
    for (const query of queries) {
      const expected = referenceOf(catalog, query)
      expect(expected.kind === 'found' && expected.files.length).toBeGreaterThan(20)
      expectExact(await answer(catalog, query), expected)
    }
  })

  it('but for UTF-16 that ends in half a unit, of which ripgrep may lose a byte: then that is told', async () => {
    const tree = makeTree({ 'a.txt': Buffer.from('fffee5652c6778', 'hex'), 'b.txt': 'foo\n' })
    const catalog = await catalogOf([tree])
    const pattern = { kind: 'regex', multiline: true, pcre2: true } as const
    const { files, last } = await answer(catalog, queryOf('\\w+', pattern))
    expect(files.map(({ file }) => `${file.path}`)).toEqual(['b.txt'])
    expect(last).toMatchObject({ type: 'done', ledger: { leftOut: { changed: 1 } } })
  })

  it('also of files that ripgrep reads in several pieces, whatever their encoding', async () => {
    const row = (i: number) => (i % 997 === 0 ? `😀 foo ${i} é` : `a line of text, number ${i}`)
    const text = Array.from({ length: 20_000 }, (_, i) => row(i)).join('\r\n')
    const tree = makeTree({
      'utf-8.txt': text,
      'utf-8-bom.txt': `\ufeff${text}`,
      'utf-16le.txt': Buffer.from(`\ufeff${text}`, 'utf16le'),
      'utf-16be.txt': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      'latin1.txt': Buffer.from(text.replaceAll('😀', 'é'), 'latin1'),
      'one line.txt': text.replaceAll('\r\n', '; '),
    })
    const catalog = await catalogOf([tree])
    const query = queryOf('foo', { context: 2 })
    const expected = referenceOf(catalog, query)
    expect(expected.kind === 'found' && expected.files.length).toBe(6)
    expectExact(await answer(catalog, query), expected)
  })

  it('also of UTF-16 with two byte order marks', async () => {
    const tree = makeTree({ 'a.txt': Buffer.from('\ufeff\ufefffoo\n', 'utf16le') })
    const catalog = await catalogOf([tree])
    expectExact(await answer(catalog, queryOf('foo')), referenceOf(catalog, queryOf('foo')))
  })

  it('also where one directory holds many repositories', async () => {
    const tree = makeTree({ 'b/a.txt': 'foo\n', 'a/z.txt': 'foo\n', 'a/b/c.txt': 'Foo\n' })
    tree.write(Buffer.from('caf\xe9/x', 'latin1'), 'foo\n')
    const catalog = await catalogOf([tree])
    expect(catalog.repositories.map(({ name }) => name)).toEqual(['a', 'b', 'caf_'])
    expectExact(await answer(catalog, queryOf('foo')), referenceOf(catalog, queryOf('foo')))
  })
})

it('progress says through which file everything has been delivered', async () => {
  const tree = makeTree()
  for (const [name, content] of manyFiles(150)) tree.write(name, content)
  const catalog = await catalogOf([tree])
  const { events } = await answer(catalog, queryOf('foo'))
  let through = ''
  let matchingLines = 0
  for (const event of events) {
    if (event.type === 'file') {
      expect(keyText(keyAt(catalog, event.file.file.index)) > through).toBe(true)
      matchingLines += event.file.matchingLines
    }
    if (event.type === 'progress') {
      expect(event.through > through).toBe(true)
      expect(event.matchingLines).toBe(matchingLines)
      through = event.through
    }
  }
  expect(through).toBe(keyText(keyAt(catalog, catalog.columns.count - 1)))
})

it('files that may not be seen are not searched, whatever the filter', async () => {
  const tree = makeTree({
    'a.txt': 'needle\n',
    '.env': 'needle\n',
    '.git/config': 'needle\n',
    'sub/.hidden/x.txt': 'needle\n',
    '.ignore': '!*\nignored.txt\n',
    'ignored.txt': 'needle\n',
  })
  const catalog = await catalogOf([tree])
  for (const paths of [[], ['*'], ['**/.*'], ['.env'], ['.git/**'], ['ignored.txt', 'a.txt']]) {
    const found = await answer(catalog, queryOf('needle', { paths }))
    expect(found.files.filter(({ file }) => file.path.toString() !== 'a.txt')).toEqual([])
  }
})

describe('filters', () => {
  const pathsOf = ({ files }: Answer) =>
    files.map(({ file }) => `${file.repository.name}/${file.path.toString()}`)

  it('by repository and language select what they say, and each root is searched in its own place', async () => {
    const one = makeTree({ 'a.c': 'foo\n', 'b.py': 'foo\n', 'sub/a.c': 'foo\n' })
    const two = makeTree({ 'a.c': 'foo\n', 'c.rs': 'foo\n', run: '#!/usr/bin/python3\nfoo\n' })
    const catalog = await catalogOf([one, two])
    for (const context of [0, 2]) {
      const query = queryOf('foo', { context })
      expectExact(await answer(catalog, query), referenceOf(catalog, query))
    }
    const select = async (filters: object) =>
      pathsOf(await answer(catalog, queryOf('foo', filters)))
    const all = await select({})
    const inOne = all.filter((path) => path.startsWith(one.name))
    expect(all).toHaveLength(6)
    expect(await select({ repositories: [one.name] })).toEqual(inOne)
    expect(await select({ repositories: [`!${two.name}`] })).toEqual(inOne)
    expect(await select({ repositories: ['ripline-*'] })).toEqual(all)
    expect(await select({ languages: ['c'] })).toEqual(all.filter((path) => path.endsWith('.c')))
    expect(await select({ languages: ['python', 'rust'] })).toEqual(
      all.filter((path) => /\.py$|\.rs$|run$/.test(path)),
    )
    expect(await select({ languages: ['!c'], repositories: [one.name] })).toEqual(
      inOne.filter((path) => path.endsWith('.py')),
    )
    expect(await select({ paths: ['sub'], languages: ['c'] })).toEqual([`${one.name}/sub/a.c`])
  })
})
