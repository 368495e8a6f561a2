import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ripgreps, until } from '../support/processes.ts'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { type FakeRg, fakeRg } from './fake-rg.ts'

const files = { 'a.txt': 'needle one\n', 'b.txt': 'needle two\n' }
const address = 'api/search?q=needle'

/** A server whose searches note that they run, and wait until they are let go if they are held. */
async function serverWith(
  script: string,
  limits = {},
): Promise<{ server: TestServer; rg: FakeRg; tree: ReturnType<typeof makeTree> }> {
  const rg = fakeRg(script)
  const tree = makeTree(files)
  return { rg, tree, server: await startServer(tree, { rgPath: rg.path, limits }) }
}
const ledgerOf = (events: { ledger?: object }[]) => events.at(-1)!.ledger

describe('a search that runs', () => {
  it('is shared by all who ask the same, and by nobody else', async () => {
    const { server, rg } = await serverWith('held; real "$@"')
    const asked = [address, address, `${address}&context=1`].map((path) => server.get(path))
    await until(() => rg.starts().length >= 2)
    rg.open()
    const [one, two, other] = await Promise.all(asked.map(async (one) => jsonLines(await one)))
    expect(rg.starts().length).toBe(4) // two batches each: the first file alone, and the rest
    expect(two!.slice(0, -1)).toEqual(one!.slice(0, -1))
    const shared = [one, two].map((events) => ledgerOf(events!))
    expect(shared).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ shared: false }),
        expect.objectContaining({ shared: true }),
      ]),
    )
    expect(ledgerOf(other!)).toMatchObject({ shared: false, matchingLines: 2 })
  })

  it('goes on when one of its readers leaves, and ends when all have left', async () => {
    const { server, rg } = await serverWith('held; real "$@"')
    const [first, second] = [new AbortController(), new AbortController()]
    const one = server.get(address, { signal: first.signal }).catch(() => undefined)
    await until(() => rg.starts().length >= 1)
    const two = server.get(address, { signal: second.signal }).catch(() => undefined)
    first.abort()
    await one
    expect(server.slots.running).toBeGreaterThan(0)
    second.abort()
    await two
    await until(() => server.slots.running === 0)
    await until(() => ripgreps().length === 0)
    rg.open()
    expect(ledgerOf(await jsonLines(await server.get(address)))).toMatchObject({
      matchingLines: 2,
      shared: false,
    })
  })

  it('waits for no reader who takes nothing while another reads', async () => {
    const tree = makeTree()
    for (let i = 0; i < 300; i++) tree.write(`f${i}.txt`, `needle ${'x'.repeat(400)}\n`.repeat(20))
    const limits = { lines: 100_000, seconds: 60 }
    const server = await startServer(tree, { limits })
    const { hostname, port } = new URL(server.url)
    const idle = connect({ host: hostname, port: Number(port) })
    idle.on('error', () => {})
    idle.pause()
    idle.write(`GET /${address} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await until(() => server.slots.running === 1)
    const ledger = ledgerOf(await jsonLines(await server.get(address)))
    expect(ledger).toMatchObject({ end: 'complete', matchingLines: 6_000 })
    idle.destroy()
    await until(() => server.slots.running === 0)
  })
})

describe('an answer that has ended', () => {
  it('is kept: asked again it starts nothing, and a client that has it is told so', async () => {
    for (const path of [address, 'search?q=needle']) {
      const { server, rg } = await serverWith('real "$@"')
      const first = await server.get(path)
      // What would cut it was not known.
      expect(first.headers.get('etag')).toBe(null)
      expect(first.headers.get('cache-control')).toBe('no-store')
      await first.text()
      const starts = rg.starts().length
      const second = await server.get(path)
      const tag = second.headers.get('etag')!
      expect(tag).toMatch(/^(?:W\/)?"[\w-]{22}"$/)
      const strong = tag.replace(/^W\//, '')
      expect(second.headers.get('cache-control')).toBe('private, no-cache')
      const text = await second.text()
      expect(text).toContain('needle')
      for (const known of [strong, `W/${strong}`, `"other", ${tag}`]) {
        const third = await server.get(path, { headers: { 'if-none-match': known } })
        expect([third.status, await third.text()]).toEqual([304, ''])
        expect(third.headers.get('etag')).toBe(tag)
      }
      const other = await server.get(path, { headers: { 'if-none-match': '"other"' } })
      expect([other.status, await other.text()]).toEqual([200, text])
      expect(rg.starts()).toHaveLength(starts)
    }
  })

  it('is not told apart from the answer to another question by its name', async () => {
    const { server } = await serverWith('real "$@"')
    const tags = new Set<string | null>()
    const paths = [address, `${address}&context=1`, `${address}&limit=1`, 'search?q=needle']
    for (const path of [...paths, 'search?q=needle&limit=1', 'search?q=needle&lang=text']) {
      await (await server.get(path)).text()
      const again = await server.get(path)
      tags.add(again.headers.get('etag'))
      await again.text()
    }
    expect(tags.size).toBe(6)
  })

  it('is not kept when files have changed since, as soon as that is heard', async () => {
    const tree = makeTree(files)
    const server = await startServer(tree, { rescanMs: 3_600_000 })
    const linesNow = async () =>
      (ledgerOf(await jsonLines(await server.get(address))) as { matchingLines: number })
        .matchingLines
    await until(() => server.corpus.isWatched)
    for (let lines = 2; lines < 6; lines++) {
      expect([await linesNow(), await linesNow()]).toEqual([lines, lines])
      const tag = (await server.get(address)).headers.get('etag')
      writeFileSync(`${tree.root}/a.txt`, 'needle\n'.repeat(lines))
      const began = performance.now()
      while ((await linesNow()) === lines && performance.now() - began < 10_000);
      const again = await server.get(address, { headers: { 'if-none-match': tag! } })
      expect(again.status).toBe(200)
      await again.text()
    }
  })

  it.each([
    ['by a crash', 'exit 1', {}],
    ['by time', 'exec sleep 8', { seconds: 1 }],
  ])('%s is asked anew', async (_, script, limits) => {
    const { server, rg } = await serverWith(script, limits)
    await (await server.get(address)).text()
    const starts = rg.starts().length
    expect((await server.get(address)).headers.get('etag')).toBe(null)
    await until(() => rg.starts().length > starts)
  })

  it('is not kept where nothing is to be', async () => {
    const { server, rg } = await serverWith('real "$@"', { cacheBytes: 0 })
    await (await server.get(address)).text()
    const starts = rg.starts().length
    await (await server.get(address)).text()
    expect(rg.starts()).toHaveLength(2 * starts)
  })

  it('gives way to what was asked for later', async () => {
    const { server, rg } = await serverWith('real "$@"', { cacheBytes: 20_000 })
    const ask = async (path: string) => {
      const before = rg.starts().length
      await (await server.get(path)).text()
      return rg.starts().length > before
    }
    for (let i = 0; i < 12; i++) expect(await ask(`${address}&limit=${i + 1}`)).toBe(true)
    expect(await ask(`${address}&limit=12`)).toBe(false)
    expect(await ask(`${address}&limit=1`)).toBe(true)
  })
})
