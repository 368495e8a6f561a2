import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, follow, overflowOf, phone } from './browsing.ts'

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await launchBrowser()
  const lines = (count: number, every: number) =>
    Array.from({ length: count }, (_, i) => (i % every === 0 ? `needle ${i + 1}` : `hay ${i + 1}`))
  const program = [
    ...lines(59, 99).slice(1),
    '',
    'int f()',
    '{',
    ...Array(30).fill('\thay'),
    '\tneedle',
    '}',
    'end',
  ]
  server = await startServer({
    one: makeTree({
      'src/long.c': lines(200, 100).join('\n'),
      'src/many.c': lines(40, 2).join('\n'),
      'src/program.c': program.join('\n'),
      'src/wide.js': `${'x'.repeat(4_000)} needle ${'y'.repeat(4_000)}\n`,
      'docs/copy-a.txt': 'a needle\nb\n',
      'docs/copy-b.txt': 'a needle\nb\n',
      LICENSE: 'Free.\n',
    }),
    two: makeTree({ 'src/x.py': 'needle\n', LICENSE: 'Free.\n' }),
  })
})
afterAll(() => browser?.close())

const numbers = (page: Page, path: string) =>
  page
    .locator(`section.file[data-path="${path}"] .row`)
    .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.line)))

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe.each([
  ['with script', {}],
  ['without script', { javaScriptEnabled: false }],
  ['on a phone', { viewport: phone }],
])('%s', (_, options) => {
  it('a search is narrowed, widened and sorted with one click each', async () => {
    const { page, troubles, close } = await browse(browser, server.url, options)
    await page.goto(`${server.url}search?q=needle`)
    const facets = page.locator('#facets')
    expect(await facets.locator('h2').allInnerTexts()).toEqual([
      'Repositories',
      'Languages',
      'Directories',
    ])
    expect(await overflowOf(page)).toBe(0)
    await follow(page, () => facets.getByRole('link', { name: 'two', exact: true }).click())
    expect(await page.locator('section.file').count()).toBe(1)
    await page.goBack({ waitUntil: 'load' })
    await follow(page, () => facets.getByRole('link', { name: 'Without docs/' }).click())
    expect(new URL(page.url()).searchParams.getAll('path')).toEqual(['!/docs'])
    expect(await page.locator('section.file[data-path^=docs]').count()).toBe(0)
    await follow(page, () => facets.getByRole('link', { name: 'Most matches first' }).click())
    expect(await page.locator('section.file').first().getAttribute('data-path')).toBe('src/many.c')
    expect(new URL(page.url()).searchParams.getAll('path')).toEqual(['!/docs'])
    // The form keeps the order.
    await follow(page, () => page.getByRole('button', { name: 'Search' }).click())
    expect(await page.locator('section.file').first().getAttribute('data-path')).toBe('src/many.c')
    expect(troubles).toEqual([])
    await close()
  })

  it('more matches of a file, and a copy of one, open in place', async () => {
    const { page, troubles, close } = await browse(browser, server.url, options)
    await page.goto(`${server.url}search?q=needle&context=0`)
    const many = page.locator('section.file[data-path="src/many.c"]')
    expect(await many.locator('mark:visible').count()).toBe(10)
    await many.getByText('10 more lines in this file').click()
    expect(await many.locator('mark:visible').count()).toBe(20)
    const copy = page.locator('section.file[data-path="docs/copy-b.txt"]')
    expect(await copy.locator('mark:visible').count()).toBe(0)
    await copy.getByText(/^Identical to one docs\/copy-a\.txt, above$/).click()
    expect(await copy.locator('mark:visible').count()).toBe(1)
    expect(troubles).toEqual([])
    await close()
  })

  it('all matches of an answer that was cut are counted with one click', async () => {
    const { page, troubles, close } = await browse(browser, server.url, options)
    await page.goto(`${server.url}search?q=needle&limit=3`)
    await follow(page, () => page.getByRole('link', { name: 'Count all matches' }).click())
    expect(await page.locator('#totals').innerText()).toBe(
      'In all there are 27 matching lines, 27 matches in 7 files.',
    )
    expect(await page.locator('mark').count()).toBe(3)
    expect(troubles).toEqual([])
    await close()
  })
})

describe('what can be done with an answer', () => {
  it('the keys open what is folded on their way: a copy of a file, and more of its matches', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle&context=0`)
    const walked: string[] = []
    const step = async (key: string) => {
      await page.keyboard.press(key)
      const at = await page.evaluate(() => {
        const row = document.activeElement!.closest<HTMLElement>('.row')!
        const { top, bottom, height } = row.getBoundingClientRect()
        const isSeen = top >= 0 && bottom <= innerHeight && height > 0
        const { path } = row.closest<HTMLElement>('section.file')!.dataset
        return `${path}:${row.dataset.line}${isSeen ? '' : ' unseen'}`
      })
      walked.push(at)
    }
    for (let i = 0; i < 26; i++) await step(i % 2 ? 'j' : 'n')
    const many = range(1, 20).map((nth) => `src/many.c:${2 * nth - 1}`)
    const there = [
      ...['docs/copy-a.txt:1', 'docs/copy-b.txt:1', 'src/long.c:1', 'src/long.c:101'],
      ...many,
      'src/program.c:92',
      'src/wide.js:1',
    ]
    expect(walked).toEqual(there)
    expect(await page.locator('section.file details:not([open])').count()).toBe(0)

    // Backwards, too, also into what has been folded again.
    await page.locator('section.file details').evaluateAll((all) => {
      for (const details of all) (details as HTMLDetailsElement).open = false
    })
    await page.locator('[data-path="src/program.c"] a.n').last().focus()
    walked.length = 0
    await step('k')
    await step('p')
    expect(walked).toEqual(['src/many.c:39', 'src/many.c:37'])
    expect(troubles).toEqual([])
    await close()
  })

  it.each([
    ['search?q=needle&repo=one', '#command', 'What was searched'],
    ['help', '#curl', undefined],
  ])('on %s, a click copies %s', async (path, source, summary) => {
    const { page, troubles, close } = await browse(browser, server.url, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await page.goto(server.url + path)
    if (summary) await page.locator('summary', { hasText: summary }).click()
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(await page.locator(source).textContent())
    expect(copied).toMatch(/^rg .*needle|^curl .*needle/)
    expect(troubles).toEqual([])
    await close()
  })

  it('where copying is refused, the button says what can be done', async () => {
    const { page, troubles, close } = await browse(browser, server.url, { permissions: [] })
    await page.goto(`${server.url}help`)
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Select and copy' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })
})

describe('lines that are left out', { retry: 2 }, () => {
  it('lead to the file without script', async () => {
    const { page, close } = await browse(browser, server.url, { javaScriptEnabled: false })
    await page.goto(`${server.url}search?q=needle&path=long.c`)
    await follow(page, () => page.getByRole('link', { name: '95 lines from line 4' }).click())
    expect(page.url()).toBe(`${server.url}view/one/src/long.c#L4`)
    await page.goto(`${server.url}search?q=needle&path=wide.js`)
    await follow(page, () => page.getByRole('link', { name: 'whole' }).click())
    expect(page.url()).toMatch(/view\/one\/src\/wide\.js\?L=1&column=\d+#L1$/)
    await close()
  })

  it('open in place, ten at a time, line by line and by function, and what is read stays where it is', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle&path=long.c&path=program.c&context=1`)
    expect(await numbers(page, 'src/long.c')).toEqual([1, 2, 100, 101, 102])
    const long = page.locator('section.file[data-path="src/long.c"]')
    const program = page.locator('section.file[data-path="src/program.c"]')
    const top = (line: number) =>
      long.locator(`.row[data-line="${line}"]`).evaluate((row) => row.getBoundingClientRect().top)

    await long.getByRole('link', { name: '97 lines from line 3' }).click()
    await long.locator('.row[data-line="99"]').waitFor()
    expect(await numbers(page, 'src/long.c')).toEqual([
      ...[1, 2, ...range(3, 12)],
      ...[...range(90, 99), 100, 101, 102],
    ])
    const before = [await top(12), await top(100)]
    await long.getByRole('button', { name: '1 line below line 12' }).click()
    await long.locator('.row[data-line="13"]').waitFor()
    expect(await top(12)).toBeCloseTo(before[0]!, 0)
    const lower = await top(90)
    await long.getByRole('button', { name: '10 lines above line 90' }).click()
    await long.locator('.row[data-line="80"]').waitFor()
    expect(await top(90)).toBeCloseTo(lower, 0)

    // The end of the file is where its lines end.
    await long.getByRole('link', { name: '98 lines from line 103' }).focus()
    await long.getByRole('button', { name: 'the whole function below line 102' }).waitFor()
    await page.keyboard.press('Enter')
    await long.locator('.row[data-line="112"]').waitFor()

    // Above the match its whole function, and not more.
    await program.locator('.gap').first().hover()
    await program.getByRole('button', { name: 'the whole function above line' }).click()
    await program.getByText('int f()').waitFor()
    expect((await numbers(page, 'src/program.c'))[0]).toBe(60)
    await program.getByRole('link', { name: '1 line from' }).click()
    await program.getByText('end', { exact: true }).waitFor()
    expect(await program.locator('.gap').count()).toBe(1)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations).toEqual([])
    expect(troubles).toEqual([])
    await close()
  })

  it('of a long line are shown where it stands, with its marks', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle&path=wide.js`)
    const row = page.locator('section.file .row')
    expect((await row.locator('code').innerText()).length).toBeLessThan(600)
    await row.getByRole('link', { name: 'whole' }).click()
    await row.locator('.whole').waitFor({ state: 'detached' })
    expect((await row.locator('code').innerText()).length).toBe(8_008)
    expect(await row.locator('mark').innerText()).toBe('needle')
    expect(troubles).toEqual([])
    await close()
  })
})
