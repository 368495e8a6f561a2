import { describe, expect, it } from 'vitest'
import { hogTree, slowPattern } from '../search/hogs.ts'
import { until } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'

/** Every sample, by its name and labels. */
async function metrics(server: TestServer): Promise<Readonly<Record<string, number>>> {
  const answer = await server.get('metrics')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const samples = (await answer.text()).split('\n').filter((line) => /^[a-z]/.test(line))
  return Object.fromEntries(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

const read = async (server: TestServer, path: string) => (await server.get(path)).text()

const tree = () =>
  makeTree(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.txt`, `needle ${i}\n`])))

describe('the figures', () => {
  it('count searches by what they are for and how they end, and requests by route', async () => {
    const server = await startServer(tree(), { index: true })
    await read(server, 'search?q=needle')
    await read(server, 'api/search?q=needle&limit=1')
    await read(server, 'api/search?q=(&regex=1')
    await read(server, 'patch?q=needle&replace=x')
    await read(server, 'search?q=NEEDLEs+x')
    await read(server, 'some/where')
    await read(server, 'view/elsewhere')
    const found = await metrics(server)
    expect(found).toMatchObject({
      'ripline_searches_total{for="page",outcome="complete"}': 2,
      'ripline_searches_total{for="api",outcome="stopped"}': 1,
      'ripline_searches_total{for="api",outcome="failed"}': 1,
      'ripline_searches_total{for="patch",outcome="complete"}': 1,
      'ripline_searches_total{for="suggestion",outcome="complete"}': expect.any(Number),
      'ripline_searches_cut_total{by="lines"}': 1,
      'ripline_search_duration_seconds_count{for="page"}': 2,
      'ripline_search_first_match_seconds_count{for="page"}': 1,
      'ripline_failures_total{kind="bad-pattern"}': 1,
      'ripline_failures_total{kind="not-found"}': 2,
      'ripline_http_requests_total{route="/search",status="2xx"}': 2,
      'ripline_http_requests_total{route="/api/search",status="4xx"}': 1,
      'ripline_http_requests_total{route="/view/*",status="4xx"}': 1,
      'ripline_http_requests_total{route="none",status="4xx"}': 1,
      ripline_searches_running: 0,
      ripline_catalog_files: 40,
      ripline_catalog_repositories: 1,
      ripline_catalog_generations_total: 1,
      ripline_index_documents: 40,
      ripline_index_segments: 1,
      ripline_index_unindexed_files: 0,
      ripline_index_bytes: server.index!.status.bytes,
      'ripline_info{version="0.0.0",ripgrep="15.0.0"}': 1,
    })
    for (const name of [
      'ripline_catalog_age_seconds',
      'ripline_index_age_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
    ]) {
      expect([name, found[name]]).toEqual([name, expect.any(Number)])
    }
    expect(found.ripline_index_age_seconds).toBeLessThan(3_600)
  })

  it('tell of what runs, waits and is refused, and of limits', { timeout: 60_000 }, async () => {
    const server = await startServer(hogTree(), {
      limits: { slots: 1, queue: 1, seconds: 3, waitSeconds: 30 },
    })
    const hog = (context: number) =>
      read(server, `api/search?q=${encodeURIComponent(slowPattern)}&regex=1&context=${context}`)
    const slow = [hog(0)]
    await until(() => server.slots.running === 1)
    slow.push(hog(1))
    await until(() => server.slots.waiting === 1)
    await hog(2)
    expect(await metrics(server)).toMatchObject({
      ...{ ripline_searches_running: 1, ripline_searches_waiting: 1, ripline_processes_running: 1 },
      'ripline_failures_total{kind="busy"}': 1,
    })
    await until(() => server.slots.slow === 1)
    expect((await metrics(server)).ripline_processes_slow).toBe(1)
    await Promise.all(slow)
    expect((await metrics(server))['ripline_searches_cut_total{by="time"}']).toBe(2)
  })

  it('count a search that nobody waits for', async () => {
    const server = await startServer(tree(), { rgPath: fakeRg('held').path })
    const leaving = new AbortController()
    await server.get('search?q=needle', { signal: leaving.signal })
    leaving.abort()
    await until(() => server.slots.running === 0)
    expect(await metrics(server)).toMatchObject({
      'ripline_searches_total{for="page",outcome="left"}': 1,
      'ripline_http_requests_total{route="/search",status="left"}': 1,
    })
  })

  it('grow by nothing that a request carries', async () => {
    const server = await startServer(tree())
    const names = async (text: string) => {
      for (const path of ['', 'search?q=', 'api/search?q=', 'view/', 'raw/', '%ff', 'search/']) {
        await read(server, path + text)
      }
      await metrics(server)
      return Object.keys(await metrics(server)).filter((name) => name.startsWith('ripline_'))
    }
    const before = await names('hay')
    expect(before.length).toBeGreaterThan(50)
    expect(await names('straw')).toEqual(before)
  })

  it('are not there where they are not wanted, and a HEAD has none', async () => {
    const server = await startServer(tree(), { metrics: false })
    expect((await server.get('metrics')).status).toBe(404)
    const other = await startServer(tree())
    const head = await other.get('metrics', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})
