import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Charset, charsetOf, charsets } from '../../src/charset.ts'
import { asSearched } from '../../src/corpus/decode.ts'
import { indexed } from '../index/indexed.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, ledgerOf, queryOf } from './answer.ts'
import { expectExact } from './expect-exact.ts'
import { referenceOf } from './reference.ts'

/** For a longer run: SEARCH_RUNS=5000 npx vitest run tests/search/encoding.test.ts */
const numRuns = Number(process.env.SEARCH_RUNS ?? 20)

const legacy = charsets.filter((name) => name !== 'utf-8')

/** Bytes as people's files have them, and as none has; no NUL. */
const chunk = fc.oneof(
  fc
    .constantFrom('foo', 'Foo', 'bar', ' ', '\n', '\r\n', 'k', 's', 'x1', '(', '_')
    .map(Buffer.from),
  fc
    .constantFrom('caf\xe9', '\xe9', '\xc4\xd6\xdc', '\xb5', '\xa7foo', '\x80', '\xb0\xa1')
    .map((t) => Buffer.from(t, 'latin1')),
  fc.uint8Array({ min: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
)
const text = fc.array(chunk, { maxLength: 30 }).map((chunks) => Buffer.concat(chunks))
const marks = ['\xff\xfe', '\xef\xbb\xbf'].map((mark) => Buffer.from(mark, 'latin1'))
const content = fc.oneof(
  { weight: 8, arbitrary: text },
  // What ripgrep takes away, and goes on as it was told.
  { weight: 1, arbitrary: text.map((bytes) => Buffer.concat([marks[1]!, bytes])) },
  // What wins.
  {
    weight: 1,
    arbitrary: text.map((bytes) =>
      Buffer.concat([marks[0]!, Buffer.from(bytes.toString('latin1'), 'utf16le')]),
    ),
  },
)

const patterns = ['foo', 'é', 'café', 'K', 's', 'µ', 'д', '§foo', '中', 'foo bar', '\ufffd', 'x1']
const regexes = [
  ...[
    '\\w+',
    '\\bfoo\\b',
    'caf.',
    '[à-ÿ]',
    '\\d',
    '(?i)É',
    'foo$',
    '^\\W',
    'foo\\S',
    '(?-u:\\xe9)',
  ],
  ...['k|é', '.foo', '\\p{Cyrillic}', 'f[oé]o', 'foo(é|bar)?', '\\w\\bfoo', 'foo\\b.'],
]
const query = fc
  .record({
    matched: fc.oneof(
      fc.tuple(fc.constant('literal' as const), fc.constantFrom(...patterns)),
      fc.tuple(fc.constant('regex' as const), fc.constantFrom(...regexes)),
    ),
    case: fc.constantFrom('smart' as const, 'sensitive' as const, 'ignore' as const),
    word: fc.boolean(),
    multiline: fc.boolean(),
    context: fc.nat(2),
    encoding: fc.constantFrom(...charsets),
  })
  .map(({ matched: [kind, pattern], ...parts }) => queryOf(pattern, { kind, ...parts }))

describe('a search in an encoding', () => {
  it('is rg --encoding, with index and without', {
    timeout: 60_000 + numRuns * 2_000,
  }, async () => {
    let narrowed = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { minLength: 4, maxLength: 12 }),
        fc.array(query, { minLength: 1, maxLength: 5 }),
        async (contents, queries) => {
          const tree = makeTree()
          for (const [i, bytes] of contents.entries()) tree.write(`f${i}.txt`, bytes)
          const { catalog, index, close } = await indexed([tree])
          try {
            for (const query of queries) {
              const expected = referenceOf(catalog, query)
              expectExact(await answer(catalog, query), expected)
              const found = await answer(catalog, query, { index })
              expectExact(found, expected)
              if (found.last?.type !== 'done') continue
              const { candidates, scope } = found.last.ledger
              if (candidates < scope && query.matcher.encoding !== 'utf-8') narrowed++
            }
          } finally {
            close()
            tree.remove()
          }
        },
      ),
      { numRuns },
    )
    expect(narrowed).toBeGreaterThan(numRuns / 5)
  })

  it('finds what stands there, and shows it', async () => {
    const tree = makeTree({
      'a.txt': Buffer.from('ein Stra\xdfencaf\xe9\n', 'latin1'),
      'b.txt': 'Straßencafé\n',
    })
    const catalog = await catalogOf([tree])
    const textsOf = async (encoding?: Charset) =>
      (await answer(catalog, queryOf('straßencafé', { encoding }))).files.flatMap(({ lines }) =>
        lines.map(({ text }) => text),
      )
    expect(await textsOf()).toEqual(['Straßencafé'])
    expect(await textsOf('windows-1252')).toEqual(['ein Straßencafé'])
  })

  it('is what the operator says of each repository, and what the search says before that', async () => {
    const name = 'caf\xe9.txt'
    const latin = makeTree({ [name]: Buffer.from('caf\xe9 one\n', 'latin1') })
    const russian = makeTree({ 'a.txt': Buffer.from('\xc4\xc1 two\n', 'latin1') })
    const plain = makeTree({ 'a.txt': 'café да three\n' })
    const one = await indexed([latin, russian, plain])
    const encodings = new Map<string, Charset>([
      [latin.name, 'windows-1252'],
      [russian.name, 'koi8-r'],
    ])
    for (const index of [undefined, one.index]) {
      const textsOf = async (pattern: string, encoding?: Charset) => {
        const query = queryOf(pattern, { kind: 'regex', encoding })
        const found = await answer(one.catalog, query, { encodings, index })
        expect(ledgerOf(found).end).toBe('complete')
        return found.files.flatMap(({ lines }) => lines.map(({ text }) => text)).sort()
      }
      expect(await textsOf('café|да')).toEqual(['café one', 'café да three', 'да two'])
      expect(await textsOf('one|two|three')).toEqual(['café one', 'café да three', 'да two'])
      expect(await textsOf('да', 'utf-8')).toEqual(['café да three'])
      expect(await textsOf('ÄÁ', 'windows-1252')).toEqual(['ÄÁ two'])
    }
    one.close()
  })
})

describe('an encoding that is known', () => {
  it.each(legacy)('%s is decoded as ripgrep does, whatever the bytes', (charset) => {
    const pairs: number[] = []
    for (let first = 1; first < 256; first++) {
      for (let second = charset.startsWith('gb') ? 1 : 254; second < 256; second++) {
        pairs.push(first, second, 0x21, 0x0a)
      }
    }
    const random = fc.sample(fc.uint8Array({ min: 1, minLength: 2_000, maxLength: 4_000 }), 20)
    const all = Buffer.concat([Buffer.from('! '), Buffer.from(pairs), ...random, Buffer.from('\n')])
    const args = ['--no-config', '--text', '-N', `--encoding=${charset}`, '^', '-']
    const { stdout } = spawnSync(rgPath, args, { input: all, maxBuffer: 1 << 28, env: {} })
    expect(asSearched(all, charset).bytes.equals(stdout)).toBe(true)
  })

  it('has its name and its other labels, and no others have', () => {
    for (const name of charsets) expect(charsetOf(name.toUpperCase())).toBe(name)
    expect(charsetOf('latin1')).toBe('windows-1252')
    expect(charsetOf('cp1251')).toBe('windows-1251')
    expect(charsetOf('utf8')).toBe('utf-8')
    for (const label of ['', 'utf-7', 'utf-16', 'shift_jis', 'none', 'auto', 'latin1 --pre=x']) {
      expect([label, charsetOf(label)]).toEqual([label, undefined])
    }
  })
})
