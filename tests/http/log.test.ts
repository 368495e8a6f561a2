import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { until } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'
import { send } from './socket.ts'

const secret = 'AKIAsecret0042'
const tree = () => makeTree({ 'a.txt': 'needle\n', [`${secret}.txt`]: `needle ${secret}\n` })

/** What was written to standard error since the test began. */
let written = ''
beforeEach(() => {
  written = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

// biome-ignore lint/suspicious/noExplicitAny: what a test expects of a line, its assertions say
const lines = (): any[] =>
  written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const requests = () => lines().filter(({ msg }) => msg === 'request')

/** The line of an answer, which comes a little after it. */
async function lineOf(answer: Response) {
  await answer.arrayBuffer()
  const id = answer.headers.get('x-request-id')
  await until(() => requests().some(({ request }) => request === id))
  return requests().find(({ request }) => request === id)
}

describe('the request log', () => {
  it('is off unless wanted', async () => {
    const server = await startServer(tree())
    await (await server.get('search?q=needle')).text()
    await (await server.get('nothing')).text()
    await server.close()
    expect(written).toBe('')
  })

  it('has a line for each request, with what came of it', async () => {
    const server = await startServer(tree(), { log: 'requests', trustProxy: ['127.0.0.1'] })
    const found = await server.get('search?q=needle&limit=1', {
      headers: { 'x-forwarded-for': '192.0.2.9' },
    })
    expect(await lineOf(found)).toEqual({
      ...{ level: 'info', msg: 'request', method: 'GET', route: '/search', status: 200 },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      request: expect.stringMatching(/^[\da-f-]{36}$/),
      ...{ whole: true, ms: expect.any(Number), bytes: expect.any(Number), client: '192.0.2.9' },
      search: {
        query: { length: 6, hash: expect.stringMatching(/^[\w-]{12}$/) },
        ...{ outcome: 'stopped', stoppedBy: 'lines', candidates: 2, matchingLines: 1 },
        ...{ firstMs: expect.any(Number), ms: expect.any(Number), elapsedMs: expect.any(Number) },
      },
    })
    const refused = await lineOf(await server.get('api/search?q=(&regex=1'))
    expect(refused).toMatchObject({
      ...{ route: '/api/search', status: 400, client: 'local' },
      search: { query: { length: 1 }, outcome: 'failed', failure: 'bad-pattern' },
    })
    const patch = await lineOf(await server.get('patch?q=needle&replace=x'))
    expect(patch).toMatchObject({ route: '/patch', search: { outcome: 'complete' } })
    // What was not there was looked for in other ways, too, and is still what was asked.
    const nothing = await lineOf(await server.get('search?q=NEEDLES'))
    expect(nothing.search).toMatchObject({ query: { length: 7 }, matchingLines: 0 })
    expect((await lineOf(await server.get('nothing'))).route).toBeUndefined()
    expect(await lineOf(await server.get('%ff'))).toMatchObject({ status: 400 })
  })

  it('tells the same query from others, until the next start', async () => {
    const hashes: string[] = []
    for (const q of ['needle', 'thread', 'needle']) {
      const server = await startServer(tree(), { log: 'requests' })
      for (const context of [0, 1]) {
        const line = await lineOf(await server.get(`api/search?q=${q}&context=${context}`))
        hashes.push(line.search.query.hash)
      }
      await server.close()
    }
    expect(hashes.map((hash) => hashes.indexOf(hash))).toEqual([0, 0, 2, 2, 4, 4])
  })

  it('counts the bytes of each answer on a connection that goes on', async () => {
    const server = await startServer(tree(), { log: 'requests' })
    const bytes = await send(
      server,
      `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    await until(() => requests().length === 2)
    const second = bytes.indexOf('HTTP/1.1 404')
    expect(requests().map(({ bytes }) => bytes)).toEqual([second, bytes.length - second])
  })

  it('says when the client has gone before the end', async () => {
    const rg = fakeRg('held')
    const server = await startServer(tree(), { log: 'requests', rgPath: rg.path })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write('GET /search?q=needle HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await until(() => requests().length === 1)
    expect(requests()[0]).toMatchObject({ status: 200, whole: false, search: { outcome: 'left' } })
  })

  it('has what is no request, too', async () => {
    const server = await startServer(tree(), { log: 'requests' })
    const answer = await send(server, 'garbage\r\n\r\n')
    const [, id] = /^x-request-id: (\S+)\r$/im.exec(answer)!
    expect(requests()).toMatchObject([{ request: id, status: 400 }])
  })

  it('holds no query, header, cookie or path, whatever comes of a request', async () => {
    const config = { log: 'requests', trustProxy: ['127.0.0.1'] } as const
    const server = await startServer({ code: tree() }, config)
    const broken = await startServer(tree(), { log: 'requests', rgPath: `/nowhere/rg` })
    const busy = await startServer(tree(), {
      ...{ log: 'requests', rgPath: fakeRg('held').path, limits: { slots: 1, queue: 0 } },
    })
    const strict = await startServer(tree(), {
      ...config,
      hosts: ['x'],
      limits: { searchesPerMinute: 1 },
    })
    // A fault that quotes what it stumbled over.
    const faulty = await startServer(tree(), { log: 'requests' })
    Object.defineProperty(faulty.corpus, 'catalog', {
      get() {
        throw new Error(`cannot read /src/${secret}.txt: ${secret}`)
      },
    })
    const headers = {
      'x-api-key': secret,
      cookie: `session=${secret}; other=1`,
      authorization: `Bearer ${secret}`,
      referer: `http://x/search?q=${secret}`,
      'x-request-id': secret,
    }
    const far = { ...headers, 'x-forwarded-for': '192.0.2.1' }
    const statuses = new Set<number>()
    const ask = async (
      server: TestServer,
      path: string,
      more: Record<string, string> = headers,
    ) => {
      const answer = await server.get(path, { headers: more })
      statuses.add(answer.status)
      await lineOf(answer)
      return answer
    }
    const held = new AbortController()
    await busy.get('search?q=held', { signal: held.signal })
    await ask(busy, `search?q=${secret}`)
    held.abort()
    const parts = ['search?q=', 'api/search?q=', 'search?regex=1&q=(', 'files?q=', 'why?q=a&file=']
    const more = [
      'patch?replace=x&q=',
      'view/code/',
      'raw/code/',
      'api/lines/code/',
      '',
      `-/ripgrep?pattern=`,
    ]
    for (const part of [...parts, ...more]) {
      await ask(server, `${part}${secret}`)
      await ask(server, `${part}${secret}.txt`)
      await ask(faulty, `${part}${secret}`)
    }
    const tag = (await ask(server, `raw/code/${secret}.txt`)).headers.get('etag')!
    await ask(server, `raw/code/${secret}.txt`, { ...headers, 'if-none-match': tag })
    await ask(server, `${secret}%ff`)
    await ask(server, `api/search?q=${secret}&case=${secret}`)
    await ask(broken, `search?q=${secret}`)
    await ask(server, `search?q=${secret}`, { ...headers, 'sec-fetch-site': 'cross-site' })
    await ask(strict, `search?q=${secret}`, far)
    await ask(strict, `api/search?q=${secret}`, far)
    await send(strict, `GET /${secret} HTTP/1.1\r\nHost: ${secret}\r\nConnection: close\r\n\r\n`)
    await send(strict, `${secret}\r\n\r\n`)
    await send(strict, `GET /${secret} HTTP/1.1\r\nX: ${secret}${'x'.repeat(70_000)}\r\n\r\n`)
    expect([...statuses].sort()).toEqual([200, 301, 304, 400, 403, 404, 429, 500, 503])
    expect(written).toContain('cannot read')
    expect(requests().length).toBeGreaterThan(40)
    expect(written.split(secret)).toHaveLength(1)
  })

  it('holds them if that is wanted', async () => {
    const server = await startServer(tree(), { log: 'queries' })
    const headers = { cookie: 'session=crumbs' }
    const line = await lineOf(await server.get(`search?q=${secret}`, { headers }))
    expect(line).toMatchObject({ url: `/search?q=${secret}`, search: { query: secret } })
    expect(written).not.toContain('crumbs')
  })
})

describe('the id of a request', () => {
  it('is our own, in every answer', async () => {
    const server = await startServer({ code: tree() })
    const ids = new Set<string>()
    for (const path of [
      '',
      'search?q=needle',
      'nothing',
      '%ff',
      'healthz',
      'search?q=(&regex=1',
      'view/code',
    ]) {
      const answer = await server.get(path, {
        headers: { 'x-request-id': 'mine', 'request-id': 'mine' },
      })
      await answer.text()
      const id = answer.headers.get('x-request-id')
      expect([path, id]).toEqual([path, expect.stringMatching(/^[\da-f-]{36}$/)])
      ids.add(id!)
    }
    expect(ids.size).toBe(7)
  })

  it('leads from the page to what was written down', async () => {
    const server = await startServer(tree(), { log: 'requests', rgPath: '/nowhere/rg' })
    const answer = await server.get('search?q=needle')
    const id = answer.headers.get('x-request-id')!
    expect(await answer.text()).toContain(`<code>${id}</code>`)
    expect(lines()).toContainEqual(
      expect.objectContaining({
        level: 'error',
        request: id,
        msg: expect.stringContaining('ENOENT'),
      }),
    )
  })
})
