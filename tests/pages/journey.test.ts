import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { type Browsing, browse, desk, follow, phone } from './browsing.ts'

let browser: Browser
let server: TestServer
let browsing: Browsing | undefined

beforeAll(async () => {
  browser = await launchBrowser()
  const hay = Array.from({ length: 120 }, (_, i) => `  hay(${i})\n`).join('')
  server = await startServer(
    {
      harbour: makeTree({
        LICENSE: 'Free.\n',
        'src/tide.ts': `${hay}  lookForNeedle(hay)\n${hay}`,
        'docs/{{keeper}} +#%.md': 'one\nNeedle\nthree\n',
      }),
      lamp: makeTree({ 'lamp.c': 'int needle;\n' }),
    },
    { pcre2: true },
  )
})
afterAll(() => browser?.close())

const colourOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => getComputedStyle(element).backgroundColor)

/** That the line stands in the window and looks unlike its neighbour. */
async function expectHighlighted(page: Page, line: number) {
  const row = page.locator(`#L${line}`)
  const box = (await row.boundingBox())!
  expect(box.y).toBeGreaterThanOrEqual(0)
  expect(box.y + box.height).toBeLessThanOrEqual(page.viewportSize()!.height)
  expect(await colourOf(page, `#L${line}`)).not.toBe(await colourOf(page, `#L${line - 1}`))
}

describe.each([
  ['desk, with script', { viewport: desk }],
  ['desk, without script', { viewport: desk, javaScriptEnabled: false }],
  ['phone, with script', { viewport: phone, hasTouch: true, isMobile: true }],
  [
    'phone, without script, dark',
    { viewport: phone, javaScriptEnabled: false, colorScheme: 'dark' as const },
  ],
])('at the %s', (_name, options) => {
  it('someone types a pattern, sees results, clicks a line number and sends the link to a colleague', async () => {
    browsing = await browse(browser, server.url, options)
    const { page, troubles } = browsing
    await page.goto(server.url)
    const box = page.locator('input[name=q]')
    await expect.poll(() => box.evaluate((box) => box === document.activeElement)).toBe(true)
    await page.keyboard.type('needle')
    await follow(page, () => page.keyboard.press('Enter'))
    expect(page.url()).toContain('/search?q=needle')

    expect(await page.locator('section.file').count()).toBe(3)
    expect(await page.locator('#summary').innerText()).toContain('3 lines in 3 files, 3 matches')
    expect(await page.locator('.searching').isVisible()).toBe(false)
    expect(await page.locator('mark').allInnerTexts()).toEqual(['Needle', 'Needle', 'needle'])
    expect(await box.inputValue()).toBe('needle')

    const number = page.locator('[data-path="src/tide.ts"] [data-kind=match] a.n')
    await follow(page, () => number.click())
    expect(page.url()).toMatch(/\/view\/harbour\/src\/tide\.ts#L121$/)
    await expectHighlighted(page, 121)
    expect(await page.locator('#L121 code').innerText()).toBe('  lookForNeedle(hay)')

    // Another line of the file is one click away, and needs no new page.
    await page.locator('#L123 a.n').click()
    expect(page.url()).toMatch(/#L123$/)
    await expectHighlighted(page, 123)
    const link = page.url()

    const colleague = await browse(browser, server.url, options)
    await colleague.page.goto(link)
    await expectHighlighted(colleague.page, 123)
    expect(await colleague.page.locator('.back').count()).toBe(0)
    expect(colleague.troubles).toEqual([])
    await colleague.close()

    await follow(page, () => page.locator('.back a').click())
    expect(page.url()).toMatch(/\/search\?q=needle$/)
    expect(await page.locator('section.file').count()).toBe(3)

    const keeper = page.locator('section.file', { hasText: 'keeper' }).locator('h2 a')
    await follow(page, () => keeper.click())
    expect(await page.locator('.trail').innerText()).toContain('{{keeper}} +#%.md')
    await page.goBack({ waitUntil: 'load' })
    expect(await page.locator('#ledger').getAttribute('data-end')).toBe('complete')
    expect(troubles).toEqual([])
    await browsing.close()
  })

  it('the switches beside the box let a match span lines, and look around', async () => {
    browsing = await browse(browser, server.url, options)
    const { page, troubles } = browsing
    await page.goto(server.url)
    await page.locator('input[name=q]').fill('\\)\\n  hay.0')
    await page.getByLabel('Regex').check()
    await follow(page, () => page.getByRole('button', { name: 'Search' }).click())
    expect(await page.locator('[role=alert]').innerText()).toContain('--multiline')
    await page.getByLabel('Multi-line').check()
    await follow(page, () => page.getByRole('button', { name: 'Search' }).click())
    expect(new URL(page.url()).searchParams.get('multiline')).toBe('1')
    expect(await page.getByLabel('Multi-line').isChecked()).toBe(true)
    expect(await page.locator('mark').allInnerTexts()).toEqual([')', '  hay(0'])

    await page.locator('input[name=q]').fill('(?<=int )needle')
    await page.getByLabel('Multi-line').uncheck()
    await page.getByLabel('PCRE2').check()
    await follow(page, () => page.getByRole('button', { name: 'Search' }).click())
    // With script the address is the canonical one.
    expect(new URL(page.url()).search).toMatch(
      /^\?q=%28%3F%3C%3Dint\+%29needle&regex=1&pcre2=1($|&case=smart&)/,
    )
    expect(await page.locator('mark').allInnerTexts()).toEqual(['needle'])
    expect(await page.getByLabel('PCRE2').isChecked()).toBe(true)
    expect(troubles).toEqual([])
    await browsing.close()
  })

  it('a refused pattern is mended with one click, and filters narrow', async () => {
    browsing = await browse(browser, server.url, options)
    const { page, troubles } = browsing
    await page.goto(server.url)
    await page.locator('input[name=q]').fill('lookForNeedle(')
    await page.getByLabel('Regex').check()
    await follow(page, () => page.getByRole('button', { name: 'Search' }).click())
    expect(await page.locator('[role=alert]').innerText()).toContain('unclosed group')
    expect(await page.locator('input[name=q]').inputValue()).toBe('lookForNeedle(')
    expect(await page.getByLabel('Regex').isChecked()).toBe(true)
    await follow(page, () => page.getByRole('link', { name: 'Search for it literally' }).click())
    expect(await page.locator('mark').allInnerTexts()).toEqual(['lookForNeedle('])

    await page.locator('input[name=q]').fill('needle')
    await page.locator('summary', { hasText: 'Filters' }).click()
    await page.getByLabel('Repository').selectOption('lamp')
    await follow(page, () => page.getByRole('button', { name: 'Search' }).click())
    expect(await page.locator('section.file').count()).toBe(1)
    expect(new URL(page.url()).searchParams.get('repo')).toBe('lamp')
    expect(await page.getByLabel('Repository').inputValue()).toBe('lamp')
    // They are closed where a page is loaded; the chips say which there are.
    if (!(await page.getByLabel('Path').last().isVisible())) {
      await page.locator('summary', { hasText: 'Filters' }).click()
    }
    await page.getByLabel('Path').last().fill('*.zig')
    await follow(page, () => page.keyboard.press('Enter'))
    await follow(page, () => page.getByRole('link', { name: 'without the path filter' }).click())
    expect(await page.locator('section.file').count()).toBe(1)
    expect(troubles).toEqual([])
    await browsing.close()
  })
})

describe('by keyboard alone', { retry: 3 }, () => {
  const focusOf = (page: Page) =>
    page.evaluate(() => {
      const element = document.activeElement!
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      const box = element.getBoundingClientRect()
      return {
        what: `${element.tagName} ${element.getAttribute('href') ?? element.getAttribute('name') ?? element.textContent}`,
        isVisible:
          outlineStyle !== 'none' && outlineWidth !== '0px' && box.width > 4 && box.height > 4,
      }
    })

  it('everything is reached, in order, and it can be seen where one is', async () => {
    browsing = await browse(browser, server.url)
    const { page, troubles } = browsing
    await page.goto(`${server.url}search?q=needle`)
    const reached: string[] = []
    for (let i = 0; i < 17; i++) {
      await page.keyboard.press('Tab')
      const { what, isVisible } = await focusOf(page)
      expect([what, isVisible]).toEqual([what, true])
      reached.push(what)
    }
    expect(reached.slice(0, 14)).toEqual([
      'A #main',
      'A /',
      'A /files',
      'INPUT q',
      'BUTTON Search',
      'INPUT regex',
      'INPUT word',
      'INPUT multiline',
      'INPUT pcre2',
      'SELECT case',
      'SUMMARY Filters',
      'A /help',
      'BUTTON View',
      'A /view/harbour/docs/%7B%7Bkeeper%7D%7D%20%2B%23%25.md',
    ])
    expect(reached.slice(14)).toContain(
      'A /view/harbour/docs/%7B%7Bkeeper%7D%7D%20%2B%23%25.md?plain=1#L2',
    )
    expect(troubles).toEqual([])
    await browsing.close()
  })

  it('from the box to the line and back', async () => {
    browsing = await browse(browser, server.url)
    const { page } = browsing
    await page.goto(server.url)
    await page.keyboard.type('needle')
    await follow(page, () => page.keyboard.press('Enter'))
    // The first link in the page is the way past the form.
    await page.locator('.skip').focus()
    expect(
      await page.locator('.skip').evaluate((skip) => skip.getBoundingClientRect().width > 50),
    ).toBe(true)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect((await focusOf(page)).what).toMatch(/#L2$/)
    await follow(page, () => page.keyboard.press('Enter'))
    expect(page.url()).toMatch(/#L2$/)
    await expectHighlighted(page, 2)
    await page.keyboard.press('/')
    expect((await focusOf(page)).what).toBe('INPUT q')
    await page.keyboard.type('a/b')
    expect(await page.locator('input[name=q]').inputValue()).toBe('a/b')
    await page.goBack({ waitUntil: 'load' })
    expect(await page.locator('section.file').count()).toBe(3)
    await browsing.close()
  })
})
