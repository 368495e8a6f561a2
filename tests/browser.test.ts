import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'

test('a Chromium starts and renders a page served on 127.0.0.1', { timeout: 300_000 }, async () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>ripline</title><h1>Search</h1>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await page.getByRole('heading').textContent()).toBe('Search')
    expect((await page.locator('h1').boundingBox())!.height).toBeGreaterThan(10)
  } finally {
    await browser.close()
    server.close()
  }
})
