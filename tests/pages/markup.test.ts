import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, follow } from './browsing.ts'

const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  `' autofocus onfocus=alert(1) '`,
  '</title></textarea></style><script>alert(1)</script>',
  '<a href=javascript:alert(1)>x</a>',
  '<base href=//evil.example><meta http-equiv=refresh content=0>',
  '<form action=//evil.example><button>x</button></form>',
]

let browser: Browser
let server: TestServer

beforeAll(async () => {
  browser = await launchBrowser()
  const tree = makeTree({
    LICENSE: 'Free.\n',
    'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'page.html': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  })
  for (const text of hostile)
    tree.write(`names/${text.replaceAll('/', '\u2215')}`, `needle ${text}\n`)
  server = await startServer({ '<i>"re\'po': tree })
})
afterAll(() => browser?.close())

/** Elements and attributes that no template of ours writes. */
const foreign = () =>
  [...document.querySelectorAll('*')].flatMap((element) => {
    const names = element.getAttributeNames()
    const isForeign =
      ['IMG', 'IFRAME', 'BASE', 'OBJECT', 'EMBED', 'STYLE', 'I', 'TEXTAREA'].includes(
        element.tagName,
      ) ||
      (element.tagName === 'META' && element.hasAttribute('http-equiv')) ||
      element instanceof SVGElement ||
      (element.tagName === 'SCRIPT' && !element.hasAttribute('src')) ||
      names.some((name) => name.startsWith('on') || name === 'style') ||
      [...names.map((name) => element.getAttribute(name)!)].some((value) =>
        /^\s*(javascript:|\/\/)/i.test(value),
      )
    return isForeign ? [element.outerHTML] : []
  })

it('text that looks like markup is text to a browser, wherever it comes from', async () => {
  const { page, troubles, close } = await browse(browser, server.url)
  const repository = 'view/%3Ci%3E%22re%27po'
  const paths = ['', 'search?q=needle', 'search?q=NEEDLE', `${repository}/`, `${repository}/names/`]
  for (const text of hostile) {
    const sent = encodeURIComponent(text)
    paths.push(
      `search?q=${sent}`,
      `search?q=${sent}zzz&path=${sent}&repo=*`,
      `search?q=${sent}(&regex=1`,
      `search?q=zzz&lang=${sent}`,
      `${repository}/${sent}`,
      `${repository}/names/${encodeURIComponent(text.replaceAll('/', '\u2215'))}`,
      sent,
    )
  }
  for (const path of paths) {
    await page.goto(server.url + path)
    expect([path, await page.evaluate(foreign)]).toEqual([path, []])
  }
  // The referrer is a search whose text is hostile.
  await page.goto(`${server.url}search?q=${encodeURIComponent(hostile[0]!)}&path=names`)
  await follow(page, () => page.locator('.row a.n').first().click())
  expect(await page.locator('.back code').innerText()).toBe(hostile[0])
  expect(await page.evaluate(foreign)).toEqual([])
  for (const name of ['drawing.svg', 'page.html']) {
    await page.goto(`${server.url}${repository.replace('view', 'raw')}/${name}`)
    expect(await page.evaluate(() => document.querySelectorAll('svg, img').length)).toBe(0)
    expect(await page.evaluate(() => document.body.innerText)).toContain('alert(1)')
  }
  expect(troubles).toEqual([])
  await close()
})
