import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../browser.ts'
import { fakeRg } from '../http/fake-rg.ts'
import { ripgreps } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { browse, desk, follow, overflowOf, phone } from './browsing.ts'

let browser: Browser
let tree: Tree
let server: TestServer

beforeAll(async () => {
  browser = await launchBrowser()
  tree = makeTree({
    'a.txt': 'first needle\n'.repeat(30),
    'needles.txt': 'needlework\n',
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`b${i}.txt`, 'a needle\n'.repeat(1 + (i % 7))]),
    ),
  })
  server = await startServer({ tree })
})
afterAll(() => browser?.close())

const patient = { timeout: 10_000 }

const box = 'input[name=q]'
const summary = (page: Page) => page.locator('#summary').innerText()

/** Waits until the page shows what was found for what stands in the box, to its end. */
const answered = (page: Page, found: string) =>
  page.locator('main:not([aria-busy]) #summary', { hasText: found }).waitFor()

/** Notes how far what is shown moves by itself, from now on. */
const watchShifts = (page: Page) =>
  page.evaluate(() => {
    const shifts: string[] = []
    Object.assign(globalThis, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, sources } = entry as PerformanceEntry & {
          value: number
          sources: { node: Node }[]
        }
        const moved = sources.map(({ node }) => (node as Element | null)?.outerHTML?.slice(0, 80))
        shifts.push(`${value}: ${moved}`)
      }
    }).observe({ type: 'layout-shift' })
  })
const shiftsOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { shifts: string[] }).shifts)

describe.each([
  ['at the desk', { viewport: desk }],
  ['on a phone', { viewport: phone, hasTouch: true, isMobile: true }],
])('%s', (_name, options) => {
  it('what is typed is searched for, from the home page and back to it', async () => {
    const { page, troubles, close } = await browse(browser, server.url, options)
    await page.goto(server.url)
    await page.locator(box).focus()
    const lead = await page.locator('main h1').innerText()
    await page.keyboard.type('needle')
    await answered(page, '186 lines in 42 files')
    expect(page.url()).toBe(`${server.url}search?q=needle`)
    expect(await page.title()).toBe('needle · ripline')
    expect(await page.locator('link[rel=canonical]').getAttribute('href')).toBe('/search?q=needle')
    expect(await page.locator('.examples').count()).toBe(0)
    expect(await page.locator('h1').count()).toBe(1)
    expect(await overflowOf(page)).toBe(0)

    await page.keyboard.type('w')
    await answered(page, '1 line in 1 file')
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe('q')
    expect(await page.locator('#ledger').count()).toBe(1)

    await page.locator(box).fill('')
    await page.locator('.examples').waitFor()
    expect(await page.locator('main h1').innerText()).toBe(lead)
    expect(page.url()).toBe(server.url)
    expect(await page.title()).toBe('ripline: code search')
    expect(troubles).toEqual([])
    await close()
  })

  it('switches and filters are searched with at once', async () => {
    const { page, troubles, close } = await browse(browser, server.url, options)
    await page.goto(`${server.url}search?q=needle`)
    await page.getByLabel('Whole word').check()
    await answered(page, '185 lines in 41 files')
    expect(page.url()).toBe(`${server.url}search?q=needle&word=1`)
    // What is typed stays in the box, and what the fields do not say is not in the address.
    await page.locator(box).fill('needle lang:c')
    await expect.poll(() => page.url()).toBe(`${server.url}search?q=needle+lang%3Ac&word=1`)
    await page.locator(box).fill('needle')
    await answered(page, '185 lines in 41 files')
    await page.locator('summary', { hasText: 'Filters' }).click()
    await page.getByLabel('Path').last().fill('b1*.txt')
    await answered(page, '45 lines in 11 files')
    expect(await page.locator('.filters .on').innerText()).toBe('on')
    expect(troubles).toEqual([])
    await close()
  })
})

/** Time stands still, so that no pause is longer than a test wants it. */
async function stopClock(page: Page) {
  await page.clock.install({ time: 0 })
  await page.clock.pauseAt(1_000)
}

async function change(page: Page, act: () => Promise<unknown>, found: string) {
  await act()
  await page.clock.runFor(200)
  await answered(page, found)
}

describe('the history', { retry: 2 }, () => {
  it('has one step for all that is typed without a pause, and brings box and switches back', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await stopClock(page)
    await page.goto(server.url)
    const length = () => page.evaluate(() => history.length)
    const before = await length()
    for (const [text, found] of [
      ['needle', '186 lines'],
      ['needlew', '1 line '],
      ['first', '30 lines'],
    ] as const) {
      await change(page, () => page.locator(box).fill(text), found)
    }
    expect(await length()).toBe(before + 1)
    // Enter ends the step.
    await follow(page, () => page.keyboard.press('Enter'))
    expect(await length()).toBe(before + 1)
    await change(page, () => page.locator(box).fill('FIRST NEEDLE'), 'No match')
    await change(page, () => page.getByLabel('Case').selectOption('ignore'), '30 lines')
    expect(await length()).toBe(before + 2)

    await follow(page, () => page.goBack())
    await answered(page, '30 lines')
    expect(page.url()).toBe(`${server.url}search?q=first`)
    expect(await page.locator(box).inputValue()).toBe('first')
    expect(await page.getByLabel('Case').inputValue()).toBe('smart')
    await follow(page, () => page.goBack())
    expect(page.url()).toBe(server.url)
    expect(await page.locator('.examples').isVisible()).toBe(true)
    expect(await page.locator(box).inputValue()).toBe('')
    await follow(page, () => page.goForward())
    await follow(page, () => page.goForward())
    await answered(page, '30 lines')
    expect(await page.locator(box).inputValue()).toBe('FIRST NEEDLE')
    expect(await page.getByLabel('Case').inputValue()).toBe('ignore')
    // What was loaded by script is what the address loads.
    await page.reload()
    expect(await summary(page)).toContain('30 lines')
    // A link within the page is no other answer.
    await page.locator('.skip').focus()
    await page.keyboard.press('Enter')
    await page.goBack()
    expect(await summary(page)).toContain('30 lines')
    expect(troubles).toEqual([])
    await close()
  })

  it('has a new step after a pause', async () => {
    const { page, close } = await browse(browser, server.url)
    await stopClock(page)
    await page.goto(`${server.url}search?q=first`)
    const length = () => page.evaluate(() => history.length)
    const before = await length()
    await change(page, () => page.locator(box).fill('needle'), '186 lines')
    await change(page, () => page.locator(box).fill('needlew'), '1 line ')
    expect(await length()).toBe(before + 1)
    await page.clock.runFor(2_000)
    await change(page, () => page.locator(box).fill('needle'), '186 lines')
    expect(await length()).toBe(before + 2)
    await close()
  })
})

describe('while searches are slow', { retry: 2 }, () => {
  it('twelve characters typed quickly leave one answer, and never two searches', async () => {
    const rg = fakeRg('case "$*" in *first-needle*) real "$@";; *) held;; esac')
    const slow = await startServer(tree, { rgPath: rg.path })
    const { page, troubles, close } = await browse(browser, slow.url)
    await page.goto(slow.url)
    let open = 0
    let most = 0
    slow.app.server.on('request', ({ url }, answer) => {
      if (!url?.startsWith('/search')) return
      most = Math.max(most, ++open)
      answer.once('close', () => open--)
    })
    // Slowly enough that searches begin, quickly enough that none is waited for.
    await page.keyboard.type('first-needle', { delay: 150 })
    await page.waitForURL('**/search?q=first-needle')
    await page.locator('main:not([aria-busy]) #summary').waitFor()
    expect(await page.locator('#ledger').count()).toBe(1)
    expect(await page.locator(box).inputValue()).toBe('first-needle')
    expect(rg.starts().length).toBeGreaterThan(1)
    expect(most).toBe(1)
    await expect.poll(() => slow.slots.running, patient).toBe(0)
    await expect.poll(() => ripgreps().length, patient).toBe(0)
    expect(troubles).toEqual([])
    await close()
    await slow.close()
  })

  it('the old answer stays until the first block of the new one is there, and nothing moves', async () => {
    const rg = fakeRg(
      'case "$*" in *regexp=a*b0.txt*) held; real "$@";; *regexp=a*b7.txt*) held;; esac\nreal "$@"',
    )
    const slow = await startServer(tree, { rgPath: rg.path })
    const { page, troubles, close } = await browse(browser, slow.url)
    await page.goto(`${slow.url}search?q=first`)
    await page.evaluate(() => document.fonts.ready)
    await watchShifts(page)
    const place = () => page.locator('section.file').first().boundingBox()
    const before = await place()
    await page.locator(box).fill('a needle')
    await page.waitForFunction(() => document.querySelector('main[aria-busy]'))
    await expect.poll(() => rg.starts().length, patient).toBeGreaterThan(1)
    expect(await page.locator('section.file').count()).toBe(1)
    expect(await page.locator('mark').first().innerText()).toBe('first')
    rg.open()
    await answered(page, '155 lines in 40 files')
    expect(await page.locator('mark').first().innerText()).toBe('a needle')
    const { y } = (await place())!
    expect(y).toBe(before!.y)
    expect(await shiftsOf(page)).toEqual([])
    expect(troubles).toEqual([])
    await close()
    await slow.close()
  })

  it('blocks are shown while the search goes on, and what is read stays where it is', async () => {
    const rg = fakeRg('case "$*" in *b7.txt*) held;; esac\nreal "$@"')
    const slow = await startServer(tree, { rgPath: rg.path })
    const { page, troubles, close } = await browse(browser, slow.url)
    await page.goto(slow.url)
    await page.locator(box).focus()
    await page.keyboard.type('needle')
    await page.locator('section.file').first().waitFor()
    expect(await page.locator('#ledger').count()).toBe(0)
    expect(await page.locator('.searching').isVisible()).toBe(true)
    await watchShifts(page)
    const place = () => page.locator('section.file').first().boundingBox()
    const before = await place()
    rg.open()
    await answered(page, '186 lines')
    expect(await place()).toEqual(before)
    expect(await shiftsOf(page)).toEqual([])
    expect(troubles).toEqual([])
    await close()
    await slow.close()
  })

  it('a page that is still arriving is left as soon as something else is typed', async () => {
    const rg = fakeRg('case "$*" in *regexp=needle*b7.txt*) held;; esac\nreal "$@"')
    const slow = await startServer(tree, { rgPath: rg.path })
    const { page, troubles, close } = await browse(browser, slow.url)
    await page.goto(`${slow.url}search?q=needle`, { waitUntil: 'commit' })
    await page.locator('section.file').first().waitFor()
    await page.locator(box).fill('first')
    await answered(page, '30 lines in 1 file')
    expect(await page.locator('section.file').count()).toBe(1)
    await expect.poll(() => slow.slots.running, patient).toBe(0)
    expect(await page.locator('.cut-off').count()).toBe(0)
    expect(troubles).toEqual([])
    await close()
    await slow.close()
  })

  it('leaving the page ends the search', async () => {
    const rg = fakeRg('held')
    const slow = await startServer(tree, { rgPath: rg.path })
    const { page, close } = await browse(browser, slow.url)
    await page.goto(slow.url)
    await page.locator(box).focus()
    await page.keyboard.type('needle')
    await expect.poll(() => slow.slots.running, patient).toBeGreaterThan(0)
    await page.close()
    await expect.poll(() => ripgreps().length, patient).toBe(0)
    await close()
    await slow.close()
  })
})

describe('what goes wrong while typing', { retry: 2 }, () => {
  it('half a pattern is told small and aside, and in full with Enter', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=first&regex=1`)
    await page.locator(box).focus()
    await page.keyboard.press('End')
    await watchShifts(page)
    await page.keyboard.type('(')
    await page.locator('.aside').waitFor()
    expect(await page.locator('.aside pre').innerText()).toMatch(
      /first\(.*\n\s+\^\n.*unclosed group/,
    )
    expect(await page.locator('[role=alert]').count()).toBe(0)
    expect(await page.locator('section.file').count()).toBe(1)
    expect(await page.locator('h1').count()).toBe(1)
    await page.keyboard.type(' needle)')
    await page.locator('.aside').waitFor({ state: 'detached' })
    await answered(page, '30 lines')
    expect(await shiftsOf(page)).toEqual([])

    await page.keyboard.type('(')
    await page.locator('.aside').waitFor()
    await expect
      .poll(() => page.locator('#announcement').innerText(), patient)
      .toContain('unclosed group')
    await follow(page, () => page.keyboard.press('Enter'))
    expect(await page.locator('[role=alert]').innerText()).toContain('unclosed group')
    expect(await page.locator('.aside').count()).toBe(0)
    expect(await page.locator('section.file').count()).toBe(0)
    await follow(page, () => page.getByRole('link', { name: 'Search for it literally' }).click())
    expect(await summary(page)).toContain('No match')
    expect(troubles).toEqual([])
    await close()
  })

  it('the ways on from it are in reach without Enter', async () => {
    const { page, troubles, close } = await browse(browser, server.url)
    await page.goto(`${server.url}search?q=&regex=1`)
    await page.getByLabel('Regex').check()
    await page.locator(box).fill('needle(')
    await follow(page, () => page.getByRole('link', { name: 'Search for it literally' }).click())
    expect(page.url()).toBe(`${server.url}search?q=needle%28`)
    expect(troubles).toEqual([])
    await close()
  })

  it('a pattern that is refused late is told in the same way', async () => {
    const rg = fakeRg('case "$*" in *needle*) held; esac\nreal "$@"')
    const slow = await startServer(tree, { rgPath: rg.path })
    const { page, troubles, close } = await browse(browser, slow.url)
    await page.goto(`${slow.url}search?q=first&regex=1`)
    await page.locator(box).fill('needle(')
    // The head of the page has gone out with status 200.
    await page.waitForFunction(() => document.title.startsWith('needle('))
    rg.open()
    await page.locator('.aside').waitFor()
    expect(await page.locator('.aside pre').innerText()).toContain('unclosed group')
    expect(await page.locator('mark').first().innerText()).toBe('first')
    await follow(page, () => page.locator(box).press('Enter'))
    expect(await page.locator('[role=alert]').innerText()).toContain('unclosed group')
    expect(troubles).toEqual([])
    await close()
    await slow.close()
  })

  it('a busy server is told', async () => {
    const busy = await startServer(tree, { limits: { slots: 1, queue: 1, waitSeconds: 0 } })
    // A search would make room after a second.
    const slot = await busy.slots.acquire(AbortSignal.timeout(60_000))
    const { page, close } = await browse(browser, busy.url)
    await page.goto(busy.url)
    await page.locator(box).focus()
    await page.keyboard.type('needle')
    await page.locator('.aside').waitFor()
    expect(await page.locator('.aside').innerText()).toMatch(/busy|searches/i)
    expect(await page.locator('.aside a', { hasText: 'Try again' }).getAttribute('href')).toContain(
      'search?q=needle',
    )
    slot!.release()
    await close()
    await busy.close()
  })

  it('an answer that is cut off says so, also one that was loaded, and can be asked for again', async () => {
    const rg = fakeRg('case "$*" in *b7.txt*) held;; esac\nreal "$@"')
    const slow = await startServer(tree, {
      rgPath: rg.path,
      limits: { seconds: 20, pcre2Seconds: 1, waitSeconds: 0 },
    })
    const { page, close } = await browse(browser, slow.url)
    const cut = () => {
      for (const socket of sockets) socket.destroy()
    }
    const sockets = new Set<{ destroy(): void }>()
    slow.app.server.on('connection', (socket) => sockets.add(socket))
    await page.goto(slow.url)
    await page.locator(box).focus()
    await page.keyboard.type('needle')
    await page.locator('section.file').first().waitFor()
    cut()
    await page.locator('.cut-off').waitFor()
    expect(await page.locator('.cut-off').innerText()).toContain('This answer was cut off')
    await expect.poll(() => page.locator('#announcement').innerText(), patient).toContain('cut off')
    expect(await page.locator('section.file').count()).toBeGreaterThan(0)

    await page.getByRole('link', { name: 'Try again' }).click({ noWaitAfter: true })
    await page.locator('.searching').waitFor()
    await page.locator('section.file').first().waitFor()
    cut()
    // Chromium says nothing of it: after the time that any search may take it is known.
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('.answer')!.dataset.patience = '1'
    })
    await page.locator('.cut-off').waitFor()
    rg.open()
    await page.getByRole('link', { name: 'Try again' }).click()
    await answered(page, '186 lines')
    expect(await page.locator('.cut-off').count()).toBe(0)

    await slow.close()
    await page.locator(box).fill('first')
    await page.locator('.aside').waitFor()
    expect(await page.locator('.aside').innerText()).toContain('cannot be reached')
    await close()
  })
})

it('screen readers hear how an answer ended, once', { retry: 2 }, async () => {
  const { page, close } = await browse(browser, server.url)
  await page.goto(`${server.url}search?q=needlew`)
  const said = async () =>
    (await page.locator('[role=status]').allInnerTexts()).filter((text) => text !== '')
  await expect.poll(said, patient).toEqual(['1 line in 1 file, 1 match'])
  await page.evaluate(() => {
    const heard: string[] = []
    Object.assign(globalThis, { heard })
    const region = document.querySelector('#announcement')!
    new MutationObserver(() => region.textContent && heard.push(region.textContent)).observe(
      region,
      { childList: true, characterData: true },
    )
  })
  await page.locator(box).fill('')
  await page.locator(box).focus()
  await page.keyboard.type('needle', { delay: 200 })
  await answered(page, '186 lines')
  const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)
  await expect.poll(heard, patient).toEqual(['186 lines in 42 files, 186 matches'])
  expect(await said()).toHaveLength(1)
  await close()
})

it('nothing is searched for while a character is being composed', { retry: 2 }, async () => {
  const { page, close } = await browse(browser, server.url)
  await page.goto(server.url)
  const client = await page.context().newCDPSession(page)
  const asked: string[] = []
  page.on('request', (request) => request.url().includes('q=') && asked.push(request.url()))
  await client.send('Input.imeSetComposition', {
    text: 'first',
    selectionStart: 5,
    selectionEnd: 5,
  })
  await page.waitForTimeout(300)
  expect(asked).toEqual([])
  await client.send('Input.insertText', { text: 'first' })
  await answered(page, '30 lines')
  await close()
})

it('on the page of a file, the box leads away with Enter only', { retry: 2 }, async () => {
  const { page, troubles, close } = await browse(browser, server.url)
  await page.goto(`${server.url}view/tree/a.txt`)
  await page.locator(box).fill('needlew')
  await page.waitForTimeout(300)
  expect(await page.locator('#L1').isVisible()).toBe(true)
  await follow(page, () => page.locator(box).press('Enter'))
  expect(await summary(page)).toContain('1 line in 1 file')
  expect(troubles).toEqual([])
  await close()
})
