import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, wordsOf } from './html.ts'

let server: TestServer
beforeAll(async () => {
  const line = "rg -i --color=always 'foo(' src\n"
  server = await startServer(makeTree({ 'notes.md': line, 'src/a.c': 'FOO(1)\n', 'b.c': 'foo(' }))
})

const page = async (q: string, more = ''): Promise<Element> =>
  readHtml(await (await server.get(`search?q=${encodeURIComponent(q)}${more}`)).text())

const paths = (root: Element) =>
  all(root, 'section.file').map(({ attributes }) => attributes['data-path'])

describe('a command in the box', () => {
  const command = "rg -i --color=always 'foo(' src"

  it('is text, and is offered to be read as a command, whose flags are said', async () => {
    const found = await page(command)
    expect(paths(found)).toEqual(['notes.md'])
    expect(wordsOf(one(found, '.offer'))).toContain('Left out: --color always.')
    const { href } = one(found, '.offer a').attributes
    expect(href).toBe('/search?q=foo%28&regex=1&case=ignore&path=src')
  })

  it('is offered also where nothing is found, and leads to what it means', async () => {
    const none = await page("rg -iF 'foo(' src")
    expect(all(none, '.nothing').length).toBe(1)
    const { href } = one(none, '.offer a').attributes
    expect(paths(readHtml(await (await server.get(href!)).text()))).toEqual(['src/a.c'])
  })

  it('is offered with what it replaces, and what it reads files as', async () => {
    const found = await page("rg -r 'é $0' -E latin1 -E none -E l1 foo")
    const { href } = one(found, '.offer a').attributes
    expect(href).toBe('/search?q=foo&case=sensitive&replace=%C3%A9+%240&encoding=windows-1252')
    expect(wordsOf(one(found, '.offer'))).toContain(
      'case as written, files read as windows-1252, replaced by é $0.',
    )
    const taken = wordsOf(one(await page("rg -r '' -E sjis foo"), '.offer'))
    expect(taken).toContain('matches taken away.')
    expect(taken).toContain('Left out: -E sjis (not among the encodings that are read here).')
  })

  it('is offered where the text is refused', async () => {
    const refused = await page("rg -F 'foo(' src", '&regex=1')
    expect(all(refused, '.ways a').map(wordsOf)).toContain('Read it as a command')
  })

  it.each([
    ['rg -v foo', '-v asks for something'],
    ["rg -P '(?<=a)b'", 'pcre2 is switched off on this server'],
    [`rg ${'-g a '.repeat(11)} foo`, 'max-globs'],
  ])('%s has no link, and it is said why', async (q, why) => {
    const offer = one(await page(q), '.offer')
    expect(all(offer, 'a')).toEqual([])
    expect(wordsOf(offer)).toContain(why)
  })

  it('is nothing that is offered for other text', async () => {
    for (const q of ['foo', 'I grep a lot', 'rgb(0)']) {
      expect(all(await page(q), '.offer')).toEqual([])
    }
  })
})
