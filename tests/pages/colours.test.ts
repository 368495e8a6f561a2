import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, desk, follow, phone } from './browsing.ts'

let browser: Browser
let server: TestServer

const long = Array.from({ length: 12_000 }, (_, i) =>
  i % 3_000 === 20 ? `int needle${i + 1}; // wanted` : `int f${i + 1}(void) { return ${i + 1}; }`,
)

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startServer({
    repo: makeTree({
      'a.c': '/* one */\nint needle;\n\nreturn "<b>";\n// needle\n',
      'long.c': `${long.join('\n')}\n`,
    }),
  })
})
afterAll(() => browser?.close())

/** Opens a page, again for as long as its colours are late. */
async function open(page: Page, path: string): Promise<void> {
  do await page.goto(`${server.url}view/repo/${path}`)
  while (await page.getByText('not ready in time').count())
}

const colourOf = (page: Page, selector: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => getComputedStyle(element).color)

describe('code in colours', { retry: 2 }, () => {
  it('has some, others in the dark, and none on what is marked', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await open(page, 'a.c?q=needle')
    const seen = new Set<string>()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const plain = await colourOf(page, '#L2 code')
      for (const kind of ['comment', 'type', 'string']) {
        const colour = await colourOf(page, `.code .h-${kind}`)
        expect(colour).not.toBe(plain)
        seen.add(colour)
      }
    }
    expect(seen.size).toBe(6)
    expect(await page.locator('mark').allInnerTexts()).toEqual(['needle', 'needle'])
    expect(troubles).toEqual([])
    await close()
  })
})

describe('the matches of a search on the page of a file', { retry: 2 }, () => {
  const atTarget = (page: Page) =>
    page.evaluate(() => {
      const row = document.querySelector('.row:target')
      const { top = -1 } = row?.getBoundingClientRect() ?? {}
      const hit = row?.querySelector('.hit')
      const isSeen = hit instanceof HTMLElement && getComputedStyle(hit).opacity === '1'
      return [row?.id, top >= 0 && top < innerHeight, isSeen && hit.innerText.slice(0, 6)]
    })

  it.each([
    ['without script', { javaScriptEnabled: false }],
    ['with script', {}],
    ['on a phone', { viewport: phone }],
  ])(
    'are walked by links, %s, from the results and across the parts of the file',
    async (_how, options) => {
      const { page, troubles, close } = await browse(browser, server.url, {
        viewport: desk,
        ...options,
      })
      await page.goto(`${server.url}search?q=wanted`)
      await follow(page, () => page.locator('.row a.n[href$="#L3021"]').click())
      expect(await atTarget(page)).toEqual(['L3021', true, '2 of 4'])
      await page.locator('#L3021 .hit [rel=prev]').click()
      expect(await atTarget(page)).toEqual(['L21', true, '1 of 4'])
      await page.locator('#L21 .hit [rel=next]').click()
      await follow(page, () => page.locator('#L3021 .hit [rel=next]').click())
      // With script, the line of the fragment is the one that is selected.
      expect(page.url()).toMatch(/long\.c\?q=wanted&(from|L)=6021#L6021$/)
      expect(await atTarget(page)).toEqual(['L6021', true, '3 of 4'])
      expect(troubles).toEqual([])
      await close()
    },
  )

  it('are walked by keys, from the line of the address on', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await open(page, 'long.c?q=wanted#L21')
    const focused = () => page.evaluate(() => document.activeElement?.closest('.row')?.id)
    await page.keyboard.press('n')
    expect(await focused()).toBe('L3021')
    await page.keyboard.press('p')
    expect(await focused()).toBe('L21')
    await page.keyboard.press('n')
    await follow(page, () => page.keyboard.press('n'))
    // With script, the line of the fragment is the one that is selected.
    expect(page.url()).toMatch(/long\.c\?q=wanted&(from|L)=6021#L6021$/)
    expect(troubles).toEqual([])
    await close()
  })
})

describe('lines that are not laid out yet', { retry: 2 }, () => {
  it.each([
    ['without script', { javaScriptEnabled: false }],
    ['on a phone', { viewport: phone }],
  ])('are linked to, found and copied, %s', async (_how, options) => {
    const { page, troubles, close } = await browse(browser, server.url, options)
    await open(page, 'long.c#L4321')
    const topOf = (selector: string) =>
      page.locator(selector).evaluate((row) => row.getBoundingClientRect().top / innerHeight)
    for (const id of ['L4321', 'L77', 'L4990']) {
      await page.evaluate((hash) => {
        location.hash = hash
      }, id)
      await expect.poll(() => topOf(`#${id}`)).toBeGreaterThan(0)
      expect(await topOf(`#${id}`)).toBeLessThan(0.5)
    }
    const copied = await page.evaluate(() => {
      getSelection()!.selectAllChildren(document.querySelector('.code')!)
      return getSelection()!.toString()
    })
    expect(copied.replace(/\n$/, '').split('\n')).toEqual(long.slice(0, 5_000))
    const found = await page.evaluate(() => {
      getSelection()!.removeAllRanges()
      // What the browser's own search does.
      const { find } = window as unknown as { find(text: string): boolean }
      const isFound = find.call(window, 'f2345(')
      const row = getSelection()!.anchorNode?.parentElement?.closest('.row')
      return [isFound, row?.id, row && row.getBoundingClientRect().top < innerHeight]
    })
    expect(found).toEqual([true, 'L2345', true])
    expect(troubles).toEqual([])
    await close()
  })
})
