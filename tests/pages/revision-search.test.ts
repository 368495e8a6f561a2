import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { makeGitTree } from '../support/git.ts'
import { startServer } from '../support/server.ts'
import { browse, overflowOf, phone } from './browsing.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

it.each([true, false])(
  'a page whose files are being written comes back by itself; with script: %s',
  async (javaScriptEnabled) => {
    const tree = makeGitTree({ 'a.txt': 'needle\n' })
    tree.commit('One')
    tree.write('a.txt', 'nothing\n')
    // Nobody waits: the first answer is that it is being written.
    const server = await startServer({ repo: tree }, { limits: { waitSeconds: 0.05 } })
    const options = { javaScriptEnabled, viewport: phone }
    const { page, troubles, close } = await browse(browser, server.url, options)
    await page.goto(`${server.url}search?q=needle&rev=main`)
    expect(await page.locator('[role=alert]').innerText()).toContain('are being written')
    await page.locator('p.at').waitFor()
    expect(await page.locator('p.at').innerText()).toMatch(/^At main/)
    expect(await page.locator('section.file').count()).toBe(1)
    expect(await overflowOf(page)).toBe(0)
    if (javaScriptEnabled) {
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    }
    await page.locator('a#live').click()
    await page.getByText('Nothing found').waitFor()
    expect(troubles).toEqual([])
    await close()
  },
  60_000,
)
