import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientOf } from '../../src/http/client.ts'
import { hogTree, slowPattern } from '../search/hogs.ts'
import { ripgreps, until } from '../support/processes.ts'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import type { Tree } from '../support/tree.ts'

let tree: Tree
beforeAll(() => {
  tree = hogTree()
})

const hog = `api/search?q=${encodeURIComponent(slowPattern)}&regex=1`
/** Of one file, which is found at once; each number another search, so that none is shared. */
const quick = (i = 0) => `api/search?q=needle&path=0.txt&context=${i % 10}&limit=${i + 1}`
/** As from that address, by a proxy that is believed. */
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

const nicenessOf = (pid: number): number =>
  Number(
    readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[16],
  )

async function endOf(server: TestServer, path: string, init?: RequestInit) {
  const events = await jsonLines(await server.get(path, init))
  return events.at(-1)
}

describe('searches that take long', () => {
  it('make room after a second, let others come first, and go on', {
    timeout: 30_000,
  }, async () => {
    const server = await startServer(tree, { limits: { slots: 1, seconds: 6 } })
    let hogIsOver = false
    const slow = endOf(server, hog).then((last) => {
      hogIsOver = true
      return last
    })
    await until(() => server.slots.running === 1)
    // It waits for the hog to make room, within its two seconds.
    const last = await endOf(server, quick())
    expect(last).toMatchObject({ type: 'done', ledger: { end: 'complete', matchingLines: 1 } })
    expect([hogIsOver, server.slots.slow]).toEqual([false, 1])
    expect(ripgreps().map(({ pid }) => nicenessOf(pid))).toContain(19)
    expect(await slow).toMatchObject({ type: 'done', ledger: { stoppedBy: 'time' } })
    // What was killed has the lowest priority, and takes its time to go where others want the processor.
    await until(() => ripgreps().length === 0 && server.slots.running === 0)
    expect(server.slots).toMatchObject({ running: 0, slow: 0, searches: 0 })
  })

  it('wait for a place in the slow lane where they are, if there is none', {
    timeout: 30_000,
  }, async () => {
    const server = await startServer(tree, { limits: { slots: 1, seconds: 4, waitSeconds: 20 } })
    const hogs = [1, 2].map((context) => endOf(server, `${hog}&context=${context}`))
    await until(() => server.slots.slow === 1 && server.slots.running === 2)
    const last = await endOf(server, quick())
    expect(last).toMatchObject({ type: 'done', ledger: { end: 'complete' } })
    for (const one of hogs) expect(await one).toMatchObject({ ledger: { stoppedBy: 'time' } })
  })
})

describe('clients', () => {
  it('wait for no more searches each than their share, and others still get theirs', {
    timeout: 30_000,
  }, async () => {
    const server = await startServer(tree, {
      limits: { slots: 1, seconds: 3, waitingPerClient: 2, waitSeconds: 20 },
      trustProxy: ['127.0.0.1'],
    })
    const slow = endOf(server, hog, from('192.0.2.1'))
    await until(() => server.slots.running === 1)
    const greedy = [0, 1, 2].map((i) => server.get(quick(i), from('192.0.2.1')))
    const refused = await greedy[2]!
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    // The second that it was told to wait it waits here, and meanwhile the hog has made room.
    const hasty = endOf(server, quick(3), from('192.0.2.1'))
    const other = await endOf(server, quick(5), from('192.0.2.2'))
    expect(other).toMatchObject({ type: 'done', ledger: { end: 'complete' } })
    for (const answer of await Promise.all(greedy.slice(0, 2))) expect(answer.status).toBe(200)
    expect(await hasty).toMatchObject({ type: 'done', ledger: { end: 'complete' } })
    await slow
  })

  it('that no proxy names, or one that is not believed, are this machine, and have no share', {
    timeout: 30_000,
  }, async () => {
    const server = await startServer(tree, {
      limits: { slots: 1, seconds: 2, waitingPerClient: 1, waitSeconds: 20 },
      trustProxy: ['192.0.2.7'],
    })
    const slow = endOf(server, hog)
    await until(() => server.slots.running === 1)
    const all = await Promise.all([0, 1, 2, 3].map((i) => server.get(quick(i), from('192.0.2.1'))))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await slow
  })

  it.each([
    ['127.0.0.1', undefined],
    ['127.8.9.1', undefined],
    ['::1', undefined],
    ['::ffff:127.0.0.1', undefined],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('at %s are %s', (ip, client) => {
    expect(clientOf({ ip })).toBe(client)
  })

  it('that have gone have no address any more, and are one', () => {
    expect(clientOf({ ip: undefined })).toBe('')
  })
})
