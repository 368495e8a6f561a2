import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, follow, phone } from './browsing.ts'

let browser: Browser
let server: TestServer

const code = [
  'def f(x):',
  '\treturn x  # two  spaces',
  '',
  '',
  '    # <b>&amp;</b>',
  '\u202ereversed\u202c',
  'crème 😀',
  '',
]

beforeAll(async () => {
  browser = await launchBrowser()
  server = await startServer({
    repo: makeTree({
      'code.py': `${code.join('\n')}\nend\n`,
      'crlf.txt': 'one\r\n\r\nthree\r\n',
      'many.txt': Array.from({ length: 200_000 }, (_, i) => `line ${i + 1}\n`).join(''),
      'wide.txt': `${'x'.repeat(2_000_000)}\n${'word '.repeat(900)}\nend\n`,
    }),
  })
})
afterAll(() => browser?.close())

describe('the code on a page', { retry: 2 }, () => {
  it.each([
    ['code.py', [...code, 'end']],
    ['crlf.txt', ['one', '', 'three']],
  ])('of %s is copied as it stands, without the numbers', async (name, lines) => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}view/repo/${name}`)
    const copied = await page.evaluate(() => {
      getSelection()!.selectAllChildren(document.querySelector('.code')!)
      return getSelection()!.toString()
    })
    expect(copied.replace(/\n$/, '').split('\n')).toEqual(lines)
    await page.keyboard.press('Control+a')
    const everything = await page.evaluate(() => getSelection()!.toString())
    expect(everything).toContain(lines.slice(0, 3).join('\n'))
    expect(everything).not.toMatch(/^\s*[123]$/m)
    expect(troubles).toEqual([])
    await close()
  })

  it('of results is copied without the numbers, too', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=return&path=code.py`)
    const copied = await page.evaluate(() => {
      getSelection()!.selectAllChildren(document.querySelector('.lines')!)
      return getSelection()!.toString()
    })
    expect(copied.trim().split('\n')).toEqual(['def f(x):', '\treturn x  # two  spaces'])
    await close()
  })
})

describe('the line in the address', { retry: 2 }, () => {
  const at = async (path: string, options = {}) => {
    const browsing = await browse(browser, server.url, options)
    await browsing.page.goto(`${server.url}view/repo/${path}`)
    return browsing
  }
  const highlighted = (selector: string) => {
    const row = document.querySelector(selector)
    if (!row) return 'absent'
    const { top, bottom } = row.getBoundingClientRect()
    const isOther = getComputedStyle(row).backgroundColor !== 'rgba(0, 0, 0, 0)'
    return top >= 0 && bottom <= innerHeight && isOther ? 'seen' : 'not seen'
  }

  it.each([
    ['without script', { javaScriptEnabled: false }],
    ['on a phone', { viewport: phone }],
  ])('of a long file is found, %s, by the link that we write', async (_how, options) => {
    const { page, troubles, close } = await at('many.txt?L=150000#L150000', options)
    expect(await page.evaluate(highlighted, '#L150000')).toBe('seen')
    expect(await page.locator('#L150000 code').innerText()).toBe('line 150000')
    expect(troubles).toEqual([])
    await close()
  })

  it('of a long file is found by script, if the link does not say the part', async () => {
    const { page, troubles, close } = await at('many.txt#L150000')
    await page.waitForURL('**/many.txt?L=150000#L150000')
    await page.waitForFunction(() => document.querySelector('#L150000:target'))
    expect(await page.evaluate(highlighted, '#L150000')).toBe('seen')
    // The way there is one step of the history.
    await follow(page, () => page.locator('.pages a[rel=prev]').first().click())
    expect(await page.locator('#L144999').count()).toBe(1)
    expect(troubles).toEqual([])
    await close()
  })

  it('also when it is changed by hand on the open page', async () => {
    const { page, close } = await at('many.txt#L3')
    await page.evaluate(() => {
      location.hash = '#L90000'
    })
    await page.waitForURL('**/many.txt?L=90000#L90000')
    expect(await page.evaluate(highlighted, '#L90000')).toBe('seen')
    await close()
  })

  it('beyond the end, or of a file in one part, loads nothing again', async () => {
    for (const path of ['many.txt#L999999', 'code.py#L99', 'code.py#main', 'code.py#Lx']) {
      const { page, troubles, close } = await at(path)
      await page.waitForLoadState('networkidle')
      await page.waitForTimeout(50)
      expect(page.url()).toMatch(path.startsWith('many') ? /L999999$/ : new RegExp(`${path}$`))
      expect(troubles).toEqual([])
      await close()
    }
  })

  it('of a file with a line of two megabytes is found at once', async () => {
    const { page, close } = await at('wide.txt#L3', { viewport: phone })
    expect(await page.evaluate(highlighted, '#L3')).toBe('seen')
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    ).toBeLessThanOrEqual(0)
    await close()
  })
})
