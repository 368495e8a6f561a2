import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer

beforeAll(async () => {
  const harbour = makeTree({
    'src/tide.ts': [
      'export function tideAt(hour: number) {',
      '  const needle = 1',
      '  // two',
      '  // three',
      '  // four',
      '  // five',
      '  // six',
      '  // seven',
      '  return needle + hour // needle',
      '}',
      '',
    ].join('\n'),
    'src/wide.js': `${'a'.repeat(3_000)} needle ${'b'.repeat(3_000)}\n`,
    'docs/keeper.md': 'The Needle rock.\nfoo(bar)\nold needle of\nthe sea\n',
    'docs/{{name}} +#%.txt': 'Curly needle\n',
    'bin/blob': 'needle\0needle\n',
    // At the top, so that this is one repository and not one for each directory.
    LICENSE: 'Free.\n',
  })
  const lamp = makeTree({ 'lamp.c': 'int needle; /* a.b */\n', 'tools/lamp.py': 'needle = axb\n' })
  server = await startServer({ harbour, 'isles/lamp': lamp })
})

const page = async (path: string): Promise<Element> =>
  readHtml(await (await server.get(path)).text())

/** `harbour/src/tide.ts:2` of each row. */
const rowsOf = (root: Element, kind: string): readonly string[] =>
  all(root, 'section.file').flatMap((file) =>
    all(file, `.row[data-kind=${kind}]`).map(
      ({ attributes }) =>
        `${file.attributes['data-repo']}/${file.attributes['data-path']}:${attributes['data-line']}`,
    ),
  )

const linesFound = (root: Element) => rowsOf(root, 'match').length

describe('a results page', () => {
  it.each<[string, number, readonly string[], readonly string[]]>([
    ['search?q=needle', 200, ['harbour', 'tide.ts', 'lamp.c', 'id="ledger"'], ['blob']],
    ['search?q=Needle', 200, ['keeper.md'], ['tide.ts', 'lamp.c']],
    ['search?q=NEEDLE&case=ignore', 200, ['keeper.md', 'lamp.c'], []],
    ['search?q=needle&case=sensitive', 200, ['of</code>', 'lamp.c'], ['The <mark>']],
    ['search?q=a.b', 200, ['lamp.c'], ['lamp.py']],
    ['search?q=a.b&regex=1', 200, ['lamp.c', 'lamp.py'], []],
    ['search?q=a.b&regex=0', 200, ['lamp.c'], ['lamp.py']],
    ['search?q=foo%28', 200, ['<mark>foo(</mark>'], ['role="alert"']],
    ['search?q=eedle&word=1', 200, ['Nothing found'], ['class="file"']],
    ['search?q=needle&repo=isles/lamp', 200, ['lamp.c'], ['tide.ts']],
    ['search?q=needle&repo=!isles/lamp', 200, ['tide.ts'], ['data-repo="isles/lamp"']],
    ['search?q=needle&repo=harbour&repo=isles/*', 200, ['tide.ts', 'lamp.c'], []],
    ['search?q=needle&lang=python', 200, ['lamp.py'], ['data-path="lamp.c"']],
    ['search?q=needle&path=*.md', 200, ['keeper.md'], ['tide.ts']],
    ['search?q=needle&path=docs', 200, ['keeper.md'], ['tide.ts']],
    ['search?q=needle&path=!*.md&path=', 200, ['tide.ts'], ['keeper.md']],
    ['search?q=+the+sea', 200, ['Nothing found'], ['class="file"']],
    ['search?q=%2Dneedle', 200, ['Nothing found'], ['class="file"']],
    ['search?q=--pre%3Dcat', 200, ['Nothing found'], ['class="file"']],
    ['search?q=needle&unheard=of&__proto__=1&constructor=x', 200, ['tide.ts'], []],
    ['search?q=needle&multiline=0&pcre2=&word=&case=', 200, ['tide.ts'], []],
  ])('GET /%s answers %i', async (path, status, present, absent) => {
    const answer = await server.get(path)
    const html = await answer.text()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    readHtml(html)
    const main = html.slice(html.indexOf('<main'))
    expect(present.filter((text) => !main.includes(text))).toEqual([])
    expect(absent.filter((text) => main.includes(text))).toEqual([])
  })

  it('has the hooks that scripts and styles rely on', async () => {
    const root = await page('search?q=needle')
    expect(rowsOf(root, 'match')).toEqual([
      'harbour/docs/keeper.md:1',
      'harbour/docs/keeper.md:3',
      'harbour/docs/{{name}} +#%.txt:1',
      'harbour/src/tide.ts:2',
      'harbour/src/tide.ts:9',
      'harbour/src/wide.js:1',
      'isles/lamp/lamp.c:1',
      'isles/lamp/tools/lamp.py:1',
    ])
    const [, curly, tide] = all(root, 'section.file')
    expect(one(curly!, 'h2 a').attributes.href).toBe(
      '/view/harbour/docs/%7B%7Bname%7D%7D%20%2B%23%25.txt',
    )
    expect(all(tide!, '.row a.n').map(({ attributes }) => attributes.href)).toEqual(
      [1, 2, 3, 4, 7, 8, 9, 10].map((line) => `/view/harbour/src/tide.ts#L${line}`),
    )
    expect(all(tide!, '.row').map(textOf)[6]).toBe('9  return needle + hour // needle')
    expect(all(tide!, '.row[data-line=9] mark').map(textOf)).toEqual(['needle', 'needle'])
    expect(wordsOf(one(tide!, '.count'))).toBe('3 matches')
    const ledger = one(root, 'section#ledger')
    expect(ledger.attributes['data-end']).toBe('complete')
    expect(ledger.attributes).not.toHaveProperty('data-stopped-by')
    expect(wordsOf(one(ledger, '[role=status]'))).toMatch(
      /^8 lines in 6 files, 9 matches; searched 7 files, [\d.]+ kB in \d+ ms$/,
    )
    expect(wordsOf(ledger)).toContain('Left out: binary (they hold a NUL)1')
  })

  it('shows where lines between two groups are missing, and only there', async () => {
    const [keeper, , tide, wide] = all(await page('search?q=needle'), 'section.file')
    const shape = (file: Element) =>
      one(file, '.lines').children.flatMap((child) =>
        typeof child === 'string' ? [] : [child.attributes['data-line'] ?? 'gap'],
      )
    expect(shape(keeper!)).toEqual(['1', '2', '3', '4'])
    expect(shape(tide!)).toEqual(['1', '2', '3', '4', 'gap', '7', '8', '9', '10'])
    expect(shape(wide!)).toEqual(['1'])
    const bare = all(await page('search?q=needle&context=0'), 'section.file')
    expect(shape(bare[0]!)).toEqual(['1', 'gap', '3'])
    expect(shape(bare[2]!)).toEqual(['2', 'gap', '9'])
  })

  it('keeps the match of a long line in sight, and names the limit', async () => {
    const root = await page('search?q=needle&path=*.js')
    const code = one(root, '.row code')
    expect(textOf(one(code, 'mark'))).toBe('needle')
    expect(textOf(code)).toMatch(/^… a{200,} needle b{200,} …$/)
    expect(textOf(code).length).toBeLessThan(520)
    expect(wordsOf(one(root, 'section.file .more'))).toContain('(max-line-bytes)')
    expect(all(await page('search?q=needle&path=*.ts'), 'section.file .more')).toEqual([])
  })

  it('says its one address, in the head and as a header', async () => {
    const canonical = '/search?q=needle&regex=1&word=1&case=ignore&repo=harbour&path=*.ts&context=3'
    for (const path of [
      canonical,
      '/search?context=3&path=*.ts&path=&repo=harbour&case=ignore&word=1&regex=1&q=needle&x=y',
      '/search?q=%6eeedle&regex=1&word=1&case=ignore&repo=harbour&lang=&path=%2A.ts&context=3&after=',
    ]) {
      const answer = await server.get(path)
      const root = readHtml(await answer.text())
      expect(one(root, 'head link[rel=canonical]').attributes.href).toBe(canonical)
      expect(answer.headers.get('link')).toBe(`<${canonical}>; rel="canonical"`)
    }
  })

  it('is not for crawlers', async () => {
    const root = await page('search?q=needle')
    expect(one(root, 'meta[name=robots]').attributes.content).toBe('noindex, nofollow')
  })

  it('counts the files of a repository, a language or a path only, when asked for only those', async () => {
    const root = await page('search?q=needle&path=*.ts')
    expect(wordsOf(one(root, '[role=status]'))).toContain('2 lines in 1 file, 3 matches')
    expect(wordsOf(one(root, '[role=status]'))).toContain('searched 1 file,')
    const links = all(root, '#ledger a[href]').map(({ attributes }) => attributes.href)
    expect(links).toEqual([
      '/why?q=needle&path=*.ts',
      '/api/search?q=needle&path=*.ts',
      '/search?q=needle&path=*.ts&explain=1#plan',
    ])
  })
})

/** What a browser would send of a form as it stands. */
function sent(form: Element): string {
  const fields = new URLSearchParams()
  for (const field of all(form, '[name]')) {
    const { name, type, value = '' } = field.attributes
    if (type === 'checkbox' && !('checked' in field.attributes)) continue
    // Only the button that was pressed is sent, and here that is one without a name.
    if (field.tag === 'button') continue
    if (field.tag === 'select') {
      const options = all(field, 'option')
      const chosen = options.filter((option) => 'selected' in option.attributes)
      expect(chosen.length).toBeLessThan(2)
      const option = chosen[0] ?? options[0]!
      fields.append(name!, option.attributes.value ?? wordsOf(option))
    } else fields.append(name!, value)
  }
  return fields.toString()
}

describe('the form', () => {
  it.each([
    'q=needle',
    'q=needle&regex=1&word=1&multiline=1&case=sensitive&repo=harbour&path=*.ts&lang=typescript&context=0',
    'q=needle&repo=harbour&repo=isles%2Flamp&path=docs&path=%21*.md&lang=c&lang=python',
    'q=needle&repo=%21harbour&lang=%21python&context=4',
    'q=+needle++',
    'q=%22%3E%3Cb%3E%27%26amp%3B',
  ])('of a results page, sent as it stands, asks the same again: %s', async (query) => {
    const form = one(await page(`search?${query}`), 'form')
    expect(form.attributes.action).toBe('/search')
    const again = await page(`search?${sent(form)}`)
    expect(one(again, 'link[rel=canonical]').attributes.href).toBe(`/search?${query}`)
  })

  it.each([
    'q=foo%28&regex=1&word=1&path=docs&context=5',
    'q=foo&path=%5B&case=ignore',
    'q=foo&repo=nowhere&regex=1',
    'q=foo&lang=klingon&lang=c',
  ])('of a failure, sent as it stands, asks the same again: %s', async (query) => {
    const answer = await server.get(`search?${query}`)
    expect(answer.status).toBe(400)
    const form = one(readHtml(await answer.text()), 'form')
    const again = new URLSearchParams(sent(form))
    for (const [name, value] of new URLSearchParams(query)) {
      expect(again.getAll(name)).toContain(value)
    }
  })

  it('opens its filters where one of them is a mistake, and elsewhere says that some are set', async () => {
    const filters = async (path: string) => one(await page(path), 'details.filters')
    for (const path of ['search?q=needle', 'search?q=needle&lang=c']) {
      expect((await filters(path)).attributes).not.toHaveProperty('open')
    }
    const mistaken = await server.get('search?q=needle&lang=nowhere')
    const form = one(readHtml(await mistaken.text()), 'details.filters')
    expect(form.attributes).toHaveProperty('open')
    const file = await page('view/harbour/src/tide.ts')
    expect(one(file, 'details.filters').attributes).not.toHaveProperty('open')
    expect(wordsOf(one(file, 'details.filters summary'))).toBe('Filters on')
  })

  it('offers every repository and every language of the corpus', async () => {
    const form = one(await page(''), 'form')
    const options = (name: string) => all(form, `select[name=${name}] option`).map(wordsOf)
    expect(options('repo')).toEqual(['all', 'harbour', 'isles/lamp'])
    expect(options('lang')).toEqual(
      expect.arrayContaining(['all', 'C', 'Markdown', 'Python', 'TypeScript']),
    )
    expect('autofocus' in one(form, 'input[name=q]').attributes).toBe(true)
  })
})

// A status is waited for no longer than 250 ms, which ripgrep can need on a machine with other things to do.
describe('a search that cannot be run', { retry: 3 }, () => {
  const long = 'x'.repeat(1_001)
  it.each<[string, string, string]>([
    ['q=foo%28&regex=1', 'bad-pattern', 'unclosed group'],
    ['q=%5B&regex=1', 'bad-pattern', 'unclosed character class'],
    ['q=%28%3F%3Dx%29&regex=1', 'bad-pattern', 'look-around'],
    ['q=foo%28&regex=1&path=nothing-here', 'bad-pattern', 'unclosed group'],
    ['q=two%0Alines', 'bad-pattern', 'not allowed'],
    ['q=needle&path=%5B', 'bad-glob', '['],
    ['q=needle&path=%7Ba', 'bad-glob', '{a'],
    ['q=needle&repo=harbor', 'bad-parameter', 'there is no repository harbor; near it: harbour'],
    ['q=needle&lang=typscript', 'bad-parameter', 'typscript is no language'],
    [
      `q=${long}`,
      'bad-query',
      '1001 characters, and at most 1000 are searched for (max-query-characters)',
    ],
    ['q=%00', 'bad-query', 'NUL'],
    ['q=needle&path=%00', 'bad-parameter', 'path holds a NUL'],
    ['q=needle&repo=a%00', 'bad-parameter', 'repo holds a NUL'],
    [`q=needle&path=${'a'.repeat(257)}`, 'bad-parameter', 'path is longer than 256 bytes'],
    [
      `q=needle${'&path=a'.repeat(11)}`,
      'bad-parameter',
      'path is given 11 times, and at most 10 are read (max-globs)',
    ],
    ['q=a&q=b', 'bad-parameter', 'q is given more than once'],
    ['q=needle&regex=maybe', 'bad-parameter', 'regex takes 1 or 0, not maybe'],
    ['q=needle&word=2', 'bad-parameter', 'word takes 1 or 0, not 2'],
    ['q=needle&regex=1&regex=0', 'bad-parameter', 'regex is given more than once'],
    ['q=needle&case=upper', 'bad-parameter', 'case takes smart or sensitive or ignore, not upper'],
    [
      'q=needle&context=11',
      'bad-parameter',
      'context takes a whole number from 0 to 10 (max-context), not 11',
    ],
    ['q=needle&context=-1', 'bad-parameter', 'context takes a whole number'],
    ['q=needle&context=1.5', 'bad-parameter', 'context takes a whole number'],
    ['q=needle&limit=0', 'bad-parameter', 'limit takes a whole number from 1, not 0'],
    ['q=needle&limit=many', 'bad-parameter', 'limit takes a whole number from 1, not many'],
    ['q=needle&after=xyz', 'bad-parameter', 'not a cursor'],
    ['q=needle&sort=size', 'bad-parameter', 'sort takes path or matches, not size'],
    ['q=needle&multiline=maybe', 'bad-parameter', 'multiline takes 1 or 0, not maybe'],
    [
      'q=needle&pcre2=1',
      'bad-parameter',
      'pcre2 is switched off on this server, by its setting of that name',
    ],
    ['q=%ff', 'bad-parameter', 'not UTF-8'],
    ['q=needle&path=%c3%28', 'bad-parameter', 'not UTF-8'],
    ['q=100%', 'bad-parameter', 'not UTF-8'],
  ])('?%s is 400, %s', async (query, kind, message) => {
    const answer = await server.get(`search?${query}`)
    expect(answer.status).toBe(400)
    const root = readHtml(await answer.text())
    const alert = one(root, '[role=alert]')
    expect(alert.attributes['data-kind']).toBe(kind)
    expect(wordsOf(alert)).toContain(message)
    expect(all(root, '#ledger')).toEqual([])
  })

  it("shows ripgrep's own message with its caret under the place, and offers the literal search", async () => {
    const answer = await server.get('search?q=ab%28cd%28bar%29&regex=1&path=docs&word=0')
    expect(answer.status).toBe(400)
    const root = readHtml(await answer.text())
    expect(textOf(one(root, '[role=alert] pre')).split('\n').slice(0, 3)).toEqual([
      'regex parse error:',
      '    (?:ab(cd(bar))',
      '    ^',
    ])
    expect(one(root, 'input[name=q]').attributes.value).toBe('ab(cd(bar)')
    const literal = all(root, 'a.button')
    expect(wordsOf(literal[0]!)).toBe('Search for it literally')
    expect(literal[0]!.attributes.href).toBe('/search?q=ab%28cd%28bar%29&path=docs')
    const second = await page('search?q=foo%28&regex=1')
    const found = await page(all(second, 'a.button')[0]!.attributes.href!)
    expect(rowsOf(found, 'match')).toEqual(['harbour/docs/keeper.md:2'])
  })

  it('offers to let a match span lines, where the pattern holds a line end', async () => {
    for (const query of ['q=two%0A++%2F%2F+three', 'q=two%5Cn++%2F%2F+three&regex=1']) {
      const answer = await server.get(`search?${query}`)
      expect(answer.status).toBe(400)
      const root = readHtml(await answer.text())
      expect(wordsOf(one(root, '[role=alert]'))).toContain('the literal "\\n" is not allowed')
      const [way] = all(root, 'a.button')
      expect(wordsOf(way!)).toBe('Let a match span lines')
      const found = await page(way!.attributes.href!)
      expect(rowsOf(found, 'match')).toEqual(['harbour/src/tide.ts:3', 'harbour/src/tide.ts:4'])
      expect(all(found, 'mark').map(textOf)).toEqual(['two', '  // three'])
      expect(one(found, 'input[name=multiline]').attributes.checked).toBe('')
    }
  })

  it('offers PCRE2 for what only that understands, where the operator allows it', async () => {
    const query = 'search?q=%28%3F%3C%3Dconst+%29needle&regex=1'
    expect(wordsOf(readHtml(await (await server.get(query)).text()))).not.toContain(
      'Search with PCRE2',
    )
    const allowing = await startServer(makeTree({ 'a.txt': 'const needle\nneedle\n' }), {
      pcre2: true,
    })
    const answer = await allowing.get(query)
    expect(answer.status).toBe(400)
    const [way] = all(readHtml(await answer.text()), 'a.button')
    expect(wordsOf(way!)).toBe('Search with PCRE2')
    const found = readHtml(await (await allowing.get(way!.attributes.href!)).text())
    expect(all(found, '.row[data-kind=match]')).toHaveLength(1)
    expect(all(found, 'mark').map(textOf)).toEqual(['needle'])
    expect(one(found, 'input[name=pcre2]').attributes.checked).toBe('')
  })

  it('marks the rest of a match on the page that goes on inside it', async () => {
    const small = await startServer(makeTree({ 'a.txt': 'x{\n1\n2\n3\n}\n' }), {
      limits: { linesPerFile: 2 },
    })
    const get = async (path: string) => readHtml(await (await small.get(path)).text())
    const first = await get('search?q=%5C%7B%5B%5E%7D%5D*&regex=1&multiline=1')
    expect(all(first, 'mark').map(textOf)).toEqual(['{', '1'])
    const rest = await get(one(first, '.more a').attributes.href!)
    expect(all(rest, 'mark').map(textOf)).toEqual(['2', '3'])
    expect(wordsOf(one(rest, '#summary'))).toContain('2 lines in 1 file, 0 matches')
  })

  it.each(['', 'q=', 'q', '&&', 'regex=1&repo=harbour&q=', 'q[]=needle', 'Q=needle'])(
    'with nothing to search for leads home: ?%s',
    async (query) => {
      const answer = await server.get(`search?${query}`)
      expect([answer.status, answer.headers.get('location')]).toEqual([302, '/'])
    },
  )
})

describe('a search that finds nothing', () => {
  it.each<[string, string, readonly string[]]>([
    ['q=NEEDLE', 'NEEDLE', ['in upper or lower case']],
    ['q=needl&word=1', 'needl, as whole words', ['also inside longer words']],
    ['q=foo%28bar%29&regex=1', 'foo(bar) as a regular expression', ['as literal text']],
    ['q=a%5B.x%5Db', 'a[.x]b', ['as a regular expression']],
    ['q=needle+hour', 'needle hour', ['the words apart', 'only “needle”']],
    ['q=two%5Cs%2B%2F%2F&regex=1', 'two\\s+// as a regular', ['with matches that span lines']],
    ['q=+the+sea+', 'the sea', ['without the space around it']],
    ['q=lamp&path=*.md', 'in paths *.md', []],
    ['q=axb&lang=c', 'in c', ['in every language']],
    ['q=axb&repo=harbour', 'in harbour', ['in every repository']],
    ['q=axb&path=*.c', 'in paths *.c', ['without the path filter']],
    ['q=axb&repo=harbour&lang=c', 'axb', ['without any filter']],
  ])(
    'says what was searched, and offers what does find something: ?%s',
    async (query, what, ways) => {
      const root = await page(`search?${query}`)
      const nothing = one(root, 'section.nothing')
      expect(wordsOf(nothing)).toContain(what)
      const offers = all(nothing, 'li')
      const texts = offers.map(wordsOf)
      for (const way of ways) expect(texts.join('; ')).toContain(way)
      for (const offer of offers) {
        const found = await page(one(offer, 'a').attributes.href!)
        expect(wordsOf(offer)).toMatch(
          new RegExp(`: ${linesFound(found)} ${linesFound(found) === 1 ? 'line' : 'lines'}$`),
        )
        expect(linesFound(found)).toBeGreaterThan(0)
      }
      expect(one(root, '#ledger').attributes['data-end']).toBe('complete')
      expect(wordsOf(one(root, '[role=status]'))).toMatch(/^No match; searched \d+ files?, /)
    },
  )

  it('offers them also where only one process may run', async () => {
    const single = await startServer(makeTree({ 'a.txt': 'Needle\n' }), { limits: { slots: 1 } })
    const began = performance.now()
    const root = readHtml(await (await single.get('search?q=NEEDLE')).text())
    expect(all(root, '.suggestions li').map(wordsOf)).toEqual(['in upper or lower case: 1 line'])
    // Less than the wait for a slot that the search itself would have held.
    expect(performance.now() - began).toBeLessThan(1_900)
    expect(single.slots.running).toBe(0)
  })

  it('has no list of offers where none finds anything', async () => {
    const root = await page('search?q=zzzz')
    expect(all(root, 'section.nothing li')).toEqual([])
    expect(all(root, 'section.nothing ul')).toEqual([])
  })
})

it('what is offered instead of nothing can be searched for, whatever was asked', async () => {
  const server = await startServer(makeTree({ 'needle.txt': 'hay\n' }))
  const root = readHtml(await (await server.get('search?q=needle&has=hay')).text())
  const links = all(root, '.suggestions a').map(({ attributes }) => attributes.href!)
  expect(links).not.toEqual([])
  for (const link of links)
    expect([link, (await server.get(link.slice(1))).status]).toEqual([link, 200])
})
