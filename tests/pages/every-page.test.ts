import { globSync, readFileSync, symlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinedAssets } from '../../src/http/layout.ts'
import { launchBrowser } from '../browser.ts'
import { makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { browse, desk, follow, overflowOf, phone, smallPhone } from './browsing.ts'

let browser: Browser
let server: TestServer

const unbroken = 'AVeryLongNameWithoutAnyPlaceToBreakIt'.repeat(4)

/** Everything that a document can hold, and what is too wide for a page. */
const everything = `# Needle ${unbroken}

### A heading below, [linked](other.md) *and* \`code\`

A paragraph, **bold**, ~~struck~~, \`code ${unbroken}\`, <kbd>tags</kbd>, http://a.example/${unbroken}
[![badge](http://a.example/b.svg)](http://a.example) ![other](http://a.example/c.png) ![dot](dot.gif) ![](dot.gif)

- [x] done
- [ ] to do
  1. one

> quoted

\`\`\`js
const ${unbroken} = ${unbroken}
\`\`\`

| a | ${unbroken} | c |
|:--|:-----------:|--:|
| 1 | 2 | ${unbroken} |

---

[](empty.md)
`

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
  'a file with the matches of a search': 'view/repo/src/code.c?q=needle#L1',
  'a file with selected text': 'view/repo/src/code.c?L=1C2-4C9#L1',
  'lines that are gone': `view/repo/many.txt?L=3&h=${'A'.repeat(19)}`,
  'a part of a long file': 'view/repo/long.txt?L=5010',
  'an empty file': 'view/repo/empty.txt',
  'a binary file': 'view/repo/blob.bin',
  'a directory': 'view/repo/',
  'a directory and its README': 'view/repo/docs/',
  'a document': 'view/repo/docs/README.md',
  'the text of a document': 'view/repo/docs/README.md?plain=1',
  'a picture': 'view/repo/docs/dot.gif',
  'a drawing': 'view/repo/docs/drawing.svg',
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
        'docs/README.md': everything,
        'docs/dot.gif': Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64'),
        'docs/drawing.svg':
          '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"></svg>\n',
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
  return (
    violations
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
      // One that a bar at the edge of the window hides in part is scrolled to.
      .filter((found) => !found.startsWith('target-size: <a class="n"'))
  )
}

/** Colours do not depend on the size, nor the shape on the colours: two of the four say all. */
async function expectAccessible(page: Page) {
  for (const [viewport, colorScheme] of [
    [desk, 'light'],
    [phone, 'dark'],
  ] as const) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    const found = await axeFindings(page)
    expect([viewport.width, colorScheme, found]).toEqual([viewport.width, colorScheme, []])
  }
}

const sheets = globSync('views/assets/*.css').map((path) => ({
  /** Of the files that hold it: itself, and those in which it is one of several. */
  names: [
    basename(path, '.css'),
    ...Object.entries(joinedAssets).flatMap(([name, parts]) =>
      (parts as readonly string[]).includes(basename(path)) ? [basename(name, '.css')] : [],
    ),
  ],
  text: readFileSync(path, 'utf8'),
}))

/** Selectors of styles that the page does not load, and that something on it would have. */
const missedStyles = (page: Page): Promise<readonly string[]> =>
  page.evaluate((sheets) => {
    const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')]
    const isLoaded = (name: string) => links.some(({ href }) => href.includes(`/${name}.`))
    const selectorsIn = (rules: CSSRuleList): readonly string[] =>
      [...rules].flatMap((rule) => {
        if (rule instanceof CSSStyleRule) return [rule.selectorText]
        return rule instanceof CSSGroupingRule ? selectorsIn(rule.cssRules) : []
      })
    return sheets
      .filter(({ names }) => !names.some(isLoaded))
      .flatMap(({ names, text }) => {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(text)
        return selectorsIn(sheet.cssRules)
          .filter((selector) => selector !== ':root' && document.querySelector(selector))
          .map((selector) => `${names[0]}: ${selector}`)
      })
  }, sheets)

async function expectFitting(page: Page) {
  for (const viewport of [desk, { width: 768, height: 1_024 }, phone, smallPhone]) {
    await page.setViewportSize(viewport)
    expect([viewport.width, await overflowOf(page)]).toEqual([viewport.width, 0])
  }
}

describe.each(Object.keys(pages) as (keyof typeof pages)[])('%s', (name) => {
  it('has its styles, is accessible and as wide as the window, large and small, light and dark, and quiet', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(server.url + pages[name])
    // What can be opened is looked at, too.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    expect(await missedStyles(page)).toEqual([])
    await expectAccessible(page)
    await expectFitting(page)
    expect(await page.title()).not.toBe('')
    expect(await page.locator('h1').count()).toBe(1)
    expect(troubles).toEqual([])
    await close()
  })
})

describe('a search that fails', () => {
  const box = (page: Page) => page.locator('input[name=q]')
  const halfAPattern = async (page: Page) => {
    await box(page).fill(`(needle${unbroken}`)
    await page.locator('.aside pre').waitFor()
    // Over what was found before.
    expect(await page.locator('[data-stale] section.file').count()).toBeGreaterThan(0)
  }

  it.each<[string, (page: Page) => Promise<unknown>]>([
    ['while it is typed', halfAPattern],
    [
      'with Enter',
      async (page) => {
        await halfAPattern(page)
        await follow(page, () => box(page).press('Enter'))
        await page.locator('[role=alert]').waitFor()
      },
    ],
    [
      'since the server is gone',
      async (page) => {
        await page.route('**/search?*', (route) => route.abort('connectionrefused'))
        await box(page).fill('hay')
        await page.locator('.aside .cut-off').waitFor()
      },
    ],
  ])('%s, is told accessibly', async (_, fail) => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=needle&regex=1`)
    await fail(page)
    await expectAccessible(page)
    await expectFitting(page)
    expect(troubles.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([])
    await close()
  })
})
