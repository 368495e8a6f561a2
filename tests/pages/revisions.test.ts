import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { browse } from './browsing.ts'

let browser: Browser
let server: TestServer
let id: string

beforeAll(async () => {
  browser = await launchBrowser()
  const tree = makeGitTree({ 'a.c': 'one\ntwo\nthree\n' })
  tree.git('remote', 'add', 'origin', 'git@github.com:o/r.git')
  id = tree.commit('One')
  tree.write('a.c', 'one\ntwo\nthree\nfour\n')
  server = await startServer({ repo: tree })
})
afterAll(() => browser?.close())

describe('on a file’s page', () => {
  it('y goes to the permanent link, and the way back keeps the lines, too', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}view/repo/a.c#L2`)
    await page.keyboard.press('y')
    await page.waitForURL(`${server.url}view/repo@${id}/a.c#L2`)
    expect(await page.locator('.row:target code').textContent()).toBe('two')
    await page.locator('#latest').click()
    await page.waitForURL(`${server.url}view/repo/a.c#L2`)
    await page.locator('#blame').click()
    await page.waitForURL(`${server.url}view/repo/a.c?blame=1#L2`)
    expect(troubles).toEqual([])
    await close()
  })

  it('a word is searched in what is shown', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}view/repo@${id}/a.c`)
    await page.locator('#L2 code').dblclick({ position: { x: 10, y: 10 } })
    const here = page.getByRole('link', { name: `Search in repo@${id.slice(0, 10)}` })
    await here.click()
    await page.waitForURL((url) => url.searchParams.get('rev') === id)
    await page.locator('.row mark').waitFor()
    expect(await page.locator('.row code').allTextContents()).not.toContain('four')
    expect(troubles.filter((one) => !one.includes('503'))).toEqual([])
    await close()
  })

  it('a link out takes the lines of the address along', async () => {
    const { page, close } = await browse(browser, server.url)
    await page.goto(`${server.url}view/repo/a.c`)
    const href = async () => {
      await page.locator('a.out').focus()
      const found = await page.locator('a.out').getAttribute('href')
      await page.locator('#main').focus()
      return found
    }
    const history = async () => {
      const link = page.getByRole('link', { name: 'History', exact: true })
      await link.focus()
      return link.getAttribute('href')
    }
    expect(await history()).toBe('/history/repo/a.c')
    const file = `https://github.com/o/r/blob/${id}/a.c`
    expect(await href()).toBe(file)
    await page.evaluate(() => {
      location.hash = '#L2'
    })
    expect(await href()).toBe(`${file}#L2`)
    await page.evaluate(() => {
      location.hash = '#L2-L3'
    })
    expect(await href()).toBe(`${file}#L2-L3`)
    expect(await history()).toBe('/history/repo/a.c?L=2-3')
    await close()
  })
})
