import { describe, expect, it } from 'vitest'
import { planOf } from '../../src/index/narrow.ts'
import type { GramQuery } from '../../src/index/query.ts'
import { longBase } from '../../src/index/symbols.ts'
import type { Matcher } from '../../src/query/query.ts'
import { matcherOf } from '../search/answer.ts'
import { queryText } from './query-text.ts'

const planned = (pattern: string, matcher: Partial<Matcher> = {}) =>
  planOf(matcherOf(pattern, { kind: 'regex', case: 'sensitive', ...matcher }))
const asked = (pattern: string, matcher: Partial<Matcher> = {}): string =>
  queryText(planned(pattern, matcher).query)

describe('what the index is asked for a pattern', () => {
  it.each([
    ['text, four characters at a time', 'foobar', '"foob" & "ooba" & "obar"'],
    [
      'text in the case that it has, which its grams do not tell',
      'Foo Bar',
      '"Foo " & "oo B" & "o Ba" & " Bar"',
    ],
    ['what is shorter, as a beginning', 'foo', '"foo…"'],
    ['two characters, if there is nothing else', 'fo', '"fo…"'],
    ['nothing of two beside more', 'fo.*bar', '"bar…"'],
    ['each side of a gap', 'abc.*def', '"abc…" & "def…"'],
    ['as gaps: what may be anything', 'foo\\s+bar[^x]baz', '"foo…" & "bar…" & "baz…"'],
    ['escapes as what they stand for', '\\x66\\u006f\\x{6f}\\.\\/', '"foo." & "oo./"'],
    ['alternatives', 'foo|bar', '"foo…" | "bar…"'],
    ['alternatives with what stands beside them', 'fo(o|x)b', '"foob" | "foxb"'],
    ['what is optional with and without it', '(foo)?bar', '"bar…" | ("foob" & "ooba" & "obar")'],
    ['an optional character, too', 'colou?r', '("colo" & "olor") | ("colo" & "olou" & "lour")'],
    [
      'what is lazy like what is greedy',
      'colou??r',
      '("colo" & "olor") | ("colo" & "olou" & "lour")',
    ],
    [
      'only the rest of what may be absent',
      '(?:foo)*barx',
      '"barx" | ("foo…" & "foob" & "ooba" & "obar" & "barx")',
    ],
    ['a repetition as it ends', 'ab+cde', '"bcde"'],
    ['a counted one in full', 'a{4}', '"aaaa"'],
    [
      'one counted from to, each in full',
      '(?:abcd){1,2}',
      '"abcd" | ("abcd" & "bcda" & "cdab" & "dabc" & "abcd")',
    ],
    ['of one without an end, what it must hold', '(?:ab){2,}c', '"abab" & "abab" & "babc"'],
    ['a class as few characters', '[abc]de', '"[abc]de…"'],
    ['a class with escapes and `-`', '[\\x61\\-]bc', '"[-a]bc…"'],
    ['a class that ends with `-`', '[a-]b[c]d', '"[-a]bcd"'],
    ['a class that begins with `]`', '[]a]bc', '"[]a]bc…"'],
    ['a class that begins with `]`, which begins no range', '[]-a]bc', '"[-]a]bc…"'],
    ['a word that begins and ends here', '\\bfoo\\b', '"<·>foo" & "foo<·>" & word"<·>foo<·>"'],
    ['the same by its other names', '\\<foo\\>', '"<·>foo" & "foo<·>" & word"<·>foo<·>"'],
    ['and by these', '\\b{start}foo\\b{end}', '"<·>foo" & "foo<·>" & word"<·>foo<·>"'],
    [
      'and by half of them',
      '\\b{start-half}foo\\b{end-half}',
      '"<·>foo" & "foo<·>" & word"<·>foo<·>"',
    ],
    ['a line that begins here', '^foo', '"<↵>foo"'],
    ['a line that ends here', 'foo$', '"foo<↵>"'],
    ['looks inside a gap', '^.*foo.*$', '"foo…"'],
    ['looks of an alternative only in it', '(?:^|x)foo', '"<↵>foo" | "xfoo"'],
    ['characters beyond ASCII as their bytes', 'é', 'high"\\xc3\\xa9…"'],
    ['these as any of their kind in text', 'né', '"n\\xc3\\xa9…" & high"\\xc3\\xa9…"'],
    ['dates by their shape', '\\d{4}-\\d\\d', 'shape"<d><d><d><d>-<d>" & shape"<d><d><d>-<d><d>"'],
    ['acronyms by theirs', '[A-Z]{3}\\d{3}', 'shape"<U><U><U><d><d><d>"'],
    [
      'long runs',
      '[0-9]{8}x',
      'shape"<d><d><d><d><d><d>" & shape"<d><d><d><d><d><d>" & shape"<d><d><d><d><d><d>" & shape"<d><d><d><d><d>x" & run \\d{8} & run hex{8} & run upper{8}',
    ],
    [
      'phrases, also at once',
      'return -1;',
      '"retu" & "etur" & "turn" & "urn " & "rn -" & "n -1" & " -1;" & long"eturn -1;"6',
    ],
    ['named groups like others', '(?P<a>foo)(?<b>d)', '"food"'],
    ['a group with flags like others', '(?s:foo)(?U)d(?m)(?R)', '"food"'],
    ['intersections as anything', 'foo[a-z&&[^q]]bar', '"foo…" & "bar…"'],
    ['differences as anything', 'foo[a--b]bar', '"foo…" & "bar…"'],
    ['classes in classes as anything', 'foo[a[bc]]bar', '"foo…" & "bar…"'],
    ['negated classes as anything', 'foo[^a]bar', '"foo…" & "bar…"'],
    ['classes of POSIX', '[[:digit:][:upper:]]{3}-[[:alpha:]]{2}', 'shape"<w><w><w>-<a><a>"'],
    ['ranges beyond ASCII as anything', 'foo[a-é]bar', '"foo…" & "bar…"'],
    ['what ends a line within a pattern', 'a\\rbc', '"a\\x0dbc"'],
  ])('%s', (_, pattern, expected) => {
    expect(asked(pattern)).toBe(expected)
  })

  it.each([
    [''],
    ['f'],
    ['.'],
    ['.*'],
    ['^'],
    ['$'],
    ['^$'],
    ['\\b'],
    ['foo|'],
    ['|foo'],
    ['foo|.'],
    ['(?:foo)?'],
    ['(?:foo)*'],
    ['(?:foo){0}'],
    ['(|foo)'],
    ['(?:foo)??'],
    ['\\w+'],
    ['\\s'],
    ['[^a]{20}'],
    ['\\p{Greek}{9}'],
    ['\\PL{9}'],
    ['a.c.e.g'],
    // Not understood for certain: white space is none, bytes, what ripgrep refuses.
    ['(?x)foobar'],
    ['(?x: f)oobar'],
    ['(?-u)foobar'],
    ['(?-u:\\xff)foobar'],
    ['foobar)|(x'],
    ['(foobar'],
    ['foobar['],
    ['*foobar'],
    ['foobar{'],
    ['foobar{2,x}'],
    ['foobar\\q'],
    ['foobar\\1'],
    ['(?=foobar)'],
    ['(?<=foobar)'],
    ['(?!foobar)'],
    ['foobar\\Kx'],
    ['foobar[[:nothing:]]'],
    ['foobar[a-\\d]'],
    ['foobar\\x{d800}'],
    ['foobar\\x{110000}'],
    ['foobar\\b{x}'],
    ['foo\nbar'],
    ['foobar\r'],
    [`${'('.repeat(60)}foobar${')'.repeat(60)}`],
  ])('any file, for %j', (pattern) => {
    expect(asked(pattern)).toBe('all')
  })

  it('a literal as it stands', () => {
    expect(asked('f.*(', { kind: 'literal' })).toBe('"f.*("')
    expect(asked('\\bx', { kind: 'literal' })).toBe('"\\bx…"')
    expect(asked('foo\n', { kind: 'literal' })).toBe('all')
  })

  it('a whole word, nothing of a word beside it', () => {
    const word = { word: true }
    const foo = '"<·>foo" & "foo<·>" & word"<·>foo<·>"'
    expect(asked('foo', word)).toBe(foo)
    expect(asked('fo', { ...word, kind: 'literal' })).toBe('"<·>fo…" & word"<·>fo<·>"')
    expect(asked('foo|bar', word)).toBe(`(${foo}) | (${foo.replaceAll('foo', 'bar')})`)
    expect(asked('-fo', word)).toBe('"<·>-fo" & "-fo<·>" & word"-fo<·>"')
    expect(asked('.foo.', word)).toBe('"foo…"')
  })
})

describe('words and long grams', () => {
  const words = (pattern: string, flags = {}) =>
    asked(pattern, flags)
      .split(' & ')
      .filter((part) => part.startsWith('word'))
  const longs = (pattern: string, flags = {}) =>
    asked(pattern, flags)
      .split(' & ')
      .filter((part) => part.startsWith('long'))

  it('are asked for where the pattern tells all of it', () => {
    expect(words(':ab_c9, d')).toEqual(['word":ab_c9,"'])
    expect(words('=a_2 bc ')).toEqual(['word"=a_2 "', 'word" bc "'])
    // Cut off, too short, too long, a number, one of several, and where a word may go on.
    for (const pattern of [
      'foo_',
      ' a ',
      ` ${'long_'.repeat(3)} `,
      ' 12ab ',
      ' fo[op] ',
      ' foo.',
    ]) {
      expect(words(pattern), pattern).toEqual([])
    }
    expect(words(`-${'x'.repeat(12)}-`)).toHaveLength(1)
    expect(words('^foo$')).toEqual(['word"<↵>foo<↵>"'])
    expect(words('^foo[,;]')).toEqual(['word"<↵>foo[,;]"'])
    expect(words('\\bfoo[\\w;]')).toEqual([])
    // Letters of words are those of ASCII: the others end them, here and in documents.
    expect(words(' fooé')).toEqual(['word" foo\\xc3"'])
  })

  it('stand at each end of letters and digits, also within a name', () => {
    expect(longs('usb_register_notify')).toEqual(['long"ister_not"6'])
    expect(longs('is not so')).toEqual([])
    expect(longs('there is a')).toEqual(['long"there is "6'])
    expect(longs('ther[ex] is a')).toEqual([])
  })

  it('heed capitals where the pattern tells them', () => {
    const gramOf = (pattern: string, flags = {}) => {
      const { query } = planned(pattern, flags)
      const of = query.kind === 'and' ? query.of : [query]
      return of.filter((one) => one.kind === 'grams' && one.ranges[0]!.from >= longBase).at(-1)
    }
    const numbers = ['-foo-', '-Foo-', '-fOo-', '-FOO-'].map(
      (pattern) => (gramOf(pattern) as { ranges: readonly { from: number }[] }).ranges[0]!.from,
    )
    expect(new Set(numbers).size).toBe(4)
    expect(gramOf('-foO-')).toMatchObject({ ranges: [{ from: numbers[2] }] })
    const either = gramOf('-foo-', { case: 'ignore' }) as { ranges: readonly { from: number }[] }
    expect(either.ranges.map(({ from }) => from)).toEqual(numbers.toSorted((a, b) => a - b))
    expect(words('-[fF]oo-')).toEqual(['word"-foo-"×2'])
    expect(longs('there is a', { case: 'ignore' })).toEqual(['long"there is "6×4'])
    expect(longs('there - a', { case: 'ignore' })).toEqual(['long"there - a"6×4'])
    expect(longs('there - -', { case: 'ignore' })).toEqual(['long"there - -"6×2'])
    expect(longs('[tT]here is a')).toEqual(['long"there is "6×2'])
  })
})

describe('case', () => {
  const shape = '[A-Z]{3}-[A-Z]{2}'
  const upper = 'shape"<U><U><U>-<U><U>"'
  const both = 'shape"<a><a><a>-<a><a>"'

  it.each([
    ['sensitive', shape, upper],
    ['ignore', shape, both],
    ['smart', shape, upper],
    ['smart', shape.replaceAll('[A-Z]', '[[:upper:]]'), both],
    ['smart', `${shape}\\x41`, 'shape"<U><U><U>-<U><U>" & shape"<U><U>-<U><U>A"'],
    ['sensitive', `(?i)${shape}`, both],
    ['sensitive', `(?i:${shape})`, both],
    ['sensitive', `${shape}(?i)`, both],
    ['ignore', `(?-i)${shape}`, both],
    ['sensitive', `(?-i)${shape}`, upper],
  ] as const)('%s: %s', (letters, pattern, expected) => {
    expect(asked(pattern, { case: letters })).toBe(expected)
  })

  it('spells out what folds to a letter, and lets documents through that hold what folds to k and s', () => {
    expect(asked('é', { case: 'ignore' })).toBe('high"\\xc3\\xa9…" | high"\\xc3\\x89…"')
    expect(asked('\\x{212a}ey', { case: 'ignore' })).toContain('"key…"')
    expect(planned('key', { case: 'ignore' }).exceptTraits).not.toBe(0)
    expect(planned('key', { case: 'smart' }).exceptTraits).not.toBe(0)
    expect(planned('Key', { case: 'smart' }).exceptTraits).toBe(0)
    expect(planned('abc', { case: 'ignore' }).exceptTraits).toBe(0)
    expect(planned('[a-z]bc', { case: 'ignore' }).exceptTraits).not.toBe(0)
    expect(planned('key', { case: 'sensitive' }).exceptTraits).toBe(0)
  })
})

describe('digits', () => {
  it('let documents through that hold others than those of ASCII', () => {
    expect(planned('\\d{6}').exceptTraits).not.toBe(0)
    expect(planned('[\\dx]{6}').exceptTraits).not.toBe(0)
    expect(planned('[0-9]{6}').exceptTraits).toBe(0)
    expect(planned('[[:digit:]]{6}').exceptTraits).toBe(0)
  })
})

describe('of a pattern that is too much to be told', () => {
  it('what comes before and behind is asked for', () => {
    const many = `(?:${Array.from({ length: 200 }, (_, i) => `a${i}`).join('|')})`
    expect(asked(`foo${many}bar`)).toBe('"foo…" & "bar…"')
    expect(asked(`foo(?:a|b|c|d)${'(?:e|f|g|h)'.repeat(9)}bar`)).not.toBe('all')
    expect(asked(`(?:foo${many}bar|x.*)`)).toBe('all')
    expect(asked('fo{300}')).toContain('"fooo"')
    expect(asked(`${'abcdefgh'.repeat(200)}`)).toContain('"abcd"')
  })
})

describe('of a pattern that could be told in very many ways', () => {
  const gramsIn = (query: GramQuery): number =>
    query.kind === 'and' || query.kind === 'or'
      ? query.of.reduce((sum, part) => sum + gramsIn(part), 0)
      : 1

  it.each([
    ['letters that fold to others', 'k\u017f'.repeat(480)],
    [
      'long alternatives',
      `(?:${[...'0123456789'].map((d) => `x${d}`).join('|')}){2}${'[a-d]'.repeat(76)}`,
    ],
    ['alternatives, one behind another', '([ab]x|[cd]yy)'.repeat(70)],
  ])('some are: %s', (_, pattern) => {
    const { query } = planned(pattern, { case: 'ignore' })
    expect(gramsIn(query)).toBeLessThan(8_192)
  })
})

describe('what the index is asked where a match may span lines', () => {
  it.each([
    ['a line end as what it is', 'ab\\ncd', '"ab\\x0ac" & "b\\x0acd"'],
    ['a class with one as both', 'ab[;\\n]cd', '"ab[\n;]c" & "b[\n;]cd"'],
    ['any character, a line end too, as anything', 'foo(?s:.)bar', '"foo…" & "bar…"'],
    ['what is not a class as anything', 'foo[^x]bar', '"foo…" & "bar…"'],
    ['white space as anything', 'foo\\sbar', '"foo…" & "bar…"'],
    [
      'the end of a line where the text goes on',
      'foo$\\nbar',
      '"foo\\x0a" & "oo\\x0ab" & "o\\x0aba" & "\\x0abar"',
    ],
  ])('%s', (_, pattern, expected) => {
    expect(asked(pattern, { multiline: true })).toBe(expected)
  })

  it('also in a literal', () => {
    expect(asked('a.\nb', { kind: 'literal', multiline: true })).toBe('"a.\\x0ab"')
    expect(asked('a.\nb', { kind: 'literal' })).toBe('all')
  })
})

describe('what the index is asked for a pattern of PCRE2', () => {
  const pcre2 = (pattern: string, parts = {}) => asked(pattern, { pcre2: true, ...parts })

  it.each([
    ['text', 'foobar', '"foob" & "ooba" & "obar"'],
    ['look-around as nothing', 'foo(?=b)(?!x)(?<!q)(?<=o)bar', '"foob" & "ooba" & "obar"'],
    ['the ends of a word as those', '(?<!\\w)foo(?!\\w)', asked('\\b{start-half}foo\\b{end-half}')],
    ['atomic groups and possessive quantifiers like others', '(?>foo)d{1}+', '"food"'],
    ['named groups like others', "(?<a>fo)(?'b'o)(?P<c>d)", '"food"'],
    ['branches whose groups are counted anew', '(?|food|food)', '"food" | "food"'],
    ['back-references as anything', '(foo)\\1bar\\k<n>\\g{-1}', '"foo…" & "bar…"'],
    ['recursion as anything', 'foo(?R)(?1)(?&n)(?P>n)bar', '"foo…" & "bar…"'],
    ['where a match begins as nothing', 'foo\\Kd', '"food"'],
    ['vertical space as anything', 'foo\\vbar', '"foo…" & "bar…"'],
    ['horizontal space as anything', 'foo\\hbar', '"foo…" & "bar…"'],
    ['line ends of all kinds as anything', 'foo\\Rbar', '"foo…" & "bar…"'],
    ['escaped marks as themselves', 'a\\<b\\>', '"a<b>"'],
    ['a brace that counts nothing as itself', 'a{b}', '"a{b}"'],
    ['classes that Rust would intersect as they stand', '[ab&&b]{4}', pcre2('[ab&]{4}')],
    ['classes of POSIX as anything', 'foo[[:alpha:]]bar', '"foo…" & "bar…"'],
    ['numbers of characters', '\\x66\\x{6f}od', '"food"'],
    ['a group with flags like others', '(?s)foo(?-i:d)', '"food"'],
  ])('%s', (_, pattern, expected) => {
    expect(pcre2(pattern)).toBe(expected)
  })

  it.each([
    ...[
      '\\Qfoobar\\E',
      'foobar\\E*',
      'foobar(?#note)*',
      '(?x)f oobar',
      '(?^)foobar',
      '(*UCP)foobar',
      'foobar(*F)|x',
    ],
    ...[
      '(?(?=a)foobar|foobar)',
      '(?(DEFINE)(?<d>foobar))foobar',
      '(?C)foobar',
      'foobar\\o{101}',
      'foobar\\cA',
      'foobar\\x4',
    ],
    ...[
      'foobar{,3}',
      'foobar{ 1, 2 }',
      'foobar)|(x',
      '(foobar',
      'foobar[',
      '*foobar',
      'foobar[[.a.]]',
      'foobar[[:<:]]',
    ],
    ...[
      'foobar[\\b]',
      'foobar[a-\\d]',
      'foobar\\N{U+41}',
      'foobar\\u0041',
      '(?aD)foobar',
      '(?=foobar)',
      '(?<=foobar)',
    ],
  ])('says nothing of %s', (pattern) => {
    expect(pcre2(pattern)).toBe('all')
  })

  it('heeds case where ripgrep finds a capital: not behind a backslash, but in the name of a class', () => {
    const narrows = (pattern: string) =>
      planned(pattern, { pcre2: true, case: 'smart' }).exceptTraits === 0
    expect(['sK', '(?<N>sk)', 'sk\\p{Lu}'].filter((pattern) => !narrows(pattern))).toEqual([])
    expect(['sk', 'sk\\S', 'sk\\N', '(?i)sK'].filter(narrows)).toEqual([])
  })
})
