import { describe, expect, it, vi } from 'vitest'
import { startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { one, readHtml, wordsOf } from './html.ts'

const tree = () => makeTree({ 'a.txt': 'needle\n' })
/** As from that address, by a proxy that is believed. */
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const trustProxy = ['127.0.0.1']

describe('the rate of searches', () => {
  it('is bounded for each client, over all that starts processes', async () => {
    const server = await startServer(tree(), { trustProxy, limits: { searchesPerMinute: 5 } })
    const paths = ['search?q=a', 'api/search?q=a', 'files?q=a', 'patch?q=a&replace=b', 'why?q=a']
    const statuses = async (address: string) => {
      const found: number[] = []
      for (const path of paths) found.push((await server.get(path, from(address))).status)
      return found
    }
    expect(await statuses('192.0.2.1')).toEqual([200, 200, 200, 200, 200])
    expect(await statuses('192.0.2.1')).toEqual([429, 429, 429, 429, 429])
    expect(await statuses('192.0.2.2')).toEqual([200, 200, 200, 200, 200])
    // One network is one client.
    expect(await statuses('2001:db8::1')).toEqual([200, 200, 200, 200, 200])
    expect(await statuses('2001:db8::2')).toEqual([429, 429, 429, 429, 429])
    // Nothing else is counted or refused, nor what does no work.
    for (const path of [
      '',
      'status',
      'healthz',
      'help',
      `view/${server.corpus.catalog!.repositories[0]!.name}/`,
    ]) {
      expect([path, (await server.get(path, from('192.0.2.1'))).status]).toEqual([path, 200])
    }
    const head = await server.get('search?q=a', { method: 'HEAD', ...from('192.0.2.1') })
    expect(head.status).toBe(200)
  })

  it('is told on a page and in JSON, and when to come back', async () => {
    const server = await startServer(tree(), { trustProxy, limits: { searchesPerMinute: 1 } })
    await server.get('search?q=a', from('192.0.2.1'))
    const page = await server.get('search?q=a', from('192.0.2.1'))
    expect(page.status).toBe(429)
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(30)
    expect(Number(page.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const alert = one(readHtml(await page.text()), '[role=alert][data-kind=rate-limited]')
    expect(wordsOf(alert)).toContain('max-searches-per-minute')
    const json = await server.get('api/search?q=a', from('192.0.2.1'))
    expect([json.status, json.headers.get('retry-after')]).toEqual([
      429,
      expect.stringMatching(/^\d+$/),
    ])
    expect(await json.json()).toEqual({
      error: {
        kind: 'rate-limited',
        message: expect.stringContaining('more than 1 searches'),
        retryAfterSeconds: expect.any(Number),
      },
    })
    const status = await (await server.get('status?format=json')).json()
    expect(status).toMatchObject({
      failures: [
        { what: 'rate-limited', requestId: json.headers.get('x-request-id') },
        { what: 'rate-limited', requestId: page.headers.get('x-request-id') },
      ],
    })
  })

  it('is over after a minute, by a clock that does not jump', async () => {
    const server = await startServer(tree(), { trustProxy, limits: { searchesPerMinute: 1 } })
    const status = async () => (await server.get('api/search?q=a', from('192.0.2.1'))).status
    const began = performance.now()
    const clock = vi.spyOn(performance, 'now')
    try {
      expect([await status(), await status()]).toEqual([200, 429])
      const day = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000)
      expect(await status()).toBe(429)
      day.mockRestore()
      clock.mockImplementation(() => began + 70_000)
      expect(await status()).toBe(200)
    } finally {
      vi.restoreAllMocks()
    }
  })

  it('has no bound on this machine, nor with 0', async () => {
    const here = await startServer(tree(), { limits: { searchesPerMinute: 1 } })
    const none = await startServer(tree(), { trustProxy, limits: { searchesPerMinute: 0 } })
    for (let i = 0; i < 3; i++) {
      expect((await here.get('api/search?q=a', from('192.0.2.1'))).status).toBe(200)
      expect((await none.get('api/search?q=a', from('192.0.2.1'))).status).toBe(200)
    }
  })
})
