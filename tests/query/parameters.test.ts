import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../src/limits.ts'
import { emptyForm, type Form, formOf } from '../../src/query/form.ts'
import { formatForm, parseSearch } from '../../src/query/parameters.ts'
import { formatText } from '../../src/query/parse.ts'
import { cases, sorts } from '../../src/query/query.ts'
import { parseQueryString } from '../../src/query/query-string.ts'

/** A query string as a search, or the complaint. */
function read(query: string, pcre2 = false) {
  const parameters = parseQueryString(`/search?${query}`)
  if (!parameters.ok) throw new Error(parameters.failure.message)
  return parseSearch(parameters.value, { limits: defaultLimits, pcre2 })
}

it('a format that the address does not answer in is refused by name', () => {
  expect(read('q=a&format=html').search.ok).toBe(true)
  expect(read('q=a&format=csv').search).toMatchObject({
    failure: { kind: 'bad-parameter', parameter: 'format' },
  })
})

describe('a query string', () => {
  it.each<[string, Record<string, string[]>]>([
    ['/search', {}],
    ['/search?', {}],
    ['/search?&&', {}],
    ['/search?q=a+b%20c%2B', { q: ['a b c+'] }],
    ['/search?q', { q: [''] }],
    ['/search?=x', { '': ['x'] }],
    ['/search?q=a=b=c', { q: ['a=b=c'] }],
    ['/search?q=a?b', { q: ['a?b'] }],
    ['/search?path=a&path=&path=b', { path: ['a', '', 'b'] }],
    ['/search?%71=%e2%82%ac', { q: ['€'] }],
    ['/search?q=%F0%9F%98%80&q=2', { q: ['😀', '2'] }],
    ['/search?q=a;b', { q: ['a;b'] }],
    ['/search?q=%00%0a%0d', { q: ['\0\n\r'] }],
    ['/search?__proto__=1&constructor=2', { ['__proto__']: ['1'], constructor: ['2'] }],
    ['/search?q[]=1&q[a]=2', { 'q[]': ['1'], 'q[a]': ['2'] }],
  ])('%s is decoded once, in order', (url, expected) => {
    const parameters = parseQueryString(url)
    expect(parameters).toEqual({ ok: true, value: new Map(Object.entries(expected)) })
  })

  it.each([
    'q=%',
    'q=%f',
    'q=%ff',
    'q=%c3',
    'q=%c3%28',
    'q=%e0%80%af',
    'q=%ed%a0%80',
    'q=%zz',
    '%ff=1',
    'q=100%&a=b',
  ])('that is not UTF-8 is refused, not guessed: %s', (query) => {
    expect(parseQueryString(`/search?${query}`)).toMatchObject({
      ok: false,
      failure: { kind: 'bad-parameter' },
    })
  })

  it('of any text comes back as that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        const url = `/x?${encodeURIComponent(name)}=${encodeURIComponent(value)}`
        const parameters = parseQueryString(url)
        expect(parameters.ok && parameters.value.get(name)).toEqual([value])
      }),
    )
  })
})

describe('a search', () => {
  it('means what its parameters say', () => {
    const { search, form } = read(
      'q=+a.b+&regex=1&word=1&case=sensitive&repo=x&repo=!y&path=*.ts&path=!*.d.ts&lang=c&context=7&limit=30&after=abc&explain=1&multiline=1&pcre2=1&has=a+b&has=!c&sort=matches&facets=1',
      true,
    )
    expect(search).toEqual({
      ok: true,
      value: {
        query: {
          matcher: {
            ...{ kind: 'regex', pattern: ' a.b ', case: 'sensitive', word: true },
            ...{ multiline: true, pcre2: true },
          },
          filters: {
            ...{ repositories: ['x', '!y'], paths: ['*.ts', '!*.d.ts'], languages: ['c'] },
            has: ['a b', '!c'],
          },
          context: 7,
        },
        form,
        typed: [],
        limit: 30,
        after: 'abc',
        explain: true,
        totals: false,
        facets: true,
      },
    })
  })

  it('has its totals counted where they can be', () => {
    const { search } = read('q=a&totals=1')
    expect(search.ok && search.value.totals).toBe(true)
  })

  it('is literal, in smart case, with two lines of context, unless it says otherwise', () => {
    const { search } = read('q=a.b')
    expect(search.ok && search.value.query).toEqual({
      matcher: {
        kind: 'literal',
        pattern: 'a.b',
        case: 'smart',
        word: false,
        multiline: false,
        pcre2: false,
      },
      filters: { repositories: [], paths: [], languages: [], has: [] },
      context: 2,
    })
  })

  it.each(['', 'q=', 'regex=1', 'q=&repo=x'])('for nothing asks for the form: %s', (query) => {
    const { search } = read(query)
    expect(search.ok && search.value.query).toBeUndefined()
    expect(search.ok).toBe(true)
  })

  it.each<[string, string]>([
    ['q=a&q=b', 'q'],
    ['q=a&regex=on', 'regex'],
    ['q=a&regex=1&regex=1', 'regex'],
    ['q=a&word=2', 'word'],
    ['q=a&case=Smart', 'case'],
    ['q=a&case=__proto__', 'case'],
    ['q=a&context=11', 'context'],
    ['q=a&context=0x1', 'context'],
    ['q=a&context=٣', 'context'],
    ['q=a&context=1&context=2', 'context'],
    ['q=a&limit=0', 'limit'],
    ['q=a&limit=-1', 'limit'],
    ['q=a&limit=1e3', 'limit'],
    ['q=a&limit=9999999999999999', 'limit'],
    ['q=a&after=x&after=y', 'after'],
    ['q=a&totals=yes', 'totals'],
    ['q=a&totals=1&has=b', 'totals'],
    ['q=a&totals=1&type=file', 'totals'],
    ['q=a&has=b&type=file', 'has'],
    ['q=a&sort=matches&type=file', 'sort'],
    ['q=a&facets=2', 'facets'],
    ['q=a&sort=name', 'sort'],
    ['q=a&multiline=yes', 'multiline'],
    ['q=a&pcre2=1', 'pcre2'],
    ['q=a&path=%00', 'path'],
    ['q=a&has=!', 'has'],
    ['q=a&has=a%0ab', 'has'],
    ['q=a&type=repo', 'type'],
    [`q=a&lang=${'é'.repeat(129)}`, 'lang'],
    [`q=a${'&repo=x'.repeat(11)}`, 'repo'],
  ])('?%s is refused, and %s named', (query, parameter) => {
    const { search } = read(query)
    expect(search).toMatchObject({ ok: false, failure: { kind: 'bad-parameter', parameter } })
    if (search.ok || search.failure.kind !== 'bad-parameter') throw new Error('it is not refused')
    expect(search.failure.message.startsWith(`${parameter} `)).toBe(true)
  })

  it('has at most as many characters as the limit, counted as people count them', () => {
    const asked = (q: string) => read(`q=${encodeURIComponent(q)}`).search
    expect(asked('x'.repeat(1_000)).ok).toBe(true)
    expect(asked('😀'.repeat(1_000)).ok).toBe(true)
    expect(asked('x'.repeat(1_001))).toMatchObject({ failure: { kind: 'bad-query' } })
    expect(asked('x'.repeat(128_000))).toMatchObject({
      failure: { message: expect.stringContaining('128000 characters, and at most 1000') },
    })
  })

  it('reports the first thing that is wrong, and keeps everything that was typed', () => {
    const { search, form } = read('q=a%00&case=up&path=x&word=1&context=99')
    expect(search).toMatchObject({ failure: { parameter: 'case' } })
    expect(form).toEqual({ ...emptyForm, q: 'a\0', path: ['x'], word: true })
  })
})

const values = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), {
  maxLength: 4,
})
/** Pieces of texts that hold filters, or nearly. */
const filterLike = fc.constantFrom(
  ...[
    'repo:',
    '-path:',
    'file:',
    'case:',
    'context:',
    'sym:',
    'r:',
    'f:',
    '-l:',
    'content:',
    'has:',
  ],
  ...['"', '\\', ' ', '  ', '\t', 'x', 'a.b', '/', '!', '7', 'yes', ':', '\n'],
)

const forms: fc.Arbitrary<Form> = fc.record({
  q: fc
    .oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
      fc.array(filterLike, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
    )
    .filter((q) => !q.includes('\0') && q !== '')
    .map(formatText),
  regex: fc.boolean(),
  word: fc.boolean(),
  multiline: fc.boolean(),
  pcre2: fc.boolean(),
  case: fc.constantFrom(...cases),
  // What stands behind an `@` is no part of a repository's name.
  repo: values.map((names) => names.filter((name) => !name.includes('@'))),
  path: values,
  lang: values,
  context: fc.integer({ min: 0, max: 10 }),
  has: values.map((texts) => texts.filter((text) => text !== '!' && !/[\r\n]/.test(text))),
  type: fc.constant(undefined),
  limit: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
  sort: fc.constantFrom(...sorts),
  rev: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { nil: undefined }),
})

describe('a revision behind the name of a repository', () => {
  const revOf = (query: string) => {
    const { search } = read(query)
    return search.ok ? [search.value.form.repo, search.value.form.rev] : search.failure
  }
  it.each([
    ['q=x&repo=linux@v6.1', ['linux'], 'v6.1'],
    ['q=repo:linux@feature/one+x', ['linux'], 'feature/one'],
    ['q=x&repo=group/linux@HEAD', ['group/linux'], 'HEAD'],
    ['q=x&repo=/^linux$/@v6', ['/^linux$/'], 'v6'],
    ['q=x&repo=/[@/]/', ['/[@/]/'], undefined],
    ['q=x&repo=!linux@v6', ['!linux@v6'], undefined],
    ['q=x&repo=@v6', ['@v6'], undefined],
    ['q=x&repo=linux@v6&rev=v6', ['linux'], 'v6'],
    ['q=x&repo=linux@v6&repo=linux', ['linux'], 'v6'],
    ['q=x&rev=', [], undefined],
  ])('%s', (query, repo, rev) => {
    expect(revOf(query)).toEqual([repo, rev])
  })

  it.each(['q=x&repo=linux@v6&rev=v5', 'q=rev:v5+x&repo=a@v6', `q=x&rev=${'a'.repeat(256)}`])(
    'is one, and no novel: %s',
    (query) => {
      expect(revOf(query)).toMatchObject({ kind: 'bad-parameter', parameter: 'rev' })
    },
  )
})

describe('the canonical query string', () => {
  it('is the inverse of reading one', () => {
    fc.assert(
      fc.property(forms, fc.option(fc.integer({ min: 1, max: 1e9 })), (form, other) => {
        const url = formatForm(form)
        const { search, form: again } = read(url, true)
        expect(again).toEqual(form)
        expect(search.ok && search.value.form).toEqual(form)
        expect(search.ok && search.value.limit).toBe(form.limit)
        expect(search.ok && formOf(search.value.query!)).toEqual({
          ...form,
          limit: undefined,
          sort: 'path',
        })
        expect(formatForm(again)).toBe(url)
        const limit = other === null ? undefined : String(other)
        const { search: limited } = read(formatForm(form, { limit, after: undefined }), true)
        expect(limited.ok && limited.value.limit).toBe(other ?? form.limit)
      }),
    )
  })

  it('leaves out what is so anyway, and can stand in a header and in an attribute', () => {
    expect(formatForm({ ...emptyForm, q: 'a' })).toBe('q=a')
    fc.assert(
      fc.property(forms, (form) => {
        expect(formatForm(form)).toMatch(/^[\w.*+%&=-]+$/)
      }),
    )
  })
})
