import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

let server: TestServer
beforeAll(async () => {
  server = await startServer(
    {
      old: makeTree({
        'both.txt': latin1('café\nthé\n'),
        'one.txt': latin1('café\n'),
        'none.txt': latin1('thé\n'),
        'wide.txt': Buffer.from('\ufeffcafé\n', 'utf16le'),
      }),
      koi: makeTree({
        'k.txt': latin1('\xc4\xc1\n'),
        'wide.txt': Buffer.from('\ufeffда\n', 'utf16le'),
        'blob.bin': '\0',
      }),
      plain: makeTree({ 'a.txt': 'café\nthé\n' }),
    },
    { encodings: { koi: 'koi8-r' } },
  )
})

const page = async (path: string) => readHtml(await (await server.get(path)).text())
const cafe = `q=${encodeURIComponent('café')}`
const the = encodeURIComponent('thé')

describe('the encoding of a search', () => {
  it('is a chip that a click removes, and nothing else with it', async () => {
    const found = await page(`search?${cafe}&word=1&encoding=Latin1&repo=old`)
    const chip = all(found, '.chips a').find((chip) => wordsOf(chip).includes('windows-1252'))!
    expect(wordsOf(chip)).toContain('encoding')
    const { href } = chip.attributes
    expect(href).toBe(`/search?${cafe}&word=1&repo=old`)
    expect(all(found, 'section.file').length).toBe(3)
    // UTF-16 says so itself.
    expect(all(await page(href!.slice(1)), 'section.file').length).toBe(1)
  })

  it('is heeded by what a file must, and must not, hold', async () => {
    const paths = async (query: string) =>
      (await jsonLines(await server.get(`api/search?${cafe}&${query}`)))
        .filter(({ type }) => type === 'file')
        .map(({ repository, path }) => `${repository}/${path}`)
    expect(await paths(`encoding=latin1&has=${the}`)).toEqual(['old/both.txt'])
    expect(await paths(`encoding=latin1&has=!${the}`)).toEqual(['old/one.txt', 'old/wide.txt'])
    expect(await paths(`has=${the}`)).toEqual(['plain/a.txt'])
    expect(await paths(`encoding=utf-8&has=${the}`)).toEqual(['plain/a.txt'])
  })
})

describe('why a file is not found', () => {
  const why = async (file: string, query: string) =>
    (await server.get(`api/why?file=${file}&${query}`)).json()
  const reasons = async (file: string, query: string) =>
    (await why(file, query)).reasons.map(({ message }: { message: string }) => message)

  it('is said of it as the search reads it', async () => {
    expect(await reasons('old/one.txt', cafe)).toEqual([
      'It was searched, and nothing in it matches.',
    ])
    expect(await why('old/one.txt', `${cafe}&encoding=latin1`)).toMatchObject({
      url: '/view/old/one.txt?encoding=windows-1252',
      reasons: [{ kind: 'found' }],
    })
    expect(await why('koi/k.txt', 'q=%D0%B4%D0%B0')).toMatchObject({
      url: '/view/koi/k.txt',
      reasons: [{ kind: 'found' }],
    })
    expect((await why('koi/k.txt', 'q=%D0%B4%D0%B0&encoding=utf-8')).reasons[0].kind).toBe(
      'no-match',
    )
  })

  it('is one of the texts that it must, or must not, hold', async () => {
    const asked = `${cafe}&encoding=latin1&has=${the}`
    expect(await reasons('old/both.txt', asked)).toEqual([expect.stringContaining('It is found')])
    expect(await reasons('old/one.txt', asked)).toEqual([
      'It matches, and does not hold thé, which a filter asks for.',
    ])
    expect(await reasons('old/none.txt', asked)).toEqual([
      'It was searched, and nothing in it matches.',
    ])
    expect(
      await reasons('old/both.txt', `${cafe}&encoding=latin1&has=caf&has=!${the}&has=x`),
    ).toEqual([
      'It matches, and holds thé as well, which a filter excludes.',
      'It matches, and does not hold x, which a filter asks for.',
    ])
  })

  it('is asked with every parameter of the search', async () => {
    const query = `${cafe}&regex=1&word=1&multiline=1&case=ignore&repo=old&path=*.txt&has=${the}&context=0&limit=9&replace=x&encoding=windows-1252`
    const found = await page(`search?${query}`)
    const links = all(found, 'a').filter(({ attributes: { href } }) => href?.startsWith('/why?'))
    expect(links.length).toBe(1)
    const asked = (search: string) => new URLSearchParams(search).toString().split('&').toSorted()
    const expected = asked(query)
    expect(asked(links[0]!.attributes.href!.replace('/why?', ''))).toEqual(expected)

    const asking = await page(`why?${query}&file=old/one.txt`)
    const carried = all(asking, 'form.find input[type=hidden]').map(({ attributes }) => attributes)
    const sent = new URLSearchParams(
      carried.map(({ name, value }): [string, string] => [name!, value!]),
    )
    expect(asked(sent.toString())).toEqual(expected)
    expect(asked(one(asking, 'main p a').attributes.href!.replace('/search?', ''))).toEqual(
      expected,
    )
    expect(one(asking, '#reasons a').attributes.href).toBe(
      '/view/old/one.txt?encoding=windows-1252',
    )
    expect(textOf(one(asking, '[data-reason=held]'))).toContain('does not hold thé')
  })
})

describe('raw bytes', () => {
  it.each([
    ['koi/k.txt', 'text/plain; charset=koi8-r'],
    ['koi/wide.txt', 'text/plain; charset=utf-16le'],
    ['koi/blob.bin', 'application/octet-stream'],
    ['old/one.txt', 'text/plain; charset=utf-8'],
  ])('of %s are %s', async (path, type) => {
    const answer = await server.get(`raw/${path}`)
    expect(answer.headers.get('content-type')).toBe(type)
    if (path !== 'koi/k.txt') return
    const [, charset] = type.split('charset=')
    expect(new TextDecoder(charset).decode(await answer.arrayBuffer())).toBe('да\n')
  })

  it('are another answer where they are read as something else', async () => {
    const tree = makeTree({ 'a.txt': latin1('\xc4\xc1\n') })
    const tags = new Set<string | null>()
    for (const encodings of [{}, { tree: 'koi8-r' as const }, { tree: 'gbk' as const }]) {
      const one = await startServer({ tree }, { encodings })
      tags.add((await one.get('raw/tree/a.txt')).headers.get('etag'))
    }
    expect(tags.size).toBe(3)
  })
})
