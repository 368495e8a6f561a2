import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export const desk = { width: 1280, height: 800 }
export const phone = { width: 390, height: 844 }
export const smallPhone = { width: 320, height: 640 }

/** A page of its own, and everything that went wrong on it: no page of ours may say anything to the console. */
export interface Browsing {
  readonly page: Page
  /** Errors, warnings, violations of the content security policy, and requests that went elsewhere. */
  readonly troubles: string[]
  close(): Promise<void>
}

/** @param home the only place from which anything may be loaded */
export async function browse(
  browser: Browser,
  home: string,
  options: BrowserContextOptions = {},
): Promise<Browsing> {
  const context = await browser.newContext({ viewport: desk, ...options })
  const page = await context.newPage()
  // Sooner than the test's own time, so that it is said what was waited for.
  page.setDefaultTimeout(20_000)
  const troubles: string[] = []
  page.on('console', (message) => {
    // That a page or an answer has a status of 4xx is what some tests want.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded with')
    const { url } = message.location()
    if (isStatus && (url === page.url() || url.startsWith(`${home}search?`))) return
    troubles.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(home)) troubles.push(`request: ${request.url()}`)
  })
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // What a page that is left no longer waits for has not failed.
    if (reason !== 'net::ERR_ABORTED') troubles.push(`${reason}: ${request.url()}`)
  })
  return { page, troubles, close: () => context.close() }
}

/** Does what leads to another page or, with script, to another answer, and waits until that has come to its end. */
export async function follow(page: Page, act: () => Promise<unknown>): Promise<void> {
  // It has to listen before anything is done: keys take another way to the page, and an answer can be there sooner.
  const listening = await page.evaluateHandle(() => ({
    answered: new Promise<void>((resolve) => {
      addEventListener('ripline:answer', (event) => {
        const { isWanted, end } = (event as CustomEvent).detail
        if (isWanted && end !== 'loaded') resolve()
      })
    }),
  }))
  const loaded = page.waitForEvent('load')
  loaded.catch(() => {}) // an answer comes without
  const answered = listening
    .evaluate(({ answered }) => answered)
    // A page that is left answers no more.
    .catch(() => loaded)
  await act()
  await Promise.race([loaded, answered])
}

/** Pixels by which a page is wider than the window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
