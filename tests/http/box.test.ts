import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines, startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, textOf } from './html.ts'

const server = await startServer(
  {
    harbour: makeTree({
      'top.txt': 'nothing\n',
      'src/tide.ts': 'const tide = 1 // needle file:x\nneedle two\n',
      'src/lamp.c': 'int needle; /* mutex */\n',
      'docs/keeper.md': 'the needle\n',
    }),
    _babel: makeTree({ 'scoped.txt': 'scoped\n' }),
    light: makeTree({ 'lamp.py': 'needle = 1\n' }),
  },
  { pcre2: true },
)

const search = (q: string, more = '') => `search?q=${encodeURIComponent(q)}${more}`
const page = async (path: string) => {
  const answer = await server.get(path)
  return { answer, root: readHtml(await answer.text()) }
}
const filesOf = (root: ReturnType<typeof readHtml>) =>
  all(root, 'section.file').map(({ attributes }) => attributes['data-path'])
const chipsOf = (root: ReturnType<typeof readHtml>) =>
  all(root, '.chip').map((chip) => ({
    text: textOf(chip).replace(/\s+/g, ' ').trim(),
    href: chip.attributes.href!,
  }))

describe('filters in the box', () => {
  it.each<[string, string, readonly string[]]>([
    ['needle path:src', '/search?q=needle&path=src', ['src/lamp.c', 'src/tide.ts']],
    ['repo:light needle', '/search?q=needle&repo=light', ['lamp.py']],
    [
      'needle -path:src -repo:light',
      '/search?q=needle&repo=%21light&path=%21src',
      ['docs/keeper.md'],
    ],
    [
      'needle path:/\\.[ct]s?$/',
      '/search?q=needle&path=%2F%5C.%5Bct%5Ds%3F%24%2F',
      ['src/lamp.c', 'src/tide.ts'],
    ],
    [
      'needle path:-src lang:-python',
      '/search?q=needle&path=%21src&lang=%21python',
      ['docs/keeper.md'],
    ],
    ['needle lang:python', '/search?q=needle&lang=python', ['lamp.py']],
    ['needle has:mutex', '/search?q=needle&has=mutex', ['src/lamp.c']],
    ['needle -has:mutex path:src', '/search?q=needle&path=src&has=%21mutex', ['src/tide.ts']],
    ['NEEDLE case:no repo:light', '/search?q=NEEDLE&case=ignore&repo=light', ['lamp.py']],
    ['needle context:0 count:1', '/search?q=needle&context=0&limit=1', ['docs/keeper.md']],
    ['"file:x"', '/search?q=%22file%3Ax%22', ['src/tide.ts']],
    ['content:file:x', '/search?q=%22file%3Ax%22', ['src/tide.ts']],
    ['needle r:light', '/search?q=needle&repo=light', ['lamp.py']],
  ])('%s answers at once, and is canonically %s', async (typed, canonical, files) => {
    const { answer, root } = await page(search(typed))
    expect(answer.status).toBe(200)
    expect(filesOf(root)).toEqual(files)
    expect(one(root, 'link[rel=canonical]').attributes.href).toBe(canonical)
    expect(answer.headers.get('link')).toBe(`<${canonical}>; rel="canonical"`)
    const again = await page(canonical.slice(1))
    expect(filesOf(again.root)).toEqual(files)
    expect(one(again.root, 'link[rel=canonical]').attributes.href).toBe(canonical)
    expect(chipsOf(again.root)).toEqual(chipsOf(root))
  })

  it('mean the same to programs', async () => {
    const found = await jsonLines(await server.get(`api/${search('needle has:mutex context:0')}`))
    const same = await jsonLines(await server.get('api/search?q=needle&has=mutex&context=0'))
    expect(found.find(({ type }) => type === 'file').path).toBe('src/lamp.c')
    expect(found.filter(({ type }) => type === 'file')).toEqual(
      same.filter(({ type }) => type === 'file'),
    )
  })

  it('win over what the form says beside them', async () => {
    const { root } = await page(search('NEEDLE case:no', '&case=sensitive&context=2'))
    expect(filesOf(root)).toHaveLength(4)
  })

  it('leave the box, and become fields, so that the form says everything once', async () => {
    const { root } = await page(search('needle path:src has:mutex repo:harbour count:9 context:1'))
    const fields = all(root, 'form input').flatMap(({ attributes }) => {
      const { name, value = '', type } = attributes
      return name !== undefined && value !== '' && type !== 'checkbox' ? [[name, value]] : []
    })
    expect(fields).toEqual([
      ['q', 'needle'],
      ['path', 'src'],
      ['has', 'mutex'],
      ['limit', '9'],
    ])
    expect(textOf(one(root, 'select[name=repo] option[selected]'))).toBe('harbour')
    expect(textOf(one(root, 'select[name=context] option[selected]'))).toBe('1')
  })

  it('for paths that look like regexes, and find nothing, are offered as such', async () => {
    const offered = async (typed: string) =>
      all((await page(search(typed))).root, '.nothing a').map(({ attributes }) => attributes.href)
    expect(await offered('needle path:\\.ts$')).toContain('/search?q=needle&path=%2F%5C.ts%24%2F')
    expect(await offered('needle path:^src')).toContain('/search?q=needle&path=%2F%5Esrc%2F')
    for (const typed of ['needle path:nowhere', 'needle path:/^nowhere/', 'needle path:^(']) {
      expect((await offered(typed)).join(' ')).not.toContain('/search?q=needle&path=')
    }
  })

  it('alone ask what is to be found', async () => {
    const { answer, root } = await page(search('repo:light path:*.py'))
    expect(answer.status).toBe(200)
    expect(chipsOf(root).map(({ text }) => text)).toEqual([
      'Remove repo light ×',
      'Remove path *.py ×',
    ])
    expect(one(root, 'input[name=q]').attributes.value).toBe('')
  })
})

describe('a chip', () => {
  const everything =
    'search?q=needle&regex=1&word=1&multiline=1&pcre2=1&case=sensitive&repo=harbour&repo=!light&path=src&path=!*.md&lang=c&has=mutex&has=!zzz&context=1&limit=5'

  it('stands for each filter, and its link is the search without it', async () => {
    const { root } = await page(everything)
    const chips = chipsOf(root)
    expect(chips.map(({ text }) => text.replace('Remove ', '').replace(' ×', ''))).toEqual([
      ...['repo harbour', 'not repo light', 'path src', 'not path *.md', 'lang c'],
      ...['has mutex', 'not has zzz', 'regex regular expression', 'word whole words'],
      ...[
        'multiline matches may span lines',
        'pcre2 PCRE2',
        'case sensitive',
        'context 1',
        'limit 5',
      ],
    ])
    for (const [i, { href }] of chips.entries()) {
      const { answer, root: without } = await page(href.slice(1))
      expect([href, answer.status]).toEqual([href, 200])
      expect(chipsOf(without).map(({ text }) => text)).toEqual(
        chips.filter((_, j) => j !== i).map(({ text }) => text),
      )
    }
  })

  it('is not there for what is so anyway', async () => {
    const { root } = await page('search?q=needle&case=smart&context=2&repo=&path=')
    expect(chipsOf(root)).toEqual([])
  })
})

describe('a filter that cannot be understood', () => {
  it.each<[string, string, string]>([
    ['needle case:up', 'case:up', 'bad-query'],
    ['sym:main needle', 'sym:main', 'bad-query'],
    ['needle rev:v6 x', 'rev:v6', 'bad-parameter'],
    ['needle repo:nowhere', 'repo:nowhere', 'bad-parameter'],
    ['needle lang:klingon', 'lang:klingon', 'bad-parameter'],
    ['needle path:[', 'path:[', 'bad-glob'],
    ['needle path:/a(/', 'path:/a(/', 'bad-glob'],
    ['needle repo:/a(/', 'repo:/a(/', 'bad-parameter'],
    [`needle lang:${'x'.repeat(300)}`, `lang:${'x'.repeat(300)}`, 'bad-parameter'],
  ])('%s is an error that points at %s', async (typed, pointed, kind) => {
    const { answer, root } = await page(search(typed))
    expect(answer.status).toBe(400)
    expect(one(root, '[role=alert]').attributes['data-kind']).toBe(kind)
    expect(textOf(one(root, '.pointed mark'))).toBe(pointed)
    expect(textOf(one(root, '.pointed'))).toBe(typed)
    expect(one(root, 'input[name=q]').attributes.value).toBe(typed)
    const api = await server.get(`api/${search(typed)}`)
    const { error } = (await api.json()) as { error: Record<string, unknown> }
    expect([api.status, error.kind, error.position, error.length]).toEqual([
      ...[400, kind, typed.indexOf(pointed), pointed.length],
    ])
    // Both ways on lead to an answer.
    const ways = all(root, '.ways .button').map(({ attributes }) => attributes.href!)
    expect(ways).toHaveLength(2)
    for (const way of ways) expect((await page(way.slice(1))).answer.status).toBe(200)
    const asText = (await page(ways[0]!.slice(1))).root
    expect(textOf(one(asText, '.nothing .q')).replace(/^content:|"/g, '')).toBe(typed)
  })

  it.each<[string, string]>([
    ['x lang:nosuch', 'files here are of c, markdown, python, text, typescript'],
    ['x lang:pyhton', 'near it: python'],
    ['x repo:harbuor', 'near it: harbour'],
    ['x repo:zzz', 'here are _babel, harbour, light'],
    ['count:5 count:6 x', 'count: is given more than once'],
  ])('%s: %s', async (typed, said) => {
    const { root } = await page(search(typed))
    expect(textOf(one(root, 'h1'))).toBe('This query cannot be understood')
    expect(textOf(one(root, '[role=alert]'))).toContain(said)
  })

  it('and of filters alone programs are told that a text is missing beside them', async () => {
    const answer = await server.get('api/search?q=repo:light+path:src')
    expect([answer.status, await answer.text()]).toEqual([
      ...[400, expect.stringContaining('it needs a text to search for beside them')],
    ])
  })

  it('with the @ that a directory has, but no name, finds the repository', async () => {
    const scoped = await jsonLines(await server.get(`api/${search('scoped repo:@babel')}`))
    expect(scoped.filter(({ type }) => type === 'file')).toHaveLength(1)
    const others = await jsonLines(await server.get(`api/${search('scoped -repo:@babel')}`))
    expect(others.filter(({ type }) => type === 'file')).toHaveLength(0)
    expect((await server.get(`api/${search('scoped repo:bab@el')}`)).status).toBe(400)
  })

  it('in a parameter is not looked for in the box', async () => {
    const { root } = await page(`${search('needle repo:light')}&repo=nowhere`)
    expect(all(root, '.pointed')).toEqual([])
  })
})

/** Any text of one line of a text file, apart from what search needs a name for. */
const printable = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          ...[
            'std::string',
            'http://',
            'case 1:',
            'foo(',
            'printf("x")',
            '"',
            '\\',
            ' ',
            '  ',
            ':',
          ],
          ...[
            '-',
            '!',
            '#',
            '/',
            '*',
            '?',
            'c:x',
            't:y',
            'f:fs',
            'x',
            'Repo:x',
            'path: ',
            'é',
            '😀',
          ],
        ),
        { minLength: 1, maxLength: 8 },
      )
      .map((parts) => parts.join('')),
  )
  .filter((text) => !/[\0\r\n]/.test(text) && !knownWord.test(text))
const knownWord =
  /(^|[ \t"])-?(repo|pkg|package|project|path|file|lang|language|filetype|ext|has|case|context|count|max_matches|type|content|sym|symbol|rev|branch|r|f|l):[^ \t]/

it('any text that holds no filter finds, typed as it is, the lines that contain it', {
  timeout: 120_000,
}, async () => {
  const texts = fc.sample(printable, { numRuns: 150, seed: 20_261_125 })
  const tree = makeTree({ 'all.txt': texts.map((text) => `<${text}>\n`).join('') })
  const one = await startServer(tree)
  for (const [i, text] of texts.entries()) {
    const answer = await one.get(`api/${search(text, '&case=sensitive&context=0')}`)
    const events = await jsonLines(answer)
    const numbers = events
      .filter(({ type }) => type === 'file')
      .flatMap(({ lines }) => lines.map(({ number }: { number: number }) => number))
    const bytes = Buffer.from(text)
    const expected = texts.flatMap((other, j) =>
      Buffer.from(`<${other}>`).includes(bytes) ? [j + 1] : [],
    )
    expect([text, answer.status, numbers]).toEqual([text, 200, expected])
    expect(expected).toContain(i + 1)
  }
})
