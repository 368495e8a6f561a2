import { get, type IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import type { Contender } from './contender.ts'
import type { Query } from './queries.ts'
import type { PageResult } from './results.ts'
import { median, rounded } from './statistics.ts'

/** What the results page of a query weighs, with what it loads from its own host; and, in a browser, when it shows. */
export async function measurePage(
  contender: Contender,
  query: Query,
  browser: Browser | undefined,
  rounds: number,
): Promise<PageResult> {
  const { url } = contender.request!(query)
  const page = await fetched(url)
  const addresses = referenced(page.text).map((address) => new URL(address, url))
  const own = addresses.filter(({ host }) => host === new URL(url).host)
  let assets = 0
  for (const address of own) assets += (await fetched(address.href)).sent
  const paint = browser && (await firstPaintedHit(browser, url, contender.hitSelector!, rounds))
  return {
    contender: contender.name,
    query: query.name,
    sent: page.sent,
    html: page.html,
    assets,
    assetRequests: own.length,
    foreign: addresses.length - own.length,
    ...(paint === undefined ? {} : { paint: rounded(paint, 1) }),
  }
}

/** Addresses of the scripts, styles and pictures that a page names. */
function referenced(html: string): readonly string[] {
  const tags = html.match(/<(?:script|link|img)\b[^>]*>/g) ?? []
  return tags.flatMap((tag) => {
    if (tag.startsWith('<link') && !/rel="?(?:stylesheet|icon|preload|modulepreload)/.test(tag)) {
      return []
    }
    return /\b(?:src|href)="([^"]+)"/.exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? []
  })
}

async function fetched(url: string): Promise<{ sent: number; html: number; text: string }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, resolve).on('error', reject)
  })
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const unpacked = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  return { sent: bytes.length, html: unpacked.length, text: unpacked.toString() }
}

async function firstPaintedHit(
  browser: Browser,
  url: string,
  selector: string,
  rounds: number,
): Promise<number | undefined> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const context = await browser.newContext()
    const page = await context.newPage()
    const { host } = new URL(url)
    // Nothing is fetched from other hosts: a page that waits for them would be measured by its network.
    await page.route(
      (address) => address.host !== host,
      (route) => route.abort(),
    )
    await page.addInitScript(watchFor, selector)
    await page.goto(url, { waitUntil: 'commit' })
    const painted = await page
      .waitForFunction(
        () => (globalThis as { firstHitPainted?: number }).firstHitPainted,
        undefined,
        { polling: 50, timeout: 30_000 },
      )
      .then((handle) => handle.jsonValue())
      .catch(() => undefined)
    await context.close()
    if (painted === undefined) return undefined
    // The first one warms the browser up.
    if (round > 0) times.push(painted)
  }
  return median(times)
}

/** Runs in the page: notes when the frame after the first hit's arrival has been drawn. */
function watchFor(selector: string): void {
  const seen = () => {
    if (!document.querySelector(selector)) return
    observer.disconnect()
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        ;(globalThis as { firstHitPainted?: number }).firstHitPainted = performance.now()
      }
      port2.postMessage(undefined)
    })
  }
  const observer = new MutationObserver(seen)
  observer.observe(document, { childList: true, subtree: true })
}
