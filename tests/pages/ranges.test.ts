import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { browse, desk, phone } from './browsing.ts'

let browser: Browser
let server: TestServer
let tree: Tree

const code = Array.from({ length: 200 }, (_, i) =>
  i % 10 === 0 ? `function f${i}() {` : `    step(${i + 1}, "\`\`\`")`,
)

beforeAll(async () => {
  browser = await launchBrowser()
  tree = makeTree({
    'a (b).ts': `${code.join('\n')}\n`,
    'moving.ts': `${code.join('\n')}\n`,
    'many.txt': Array.from({ length: 12_000 }, (_, i) => `line ${i + 1}\n`).join(''),
  })
  server = await startServer({ repo: tree })
})
afterAll(() => browser?.close())

const file = 'view/repo/a%20(b).ts'

async function at(path: string, options = {}) {
  const browsing = await browse(browser, server.url, {
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  await browsing.page.goto(server.url + path)
  return browsing
}

const painted = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.code .row')]
      .filter((row) => getComputedStyle(row).backgroundColor !== 'rgba(0, 0, 0, 0)')
      .map((row) => Number(row.id.slice(1))),
  )
const number = (page: Page, line: number) => page.locator(`#L${line} > a.n`)
const addressOf = (page: Page) => page.url().slice(server.url.length)
const told = (page: Page) => page.locator('.range-bar .told')
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())
const stretch = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('lines of a file', { retry: 2 }, () => {
  it('are selected by click and shift-click, and the address is the link', async () => {
    const { page, troubles, close } = await at(file)
    const steps = await page.evaluate(() => history.length)
    await number(page, 5).click()
    expect(addressOf(page)).toBe(`${file}#L5`)
    expect(await painted(page)).toEqual([5])
    const before = await page.evaluate(() => scrollY)
    await number(page, 9).click({ modifiers: ['Shift'] })
    expect(addressOf(page)).toBe(`${file}#L5-L9`)
    expect(await painted(page)).toEqual(stretch(5, 9))
    expect(await number(page, 6).getAttribute('aria-current')).toBe('true')
    await number(page, 3).click({ modifiers: ['Shift'] })
    expect(addressOf(page)).toBe(`${file}#L3-L5`)
    expect(await page.locator('.range-bar .where').innerText()).toBe('Lines 3–5')
    // Nothing has jumped, no text is selected, and Back leads away from the page.
    expect(await page.evaluate(() => [scrollY, history.length])).toEqual([before, steps])
    expect(await page.evaluate(() => getSelection()!.toString())).toBe('')
    await page.reload()
    expect(await painted(page)).toEqual([3, 4, 5])
    await page.locator('[data-clear]').click()
    expect(addressOf(page)).toBe(file)
    expect(await painted(page)).toEqual([])
    expect(await page.locator('.range-bar').isVisible()).toBe(false)
    expect(troubles).toEqual([])
    await close()
  })

  it('are selected by dragging over their numbers, up and down', async () => {
    const { page, troubles, close } = await at(file)
    for (const [from, to] of [
      [4, 8],
      [9, 6],
    ] as const) {
      await number(page, from).hover()
      await page.mouse.down()
      await number(page, Math.round((from + to) / 2)).hover()
      await number(page, to).hover()
      expect(await painted(page)).toEqual(stretch(Math.min(from, to), Math.max(from, to)))
      await page.mouse.up()
      await expect
        .poll(() => addressOf(page))
        .toBe(`${file}#L${Math.min(from, to)}-L${Math.max(from, to)}`)
    }
    expect(await page.evaluate(() => getSelection()!.toString())).toBe('')
    expect(troubles).toEqual([])
    await close()
  })

  it('are selected by keys, which the list names', async () => {
    const { page, troubles, close } = await at(file)
    await number(page, 5).focus()
    await page.keyboard.press('Enter')
    expect(addressOf(page)).toBe(`${file}#L5`)
    await number(page, 8).focus()
    await page.keyboard.press('Shift+Enter')
    expect(addressOf(page)).toBe(`${file}#L5-L8`)
    await page.keyboard.press('Shift+ArrowDown')
    expect(addressOf(page)).toBe(`${file}#L5-L9`)
    await page.keyboard.press('Shift+ArrowUp')
    await page.keyboard.press('Shift+ArrowUp')
    expect(addressOf(page)).toBe(`${file}#L5-L7`)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('7')
    await page.keyboard.press('?')
    const keys = await page.locator('dialog .keys').innerText()
    for (const text of ['Shift+Enter', 'Copy the link', 'as Markdown', 'code', 'Select no lines']) {
      expect(keys).toContain(text)
    }
    await page.keyboard.press('Escape')
    await page.locator('#main').focus()
    await page.keyboard.press('Escape')
    expect(addressOf(page)).toBe(file)
    expect(troubles).toEqual([])
    await close()
  })

  it.each([
    ['#L10', '#L10', [10]],
    ['#l10', '#L10', [10]],
    ['#10', '#L10', [10]],
    ['#L10-20', '#L10-L20', stretch(10, 20)],
    ['#L10-L20', '#L10-L20', stretch(10, 20)],
    ['#10-20', '#L10-L20', stretch(10, 20)],
    ['#20-10', '#L10-L20', stretch(10, 20)],
    ['#10-12,30', '#L10-L12,L30', [10, 11, 12, 30]],
    ['#L10C5-L20C3', '#L10C5-L20C3', stretch(10, 20)],
    ['#L10C5', '#L10', [10]],
    ['?L=10-20#L10', '?L=10-20#L10', stretch(10, 20)],
    ['?L=10-20', '?L=10-20', stretch(10, 20)],
    ['?L10-20', '?L=10-20#L10', stretch(10, 20)],
    ['?L10:5-20:3', '?L=10C5-20C3#L10', stretch(10, 20)],
    ['?highlightRange=10:5,20:3', '?L=10C5-20C3#L10', stretch(10, 20)],
    ['?line=10', '?L=10#L10', [10]],
    ['?L=10-20#L150', '#L150', [150]],
    ['#main', '#main', []],
    ['#L0', '#L0', []],
    ['#%', '#%', []],
  ])('%s is %s', async (from, to, lines) => {
    const { page, troubles, close } = await at(file + from)
    expect(addressOf(page)).toBe(file + to)
    expect(await painted(page)).toEqual(lines)
    if (lines.length > 0) {
      const top = await page.evaluate(
        (line) => document.getElementById(`L${line}`)!.getBoundingClientRect().top,
        lines[0]!,
      )
      expect(top).toBeGreaterThan(0)
      expect(top).toBeLessThan(desk.height)
    }
    expect(troubles).toEqual([])
    await close()
  })

  it('are marked from column to column, and are no matches', async () => {
    const { page, close } = await at(`${file}#L2C5-L3C9`)
    const marked = () =>
      page.evaluate(() =>
        [...CSS.highlights.get('ripline-range')!].map((range) => (range as Range).toString()),
      )
    expect((await marked()).join('').replace(/^[\s\d]*\n/gm, '')).toMatch(
      /^step\(2,[\s\S]* {4}step$/,
    )
    await page.goto(`${server.url}${file}?L=2C5-2C9#L2`)
    expect(await marked()).toEqual(['step'])
    await number(page, 5).click()
    expect(await marked()).toEqual([])
    await page.goto(`${server.url}${file}?L=2C5-2C9#L2`)
    await page.keyboard.press('?')
    expect(await page.locator('dialog .keys').innerText()).not.toContain('Next match')
    await close()
  })

  it.each([
    ['?L=9999-10002#L9999', [9_999, 10_000, 10_001, 10_002]],
    ['#L9999-L10002', [9_999, 10_000, 10_001, 10_002]],
    ['#6000', [6_000]],
  ])('of another part of a long file: %s', async (from, lines) => {
    const { page, troubles, close } = await at(`view/repo/many.txt${from}`)
    await page.waitForFunction((line) => document.querySelector(`#L${line}.in-range`), lines[0])
    expect(await painted(page)).toEqual(lines)
    // The address that script writes works without it, too.
    await number(page, lines[0]! - 1).click()
    expect(addressOf(page)).toBe(`view/repo/many.txt?L=${lines[0]! - 1}#L${lines[0]! - 1}`)
    expect(troubles).toEqual([])
    await close()
  })

  it('behind the end are said not to be there', async () => {
    for (const from of ['#L999', '?L=999']) {
      const { page, close } = await at(file + from)
      expect(await page.locator('#drift').innerText()).toBe(
        'This file has 200 lines; there is no line 999.',
      )
      await close()
    }
  })
})

describe('what is copied', { retry: 2 }, () => {
  it('is the link, the link as Markdown, or the code, and it is announced', async () => {
    const { page, troubles, close } = await at(`${file}#L12-L13`)
    await page.getByRole('button', { name: 'Copy link', exact: true }).click()
    await expect.poll(() => told(page).innerText()).toBe('Link copied')
    const link = await copied(page)
    expect(link).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/view\/repo\/a%20\(b\)\.ts\?L=12-13&h=[\w-]{38}#L12$/,
    )
    await page.getByRole('button', { name: 'Markdown' }).click()
    await expect.poll(() => told(page).innerText()).toBe('Link copied as Markdown')
    const target = link.replace('(', '%28').replace(')', '%29')
    expect(await copied(page)).toBe(`[a (b).ts:12-13](${target})`)
    await page.getByRole('button', { name: 'Code' }).click()
    await expect.poll(() => told(page).innerText()).toBe('Code copied')
    expect(await copied(page)).toBe(
      'a (b).ts:12-13\n\n````typescript\nstep(12, "```")\nstep(13, "```")\n````\n',
    )
    expect(await told(page).getAttribute('role')).toBe('status')
    expect(troubles).toEqual([])
    await close()
  })

  it('by keys, with the columns, and of lines on two parts', async () => {
    const { page, troubles, close } = await at(`${file}#L2C5-L2C9`)
    await page.keyboard.press('c')
    await expect.poll(() => told(page).innerText()).toBe('Link copied')
    expect(await copied(page)).toMatch(/\?L=2C5-2C9&h=[\w-]{19}#L2$/)
    await page.goto(await copied(page))
    expect(await painted(page)).toEqual([2])
    await page.goto(`${server.url}view/repo/many.txt?L=9999-10002#L9999`)
    await page.keyboard.press('Shift+C')
    await expect.poll(() => told(page).innerText()).toBe('Code copied')
    expect(await copied(page)).toContain('line 9999\nline 10000\nline 10001\nline 10002')
    await page.goto(`${server.url}view/repo/many.txt?L=1-2000`)
    await page.keyboard.press('Shift+C')
    await expect.poll(() => told(page).innerText()).toBe('The first 1000 lines copied')
    await page.keyboard.press('m')
    await expect.poll(() => copied(page)).toMatch(/^\[many\.txt:1-2000\]\(http/)
    expect(troubles).toEqual([])
    await close()
  })

  it('also where the browser gives no clipboard to the page', async () => {
    const { page, troubles, close } = await at('')
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined })
    })
    await page.goto(`${server.url}${file}#L2`)
    await page.getByRole('button', { name: 'Copy link', exact: true }).click()
    await expect.poll(() => told(page).innerText()).toBe('Link copied')
    await page.locator('input[name=q]').focus()
    await page.keyboard.press('Control+v')
    expect(await page.locator('input[name=q]').inputValue()).toMatch(/\?L=2&h=[\w-]+#L2$/)
    expect(troubles).toEqual([])
    await close()
  })

  it('finds its lines again when they have moved, with script and without', async () => {
    const { page, close } = await at('view/repo/moving.ts#L12-L13')
    await page.keyboard.press('c')
    await expect.poll(() => told(page).innerText()).toBe('Link copied')
    const link = await copied(page)
    await close()
    tree.write('moving.ts', ['new', ...code].join('\n'))
    for (const javaScriptEnabled of [true, false]) {
      const other = await browse(browser, server.url, { javaScriptEnabled, viewport: phone })
      await other.page.goto(link)
      expect(other.page.url()).toMatch(/&now=13-14#L13$/)
      expect(await painted(other.page)).toEqual([13, 14])
      const was = other.page.locator('.range-bar .was')
      expect(await was.innerText()).toBe('These were lines 12–13, now 13–14.')
      expect(await was.isVisible()).toBe(true)
      expect(other.troubles).toEqual([])
      await other.close()
    }
    tree.write('moving.ts', 'nothing\n')
    const { page: gone, close: end } = await browse(browser, server.url)
    await gone.goto(link)
    expect(await gone.locator('#drift').innerText()).toBe(
      'Lines 12–13 of this link are gone since.',
    )
    expect(await painted(gone)).toEqual([])
    await end()
  })

  it('can be shared where the system can', async () => {
    const { page, close } = await at('', { viewport: phone })
    expect(await page.locator('[data-share]').count()).toBe(0)
    await page.addInitScript(() => {
      navigator.share = async (data) => {
        document.title = JSON.stringify(data)
      }
    })
    await page.goto(`${server.url}${file}#L2`)
    await page.getByRole('button', { name: 'Share' }).click()
    await expect.poll(() => page.title()).toMatch(/"title":"a \(b\)\.ts:2","url":"http.*#L2"/)
    await close()
  })
})

describe('without script', { retry: 2 }, () => {
  it('a range is painted, and has a link', async () => {
    const { page, troubles, close } = await at(`${file}?L=10-20#L10`, { javaScriptEnabled: false })
    expect(await painted(page)).toEqual(stretch(10, 20))
    expect(await page.locator('.range-bar').isVisible()).toBe(true)
    expect(await page.locator('.range-bar button:visible').count()).toBe(0)
    await page.getByRole('link', { name: 'Link to this' }).click()
    expect(addressOf(page)).toMatch(/\?L=10-20&h=[\w-]{38}#L10$/)
    expect(await painted(page)).toEqual(stretch(10, 20))
    expect(troubles).toEqual([])
    await close()
  })
})

describe('by touch', { retry: 2 }, () => {
  it('a line, then a range by a second one; the bar covers neither', async () => {
    const { page, troubles, close } = await at(file, { viewport: phone, hasTouch: true })
    await number(page, 3).tap()
    expect(await painted(page)).toEqual([3])
    await page.getByRole('button', { name: 'To line…' }).tap()
    await number(page, 7).tap()
    expect(addressOf(page)).toBe(`${file}#L3-L7`)
    await number(page, 4).tap()
    expect(addressOf(page)).toBe(`${file}#L4`)
    // A line at the bottom of the window is not behind the bar when it has been selected.
    const last = await page.evaluate(() => {
      const rows = [...document.querySelectorAll('.code .row')]
      document.querySelector<HTMLElement>('.range-bar')!.hidden = true
      return rows.findLast((row) => row.getBoundingClientRect().bottom < innerHeight)!.id
    })
    await page.locator(`#${last} > a.n`).tap()
    const bottom = await page.evaluate(
      (id) => document.getElementById(id)!.getBoundingClientRect().bottom,
      last,
    )
    const bar = await page.locator('.range-bar').boundingBox()
    expect(bottom).toBeLessThanOrEqual(bar!.y + 1)
    expect(troubles).toEqual([])
    await close()
  })
})
