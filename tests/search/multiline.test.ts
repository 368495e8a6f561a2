import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import type { Line } from '../../src/search/events.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, failureOf, ledgerOf, queryOf } from './answer.ts'
import { expectExact } from './expect-exact.ts'
import { follow, wholeOf } from './follow.ts'
import { referenceOf } from './reference.ts'

const spanning = (pattern: string, parts = {}) =>
  queryOf(pattern, { kind: 'regex', multiline: true, ...parts })

const catalogWith = (files: Readonly<Record<string, string | Buffer>>): Promise<Catalog> =>
  catalogOf([makeTree({ 'top.txt': 'hay\n', ...files })])

const numbers = (lines: readonly Line[]) => lines.map(({ kind, number }) => `${kind} ${number}`)

describe('a match that spans lines is that of the reference command', () => {
  const long = Array.from({ length: 700 }, (_, i) => `line ${i}`).join('\n')
  it.each<[string, string, string | Buffer]>([
    ['where lines end in CRLF', 'foo\\r\\nbar', 'x\r\nfoo\r\nbar\r\ny\r\n'],
    ['where it needs LF and there is CRLF', 'foo\\nbar', 'foo\r\nbar\nfoo\nbar\n'],
    ['where `$` stands before CRLF', 'foo$\\s+^bar$', 'foo\r\nbar\r\nfoo\n\n\nbar'],
    ['where a lone CR is no line end', '(?s)foo.bar', 'foo\rbar\nfoo\nbar\n'],
    ['at the end of a file without newline', 'foo\\nbar\\z', 'foo\nbar\nfoo\nbar'],
    ['over 700 lines', `(?s)line 3\\n.*line 698`, long],
    ['of a whole file', '(?s)\\A.*\\z', long],
    ['whose context overlaps that of the next', 'a\\nb', 'x\na\nb\ny\na\nb\nz\nz\nz\nz\nz\na\nb\n'],
    ['that touches the next', 'a\\nb\\n', 'a\nb\na\nb\nx\na\nb\n'],
    ['that shares a line with the next', '[ab]\\n[bc]', 'a\nb\nc\na\nb\n'],
    ['in a file of one line', '(?s)f.*o', 'foo'],
    ['in a file of one line end', '\\n', '\n'],
    ['that is empty', '^$', 'a\n\n\nb\n\n'],
    ['that is empty, or not', '\\n*', 'a\n\n\nb\n'],
    ['at the end of the text', '\\z', 'a\nb'],
    ['at its beginning', '\\A', 'a\nb'],
    ['of line ends alone', '\\n', 'a\n\n\r\nb'],
    ['in UTF-16', '(?s)b.ü', Buffer.from('\ufeffa\r\nb\nü😀\n', 'utf16le')],
    ['behind a byte order mark', '\\Afoo\\nbar', '\ufefffoo\nbar\n'],
    ['of letters beyond ASCII', '😀\\né', 'é😀\néx\n😀é\n'],
    ['of bytes that are no text', '(?s-u)\\xff.\\xfe', Buffer.from('a\xff\n\xfeb\n', 'latin1')],
  ])('%s', async (_, pattern, content) => {
    const catalog = await catalogWith({ 'a.txt': content, 'b.txt': content })
    for (const context of [0, 1, 3]) {
      for (const word of [false, true]) {
        const query = spanning(pattern, { context, word })
        const expected = referenceOf(catalog, query)
        expectExact(await answer(catalog, query), expected)
        if (!word) expect(expected.kind === 'found' && expected.files.length).toBeGreaterThan(1)
      }
    }
  })

  it('also as text of several lines', async () => {
    const catalog = await catalogWith({ 'a.txt': 'a(\n  b\na(\n  b', 'b.txt': 'a(\r\n  b\r\n' })
    const query = queryOf('a(\n  b', { multiline: true, context: 1 })
    expectExact(await answer(catalog, query), referenceOf(catalog, query))
  })
})

it('a line end in a pattern that may not span lines is refused in the words of ripgrep', async () => {
  const catalog = await catalogWith({ 'a.txt': 'foo\nbar\n' })
  for (const query of [queryOf('foo\nbar'), queryOf('foo\\nbar', { kind: 'regex' })]) {
    const { kind, message } = failureOf(await answer(catalog, query))
    expect(kind).toBe('bad-pattern')
    expect(message).toContain('--multiline')
  }
})

describe('an answer that is cut inside a match', () => {
  const query = spanning('(?s)b\\n.*\\ny|z', { context: 1 })
  const files = { 'a.txt': 'a\nb\n1\n2\n3\n4\nx y\nz\n\n\nz\n' }

  it('is whole when it is followed', async () => {
    const catalog = await catalogWith({ ...files, 'b.txt': 'b\ny' })
    const whole = await answer(catalog, spanning('(?s)b\\n.*?\\nx y|z', { context: 1 }))
    expect(whole.files[0]!.matches[0]!.end.line).toBe(7)
    for (const limits of [{ lines: 1 }, { lines: 3 }, { linesPerFile: 2 }, { linesPerFile: 1 }]) {
      const query = spanning('(?s)b\\n.*?\\nx y|z', { context: 1 })
      const parts = await follow(catalog, query, limits)
      expect(parts.files).toEqual(wholeOf(whole.files))
      const sum = parts.ledgers.reduce((sum, { matches }) => sum + matches, 0)
      expect(sum).toBe(ledgerOf(whole).matches)
    }
  })

  it('says of the rest which match reaches into it, and counts that no more', async () => {
    const catalog = await catalogWith(files)
    const query = spanning('(?s)b\\n.*?\\nx y', { context: 1 })
    const limits = { linesPerFile: 2 }
    const [first] = (await answer(catalog, query, { limits })).files
    expect(numbers(first!.lines)).toEqual(['context 1', 'match 2', 'match 3'])
    expect(first!.matches).toEqual([
      { start: { line: 2, column: 0, byte: 0 }, end: { line: 7, column: 3, byte: 3 } },
    ])
    expect(first!.reaching).toBeUndefined()
    const rest = await answer(catalog, query, { after: first!.more })
    const [second] = rest.files
    expect(numbers(second!.lines)).toEqual([
      ...['match 4', 'match 5', 'match 6', 'match 7', 'context 8'],
    ])
    expect(second!.matches).toEqual([])
    expect(second!.reaching).toEqual(first!.matches[0])
    expect(ledgerOf(rest)).toMatchObject({ matches: 0, matchingLines: 4 })
  })

  it('has the context of what it shows, and no more', async () => {
    const catalog = await catalogWith(files)
    const [found] = (await answer(catalog, query, { limits: { lines: 1 } })).files
    expect(numbers(found!.lines)).toEqual(['context 7', 'match 8', 'context 9'])
  })
})

describe('a match whose event is over the cap', () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => `row "${i}"\t\\ é`)
  const limits = { eventBytes: 65_536 }

  it.each([
    [
      'text',
      Buffer.from(`head\n${rows.join('\r\n')}\ntail`),
      ['(?s)row.*"29999"[^\\n]*\\n', '(?s)row.*tail', 'row [^a]*'],
    ],
    [
      'bytes that are no text',
      Buffer.from(`head\n${rows.join('\n')}\n\xfftail\xff`, 'latin1'),
      ['(?s-u)row.*"29999"', '(?s-u)row.*tail', '(?s-u)row.*'],
    ],
  ])('is shown to its end: %s', async (_, content, patterns) => {
    const catalog = await catalogWith({ 'a.txt': content })
    for (const pattern of patterns) {
      const query = spanning(pattern)
      const whole = await answer(catalog, query, { limits: { eventBytes: 1e9 } })
      const elided = await answer(catalog, query, { limits })
      expect(elided.files).toEqual(whole.files)
      expect(ledgerOf(elided).matchingLines).toBeGreaterThan(29_000)
      expectExact(elided, referenceOf(catalog, query))
    }
  })

  it('has all matches counted, also those that are not marked', async () => {
    const catalog = await catalogWith({ 'a.txt': Buffer.from(`${rows.join('\n')}\n`) })
    const query = spanning('\\n|row', { paths: ['a.txt'] })
    const found = await answer(catalog, query, { limits })
    expect(ledgerOf(found)).toMatchObject({ matches: 60_000, matchingLines: 30_000 })
    expect(found.files[0]!.matches.length).toBeLessThan(10_000)
    const parts = await follow(catalog, query, { ...limits, lines: 9_000 })
    expect(parts.ledgers.reduce((sum, { matches }) => sum + matches, 0)).toBe(60_000)
  })
})

it('files over their own limit are left out, and counted as large', async () => {
  const catalog = await catalogWith({
    'a.txt': `foo\nbar\n${'x'.repeat(2_000)}`,
    'b.txt': 'foo\nbar',
  })
  const limits = { multilineFileBytes: 1_000 }
  const found = await answer(catalog, spanning('foo\\nbar'), { limits })
  expect(found.files.map(({ file }) => file.path.toString())).toEqual(['b.txt'])
  expect(ledgerOf(found)).toMatchObject({
    ...{ end: 'complete', scope: 2, searched: { files: 2 }, leftOut: { large: 1 } },
  })
  const plain = await answer(catalog, queryOf('foo'), { limits })
  expect(plain.files).toHaveLength(2)
  expect(ledgerOf(plain).leftOut.large).toBe(0)
})

it('where ripgrep itself fails in a file, the answer says so, and the next one gets past it', async () => {
  // ripgrep 15.0 looks for the matches of a block once more, in 128 bytes more than the block: here it finds a longer one.
  const catalog = await catalogWith({
    'a.txt': 'a\n',
    'b.txt': `a\n${'x'.repeat(500)}\n`,
    'c.txt': 'a\n',
  })
  const query = spanning('^a(?:(?s:.{129})\\z|)')
  const first = await answer(catalog, query)
  expect(ledgerOf(first)).toMatchObject({ end: 'incomplete', stoppedBy: 'crash' })
  const second = await answer(catalog, query, { after: ledgerOf(first).cursor })
  expect(ledgerOf(second)).toMatchObject({ end: 'incomplete', leftOut: { unreadable: 1 } })
  const third = await answer(catalog, query, { after: ledgerOf(second).cursor })
  expect(ledgerOf(third)).toMatchObject({ end: 'complete' })
  const found = [first, second, third].flatMap(({ files }) => files)
  expect(found.map(({ file }) => file.path.toString())).toEqual(['a.txt', 'c.txt'])
})
