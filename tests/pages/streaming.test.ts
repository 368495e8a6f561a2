import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { fakeRg } from '../http/fake-rg.ts'
import { startServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { browse, desk, phone, smallPhone } from './browsing.ts'

let browser: Browser
let tree: Tree

beforeAll(async () => {
  browser = await launchBrowser()
  tree = makeTree({
    'a.txt': 'first needle\n'.repeat(30),
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`b${i}.txt`, 'a needle\n'.repeat(1 + (i % 7))]),
    ),
  })
})
afterAll(() => browser?.close())

/** How far what has been shown moved by itself, as browsers count it; 0 is nothing. */
function layoutShift(): number {
  const observer = new PerformanceObserver(() => {})
  observer.observe({ type: 'layout-shift', buffered: true })
  return observer
    .takeRecords()
    .reduce((sum, entry) => sum + (entry as PerformanceEntry & { value: number }).value, 0)
}

describe.each([
  ['at the desk', { viewport: desk }],
  ['on a tablet', { viewport: { width: 768, height: 1_024 } }],
  ['on a phone', { viewport: phone }],
])('%s', (_name, options) => {
  it.each([
    ['complete', {}],
    ['cut', { linesPerFile: 30, lines: 100 }],
  ])(
    'an answer that is %s is painted while it is searched for, and nothing moves when it ends',
    async (end, limits) => {
      const rg = fakeRg('case "$*" in *b7.txt*) held;; esac\nreal "$@"')
      const server = await startServer(tree, { rgPath: rg.path, limits })
      const { page, troubles, close } = await browse(browser, server.url, options)
      await page.goto(`${server.url}search?q=needle`, { waitUntil: 'commit' })
      await page.locator('section.file').first().waitFor()
      await page.waitForFunction(
        () => performance.getEntriesByName('first-contentful-paint').length > 0,
      )
      expect(await page.locator('#ledger').count()).toBe(0)
      expect(await page.locator('.searching').isVisible()).toBe(true)
      expect(await page.locator('input[name=q]').inputValue()).toBe('needle')
      const place = () => page.locator('section.file').first().boundingBox()
      const before = await place()
      // The page can be used meanwhile.
      await page.keyboard.press('/')
      rg.open()
      await page.locator('#summary').waitFor()
      await page.waitForLoadState('load')
      expect(await page.locator('#ledger').getAttribute('data-end')).toBe(
        end === 'cut' ? 'stopped' : end,
      )
      expect(await page.locator('.searching').isVisible()).toBe(false)
      expect(await page.evaluate(layoutShift)).toBeLessThan(0.01)
      expect(await place()).toEqual(before)
      const focused = await page.evaluate(() => (document.activeElement as HTMLInputElement).name)
      expect(focused).toBe('q')
      expect(troubles).toEqual([])
      await close()
      await server.close()
    },
  )
})

it('the summary covers nothing, however long it is and however narrow the window', {
  retry: 2,
}, async () => {
  const server = await startServer(tree, { limits: { lines: 100 } })
  for (const viewport of [desk, { width: 768, height: 1_024 }, phone, smallPhone]) {
    const { page, close } = await browse(browser, server.url, { viewport })
    await page.goto(`${server.url}search?q=needle`)
    await page.locator('#summary').evaluate((summary) => {
      summary.append(
        ' and searched 123,456,789 of 999,999,999 files of every kind, so that it is long',
      )
    })
    const [summary, first] = await Promise.all([
      page.locator('#summary').boundingBox(),
      page.locator('section.file').first().boundingBox(),
    ])
    expect(summary!.y + summary!.height).toBeLessThanOrEqual(first!.y)
    expect(summary!.y).toBeLessThan(first!.y)
    await close()
  }
})

it('leaving the page ends the search', { retry: 2 }, async () => {
  const rg = fakeRg('case "$*" in *b7.txt*) held;; esac\nreal "$@"')
  const server = await startServer(tree, { rgPath: rg.path })
  for (const leave of ['close', 'navigate', 'search'] as const) {
    const { page, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle`, { waitUntil: 'commit' })
    await page.locator('section.file').first().waitFor()
    expect(server.slots.running).toBeGreaterThan(0)
    if (leave === 'navigate') await page.goto(`${server.url}healthz`)
    if (leave === 'search') {
      await page.locator('input[name=q]').fill('first')
      await page.keyboard.press('Enter')
      await page.waitForURL('**q=first**', { waitUntil: 'commit' })
      await page.locator('section.file').first().waitFor()
      await page.goto(`${server.url}healthz`)
    }
    if (leave === 'close') await page.close()
    await expect.poll(() => server.slots.running, { timeout: 3_000 }).toBe(0)
    await close()
  }
})
