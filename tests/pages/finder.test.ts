import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, desk, follow, overflowOf, phone } from './browsing.ts'

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await launchBrowser()
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`gen/file${i}.txt`, 'x\n']))
  server = await startServer(
    {
      harbour: makeTree({
        LICENSE: 'Free.\n',
        'src/tide.ts': 'tide\n',
        'src/tide-table.ts': 'tide\n',
        'docs/<i>&\u202e.md': 'x\n',
        ...many,
      }),
      lamp: makeTree({ 'tide.c': 'x\n', LICENSE: 'x\n' }),
    },
    { basePath: '/code/' },
  )
})
afterAll(() => browser?.close())

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Go to file' })
const options = (page: Page) => dialog(page).getByRole('option')
const selected = (page: Page) => dialog(page).locator('[aria-selected=true]')

describe('the finder', { retry: 2 }, () => {
  it('opens with a key, follows what is typed, and goes to the file', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=tide`)
    await page.locator('h1').waitFor({ state: 'attached' })
    await page.keyboard.press('t')
    await expect.poll(() => options(page).count()).toBe(50)
    expect(await dialog(page).getByRole('status').innerText()).toBe('The best 50 of 86 files')
    await page.keyboard.type('tidet')
    await expect.poll(() => options(page).count()).toBe(2)
    const box = dialog(page).getByRole('combobox')
    expect(await box.evaluate((box) => box === document.activeElement)).toBe(true)
    expect(await selected(page).innerText()).toBe('src/tide.ts')
    expect(await selected(page).locator('mark').allInnerTexts()).toEqual(['tide', 't'])
    await page.keyboard.press('ArrowDown')
    expect(await selected(page).innerText()).toBe('src/tide-table.ts')
    expect(await box.getAttribute('aria-activedescendant')).toBe(
      await selected(page).getAttribute('id'),
    )
    await page.keyboard.press('ArrowDown')
    expect(await selected(page).innerText()).toBe('src/tide.ts')
    await page.keyboard.press('ArrowUp')
    expect(await selected(page).innerText()).toBe('src/tide-table.ts')
    await follow(page, () => page.keyboard.press('Enter'))
    expect(page.url()).toBe(`${server.url}view/harbour/src/tide-table.ts`)
    expect(troubles).toEqual([])
    await close()
  })

  it('opens the best for what was typed, and not for what was answered before', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(server.url)
    await page.keyboard.press('Control+p')
    await expect.poll(() => options(page).count()).toBe(50)
    await follow(page, async () => {
      await page.keyboard.type('lamp/tide')
      await page.keyboard.press('Enter')
    })
    expect(page.url()).toBe(`${server.url}view/lamp/tide.c`)
    expect(troubles).toEqual([])
    await close()
  })

  it('closes with Escape, gives the focus back, and leaves letters that are typed alone', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(server.url)
    const search = page.locator('.top input[name=q]')
    await search.click()
    await page.keyboard.type('t')
    expect(await dialog(page).count()).toBe(0)
    expect(await search.inputValue()).toBe('t')
    await page.keyboard.press('Control+p')
    expect(await dialog(page).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await dialog(page).isVisible()).toBe(false)
    expect(await search.evaluate((box) => box === document.activeElement)).toBe(true)
    await search.blur()
    await page.evaluate(() => {
      document.documentElement.dataset.keys = 'off'
    })
    await page.keyboard.press('t')
    expect(await dialog(page).isVisible()).toBe(false)
    await page.keyboard.press('Control+p')
    expect(await dialog(page).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await page.evaluate(() => {
      document.documentElement.dataset.keys = 'on'
    })
    await page.keyboard.press('t')
    expect(await dialog(page).isVisible()).toBe(true)
    expect(troubles).toEqual([])
    await close()
  })

  it('drops an answer that comes late', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.route('**/api/files?q=lamp*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400))
      await route.continue().catch(() => {})
    })
    await page.goto(server.url)
    await page.keyboard.press('Control+p')
    await expect.poll(() => options(page).count()).toBe(50)
    const late = page.waitForRequest('**/api/files?q=lamp')
    await page.keyboard.type('lamp')
    await late
    await dialog(page).getByRole('combobox').fill('tidets')
    await expect.poll(() => options(page).count()).toBe(2)
    await page.waitForTimeout(500)
    expect(await options(page).allInnerTexts()).toEqual(['src/tide.ts', 'src/tide-table.ts'])
    expect(troubles).toEqual([])
    await close()
  })

  it('shows names that would mislead as what they are', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(server.url)
    await page.keyboard.press('Control+p')
    await page.keyboard.type('<i>')
    await expect.poll(() => options(page).allInnerTexts()).toEqual(['docs/<i>&‹U+202E›.md'])
    await close()
  })

  it.each([
    ['desk', { viewport: desk }],
    ['phone', { viewport: phone, hasTouch: true, colorScheme: 'dark' as const }],
  ])('is accessible at the %s, and as wide as the window', async (_name, how) => {
    const { page, troubles, close } = await browse(browser, server.url, how)
    await page.goto(server.url)
    await page.getByRole('link', { name: 'Go to file' }).click()
    await dialog(page).getByRole('combobox').fill('t')
    await expect
      .poll(() => dialog(page).getByRole('status').innerText())
      .toMatch(/^The best|files$/)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze()
    expect(
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
    ).toEqual([])
    expect(await overflowOf(page)).toBe(0)
    const box = (await dialog(page).boundingBox())!
    expect(box.y + box.height).toBeLessThanOrEqual(how.viewport.height)
    await follow(page, () => options(page).nth(1).click())
    expect(page.url()).toContain('/code/view/')
    expect(troubles).toEqual([])
    await close()
  })

  it('is a page of its own without script', async () => {
    const { page, troubles, close } = await browse(browser, server.url, {
      javaScriptEnabled: false,
    })
    await page.goto(server.url)
    await follow(page, () => page.getByRole('link', { name: 'Go to file' }).click())
    const box = page.getByRole('searchbox', { name: 'Path of a file' })
    await expect.poll(() => box.evaluate((box) => box === document.activeElement)).toBe(true)
    await page.keyboard.type('tidets')
    await follow(page, () => page.keyboard.press('Enter'))
    await follow(page, () => page.locator('.found-files a').first().click())
    expect(page.url()).toBe(`${server.url}view/harbour/src/tide.ts`)
    expect(troubles).toEqual([])
    await close()
  })
})
