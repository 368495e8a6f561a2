import { symlinkSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, desk, overflowOf, phone, smallPhone } from './browsing.ts'

let browser: Browser
let server: TestServer

const unbroken = 'AVeryLongNameWithoutAnyPlaceToBreakIt'.repeat(4)

/** Every kind of page, by what it is for. */
const pages = {
  home: '',
  results: 'search?q=needle',
  'results, cut and continued': 'search?q=needle&context=0&limit=2&after=CURSOR',
  'results, and how they were found': 'search?q=needle&explain=1',
  'results with filters': `search?q=needle&word=1&repo=repo&repo=other&path=*.txt&path=!${'x'.repeat(200)}&lang=text&lang=!c&context=4`,
  'nothing found': `search?q=NEEDLE+${unbroken}`,
  'a refused pattern': `search?q=(needle${unbroken}&regex=1`,
  'a refused parameter': `search?q=needle&repo=${unbroken}`,
  'a file': 'view/repo/src/code.c',
  'a part of a long file': 'view/repo/long.txt?L=5010',
  'an empty file': 'view/repo/empty.txt',
  'a binary file': 'view/repo/blob.bin',
  'a directory': 'view/repo/',
  'files by name': 'files?q=t',
  'results that are names': 'search?q=t&type=file',
  'why not': 'why?q=needle&file=repo/blob.bin',
  status: 'status',
  help: 'help',
  'a command, as text': 'search?q=rg+-i+--color+needle+src',
  'a file at a revision': 'view/git@v1/src/code.c',
  'a directory at a revision': 'view/git@v1/',
  'a link at a revision': 'view/git@v1/link',
  blame: 'view/git/src/code.c?blame=1',
  'a history': 'history/git/src/code.c',
  'a history of lines': 'history/git/src/code.c?L=1-3',
  'a commit': 'commit/git@COMMIT',
  'branches and tags': 'refs/git',
  'nothing there': `view/repo/src/${unbroken}`,
} as const

beforeAll(async () => {
  browser = await launchBrowser()
  const git = makeGitTree({ 'src/code.c': 'int one;\n\n\tint two;\n' })
  symlinkSync(unbroken, `${git.root}/link`)
  git.commit(`One ${unbroken}\n\n${unbroken}`)
  git.git('tag', 'v1')
  git.write('src/code.c', `int one;\n\n\tint three;\n// ${unbroken}\n`)
  const commit = git.commit('Two')
  git.write('src/code.c', `int zero;\nint one;\n\n\tint three;\n// ${unbroken}\n`)
  server = await startServer(
    {
      repo: makeTree({
        'src/code.c': `int needle;\n\n\t// ${'wide '.repeat(80)}\n\u202eneedle\u202c \x1b[0m\n${'y'.repeat(900)} needle\n`,
        [`src/${unbroken}.txt`]: `needle ${unbroken}\n`,
        'long.txt': 'hay\n'.repeat(5_020),
        'empty.txt': '',
        'blob.bin': '\0',
        'many.txt': 'needle\n1\n2\n3\n4\n5\n'.repeat(12),
      }),
      git,
      [`other-${unbroken}`]: makeTree({ 'a.txt': 'needle\n' }),
      other: makeTree({ 'a.txt': 'Needle\n' }),
    },
    { pcre2: true },
  )
  const cut = await (await server.get('api/search?q=needle&limit=2')).text()
  const { cursor } = JSON.parse(cut.trim().split('\n').at(-1)!).ledger
  Object.assign(pages, {
    'a commit': `commit/git@${commit}`,
    'results, cut and continued': `search?q=needle&context=0&limit=2&after=${cursor}`,
  })
})
afterAll(() => browser?.close())

const axeFindings = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

describe.each(Object.keys(pages) as (keyof typeof pages)[])('%s', (name) => {
  it('is accessible and as wide as the window, large and small, light and dark, and quiet', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(server.url + pages[name])
    // What can be opened is looked at, too.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    // Colours do not depend on the size, nor the shape on the colours: two of the four say all.
    for (const [viewport, colorScheme] of [
      [desk, 'light'],
      [phone, 'dark'],
    ] as const) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      const found = await axeFindings(page)
      expect([viewport.width, colorScheme, found]).toEqual([viewport.width, colorScheme, []])
    }
    for (const viewport of [desk, { width: 768, height: 1_024 }, phone, smallPhone]) {
      await page.setViewportSize(viewport)
      expect([viewport.width, await overflowOf(page)]).toEqual([viewport.width, 0])
    }
    expect(await page.title()).not.toBe('')
    expect(await page.locator('h1').count()).toBe(1)
    expect(troubles).toEqual([])
    await close()
  })
})
