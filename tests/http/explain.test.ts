import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, type Element, one, readHtml, wordsOf } from './html.ts'

let indexed: TestServer
let bare: TestServer

beforeAll(async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `f${i}.txt`,
      `${i % 10 === 0 ? 'needle' : 'hay'} ${i}\n`,
    ]),
  )
  indexed = await startServer(makeTree(files), { index: true })
  bare = await startServer(makeTree(files))
})

const page = async (server: TestServer, path: string): Promise<Element> =>
  readHtml(await (await server.get(path)).text())

const terms = (root: Element): Readonly<Record<string, string>> =>
  Object.fromEntries(
    all(root, '#plan dl div').map((row) => [wordsOf(one(row, 'dt')), wordsOf(one(row, 'dd'))]),
  )

describe('how an answer was found', () => {
  it('is told from the scope to the matches, stage by stage', async () => {
    const root = await page(indexed, 'search?q=needle&explain=1')
    expect(wordsOf(one(root, '#plan code'))).toBe('“need” AND “eedl” AND “edle”')
    expect(terms(root)).toEqual({
      'Files in scope': '40',
      'Candidates, which ripgrep reads': '4',
      'Files with a match': '4',
      'Read of the index': expect.stringMatching(/^\d+ lists, \d+ postings$/),
      'Candidates that the index does not know yet': '0',
      'Batches, each a ripgrep process': '1',
    })
    const rows = all(root, '#plan tbody tr')
    expect(rows.map((row) => wordsOf(one(row, 'th')))).toEqual([
      'Select the files in scope',
      'Ask the index',
      'Wait for a free process',
      'Until the first match',
      'Until the end',
    ])
    const times = rows.map((row) => all(row, 'td').map(wordsOf))
    let before = 0
    for (const [took, at] of times) {
      expect(took).toMatch(/^\d+\.\d ms$/)
      const after = Number.parseFloat(at!)
      expect(after - before).toBeCloseTo(Number.parseFloat(took!), 1)
      before = after
    }
  })

  it('says that all files were read where nothing could be asked, or there is no index', async () => {
    const every = await page(indexed, 'search?q=.&regex=1&explain=1')
    expect(wordsOf(one(every, '#plan code'))).toBe('any file')
    expect(terms(every)['Candidates, which ripgrep reads']).toBe('40: all of them')
    const none = await page(bare, 'search?q=needle&explain=1')
    expect(all(none, '#plan code')).toEqual([])
    expect(terms(none)).toEqual({
      'Files in scope': '40',
      'Candidates, which ripgrep reads': '40: there is no index',
      'Files with a match': '4',
      'Batches, each a ripgrep process': expect.stringMatching(/^\d$/),
    })
  })

  it('has no first match where there is none', async () => {
    const root = await page(indexed, 'search?q=nowhere&explain=1')
    const stages = all(root, '#plan tbody th').map(wordsOf)
    expect(stages).not.toContain('Until the first match')
    expect(stages.at(-1)).toBe('Until the end')
  })

  it('is switched on and off by a link that keeps everything else', async () => {
    const q = 'q=needle&case=ignore&path=*.txt&context=0'
    const first = await page(indexed, `search?${q}&limit=2`)
    const after = new URLSearchParams(one(first, 'a[rel=next]').attributes.href!.split('?')[1]).get(
      'after',
    )!
    for (const more of ['', '&limit=2', `&limit=1&after=${after}`]) {
      const off = `/search?${q}${more}`
      const root = await page(indexed, off)
      expect(all(root, '#plan')).toEqual([])
      const link = all(root, '#ledger a').find((a) => wordsOf(a) === 'How was this found?')!
      expect(link.attributes.href).toBe(`${off}&explain=1#plan`)
      const explained = await page(indexed, link.attributes.href!)
      expect(wordsOf(one(explained, 'h2#plan-title'))).toBe('How this was found')
      expect(all(explained, '#plan a').map(({ attributes }) => attributes.href)).toEqual([off])
      expect(one(explained, 'head link[rel=canonical]').attributes.href).toBe(off)
    }
  })

  it('is told of the next part, too, and by the API of the same address', async () => {
    const root = await page(indexed, 'search?q=needle&limit=2&explain=1')
    const next = one(root, 'a[rel=next]').attributes.href!
    expect(next).toMatch(/^\/search\?q=needle&limit=2&explain=1&after=/)
    expect(all(await page(indexed, next), '#plan').length).toBe(1)
    const api = all(root, '#ledger a').find((a) => wordsOf(a) === 'the same as JSON lines')!
    expect(api.attributes.href).toBe('/api/search?q=needle&limit=2&explain=1')
    const { ledger } = (await jsonLines(await indexed.get(api.attributes.href!))).at(-1)
    expect(ledger).toMatchObject({ matchingLines: 2, scope: 40, candidates: 4 })
    const { selectedMs, narrowedMs, slotMs, firstMs, endedMs } = ledger.plan
    const times = [0, selectedMs, narrowedMs, slotMs, firstMs, endedMs]
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })
})
