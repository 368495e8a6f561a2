import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundledExamples } from '../../src/http/examples.ts'
import { createLinks } from '../../src/http/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { all, type Element, one, readHtml, wordsOf } from './html.ts'

const home = async (server: TestServer): Promise<Element> =>
  readHtml(await (await server.get('')).text())

describe('the home page', () => {
  it('says what there is to search, repository by repository', async () => {
    const bare = makeTree()
    execFileSync('git', ['init', '--quiet', '--bare', bare.root])
    const server = await startServer(
      {
        harbour: makeTree({
          'tide.ts': 'let a\n'.repeat(1_200),
          'keeper.md': '# Log\n',
          'lamp.png': '\0',
          'wide.txt': 'x'.repeat(5_000),
        }),
        'isles/one': makeTree({ 'a.c': 'int a;' }),
        mirror: bare,
        nothing: makeTree({ '.hidden': 'x\n' }),
      },
      { limits: { fileBytes: 10_000 } },
    )
    const root = await home(server)
    expect(wordsOf(one(root, '.corpus h2'))).toBe('4 repositories')
    expect(wordsOf(one(root, '.corpus p.dim'))).toBe('5 files, 1,203 lines, 12 kB.')
    expect(all(root, 'tbody tr').map((row) => all(row, 'td').map(wordsOf))).toEqual([
      [
        'harbour',
        '4 files',
        '1,202 lines',
        '12 kB',
        'TypeScript, Text, Markdown (1 file not searched)',
      ],
      ['isles/one', '1 file', '1 line', '6 bytes', 'C'],
      ['mirror bare', '0 files', '0 lines', '0 bytes', ''],
      ['nothing', '0 files', '0 lines', '0 bytes', ''],
    ])
    const links = all(root, 'tbody a').map(({ attributes }) => attributes.href!)
    expect(links).toEqual(['/view/harbour/', '/view/isles/one/', '/view/mirror/', '/view/nothing/'])
    const notes = []
    for (const link of links) {
      const page = readHtml(await (await server.get(link)).text())
      notes.push(...all(page, 'p.note').map(wordsOf))
    }
    expect(notes).toEqual([
      expect.stringContaining('bare git repository'),
      'There are no files here.',
    ])
  })

  it('of an empty corpus says how to fill it, and a search of it how little there is', async () => {
    const server = await startServer(makeTree())
    expect(wordsOf(one(await home(server), '.corpus p.note'))).toContain(
      'There is no file to search',
    )
    const page = readHtml(await (await server.get('search?q=x')).text())
    expect(wordsOf(one(page, '[role=status]'))).toMatch(/^No match; searched 0 files, 0 bytes/)
    expect((await server.get('search?q=(&regex=1')).status).toBe(400)
  })
})

describe('the examples for the demo corpus', () => {
  let server: TestServer
  beforeAll(async () => {
    const corpus = new URL('../../corpus', import.meta.url).pathname
    const repositories = readdirSync(corpus).map((name) => [
      name,
      { ...makeTree(), root: `${corpus}/${name}` } satisfies Tree,
    ])
    server = await startServer(Object.fromEntries(repositories))
  })

  it.each(bundledExamples)('$text: find something', async ({ form }) => {
    const answer = await server.get(createLinks('/').search(form))
    const page = readHtml(await answer.text())
    expect(all(page, '.row mark').length).toBeGreaterThan(0)
    expect(one(page, '#ledger').attributes['data-end']).toBe('complete')
  })
})
