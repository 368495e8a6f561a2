import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, desk, follow, overflowOf, phone, smallPhone } from './browsing.ts'

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await launchBrowser()
  const hay = 'hay\n'.repeat(100)
  server = await startServer({
    repo: makeTree({
      'a.txt': `${hay}needle 1\n${hay}needle 2\n`,
      'b.txt': `\tneedle 3 ${'wide '.repeat(80)}\n`,
      'long.txt': 'hay\n'.repeat(12_000),
    }),
  })
})
afterAll(() => browser?.close())

const box = 'input[name=q]'

/** The text of the line whose number has the focus, if it can be seen that it has. */
const focusedLine = (page: Page) =>
  page.evaluate(() => {
    const link = document.activeElement!
    const { top, bottom } = link.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(link)
    const isSeen = outlineStyle !== 'none' && outlineWidth !== '0px'
    const isInside = top >= 0 && bottom <= innerHeight
    const text = link.matches('a.n') ? link.parentElement!.querySelector('code')!.innerText : ''
    return `${text.slice(0, 10).trim()}${isSeen && isInside ? '' : ' unseen'}`
  })

const listed = async (page: Page) =>
  (await page.locator('dialog .keys > div').allInnerTexts()).map((row) => row.replace(/\s+/g, ' '))

describe('on the results page', { retry: 3 }, () => {
  it('matches are walked through and opened', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle`)
    const walked: string[] = []
    for (const key of ['j', 'n', 'j', 'j', 'k', 'p', 'p', 'n']) {
      await page.keyboard.press(key)
      walked.push(await focusedLine(page))
    }
    const one = (number: number) => `needle ${number}`
    expect(walked).toEqual([1, 2, 3, 3, 2, 1, 1, 2].map(one))
    await follow(page, () => page.keyboard.press('o'))
    expect(page.url()).toMatch(/\/a\.txt#L202$/)
    await page.goBack({ waitUntil: 'load' })
    await page.keyboard.press('j')
    await follow(page, () => page.keyboard.press('Enter'))
    expect(page.url()).toMatch(/\.txt#L\d+$/)
    expect(troubles).toEqual([])
    await close()
  })

  it('Escape and Enter lead out of the box, and a slash back into it', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(server.url)
    await page.locator(box).focus()
    await page.keyboard.type('needle')
    await follow(page, () => page.keyboard.press('Enter'))
    await page.keyboard.press('j')
    expect(await focusedLine(page)).toBe('needle 1')
    await page.keyboard.press('/')
    expect(await page.evaluate(() => getSelection()!.toString())).toBe('needle')
    await page.keyboard.press('End')
    await page.keyboard.type('j/?')
    await page.keyboard.press('Escape')
    expect(await page.locator(box).inputValue()).toBe('needlej/?')
    expect(await page.evaluate(() => document.activeElement!.id)).toBe('main')
    expect(await page.locator('dialog[open]').count()).toBe(0)
    await close()
  })

  it('keys with Ctrl, Alt or Meta, and those that compose, are left alone', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle`)
    for (const key of ['Alt+j', 'Meta+j', 'Control+?', 'Alt+/']) await page.keyboard.press(key)
    await page.evaluate(() =>
      document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'j', isComposing: true, bubbles: true }),
      ),
    )
    expect(await page.evaluate(() => document.activeElement!.tagName)).toBe('BODY')
    expect(await page.locator('dialog[open]').count()).toBe(0)
    await close()
  })
})

describe('the list of keys', { retry: 3 }, () => {
  it('holds those that exist on the page, and another script’s', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(server.url)
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    expect((await listed(page)).toSorted()).toEqual([
      '/ To the box',
      '? This list',
      'Escape Out of the box',
      't Ctrl+P Go to file',
    ])
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog[open]').count()).toBe(0)

    await page.goto(`${server.url}search?q=needle`)
    await page.evaluate(() => {
      addEventListener('ripline:keys', (event) => {
        const run = () => document.body.setAttribute('data-run', '')
        ;(event as CustomEvent).detail.push({ keys: ['x', 'Ctrl+X'], text: 'Extra', run })
      })
    })
    await page.keyboard.press('?')
    expect((await listed(page)).toSorted()).toEqual([
      '/ To the box',
      '? This list',
      'Enter o Open the match',
      'Escape Out of the box',
      'j n Next match',
      'k p Previous match',
      't Ctrl+P Go to file',
      'w Search the word that is selected',
      'x Ctrl+X Extra',
    ])
    // No key of the page works behind the dialog.
    await page.keyboard.press('x')
    expect(await page.locator('body[data-run]').count()).toBe(0)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.keyboard.press('x')
    expect(await page.locator('body[data-run]').count()).toBe(1)
    expect(troubles).toEqual([])
    await close()
  })

  it.each(['search?q=needle', 'view/repo/a.txt'])('is accessible and fits, on %s', async (path) => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(server.url + path)
    for (const [viewport, colorScheme] of [
      [desk, 'light'],
      [phone, 'dark'],
      [smallPhone, 'light'],
    ] as const) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      await page.getByRole('button', { name: 'View' }).click()
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze()
      const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
      expect([viewport.width, found]).toEqual([viewport.width, []])
      expect(await overflowOf(page)).toBe(0)
      const dialog = (await page.locator('dialog').boundingBox())!
      expect(dialog.x).toBeGreaterThanOrEqual(0)
      expect(dialog.x + dialog.width).toBeLessThanOrEqual(viewport.width)
      await page.keyboard.press('Escape')
    }
    expect(troubles).toEqual([])
    await close()
  })

  it('can be switched off, which is remembered', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle`)
    await page.keyboard.press('?')
    await page.getByLabel('Single letters and signs are keys').uncheck()
    expect((await listed(page)).toSorted()).toEqual([
      'Ctrl+P Go to file',
      'Enter Open the match',
      'Escape Out of the box',
    ])
    await page.getByRole('button', { name: 'Close' }).click()
    for (let loads = 0; loads < 2; loads++) {
      for (const key of ['j', '/', '?']) await page.keyboard.press(key)
      const focused = () => page.evaluate(() => document.activeElement!.tagName)
      expect(await focused()).not.toBe('INPUT')
      expect(await focusedLine(page)).not.toContain('needle')
      expect(await page.locator('dialog[open]').count()).toBe(0)
      await page.reload()
    }
    await page.getByRole('button', { name: 'View' }).click()
    await page.getByLabel('Single letters and signs are keys').check()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.keyboard.press('j')
    expect(await focusedLine(page)).toBe('needle 1')
    await close()
  })
})

it('how code is shown is chosen, remembered, and so from the first moment of a page', async () => {
  const { page, troubles, close } = await browse(browser, server.url, { viewport: phone })
  await page.goto(`${server.url}search?q=needle`)
  const code = page.locator('[data-path="b.txt"] [data-kind=match] code')
  const height = async () => (await code.boundingBox())!.height
  const wrapped = await height()
  await page.getByRole('button', { name: 'View' }).click()
  await page.getByLabel('Long lines').selectOption('off')
  await page.getByLabel('A tab is').selectOption('8')
  await page.getByRole('button', { name: 'Close' }).click()
  const look = () =>
    code.evaluate((element) => {
      const { tabSize } = getComputedStyle(element)
      const lines = element.closest('.lines')!
      return { tabSize, scrolls: lines.scrollWidth > lines.clientWidth }
    })
  expect(await look()).toEqual({ tabSize: '8', scrolls: true })
  expect(await height()).toBeLessThan(wrapped)
  expect(await overflowOf(page)).toBe(0)
  // The number stays in sight.
  await page.locator('[data-path="b.txt"] .lines').evaluate((lines) => lines.scrollBy(300, 0))
  expect((await page.locator('[data-path="b.txt"] a.n').boundingBox())!.x).toBeLessThan(30)

  await page.goto(`${server.url}view/repo/b.txt`, { waitUntil: 'commit' })
  await page.locator('#L1').waitFor()
  const root = await page.evaluate(() => ({ ...document.documentElement.dataset }))
  expect(root).toMatchObject({ wrap: 'off', tab: '8' })
  expect(await overflowOf(page)).toBe(0)
  expect(troubles).toEqual([])
  await close()
})

it('without script there is no button that does nothing', async () => {
  const { page, close } = await browse(browser, server.url, { javaScriptEnabled: false })
  await page.goto(`${server.url}search?q=needle`)
  expect(await page.locator('.view-button').isVisible()).toBe(false)
  await close()
})

describe('on the page of a file', () => {
  it.each([
    ['a.txt', '150', /a\.txt#L150$/],
    ['long.txt', '7000', /long\.txt\?L=7000#L7000$/],
  ])('of %s, l goes to line %s', async (name, line, address) => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}view/repo/${name}`)
    await page.keyboard.press('l')
    await page.keyboard.type(line)
    await page.keyboard.press('Enter')
    await page.waitForURL(address)
    await page.locator(`#L${line}:target`).waitFor()
    expect(await page.locator('dialog[open]').count()).toBe(0)
    expect(troubles).toEqual([])
    await close()
  })

  it('what is no number is not gone to', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(`${server.url}view/repo/a.txt`)
    await page.keyboard.press('l')
    await page.keyboard.type('x')
    await page.keyboard.press('Enter')
    expect(await page.locator('dialog[open]').count()).toBe(1)
    await page.keyboard.press('Escape')
    expect(page.url()).toBe(`${server.url}view/repo/a.txt`)
    await close()
  })
})
