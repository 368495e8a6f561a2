import { describe, expect, it } from 'vitest'
import { filterWords } from '../../src/query/filter-words.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, wordsOf } from './html.ts'

const help = async (server: TestServer): Promise<Element> =>
  readHtml(await (await server.get('help')).text())

const demo = { root: new URL('../../corpus', import.meta.url).pathname } as Parameters<
  typeof startServer
>[0]

/** The examples, by address. */
const examples = (root: Element): readonly string[] =>
  all(root, '.help a')
    .map(({ attributes }) => attributes.href!)
    .filter((url) => url.startsWith('/search?'))

describe('the help page', () => {
  it('has every word that is a filter', async () => {
    const terms = all(await help(await startServer(demo)), 'dt code').map(wordsOf)
    expect(terms).toEqual(expect.arrayContaining(filterWords.map(({ word }) => `${word}:`)))
  })

  it('says what this server allows', async () => {
    const server = await startServer(demo, { limits: { lines: 123 } })
    expect(wordsOf(one(await help(server), '#main'))).toContain('max-lines123 lines')
    expect(wordsOf(one(await help(server), '#main'))).toContain('PCRE2 is switched off')
  })

  it('is linked from every page, in the form and in the footer', async () => {
    const server = await startServer(demo, { basePath: '/code/' })
    for (const path of ['', 'search?q=retry', 'status', 'view/handbook/', 'nothing-there']) {
      const page = readHtml(await (await server.get(path)).text())
      const links = all(page, '[href=/code/help]')
      expect([path, links.length]).toEqual([path, 2])
    }
  })

  it.each([
    ['the demo corpus', demo],
    ['awkward names', makeTree({ 'a "b" c/d e.ts': 'const $needle = needles\n' })],
    ['no file with a word', makeTree({ x: '1 2 3\n' })],
    ['no files', makeTree()],
  ] as const)('has examples that run on %s', async (_name, trees) => {
    const server = await startServer(trees, { pcre2: true })
    const urls = examples(await help(server))
    expect(urls.length).toBeGreaterThan(10)
    for (const url of urls) {
      const answer = await server.get(url)
      expect([url, answer.status]).toEqual([url, 200])
      await answer.text()
    }
  })

  it('has examples that find something, where they are of the corpus', async () => {
    const server = await startServer(demo)
    const found = []
    for (const url of examples(await help(server))) {
      const page = readHtml(await (await server.get(url)).text())
      if (all(page, '.row mark').length > 0) found.push(url)
    }
    // All but the two that show how a filter's word is sought as text, and what only excludes.
    expect(found.length).toBeGreaterThanOrEqual(examples(await help(server)).length - 3)
  })
})
