import { beforeAll, describe, expect, it } from 'vitest'
import type { Limits } from '../../src/limits.ts'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

/** Five files with 23 matching lines, one of them with many, some with context in between. */
let tree: Tree
let unlimited: readonly string[]

beforeAll(async () => {
  const lines = (count: number, gap: number) =>
    Array.from({ length: count }, (_, i) => `a needle ${i}\n${'hay\n'.repeat(gap)}`).join('')
  tree = makeTree({
    'one.txt': lines(2, 1),
    'two.txt': lines(13, 3),
    'three.txt': `${lines(1, 0)}\n${lines(4, 6)}`,
    'four.txt': lines(1, 2),
    'nothing.txt': 'hay\n',
    'zwei.txt': lines(2, 0),
  })
  const server = await startServer(tree)
  const root = await page(server, '/search?q=needle')
  expect(one(root, '#ledger').attributes['data-end']).toBe('complete')
  unlimited = rowsOf(root)
  expect(unlimited).toHaveLength(23)
})

async function page(server: TestServer, path: string): Promise<Element> {
  const answer = await server.get(path)
  expect(answer.status).toBe(200)
  return readHtml(await answer.text())
}

/** `two.txt:5 a needle 1` of each matching row. */
const rowsOf = (root: Element): readonly string[] =>
  all(root, 'section.file').flatMap((file) =>
    all(file, '.row[data-kind=match]').map(
      (row) =>
        `${file.attributes['data-path']}:${row.attributes['data-line']} ${textOf(one(row, 'code'))}`,
    ),
  )

/** Every page of an answer, with the rest of each file where it was cut: the rows of all of them, in order. */
async function followed(server: TestServer, first: string) {
  const rows: string[] = []
  const pages: Element[] = []
  const visit = async (path: string): Promise<void> => {
    if (pages.length > 60) throw new Error('the links go round in a circle')
    const root = await page(server, path)
    pages.push(root)
    const rest = all(root, 'section.file .more a').map(({ attributes }) => attributes.href!)
    rows.push(...rowsOf(root))
    for (const link of rest) await visit(link)
    const next = all(root, '#ledger a[rel=next]').map(({ attributes }) => attributes.href!)
    expect(next.length).toBeLessThan(2)
    if (next[0]) await visit(next[0])
  }
  await visit(first)
  return { rows, pages }
}

/** The same by the JSON lines, following `more` and `cursor`. */
async function followedJson(server: TestServer, query: string) {
  const rows: string[] = []
  const ledgers: { stoppedBy: string | null; end: string }[] = []
  const visit = async (after: string | null): Promise<void> => {
    if (ledgers.length > 60) throw new Error('the cursors go round in a circle')
    const events = await jsonLines(
      await server.get(`api/search?${query}${after === null ? '' : `&after=${after}`}`),
    )
    const more: string[] = []
    for (const event of events) {
      if (event.type !== 'file') continue
      for (const { kind, number, text } of event.lines) {
        if (kind === 'match') rows.push(`${event.path}:${number} ${text}`)
      }
      if (event.more) more.push(event.more)
    }
    const { type, ledger } = events.at(-1)
    expect(type).toBe('done')
    ledgers.push(ledger)
    for (const cursor of more) await visit(cursor)
    if (ledger.cursor) await visit(ledger.cursor)
  }
  await visit(null)
  return { rows, ledgers }
}

const inOrder = (rows: readonly string[]) => [...rows].sort()

describe('a limit that cuts an answer', () => {
  /** The limit, its value, what the page calls it, and how the ledger does. */
  const cutting: readonly [keyof Limits, number, string, string][] = [
    ['lines', 1, '1 matching line (max-lines)', 'lines'],
    ['lines', 4, '4 matching lines (max-lines)', 'lines'],
    ['linesPerFile', 1, '1 matching line (max-lines-per-file)', 'file-lines'],
    ['linesPerFile', 5, '5 matching lines (max-lines-per-file)', 'file-lines'],
    ['replyBytes', 60, '60 bytes of text (max-reply-bytes)', 'bytes'],
  ]

  it.each(cutting)(
    '%s of %i is named, and its links lead to exactly the missing lines',
    async (limit, value, name, stoppedBy) => {
      const server = await startServer(tree, { limits: { [limit]: value } })
      const { rows, pages } = await followed(server, '/search?q=needle')
      const ledger = one(pages[0]!, '#ledger')
      expect(ledger.attributes).toMatchObject({
        'data-end': 'stopped',
        'data-stopped-by': stoppedBy,
      })
      expect(wordsOf(one(ledger, '[role=status]'))).toContain(name)
      if (stoppedBy === 'file-lines') {
        expect(wordsOf(all(pages[0]!, 'section.file .more')[0]!)).toContain('(max-lines-per-file)')
        expect(all(ledger, 'a[rel=next]')).toEqual([])
        // The rest of one file comes between its beginning and the next file's: the order is another.
        expect(inOrder(rows)).toEqual(inOrder(unlimited))
      } else {
        expect(wordsOf(one(ledger, '.next'))).toContain(`${name}. Continue from here`)
        expect(rows).toEqual(unlimited)
      }
      const json = await followedJson(server, 'q=needle')
      expect(inOrder(json.rows)).toEqual(inOrder(unlimited))
      expect(json.ledgers[0]).toMatchObject({ end: 'stopped', stoppedBy })
      expect(json.ledgers.at(-1)).toMatchObject({ end: 'complete', stoppedBy: null })
      await server.close()
    },
  )

  it.each([
    { lines: 3, linesPerFile: 2, replyBytes: 100 },
    { lines: 7, linesPerFile: 3 },
    { linesPerFile: 4, replyBytes: 40 },
  ])('several at once lose and repeat nothing: %j', async (limits) => {
    const server = await startServer(tree, { limits })
    for (const context of [0, 2, 10]) {
      const { rows } = await followed(server, `/search?q=needle&context=${context}`)
      expect(inOrder(rows)).toEqual(inOrder(unlimited))
    }
    expect(inOrder((await followedJson(server, 'q=needle')).rows)).toEqual(inOrder(unlimited))
    await server.close()
  })

  it('that the request sets is the same as one that the server has, and no more than that', async () => {
    const server = await startServer(tree, { limits: { lines: 6 } })
    const { rows, pages } = await followed(server, '/search?q=needle&limit=4')
    expect(rows).toEqual(unlimited)
    expect(pages.map((root) => rowsOf(root).length)).toEqual([4, 4, 4, 4, 4, 3])
    const many = await page(server, '/search?q=needle&limit=100')
    expect(rowsOf(many)).toHaveLength(6)
    await server.close()
  })

  it('of time: what was found stands, the limit is named, and each request gets further', async () => {
    const rg = fakeRg('[ "$(echo "$*" | grep -o "[.]txt" | wc -l)" = 1 ] || held\nreal "$@"')
    const server = await startServer(tree, { limits: { seconds: 0.6 }, rgPath: rg.path })
    const { rows, pages } = await followed(server, '/search?q=needle')
    expect(rows).toEqual(unlimited)
    expect(pages.length).toBeGreaterThan(3)
    const ledger = one(pages[0]!, '#ledger')
    expect(ledger.attributes).toMatchObject({ 'data-end': 'stopped', 'data-stopped-by': 'time' })
    expect(wordsOf(one(ledger, '.next'))).toMatch(
      /^Stopped after 0.6 seconds \(max-seconds\)\. Continue from here$/,
    )
    await server.close()
  })

  it('of time, with nothing found so far, is not "nothing found"', async () => {
    const rg = fakeRg('case "$*" in *nothing.txt*) held;; esac\nreal "$@"')
    const server = await startServer(tree, { limits: { seconds: 0.6 }, rgPath: rg.path })
    const root = await page(server, '/search?q=nowhere')
    expect(all(root, 'section.nothing')).toEqual([])
    expect(wordsOf(one(root, '#ledger [role=status]'))).toMatch(/^No match; searched 1 of 6 files/)
    expect(wordsOf(one(root, '#ledger .next'))).toContain('(max-seconds)')
    await server.close()
  })

  it('says how many files of how many have been searched', async () => {
    const server = await startServer(tree, { limits: { lines: 4 } })
    const root = await page(server, '/search?q=needle')
    expect(wordsOf(one(root, '#ledger [role=status]'))).toMatch(
      /^4 lines in 3 files, 4 matches; searched 3 of 6 files, /,
    )
    const next = one(root, '#ledger a[rel=next]').attributes.href!
    const second = await page(server, next)
    expect(wordsOf(one(second, '.continued'))).toBe('Continued. From the beginning')
    expect(one(second, '.continued a').attributes.href).toBe('/search?q=needle')
    await server.close()
  })
})

describe('a limit that leaves something out', () => {
  it('max-file-bytes is counted and named in the ledger, and on the page of the file', async () => {
    const big = makeTree({ 'big.txt': `needle ${'x'.repeat(2_000)}\n`, 'small.txt': 'needle\n' })
    const server = await startServer(big, { limits: { fileBytes: 1_000 } })
    const root = await page(server, '/search?q=needle')
    expect(rowsOf(root)).toEqual(['small.txt:1 needle'])
    expect(wordsOf(one(root, '#ledger'))).toContain('Left out: over 1.0 kB (max-file-bytes)1')
    const [done] = (await jsonLines(await server.get('api/search?q=needle'))).slice(-1)
    expect(done.ledger.leftOut.large).toBe(1)
    const file = await page(server, `/view/${big.name}/big.txt`)
    expect(wordsOf(one(file, 'main'))).toContain('larger than 1.0 kB (max-file-bytes)')
  })

  it('max-line-bytes and max-matches-per-line are named where lines are clipped', async () => {
    const wide = makeTree({
      'wide.txt': `${'needle '.repeat(40)}\nneedle\n`,
      'apart.txt': `a needle ${'.'.repeat(300)} and a needle\n`,
    })
    const server = await startServer(wide, { limits: { matchesPerLine: 7, lineBytes: 100 } })
    const root = await page(server, '/search?q=needle')
    const [apart, many] = all(root, '.row[data-line=1] code')
    expect(all(many!, 'mark')).toHaveLength(7)
    expect(wordsOf(many!)).toContain('33 more not marked (max-matches-per-line)')
    expect(all(apart!, 'mark')).toHaveLength(1)
    expect(wordsOf(apart!)).toContain('1 more further on')
    for (const file of all(root, 'section.file')) {
      expect(wordsOf(one(file, '.more'))).toContain(
        '100 bytes around its first match are shown (max-line-bytes)',
      )
    }
    expect(all(root, '.count').map(wordsOf)).toEqual(['2 matches', '41 matches'])
    const events = (await jsonLines(await server.get('api/search?q=needle'))).filter(
      ({ type }) => type === 'file',
    )
    expect(events[1].lines[0]).toMatchObject({ moreMatches: 33, clipped: { column: 0 } })
    expect(events[0].lines[0].clipped).toEqual({ column: 0 })
  })

  it('max-event-bytes loses no line and moves no mark', async () => {
    const long = makeTree({
      'long.txt': `short needle\n${'é'.repeat(40_000)} needle ${'x'.repeat(40_000)}\nneedle after\n`,
    })
    const server = await startServer(long, { limits: { eventBytes: 4_096 } })
    const root = await page(server, '/search?q=needle')
    expect(all(root, '.row mark').map(textOf)).toEqual(['needle', 'needle', 'needle'])
    expect(all(root, '.row').map(({ attributes }) => attributes['data-line'])).toEqual([
      '1',
      '2',
      '3',
    ])
  })
})
