import fc from 'fast-check'
import type { Query } from '../../src/query/query.ts'
import { queryOf } from './answer.ts'

/** Files whose names and contents are awkward, and queries that find something in them. */

const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** Names, as bytes. Each is a file at the top or below `sub`, none is hidden. */
export const awkwardNames: readonly Buffer[] = [
  ...[
    'a.txt',
    'b.c',
    'B.c',
    'a10.ts',
    'a9.ts',
    'sub/a.txt',
    'sub/deep/er/x.py',
    'é.txt',
    '日本.md',
  ],
  ...['a b.txt', ' a', 'a ', '-', '--', '-e', '--help', '-foo.txt', 'sub/-', '{{a}}.txt', '{a,b}'],
  ...[
    'new\nline.c',
    'rg: regex parse error:\n',
    'tab\t',
    'quote"',
    "it's",
    'a\\b',
    '*',
    '?',
    '[a]',
  ],
  ...['$HOME', '~', '#a', '!a', 'a&b<c>', '😀.md', 'a%2fb', 'a.min.js', 'tests/a_test.go', 'a..b'],
  ...['sub/\u202etxt', 'nul\u0001', 'a'.repeat(200)],
]
  .map((name) => Buffer.from(name))
  .concat([latin1('\xff'), latin1('\xff.txt'), latin1('sub/\xc3('), latin1('caf\xe9/\xe9.c')])

const words = [
  ...['foo', 'Foo', 'FOO', 'bar', 'foobar', 'foo.bar', 'a_b', 'x', 'xx', 'k', '\u212a', 's', 'ſ'],
  ...[' ', ' ', '\t', '-', '--', '(', '*', '\\', '$', '^', '.', '"', '{', '},{', '<b>', '&amp;'],
  ...[
    'é',
    'e\u0301',
    'ß',
    '日本',
    '😀',
    '👩‍👩‍👧',
    '\u202e',
    '\ufeff',
    '\u2028',
    '\u0085',
    '\v',
    '\f',
    '\r',
  ],
  ...['x'.repeat(700), `${'é'.repeat(400)}foo`],
]
/** No character in UTF-8: a stray byte, a cut sequence, a surrogate, an overlong form. */
const noText = ['\xff', '\xc3', '\xe2\x82', '\xf0\x9f\x98', '\xed\xa0\x80', '\xc0\xaf', '\x80']

const terminator = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r\n', '\n\n')
const utf8Bytes = (text: string) => Buffer.from(text).toString('latin1')

/** A line's bytes, one character each. */
const line = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...words).map(utf8Bytes) },
      { weight: 1, arbitrary: fc.constantFrom(...noText) },
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

const rows = fc
  .tuple(fc.array(fc.tuple(line, terminator), { maxLength: 12 }), fc.option(line))
  .map(([lines, last]) => lines.map(([text, end]) => text + end).join('') + (last ?? ''))

const withNul = fc.tuple(rows, rows).map(([before, after]) => latin1(`${before}\0${after}`))

const utf16 = (text: string, order: 'le' | 'be', tail: string) => {
  const bytes = Buffer.concat([Buffer.from(`\ufeff${text}`, 'utf16le')])
  return Buffer.concat([order === 'le' ? bytes : bytes.swap16(), latin1(tail)])
}

/** Text of UTF-16 units, among them some that stand alone and are no character. */
const units = fc
  .array(fc.constantFrom(...words, '\n', '\n', '\r\n', '\ud83d', '\ude00', '\u0100', '\u0a0a'), {
    maxLength: 30,
  })
  // A second mark has a test of its own, in exact.test.ts.
  .map((parts) => parts.join('').replace(/^\ufeff+/, ''))

export const content: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 10, arbitrary: rows.map(latin1) },
  { weight: 2, arbitrary: rows.map((text) => latin1(`\xef\xbb\xbf${text}`)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(units, fc.constantFrom('le' as const, 'be' as const), fc.constantFrom('', '', 'x'))
      .map(([text, order, tail]) => utf16(text, order, tail)),
  },
  { weight: 1, arbitrary: withNul },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        '',
        '\n',
        '\r\n',
        '\r',
        '\xef\xbb\xbf',
        '\xff\xfe',
        '\xfe\xff',
        '\xef\xbb',
        '\xff',
      )
      .map(latin1),
  },
  { weight: 1, arbitrary: fc.constant(latin1('\xef\xbb\xbf\xef\xbb\xbffoo\nfoo')) },
)

/** A tree's files: at least one at the top, so that it is one repository. */
export const files: fc.Arbitrary<readonly (readonly [Buffer, Buffer])[]> = fc
  .tuple(
    content,
    fc.uniqueArray(fc.tuple(fc.constantFrom(...awkwardNames), content), {
      maxLength: 8,
      selector: ([name]) => name.toString('latin1'),
    }),
  )
  .map(([top, others]) => [[Buffer.from('top.txt'), top], ...others])

/** Very many files, more than the first batches hold, and more nameless ones than one batch hands over; always the same. */
export function manyFiles(count: number): readonly (readonly [Buffer, Buffer])[] {
  const contents = fc.sample(content, { numRuns: count + awkwardNames.length, seed: 1 })
  const numbered = Array.from({ length: count }, (_, i) =>
    i % 4 === 0 ? latin1(`many/${i % 8}/\xff${i}`) : Buffer.from(`many/${i % 3}/é${i}.txt`),
  )
  return [...awkwardNames, ...numbered].map((name, i) => [name, contents[i]!])
}

const literals = [
  ...[
    'foo',
    'Foo',
    'bar',
    'x',
    'foo.bar',
    '.',
    '*',
    '(',
    '\\',
    '$',
    '^',
    ' ',
    '\t',
    '-',
    '--',
    '-e',
  ],
  ...[
    'é',
    'ß',
    '😀',
    '日本',
    'k',
    's',
    '--help',
    '{',
    '},{',
    '"',
    '\ufeff',
    'a_b',
    'nowhere',
    '\r',
  ],
]
/** Literals of two lines. */
const pairs = ['foo\nbar', '\n', 'foo\n', '\nfoo', 'x\r\nx', 'Foo\n\n', '\r\n']
const regexes = [
  ...[
    'foo',
    'Foo',
    'x*',
    '^',
    '$',
    '^$',
    'foo$',
    '^foo',
    '(foo)?',
    '.',
    '.*',
    '.+$',
    '\\w+',
    '\\s+',
  ],
  ...['\\bfoo\\b', '(?i)foo', '[^a]+', 'foo|bar', 'o{2}', '\\p{L}+', '\\PL', 'é', '😀', '[😀é]'],
  ...['(?-u:\\xff)', '(?-u).', '\\x{feff}', '\\r', '\\r?$', '[\\s\\S]', '(?s).', '\\A', '\\z', 'k'],
  ...['(?-i)foo', 'a\\.b|\\bx', '(|foo)', 'x{3}', '^\\s', '\\S$', '(?x) f o o', '-foo', 'foo\\>'],
  // Refused, each in its own way.
  ...['(', '[', 'a{2,1}', '(?z)', '\\n', '*', '(?<n', '\\p{Nothing}', 'x{9999999}', '(?x)a #'],
]

/** Regular expressions that mean something where a match may span lines. */
const spanning = [
  ...[
    '\\n',
    '\\r\\n',
    '\\n\\n',
    '\\n+',
    'foo\\n',
    '\\nfoo',
    'x\\r?\\nx?',
    '(?s).',
    '(?s).+',
    '(?s)foo.*bar',
    '(?s).*foo',
  ],
  ...[
    '[^a]',
    '[^a]+',
    '\\s+',
    '\\S\\s*\\S',
    '$\\n',
    '\\n^',
    '\\A',
    '\\z',
    '\\A(?s:.*)\\z',
    '^$',
    '^\\n',
    '\\n*',
    '(?:\\n|x)*',
  ],
  ...[
    '(?-m)^',
    '(?-m)$',
    '(?-m)^(?s:.*)$',
    '.$\\n^.',
    '\\w+\\s+\\w+',
    '(?s:.){7}',
    '(?s:.){150}',
    '\\n?',
    '(|\\n)',
    '\\bfoo\\b\\s',
  ],
]
/** Regular expressions that only PCRE2 knows. */
const pcre2 = [
  ...[
    '(?<=foo)bar',
    '(?<!foo)',
    'foo(?=.)',
    'x(?!x)',
    '(\\w)\\1',
    '(?>x+)',
    'x*+',
    '(?i)foo\\Kbar',
    '\\R',
    '\\h+',
    '\\X',
    '\\N+',
  ],
  ...[
    '\\A',
    '\\z',
    '\\Z',
    '\\G.',
    '(?<=^|x).',
    '(?<![^o])',
    '(?<=\\n)',
    '(?<!\\n)^',
    '(?<!\\A).',
    '\\C',
    '^$',
    '$',
    '(?m)^',
    '(?-m)$',
  ],
  ...[
    '(*ACCEPT)x',
    '(?|(f)|(b))\\1',
    '\\Qfoo.\\E',
    '(?<n>x)\\k<n>',
    '(?#c)foo',
    '(?s)foo.*',
    '.*',
    '\\bfoo\\b',
    'é',
    '[😀é]',
    '(?x) f o',
  ],
  // Refused.
  ...['(', '(?<=a+)b', '\\q', '\\u0041', '(?z)'],
]

export const query: fc.Arbitrary<Query> = fc
  .record({
    matcher: fc.oneof(
      { weight: 2, arbitrary: fc.tuple(fc.constant('literal' as const), pick(literals)) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('regex' as const), pick(regexes)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('literal' as const), pick(words)) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('regex' as const), pick(spanning)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('regex' as const), pick(pcre2)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('literal' as const), pick(pairs)) },
    ),
    multiline: fc.boolean(),
    pcre2: fc.nat(2).map((nth) => nth === 0),
    case: fc.constantFrom('smart' as const, 'sensitive' as const, 'ignore' as const),
    word: fc.boolean(),
    context: fc.nat(3),
    paths: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 2,
        arbitrary: fc.array(fc.constantFrom('*.txt', 'sub/**', '!*.c', '*[a-z]', '!sub/**', '*?'), {
          minLength: 1,
          maxLength: 2,
        }),
      },
    ),
  })
  .map(({ matcher: [kind, pattern], ...parts }) => queryOf(pattern, { kind, ...parts }))

function pick(patterns: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...patterns)
}
