import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

let server: TestServer

const c = ['/* of two', ' * lines */', 'static int f(void)', '{', '\treturn 0x1f; // \u202e', '}']

beforeAll(async () => {
  server = await startServer({
    repo: makeTree({
      'a.c': `${c.join('\r\n')}\r\n`,
      'plain.txt': 'if else return\n',
      'unknown.xyz': 'if else return\n',
      'empty.c': '',
      'dollars.java': `${'$'.repeat(20_000)}\n`,
      'wide.js': `let a = 1\n${'x'.repeat(100_000)}\n`,
      'almost.js': `let a = 1 // ${'x'.repeat(1_980)}\n`,
      'large.c': `int a;\n${'// comment\n'.repeat(100_000)}`,
      'slow.java': `${'$'.repeat(1_900)}\n`.repeat(500),
      'many.c': Array.from({ length: 20_000 }, (_, i) => `int a${i}; /*\n*/\n`).join(''),
      'utf16.py': Buffer.from('\ufeffdef f(): # 😀\n  return 1\n', 'utf16le'),
      'latin1.py': Buffer.from('def gr\xfc(): # \x80\n  return 1\n', 'latin1'),
      'broken.c': '"a string without end\n/* and a comment\n',
    }),
  })
})

/** The page, loaded again for as long as it says that this helps: the first process may take a while to start. */
async function page(name: string): Promise<Element> {
  for (;;) {
    const root = readHtml(await (await server.get(`view/repo/${name}`)).text())
    if (!noteOf(root).includes('not ready in time')) return root
  }
}

const codeOf = (root: Element): readonly string[] => all(root, '.row code').map(textOf)
/** What is coloured, and how. */
const coloursOf = (root: Element): readonly string[] =>
  all(root, '.row code span').flatMap((span) =>
    span.attributes.class?.startsWith('h-')
      ? [`${span.attributes.class.slice(2)} ${textOf(span)}`]
      : [],
  )
const noteOf = (root: Element): string =>
  /Shown without colours: [^.]*\./.exec(wordsOf(one(root, 'main')))?.[0] ?? ''

describe('the colours of a file', () => {
  it('are laid upon its text, line by line', async () => {
    const root = await page('a.c')
    expect(codeOf(root)).toEqual(c)
    expect(coloursOf(root)).toEqual([
      'comment /* of two',
      'comment  * lines */',
      'type static',
      'type int',
      'title f',
      'type void',
      'keyword return',
      'number 0x1f',
      'comment // ',
    ])
    expect(one(root, '#L5 .ctl').attributes['data-code']).toBe('U+202E')
    expect(noteOf(root)).toBe('')
  })

  it.each([
    ['utf16.py', ['def f(): # 😀', '  return 1'], 'comment # 😀'],
    ['latin1.py', ['def grü(): # €', '  return 1'], 'comment # €'],
    ['broken.c', ['"a string without end', '/* and a comment'], 'string /* and a comment'],
  ])('of %s are of its characters', async (name, lines, some) => {
    const root = await page(name)
    expect(codeOf(root)).toEqual(lines)
    expect(coloursOf(root)).toContain(some)
  })

  it.each([['plain.txt'], ['unknown.xyz'], ['empty.c']])('are not missed in %s', async (name) => {
    const root = await page(name)
    expect([coloursOf(root), noteOf(root)]).toEqual([[], ''])
  })

  it.each([
    ['dollars.java', 'it has lines of more than 2,000 characters'],
    ['wide.js', 'it has lines of more than 2,000 characters'],
    ['large.c', 'it has more than 1,000,000 characters'],
  ])('are not looked for in %s, which says so', async (name, reason) => {
    const root = await page(name)
    expect(coloursOf(root)).toEqual([])
    expect(noteOf(root)).toBe(`Shown without colours: ${reason}.`)
  })

  it('are there up to those limits', async () => {
    expect(coloursOf(await page('almost.js')).slice(0, 2)).toEqual(['keyword let', 'number 1'])
  })

  it('that take too long are given up and said to be, and the next file has its own', async () => {
    const slow = await page('slow.java')
    expect(codeOf(slow).length).toBe(500)
    expect(coloursOf(slow)).toEqual([])
    expect(noteOf(slow)).toBe('Shown without colours: finding them takes too long.')
    expect(coloursOf(await page('a.c')).length).toBe(9)
  })

  it('that are not there yet are said to be late', async () => {
    const own = await startServer({
      repo: makeTree({ 'a.java': `${'$'.repeat(1_900)}\n`.repeat(500) }),
    })
    const root = readHtml(await (await own.get('view/repo/a.java')).text())
    expect(noteOf(root)).toMatch(/they were not ready in time, and may be when the page is loaded/)
  })

  it('of a part of a long file are those of the whole', async () => {
    // Its first line ends a comment that began on the page before.
    const root = await page('many.c?from=5001')
    expect(codeOf(root)[0]).toBe('int a2500; /*')
    const other = await page('many.c?from=10001')
    expect(coloursOf(other).slice(0, 5)).toEqual([
      'type int',
      'comment /*',
      'comment */',
      'type int',
      'comment /*',
    ])
    expect(codeOf(other).length).toBe(5_000)
  })

  it('are looked for again when they were missing for the moment only', async () => {
    const own = await startServer({
      repo: makeTree({ 'a.java': `${'$'.repeat(1_900)}\n`.repeat(500) }),
    })
    const late = await own.get('view/repo/a.java')
    await late.text()
    await expect
      .poll(
        async () => {
          const headers = { 'if-none-match': late.headers.get('etag')! }
          return (await own.get('view/repo/a.java', { headers })).status
        },
        { timeout: 30_000 },
      )
      .toBe(200)
  })

  it('do not keep the same page from being known', async () => {
    await page('a.c')
    const tag = (await server.get('view/repo/a.c')).headers.get('etag')!
    const again = await server.get('view/repo/a.c', { headers: { 'if-none-match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('are not what many who ask at once wait for', async () => {
    const pages = Array.from({ length: 40 }, (_, i) =>
      server.get(`view/repo/many.c?from=${i * 500 + 1}`),
    )
    for (const answer of await Promise.all(pages)) {
      expect(answer.status).toBe(200)
      const root = readHtml(await answer.text())
      expect(codeOf(root)).toHaveLength(5_000)
    }
  })
})
