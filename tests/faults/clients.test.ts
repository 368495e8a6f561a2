import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fakeRg } from '../http/fake-rg.ts'
import { until } from '../support/processes.ts'
import { type ServerOptions, startServer } from '../support/server.ts'
import type { Tree } from '../support/tree.ts'
import {
  expectIdle,
  expectWell,
  leftOf,
  type Served,
  smallCorpus,
  startServed,
  whileAlive,
} from './survived.ts'

type Serving = Served & { readonly url: string; readonly name: string }

async function serve(tree: Tree, options: ServerOptions = {}): Promise<Serving> {
  const limits = { seconds: 1_000, cacheBytes: 0, ...options.limits }
  const { url, get } = await startServer(tree, { launcher: true, ...options, limits })
  return { url, get, pid: process.pid, root: tree.root, name: tree.name }
}

/** A connection that nobody reads, and on which something was asked for. */
async function request({ url }: { readonly url: string }, path: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  socket.write(`GET /${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  return socket
}

const searching = (server: Served) => until(() => leftOf(server.pid).length > 0, 20_000)

/** A corpus with so much to tell that neither the buffers on the way nor what is held ahead of a reader take it. */
function largeCorpus(): Tree {
  const tree = smallCorpus()
  const row = `straw ${'x'.repeat(990)}\n`.repeat(10)
  for (let i = 0; i < 2_000; i++) tree.write(`more/${i}.txt`, row)
  return tree
}
const talkative = { lines: 100_000, lineBytes: 100_000, replyBytes: 1e9 }

describe('faults', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['client FIN', (socket) => socket.resume().end()],
    ['client RST', (socket) => socket.resetAndDestroy()],
  ])('%s', async (_row, leave) => {
    const tree = smallCorpus()
    tree.write('big.log', Buffer.alloc(40_000_000, 'x'))
    const rg = fakeRg('exec sleep 1000')
    const server = await serve(tree, { rgPath: rg.path })
    await whileAlive(server, async () => {
      for (const path of ['api/search?q=needle', 'search?q=needle']) {
        const socket = await request(server, path)
        await searching(server)
        leave(socket)
        await expectIdle(server)
      }
      // And in the middle of a download.
      const socket = await request(server, `raw/${server.name}/big.log`)
      await once(socket, 'readable')
      leave(socket)
      await once(socket, 'close')
    })
    rg.become('real "$@"')
    await expectWell(server)
  })

  it('client never reads', async () => {
    const server = await serve(largeCorpus(), { limits: { seconds: 1, ...talkative } })
    const socket = await request(server, 'api/search?q=straw')
    await whileAlive(server, async () => {
      await once(socket, 'readable')
      // When its time is over.
      await expectIdle(server)
    })
    await expectWell(server)
    socket.destroy()
  })

  it('client reads 1 byte a second', async () => {
    const server = await serve(largeCorpus(), { limits: { seconds: 1, ...talkative } })
    const socket = await request(server, 'search?q=straw')
    await whileAlive(server, async () => {
      await once(socket, 'readable')
      const reading = setInterval(() => socket.read(1), 1_000)
      await expectIdle(server)
      clearInterval(reading)
    })
    await expectWell(server)
    socket.destroy()
  })

  it('client sends 1 byte a second', { timeout: 60_000 }, async () => {
    const server = await serve(smallCorpus())
    await whileAlive(server, async () => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {})
      socket.write('GET /search?q=needle HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
      const sending = setInterval(() => socket.write('a'), 1_000)
      let answer = ''
      socket.setEncoding('utf8').on('data', (text) => {
        answer += text
      })
      await once(socket, 'close')
      clearInterval(sending)
      expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    })
    await expectWell(server)
  })

  it('client gone while queued', async () => {
    const rg = fakeRg('held; real "$@"')
    const limits = { slots: 1, waitSeconds: 60 }
    const server = await serve(smallCorpus(), { rgPath: rg.path, limits })
    const searches = async () => (await (await server.get('status?format=json')).json()).searches
    await whileAlive(server, async () => {
      // One that has moved to the slow lane, and one that would.
      const slow = await request(server, 'api/search?q=needle')
      await expect.poll(searches, { timeout: 10_000 }).toMatchObject({ running: 1, slow: 1 })
      const quick = await request(server, 'api/search?q=needle&context=1')
      await until(() => rg.starts().length === 2, 20_000)
      const third = await request(server, 'api/search?q=hay')
      await expect.poll(searches, { timeout: 10_000 }).toMatchObject({ running: 2, waiting: 1 })
      third.destroy()
      await expect.poll(searches, { timeout: 10_000 }).toMatchObject({ running: 2, waiting: 0 })
      slow.destroy()
      quick.destroy()
      await expectIdle(server)
      // Nothing was started for it.
      expect(rg.starts().length).toBe(2)
    })
    rg.open()
    await expectWell(server)
  })

  it('600 keep-alive connections idle', { timeout: 60_000 }, async () => {
    const server = await startServed(smallCorpus(), ['--no-index'])
    const sockets: Socket[] = []
    let answered = 0
    for (let i = 0; i < 600; i++) {
      const socket = await request(server, 'healthz')
      socket.once('data', () => answered++)
      sockets.push(socket)
    }
    await until(() => answered === 600, 30_000)
    await whileAlive(server, () => sleep(100))
    expect(sockets.filter(({ closed }) => closed)).toEqual([])
    await expectWell(server)
    for (const socket of sockets) socket.destroy()
  })
})
