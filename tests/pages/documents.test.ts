import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, follow, phone } from './browsing.ts'

let browser: Browser
let server: TestServer

const red = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="alert(1)">'
const drawing = `${red}<script>alert(2)</script><rect width="40" height="30" style="fill:red"/></svg>\n`

const hostile = `# Top

<script>alert(3)</script> <img src=x onerror=alert(4)>

<iframe srcdoc="<script>parent.alert(5)</script>"></iframe>

[a](javascript:alert(6)) [b](&#106;avascript:alert(7)) ![c](javascript:alert(8)) [d](data:text/html,<script>alert(9)</script>)

![e](http://elsewhere.example/pixel.png) ![f](//elsewhere.example/pixel.png) ![g](drawing.svg)

[h](http://x.example/" onclick="alert(10)) ![" onerror="alert(11)](nothing/at/all.svg)

${'para\n\n'.repeat(60)}
## Some Part

[to part](#some-part) [to line](other.c#L2)
`

beforeAll(async () => {
  browser = await launchBrowser()
  const tree = makeTree({
    'docs/README.md': hostile,
    'docs/drawing.svg': drawing,
    'docs/other.c': 'one\ntwo\n',
  })
  for (let i = 0; i < 120; i++) tree.write(`docs/more/file-${i}.c`, 'x\n')
  server = await startServer({ repo: tree })
})
afterAll(() => browser?.close())

const open = async (path: string, options = {}) => {
  const browsing = await browse(browser, server.url, options)
  await browsing.page.goto(`${server.url}view/repo/${path}`)
  return browsing
}
const isSeen = (page: Page, selector: string) => page.locator(selector).isVisible()
/** What is not there is asked for, and only that goes wrong. */
const others = (troubles: readonly string[]) =>
  troubles.filter((trouble) => !trouble.includes('status of 404'))

describe('a document', { retry: 2 }, () => {
  it('of hostile text runs nothing and loads nothing from elsewhere', async () => {
    for (const path of ['docs/README.md', 'docs/']) {
      const { page, troubles, close } = await open(path)
      await page.locator('.markdown').evaluate((markdown) => markdown.scrollIntoView(false))
      await page.waitForLoadState('networkidle')
      const found = await page.locator('.markdown').evaluate((markdown) =>
        [...markdown.querySelectorAll('*')].flatMap((element) => {
          const bad = element
            .getAttributeNames()
            .some((name) => name.startsWith('on') || name === 'style' || name === 'srcdoc')
          const link = element instanceof HTMLAnchorElement ? element.protocol : 'http:'
          const isForeign = ['SCRIPT', 'IFRAME', 'OBJECT', 'STYLE', 'BASE'].includes(
            element.tagName,
          )
          return bad || isForeign || !['http:', 'https:'].includes(link) ? [element.outerHTML] : []
        }),
      )
      expect(found).toEqual([])
      expect(others(troubles)).toEqual([])
      await close()
    }
  })

  it('is gone to at a heading, with our prefix and without', async () => {
    for (const hash of ['#some-part', '#md-some-part', '#Some-Part']) {
      const { page, close } = await open(`docs/README.md${hash}`)
      await page.waitForFunction(() => location.hash === '#md-some-part')
      await page.waitForFunction(() => {
        const { top } = document.querySelector('#md-some-part')!.getBoundingClientRect()
        return top >= 0 && top < innerHeight
      })
      await close()
    }
    const { page, close } = await open('docs/README.md', { javaScriptEnabled: false })
    await page.getByRole('link', { name: 'to part' }).click()
    expect(page.url()).toMatch(/README\.md#md-some-part$/)
    await close()
  })

  it('leads to its text where a line of it is asked for', async () => {
    const { page, troubles, close } = await open('docs/README.md#L3')
    await page.waitForURL(/README\.md\?plain=1#L3$/)
    await page.locator('#L3').waitFor()
    expect(await page.locator('.row:target').count()).toBe(1)
    await page.goto(`${server.url}view/repo/docs/README.md`)
    await follow(page, () => page.getByRole('link', { name: 'to line' }).click())
    expect(page.url()).toMatch(/other\.c#L2$/)
    expect(others(troubles)).toEqual([])
    await close()
  })
})

describe('a drawing', { retry: 2 }, () => {
  it('is drawn, and runs nothing, on a page and by itself', async () => {
    const { page, troubles, close } = await open('docs/drawing.svg')
    const width = () =>
      page.locator('.shown-picture img').evaluate((img) => (img as HTMLImageElement).naturalWidth)
    await expect.poll(width).toBe(40)
    await page.goto(`${server.url}image/repo/docs/drawing.svg`)
    expect(await page.evaluate(() => document.documentElement.tagName)).toBe('svg')
    // That it was kept from running is said on the console.
    expect(
      troubles.filter((trouble) => !/sandboxed|Content Security Policy/.test(trouble)),
    ).toEqual([])
    await close()
  })
})

describe('what stands beside a file', { retry: 2 }, () => {
  it.each([true, false])(
    'is open on a wide screen and can be closed, script: %s',
    async (javaScriptEnabled) => {
      const { page, troubles, close } = await open('docs/more/file-100.c', { javaScriptEnabled })
      expect(await isSeen(page, '.tree [aria-current=page]')).toBe(true)
      const left = async () => (await page.locator('.code').boundingBox())!.x
      const before = await left()
      await page.locator('.tree .inner > summary').click()
      expect(await isSeen(page, '.tree [aria-current=page]')).toBe(false)
      expect(await left()).toBeLessThan(before - 100)
      await page.locator('.tree .inner > summary').click()
      expect(await left()).toBe(before)
      expect(troubles).toEqual([])
      await close()
    },
  )

  it('shows the file among many others', async () => {
    const { page, close } = await open('docs/more/file-100.c')
    const place = await page.locator('.tree [aria-current=page]').boundingBox()
    expect(place!.y).toBeGreaterThan(0)
    expect(place!.y).toBeLessThan(800)
    await close()
  })

  it.each([true, false])(
    'is closed on a phone and can be opened, script: %s',
    async (javaScriptEnabled) => {
      const { page, close } = await open('docs/more/file-100.c', {
        javaScriptEnabled,
        viewport: phone,
      })
      expect(await isSeen(page, '.tree [aria-current=page]')).toBe(false)
      await page.locator('.tree .small > summary').click()
      expect(await isSeen(page, '.tree [aria-current=page]')).toBe(true)
      await close()
    },
  )
})
