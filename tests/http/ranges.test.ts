import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { textOf } from '../../src/http/content.ts'
import { driftOf, formerLines } from '../../src/http/drift-view.ts'
import { wantedPlace } from '../../src/http/wanted.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { all, type Element, one, readHtml, textOf as wordsIn, wordsOf } from './html.ts'

let server: TestServer
let tree: Tree

/** Each line another, some of them within a function. */
const code = Array.from({ length: 60 }, (_, i) =>
  i % 10 === 0 ? `function f${i}() {` : `  step(${i + 1}) // 😀`,
)

beforeAll(async () => {
  tree = makeTree({
    'src/moving.ts': '',
    'a b.ts': `${code.join('\n')}\n`,
    'many.txt': Array.from({ length: 12_000 }, (_, i) => `line ${i + 1}\n`).join(''),
    'odd.ts': '\tif (a) {\n\t\t\u202eb <"c">\n\t}\n',
    'empty.ts': '',
  })
  server = await startServer({ 'my/repo': tree })
})
beforeEach(() => tree.write('src/moving.ts', `${code.join('\n')}\n`))

const page = async (path: string): Promise<Element> => {
  const answer = await server.get(path)
  expect([path, answer.status]).toEqual([path, 200])
  return readHtml(await answer.text())
}
/** The selected text of each row, which its colours cut into pieces. */
const rangesOf = (root: Element): readonly string[] =>
  all(root, '.row.in-range')
    .map((row) => all(row, '.range').map(wordsIn).join(''))
    .filter((text) => text !== '')

const painted = (root: Element) =>
  all(root, '.row').flatMap((row) => {
    const isPainted = row.attributes.class?.split(' ').includes('in-range')
    expect(one(row, 'a.n').attributes['aria-current']).toBe(isPainted ? 'true' : undefined)
    return isPainted ? [Number(row.attributes.id!.slice(1))] : []
  })
const barOf = (root: Element) => one(root, '.range-bar')
const metaOf = (root: Element, property: string) =>
  one(root, `meta[property=${property}]`).attributes.content

describe('lines that the address selects', () => {
  it.each([
    ['10-12', [10, 11, 12], 'Lines 10–12'],
    ['10', [10], 'Line 10'],
    ['12-10,30', [10, 11, 12, 30], 'Lines 10–12, line 30'],
    ['59-99', [59, 60], 'Lines 59–60'],
    ['x', [], ''],
    ['99', [], ''],
  ])('%s are painted without script', async (lines, numbers, text) => {
    const root = await page(`view/my/repo/a%20b.ts?L=${lines}`)
    expect(painted(root)).toEqual(numbers)
    expect(wordsOf(one(barOf(root), 'a.where'))).toBe(text)
    expect('hidden' in barOf(root).attributes).toBe(numbers.length === 0)
    expect(wordsIn(one(root, '#L10 code'))).toBe(code[9])
  })

  it.each([
    ['99', 'This file has 60 lines; there is no line 99.'],
    ['98-99', 'This file has 60 lines; there are no lines 98–99.'],
    ['59-99', 'This file has 60 lines; there is no line 99.'],
    ['60', undefined],
  ])('%s: what is behind the end is said', async (lines, text) => {
    const notes = all(await page(`view/my/repo/a%20b.ts?L=${lines}`), '#drift')
    expect(notes.map(wordsOf)).toEqual(text === undefined ? [] : [text])
  })

  it('are marked from column to column', async () => {
    const root = await page('view/my/repo/a%20b.ts?L=11C10-13C7')
    expect(painted(root)).toEqual([11, 12, 13])
    expect(rangesOf(root)).toEqual([code[10]!.slice(9), code[11], code[12]!.slice(0, 6)])
    const within = await page('view/my/repo/odd.ts?L=2C3-2C5')
    expect(all(within, '.row .range').map(wordsIn)).toEqual(['\u202e', 'b'])
  })

  it('lead to their part of a long file, and parts without lines select none', async () => {
    const root = await page('view/my/repo/many.txt?L=9999-10002')
    expect(painted(root)).toEqual([9_999, 10_000, 10_001, 10_002])
    const next = all(root, 'a[rel=next]')[0]!.attributes.href!
    const after = await page(next)
    expect(all(after, '.row')[0]!.attributes.id).toBe('L10001')
    expect(painted(after)).toEqual([])
  })

  it('are not for crawlers, as the file is', async () => {
    expect(all(await page('view/my/repo/a%20b.ts'), 'meta[name=robots]')).toEqual([])
    expect(all(await page('view/my/repo/a%20b.ts?L=1'), 'meta[name=robots]')).toHaveLength(1)
  })
})

describe('other spellings', () => {
  it.each([
    ['?L10', '?L=10#L10'],
    ['?l10', '?L=10#L10'],
    ['?L10-20', '?L=10-20#L10'],
    ['?L10-L20', '?L=10-20#L10'],
    ['?L10:5-20:3', '?L=10C5-20C3#L10'],
    ['?L10=', '?L=10#L10'],
    ['?highlightRange=10:5,20:3', '?L=10C5-20C3#L10'],
    ['?highlightRange=10,20', '?L=10-20#L10'],
    ['?highlightRange=10%2C20', '?L=10-20#L10'],
    ['?line=10', '?L=10#L10'],
    ['?encoding=latin1&line=10&x=y', '?encoding=latin1&x=y&L=10#L10'],
  ])('%s leads to %s', async (from, to) => {
    const answer = await server.get(`view/my/repo/a%20b.ts${from}`)
    const location = answer.headers.get('location')
    expect([answer.status, location]).toEqual([301, `/view/my/repo/a%20b.ts${to}`])
    expect((await server.get(location!.slice(1))).status).toBe(200)
  })

  it.each(['?line=', '?line=x', '?Lx', '?highlightRange=', '?L=10&line=20', '?line=0'])(
    '%s leads nowhere',
    async (query) => {
      expect((await server.get(`view/my/repo/a%20b.ts${query}`)).status).toBe(200)
    },
  )
})

describe('a link that remembers its lines', () => {
  const path = 'view/my/repo/src/moving.ts'
  const linkTo = async (lines: string) => {
    const link = one(barOf(await page(`${path}?L=${lines}`)), 'a.link').attributes.href!
    expect(link).toMatch(/\?L=[\dC-]+&h=[\w-]+#L\d+$/)
    return link.slice(1).split('#')[0]!
  }
  const follow = async (link: string) => {
    const answer = await server.get(link)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('etag')).toBeNull()
    const location = answer.headers.get('location')!
    return { location, root: await page(location.slice(1).split('#')[0]!) }
  }

  it('says nothing while they stand where they were', async () => {
    for (const lines of ['12', '12-15', '1', '60', '1-60', '12C3-14C5']) {
      const link = await linkTo(lines)
      const root = await page(link)
      expect([lines, wordsOf(one(root, '.was'))]).toEqual([lines, ''])
      expect(painted(root)[0]).toBe(Number(/\d+/.exec(lines)![0]))
    }
  })

  it('says where they are now, without script', async () => {
    const link = await linkTo('12')
    const range = await linkTo('12C3-14C5')
    tree.write('src/moving.ts', ['new', 'lines', ...code].join('\n'))
    const { location, root } = await follow(link)
    expect(location).toMatch(/&now=14#L14$/)
    expect(painted(root)).toEqual([14])
    expect(wordsOf(one(root, '.was'))).toBe('This was line 12, now 14.')
    expect(metaOf(root, 'og:description')).toBe('step(12) // 😀')
    const ranges = await follow(range)
    expect(painted(ranges.root)).toEqual([14, 15, 16])
    expect(wordsOf(one(ranges.root, '.was'))).toBe('These were lines 12–14, now 14–16.')
    expect(rangesOf(ranges.root)[0]).toBe(code[11]!.slice(2))
    // Moved once more, and the address that the browser was sent to is shared.
    tree.write('src/moving.ts', ['x', 'y', 'z', ...code].join('\n'))
    expect((await follow(location.slice(1).split('#')[0]!)).location).toMatch(/&now=15#L15$/)
    tree.write('src/moving.ts', code.join('\n'))
    const back = await follow(location.slice(1).split('#')[0]!)
    expect(back.location).toBe(`/${link}#L12`)
    expect(wordsOf(one(back.root, '.was'))).toBe('')
  })

  it('says “probably” of what was edited', async () => {
    const link = await linkTo('12')
    tree.write('src/moving.ts', ['new', ...code.with(11, '  another()')].join('\n'))
    const { location, root } = await follow(link)
    expect(location).toMatch(/&now=13#L13$/)
    expect(wordsOf(one(root, '.was'))).toBe('This was line 12, probably 13 now, and changed.')
    tree.write('src/moving.ts', code.with(11, '  another()').join('\n'))
    const same = await page(link)
    expect(painted(same)).toEqual([12])
    expect(wordsOf(one(same, '.was'))).toBe('Probably still line 12: it has been changed since.')
  })

  it('says that they are gone, and selects none', async () => {
    const link = await linkTo('12')
    tree.write('src/moving.ts', code.toSpliced(10, 10).join('\n'))
    const { location, root } = await follow(link)
    expect(location).toMatch(/&now=gone#drift$/)
    expect(wordsOf(one(root, '#drift'))).toBe('Line 12 of this link is gone since.')
    expect(painted(root)).toEqual([])
    tree.write('src/moving.ts', '')
    expect((await server.get(link)).status).toBe(302)
  })

  it.each(['', 'x', '%00', '!'.repeat(19), 'A'.repeat(19), '_'.repeat(38), 'A'.repeat(5_000)])(
    'is harmless if what it remembers is %s',
    async (hash) => {
      for (const lines of ['12', '12-14', '99', '1,2', '999999999']) {
        const answer = await server.get(`${path}?L=${lines}&h=${hash}`)
        expect([200, 302]).toContain(answer.status)
        await answer.text()
      }
    },
  )

  it('is given to programs', async () => {
    const link = await linkTo('12-14')
    const answer = await server.get('api/lines/my/repo/src/moving.ts?from=12&to=14&link=1')
    expect(((await answer.json()) as { link: string }).link).toBe(`/${link}#L12`)
    const empty = await server.get('api/lines/my/repo/empty.ts?link=1')
    expect(await empty.json()).not.toHaveProperty('link')
  })

  it('tells what they were, where somebody knows the older version', async () => {
    const link = await linkTo('12-13')
    const wanted = wantedPlace(`/${link}`)
    const old = Buffer.from(['new', ...code].join('\n'))
    expect(await formerLines(old, undefined, wanted)).toEqual({
      from: 13,
      to: 14,
      texts: code.slice(11, 13),
    })
    expect(await formerLines(Buffer.from('nothing'), undefined, wanted)).toBeUndefined()
    const drift = await driftOf(
      await textOf({ bytes: Buffer.from('nothing'), encoding: 'utf-8' }),
      wanted,
    )
    expect(drift).toMatchObject({ isGone: true, ranges: [] })
  })

  it('of a file of too many lines says that it cannot be told', async () => {
    const link = await linkTo('12')
    const many = { bytes: Buffer.from('\n'.repeat(1_000_002)), encoding: 'utf-8' } as const
    const drift = await driftOf(await textOf(many), wantedPlace(`/${link}`))
    expect(drift.text).toContain('too many lines to tell')
  })
})

describe('the preview of a link', () => {
  it('has the path, the lines and the code itself', async () => {
    const root = await page('view/my/repo/odd.ts?L=1-3')
    expect(metaOf(root, 'og:title')).toBe('odd.ts:1-3 · my/repo')
    expect(metaOf(root, 'og:description')).toBe('if (a) {\n  ‹U+202E›b <"c">\n}')
    expect(wordsIn(one(root, 'title'))).toBe('odd.ts:1-3 · my/repo')
    expect(all(root, 'meta[property=og:url]')).toEqual([])
  })

  it('is short, and of whole characters', async () => {
    const description = metaOf(await page('view/my/repo/a%20b.ts?L=2-60'), 'og:description')!
    expect(Array.from(description)).toHaveLength(300)
    expect(description).toMatch(/^step\(2\) \/\/ 😀\n.*…$/s)
  })

  it('of a file says what it is', async () => {
    const root = await page('view/my/repo/a%20b.ts')
    expect(metaOf(root, 'og:title')).toBe('a b.ts · my/repo')
    expect(metaOf(root, 'og:description')).toMatch(/^60 lines, [\d.]+ kB, TypeScript$/)
  })

  it('says nothing of the host, whatever is claimed', async () => {
    const answer = await server.get('view/my/repo/a%20b.ts?L=1', {
      headers: { 'x-forwarded-host': 'evil.example' },
    })
    expect(await answer.text()).not.toMatch(/evil|127\.0\.0\.1/)
  })
})
