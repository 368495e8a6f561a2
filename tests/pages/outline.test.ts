import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, desk, overflowOf, phone } from './browsing.ts'

let browser: Browser
let server: TestServer

/** A class of 20 methods of 20 lines; that of number n begins at line 2 + 20 (n - 1). */
const method = (n: number) =>
  `  def method_${n}(self):\n${`    needle_${n} = other  # and more\n`.repeat(19)}`
const code = `class Outer:\n${Array.from({ length: 20 }, (_, i) => method(i + 1)).join('')}\n\nend = 1\n${'\n'.repeat(80)}`

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startServer({
    repo: makeTree({
      'code.py': code,
      'deep.md': '# A\n## B\n### C\n#### D\nx\n'.concat('y\n\n'.repeat(200)),
    }),
  })
})
afterAll(() => browser?.close())

const open = async (path: string, options = {}) => {
  const browsing = await browse(browser, server.url, options)
  await browsing.page.goto(`${server.url}view/repo/${path}`)
  await browsing.page.locator('.outline[data-filled]').waitFor({ state: 'attached' })
  return browsing
}

const scope = (page: Page) => page.locator('.scope a .n').allInnerTexts()
const current = (page: Page) =>
  page.locator('.symbols [aria-current="location"] .name').allTextContents()
/** Scrolls a line to so many pixels below the top of the window. */
const bring = (page: Page, line: number, top: number) =>
  page.evaluate(
    ([line, top]) => {
      const row = document.getElementById(`L${line}`)!
      scrollBy({ top: row.getBoundingClientRect().top - top!, behavior: 'instant' })
    },
    [line, top],
  )

describe.each([
  ['at a desk', { viewport: desk }],
  ['on a phone', { viewport: phone, hasTouch: true }],
])('the outline %s', { retry: 2 }, (where, options) => {
  it('leads to lines, and says where one reads', async () => {
    const { page, troubles, close } = await open('code.py', options)
    const isDesk = where === 'at a desk'
    expect(await page.locator('.outline').evaluate((one: HTMLDetailsElement) => one.open)).toBe(
      isDesk,
    )
    if (!isDesk) await page.locator('.outline summary').click()
    expect(await page.locator('.symbols a').count()).toBe(21)
    await page.getByRole('link', { name: 'method_12' }).click()
    expect(new URL(page.url()).hash).toBe('#L222')
    await expect.poll(() => current(page)).toEqual(['method_12'])
    await bring(page, 110, 200)
    await expect.poll(() => current(page)).toEqual(['method_6'])
    expect(troubles).toEqual([])
    await close()
  })

  it('is narrowed by what is typed', async () => {
    const { page, close } = await open('code.py', options)
    await page.keyboard.press('s')
    await page.keyboard.type('D_1')
    const shown = await page.locator('.symbols li:visible .name').allInnerTexts()
    expect(shown).toHaveLength(11)
    expect(await page.locator('.outline [role=status]').innerText()).toBe('11 of 21')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#L2')
    await close()
  })

  it('with what is open on the page is accessible, light and dark, and no wider', {
    timeout: 120_000,
  }, async () => {
    const { page, troubles, close } = await open('code.py', options)
    await page.evaluate(() =>
      document.querySelector<HTMLDetailsElement>('.outline')!.setAttribute('open', ''),
    )
    await bring(page, 110, 100)
    await page.locator('.scope a').first().waitFor()
    await page.locator('#L112 code').dblclick({ position: { x: 60, y: 10 } })
    await page.locator('.search-word').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const { violations } = await new AxeBuilder({ page })
        // A line that is hidden in part, as at the edge of the window, is a small target.
        .exclude('.code .n')
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze()
      expect(
        violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
      ).toEqual([])
    }
    expect(await overflowOf(page)).toBe(0)
    expect(troubles).toEqual([])
    await close()
  })
})

describe.each([
  ['at a desk', { viewport: desk }],
  ['on a phone', { viewport: phone }],
])('what is around the lines that show, %s,', { retry: 2 }, (_where, options) => {
  it('stays on top of them, each a link', async () => {
    const { page, troubles, close } = await open('code.py', options)
    expect(await scope(page)).toEqual([])
    await bring(page, 110, 0)
    await expect.poll(() => scope(page)).toEqual(['1', '102'])
    expect(await page.locator('.scope code').allInnerTexts()).toEqual([
      'class Outer:',
      '  def method_6(self):',
    ])
    // The line that is to begin shows itself as soon as it would be hidden.
    await bring(page, 122, 30)
    await expect.poll(() => scope(page)).toEqual(['1'])
    await bring(page, 122, -1)
    await expect.poll(() => scope(page)).toEqual(['1', '122'])
    await page.locator('.scope a').nth(1).click()
    expect(new URL(page.url()).hash).toBe('#L122')
    await bring(page, 404, 0)
    await expect.poll(() => scope(page)).toEqual([])
    expect(troubles).toEqual([])
    await close()
  })

  it('is never over the line that is linked to, nor over what has the focus', async () => {
    const { page, close } = await open('code.py#L240', options)
    const isClear = (selector: string) =>
      page.evaluate((selector) => {
        const { top } = document.querySelector(selector)!.getBoundingClientRect()
        const bar = document.querySelector('.scope')?.getBoundingClientRect()
        return top >= (bar?.bottom ?? 0) && top < innerHeight
      }, selector)
    await expect.poll(() => scope(page)).toEqual(['1', expect.any(String)])
    expect(await isClear('#L240')).toBe(true)
    await page.locator('#L240 > a').focus()
    for (let i = 0; i < 12; i++) await page.keyboard.press('Shift+Tab')
    expect(await isClear(':focus')).toBe(true)
    await close()
  })

  it('is three lines at most', async () => {
    const { page, close } = await open('deep.md?plain=1', options)
    await bring(page, 60, 0)
    await expect.poll(() => scope(page)).toEqual(['2', '3', '4'])
    await close()
  })
})

describe.each([
  ['at a desk', { viewport: desk }],
  ['on a phone', { viewport: phone }],
])('a word of the code, %s,', { retry: 2 }, (_where, options) => {
  const links = (page: Page) =>
    page
      .locator('.search-word a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  const selected = (page: Page) => page.evaluate(() => getSelection()!.toString())
  const search = () => `${server.url}search?q=needle_1&word=1&case=sensitive`

  it('that is double-clicked is offered to be searched, and stays selected', async () => {
    const { page, troubles, close } = await open('code.py', options)
    await page.locator('#L5 code').dblclick({ position: { x: 60, y: 10 } })
    await page.locator('.search-word').waitFor()
    expect(await links(page)).toEqual([`${search()}&repo=repo`, search()])
    expect(await selected(page)).toBe('needle_1')
    const overlaps = await page.evaluate(() => {
      const word = getSelection()!.getRangeAt(0).getBoundingClientRect()
      const offer = document.querySelector('.search-word')!.getBoundingClientRect()
      return offer.top < word.bottom && offer.left >= 0 && offer.right <= innerWidth
    })
    expect(overlaps).toBe(false)
    await page.keyboard.press('Escape')
    expect(await page.locator('.search-word').count()).toBe(0)
    expect(await selected(page)).toBe('needle_1')
    await page.locator('#L5 code').dblclick({ position: { x: 60, y: 10 } })
    await page.locator('.search-word a').first().click()
    await page.waitForURL(`${search()}&repo=repo`)
    expect(troubles).toEqual([])
    await close()
  })

  it('or is at the caret when w is pressed, by the keyboard alone', async () => {
    const { page, close } = await open('code.py', options)
    await page.locator('#L5 code').click({ position: { x: 60, y: 10 } })
    await page.keyboard.press('w')
    expect(await links(page)).toEqual([`${search()}&repo=repo`, search()])
    expect(await page.evaluate(() => document.activeElement!.textContent)).toBe('Search in repo')
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement!.closest('.row')!.id)).toBe('L5')
    await page.keyboard.press('w')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(search())
    // On a page of results, too, where a file says its repository.
    await page.locator('.row code mark').first().dblclick()
    await page.locator('.search-word').waitFor()
    expect(await links(page)).toEqual([`${search()}&repo=repo`, search()])
    await close()
  })

  it('is not offered where more than a word is selected, and nothing of the offer is copied', async () => {
    const { page, close } = await open('code.py', options)
    await page.locator('#L5 code').dblclick({ position: { x: 60, y: 10 } })
    await page.locator('.search-word').waitFor()
    await page.keyboard.press('Control+a')
    await page.locator('.search-word').waitFor({ state: 'detached' })
    await page.locator('#L5 code').click({ clickCount: 3, position: { x: 60, y: 10 } })
    await page.waitForTimeout(400)
    expect(await page.locator('.search-word').count()).toBe(0)
    expect((await selected(page)).trim()).toBe('needle_1 = other  # and more')
    await close()
  })

  it('has its key in the list of keys', async () => {
    const { page, close } = await open('code.py', options)
    await page.keyboard.press('?')
    const keys = await page.locator('.keys').innerText()
    expect(keys).toContain('Search the word that is selected')
    expect(keys).toContain('To the outline')
    await close()
  })
})
