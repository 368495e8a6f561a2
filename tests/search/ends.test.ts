import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { createSlots } from '../../src/process/slots.ts'
import { shutdown } from '../../src/search/stopping.ts'
import { catalogOf } from '../support/catalog.ts'
import { childProcesses, openDescriptors, ripgreps, until } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { answer, answerOf, failureOf, freeSlots, ledgerOf, queryOf, searchIn } from './answer.ts'
import { fakeRg } from './fake-rg.ts'
import { hogTree, silent, slowPattern, talking } from './hogs.ts'

/** A dead ripgrep is typically gone within 10 ms; on a machine that is busy with other tests it may take longer. */
const soonMs = 1_000

let hogs: Tree
let catalog: Catalog
beforeAll(async () => {
  hogs = hogTree()
  catalog = await catalogOf([hogs])
})

const isRunning = () => ripgreps().some(({ state }) => state !== 'Z')
const isGone = () => ripgreps().length === 0

describe.skipIf(process.platform !== 'linux')('a search that nobody wants any more', () => {
  it.each([
    ['finds nothing', silent],
    ['finds much', talking],
  ])('and %s ends when its signal aborts', async (_, query) => {
    const slots = freeSlots()
    const client = new AbortController()
    const reading = answerOf(searchIn(catalog, query, { slots, signal: client.signal }))
    await until(isRunning)
    await sleep(100)
    client.abort('client')
    const began = performance.now()
    const { last } = await reading
    expect(performance.now() - began).toBeLessThan(soonMs)
    expect(last?.type).not.toBe('done')
    expect(ripgreps()).toEqual([])
    expect(slots.running).toBe(0)
  })

  it('yields nothing after its signal has aborted', async () => {
    const client = new AbortController()
    const events = searchIn(catalog, talking, {
      signal: client.signal,
      limits: { linesPerFile: 10, matchesPerLine: 1 },
    })
    await events.next()
    await until(isGone)
    client.abort('client')
    expect(await events.next()).toEqual({ done: true, value: undefined })
    expect(ripgreps()).toEqual([])
  })

  it('yields nothing at all if its signal has aborted before', async () => {
    const found = await answer(catalog, silent, { signal: AbortSignal.abort('client') })
    expect(found.events).toEqual([])
  })

  it('has left no process when the loop over it has been left', async () => {
    const slots = freeSlots()
    for await (const event of searchIn(catalog, talking, { slots })) {
      if (event.type === 'file') break
    }
    expect(ripgreps()).toEqual([])
    expect(slots.running).toBe(0)
  })

  it('has left no process when the loop over it has thrown', async () => {
    const slots = freeSlots()
    const reading = (async () => {
      for await (const _ of searchIn(catalog, talking, { slots })) throw new Error('reader')
    })()
    await expect(reading).rejects.toThrow('reader')
    expect(ripgreps()).toEqual([])
    expect(slots.running).toBe(0)
  })

  it('and that nobody takes any more of is over in its time, and its slots are free', async () => {
    const many = makeTree(
      Object.fromEntries(
        Array.from({ length: 2_000 }, (_, i) => [`${i}.txt`, 'needle\n'.repeat(50)]),
      ),
    )
    const slots = freeSlots()
    const events = searchIn(await catalogOf([many]), queryOf('needle'), {
      slots,
      limits: { seconds: 0.5 },
    })
    expect((await events.next()).value).toMatchObject({ type: 'file' })
    await sleep(50)
    expect(ripgreps()).not.toEqual([])
    await until(() => isGone() && slots.running === 0, 500 + soonMs)
    const { last, files } = await answerOf(events)
    expect(files.length).toBeGreaterThan(0)
    expect(last).toMatchObject({ type: 'done', ledger: { stoppedBy: 'time' } })
  })

  it('is told so, when the server stops, with a cursor that leads on', async () => {
    const query = queryOf(`needle|${slowPattern}`, { kind: 'regex' })
    const stopping = new AbortController()
    const reading = answerOf(searchIn(catalog, query, { signal: stopping.signal }))
    await until(isRunning)
    await sleep(300)
    stopping.abort(shutdown)
    const found = await reading
    expect(found.files.map(({ file }) => file.path.toString())).toEqual(['0.txt'])
    expect(ledgerOf(found)).toMatchObject({
      end: 'stopped',
      stoppedBy: 'shutdown',
      matchingLines: 1,
    })
    const after = ledgerOf(found).cursor
    const rest = await answer(catalog, query, { after, limits: { seconds: 0.1 } })
    expect(ledgerOf(rest)).toMatchObject({ candidates: 13, changedSince: false, files: 0 })
  })

  it('is told so also before it has found anything', async () => {
    const stopping = new AbortController()
    const reading = answer(catalog, silent, { signal: stopping.signal })
    await until(isRunning)
    stopping.abort(shutdown)
    const ledger = ledgerOf(await reading)
    expect(ledger).toMatchObject({ stoppedBy: 'shutdown', leftOut: { slow: 0 } })
    const rest = await answer(catalog, silent, { after: ledger.cursor, limits: { seconds: 0.1 } })
    expect(ledgerOf(rest).changedSince).toBe(false)
  })
})

describe.skipIf(process.platform !== 'linux')('a client that closes its connection', () => {
  let server: TestServer
  beforeAll(async () => {
    const limits = { seconds: 60, lines: 100_000, linesPerFile: 100_000 }
    server = await startServer({ hogs }, { limits })
  })

  async function request(path: string): Promise<Socket> {
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    return socket
  }
  const silentPath = `?regex=1&q=${encodeURIComponent(slowPattern)}`
  const talkingPath = '?regex=1&q=.'

  describe.each(['/search', '/api/search'])('to %s', (page) => {
    it.each<[string, string, (socket: Socket) => void]>([
      ['a silent search, with FIN', silentPath, (socket) => socket.end()],
      ['a silent search, with RST', silentPath, (socket) => socket.resetAndDestroy()],
      ['a silent search, altogether', silentPath, (socket) => socket.destroy()],
      ['a talking search, with FIN', talkingPath, (socket) => socket.resume().end()],
      ['a talking search, with RST', talkingPath, (socket) => socket.resetAndDestroy()],
      ['a talking search, altogether', talkingPath, (socket) => socket.resume().destroy()],
    ])('ends %s', async (_, query, close) => {
      const socket = await request(page + query)
      await until(isRunning)
      await sleep(300)
      close(socket)
      await until(() => isGone() && server.slots.running === 0, soonMs)
      socket.destroy()
    })
  })

  it('takes its place in the queue along', async () => {
    // Each another search: the same would be shared.
    const first = await request(`/api/search${silentPath}&context=1`)
    await until(() => server.slots.running === 2)
    const waiting = await request(`/api/search${silentPath}&context=2`)
    await until(() => server.slots.waiting === 1)
    waiting.destroy()
    await until(() => server.slots.waiting === 0, soonMs)
    first.destroy()
    await until(() => isGone() && server.slots.running === 0, soonMs)
  })
})

describe.skipIf(process.platform !== 'linux')('a client that does not read', () => {
  it('costs the time of one search; then its slots are free, and its answer is whole when it does read', async () => {
    const row = `needle ${'x'.repeat(90)}\n`
    const many = makeTree(
      Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`${i}.txt`, row.repeat(60)])),
    )
    const limits = { seconds: 1, lines: 100_000, replyBytes: 1e9 }
    const server = await startServer({ many }, { limits })
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1').pause()
    socket.write(
      'GET /api/search?q=needle HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    )
    await until(isRunning)
    await sleep(500)
    expect(isRunning()).toBe(true)
    await until(() => isGone() && server.slots.running === 0, 1_000 + soonMs)
    const next = await server.get('api/search?q=needle&limit=1')
    expect(next.status).toBe(200)
    await next.text()

    let answer = ''
    for await (const chunk of socket.setEncoding('utf8').resume()) answer += chunk
    const done = answer.split('\n').find((line) => line.startsWith('{"type":"done"'))
    expect(JSON.parse(done!)).toMatchObject({ ledger: { stoppedBy: 'time' } })
  })
})

describe.skipIf(process.platform !== 'linux')('500 short searches', () => {
  it('leave no process and no descriptor', { timeout: 120_000 }, async () => {
    const tree = makeTree({ 'a.txt': 'needle\n'.repeat(100), 'b/c.txt': 'needle\n' })
    for (let i = 0; i < 40; i++) tree.write(Buffer.from(`\xff${i}`, 'latin1'), 'needle\n')
    const small = await catalogOf([tree])
    const slots = freeSlots()
    const one = async (i: number) => {
      const client = new AbortController()
      const query = i % 5 === 0 ? queryOf('(', { kind: 'regex' }) : queryOf('needle')
      const rgPath = i % 50 === 0 ? { rgPath: '/nowhere' } : {}
      let events = 0
      for await (const _ of searchIn(small, query, { slots, signal: client.signal, ...rgPath })) {
        if (++events === i % 7) break
        if (i % 11 === 0) client.abort('client')
      }
    }
    for (let i = 0; i < 20; i++) await one(i)
    const before = openDescriptors()
    for (let i = 0; i < 500; i += 4) await Promise.all([one(i), one(i + 1), one(i + 2), one(i + 3)])
    expect(openDescriptors()).toBeLessThanOrEqual(before)
    expect(childProcesses().filter(({ name, state }) => name === 'rg' || state === 'Z')).toEqual([])
    expect(slots).toMatchObject({ running: 0, waiting: 0 })
  })
})

describe('searches that find no slot free', () => {
  let small: Catalog
  beforeAll(async () => {
    small = await catalogOf([makeTree({ 'a.txt': 'needle\n' })])
  })

  it('wait in order of arrival, and fail as busy when too many wait or it takes too long', async () => {
    const slots = createSlots({ count: 1, queue: 3, waitMs: 60_000 })
    const hog = new AbortController()
    const hogging = answer(catalog, silent, { slots, signal: hog.signal })
    const ended: string[] = []
    const leaving = new AbortController()
    const start = async (name: string, signal?: AbortSignal) => {
      const found = await answer(small, queryOf('needle'), { slots, ...(signal ? { signal } : {}) })
      ended.push(name)
      return found
    }
    const first = start('first')
    const second = start('second', leaving.signal)
    const third = start('third')
    await until(() => slots.waiting === 3)
    expect(slots.running).toBe(1)
    expect(failureOf(await start('fourth'))).toMatchObject({
      kind: 'busy',
      retryAfterSeconds: expect.any(Number),
    })
    leaving.abort('client')
    expect((await second).events).toEqual([])
    expect(slots.waiting).toBe(2)
    const fifth = start('fifth')
    hog.abort('client')
    await hogging
    const found = await Promise.all([first, third, fifth])
    expect(found.map((answer) => ledgerOf(answer).end)).toEqual([
      'complete',
      'complete',
      'complete',
    ])
    expect(ended).toEqual(['fourth', 'second', 'first', 'third', 'fifth'])
    expect(slots).toMatchObject({ running: 0, waiting: 0 })
  })

  it('are not thought about where there is no room: a crowd costs nothing that is in vain', async () => {
    const slots = createSlots({ count: 1, queue: 0, waitMs: 60_000 })
    const slot = await slots.acquire(new AbortController().signal)
    const strange = queryOf('needle', { repositories: ['nowhere'] })
    expect(failureOf(await answer(small, strange, { slots })).kind).toBe('busy')
    slot!.release()
    expect(failureOf(await answer(small, strange, { slots })).kind).toBe('bad-parameter')
  })

  it('do not wait for ever', async () => {
    const slots = createSlots({ count: 1, queue: 3, waitMs: 50 })
    const slot = await slots.acquire(new AbortController().signal)
    expect(failureOf(await answer(small, queryOf('needle'), { slots })).kind).toBe('busy')
    expect(slots.waiting).toBe(0)
    slot!.release()
    expect(ledgerOf(await answer(small, queryOf('needle'), { slots })).end).toBe('complete')
  })

  it('have their whole time from when they have a slot', async () => {
    const slots = createSlots({ count: 1, queue: 3, waitMs: 60_000 })
    const slot = await slots.acquire(new AbortController().signal)
    const waiting = answer(small, queryOf('needle'), { slots, limits: { seconds: 0.8 } })
    await sleep(1_000)
    slot!.release()
    expect(ledgerOf(await waiting)).toMatchObject({ end: 'complete', matchingLines: 1 })
  })

  it('are told so when the server stops', async () => {
    const slots = createSlots({ count: 1, queue: 3, waitMs: 60_000 })
    const slot = await slots.acquire(new AbortController().signal)
    const stopping = new AbortController()
    const waiting = answer(small, queryOf('needle'), { slots, signal: stopping.signal })
    stopping.abort(shutdown)
    expect(failureOf(await waiting).kind).toBe('busy')
    slot!.release()
    expect(slots.running).toBe(0)
  })

  it('take more than one slot only while there are any', async () => {
    const tree = makeTree(
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.txt`, 'needle\n'])),
    )
    const many = await catalogOf([tree])
    const rgPath = fakeRg(`
      mkdir ${tree.root}/.running 2>/dev/null || echo x >>${tree.root}/.together
      out=${tree.root}/.out-$$
      $rg "$@" >$out; sleep 0.1; rmdir ${tree.root}/.running 2>/dev/null; cat $out`)
    const wereTogether = async (count: number) => {
      rmSync(tree.at('.together'), { force: true })
      const slots = freeSlots(count)
      expect(ledgerOf(await answer(many, queryOf('needle'), { slots, rgPath }))).toMatchObject({
        end: 'complete',
        files: 300,
      })
      expect(slots.running).toBe(0)
      return existsSync(tree.at('.together'))
    }
    expect(await wereTogether(1)).toBe(false)
    expect(await wereTogether(2)).toBe(true)
  })
})
