import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { jsonLines, startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'
import { all, one, readHtml, textOf, wordsOf } from './html.ts'

/** The first file is searched by a process of its own, the others by the next. */
const files = { 'a.txt': 'first needle\n', 'b.txt': 'second needle\n', 'c.txt': 'third needle\n' }

const heldAtB = 'case "$*" in *b.txt*) held;; esac\nreal "$@"'

/** Reads an answer piece by piece. */
function reading(answer: Response) {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    /** Everything that has come when `wanted` has come. */
    async until(wanted: string): Promise<string> {
      while (!text.includes(wanted)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`the answer ended without ${wanted}: ${text}`)
        text += value
      }
      return text
    },
    async rest(): Promise<string> {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return text
        text += value
      }
    },
  }
}

it('the form and the first hit are there before ripgrep has finished', async () => {
  const rg = fakeRg(heldAtB)
  const server = await startServer(makeTree(files), { rgPath: rg.path })
  const answer = await server.get('search?q=needle&case=ignore')
  expect(answer.status).toBe(200)
  const page = reading(answer)
  const early = await page.until('first <mark>')
  expect(early).toContain('name="q" value="needle"')
  expect(early).toContain('<option selected>ignore</option>')
  expect(early).toContain('Searching…')
  expect(early).not.toContain('id="ledger"')
  expect(server.slots.running).toBeGreaterThan(0)
  rg.open()
  const root = readHtml(await page.rest())
  expect(all(root, '.row mark')).toHaveLength(3)
  expect(one(root, '#ledger').attributes['data-end']).toBe('complete')
})

it('the head comes soon also when nothing has been found yet', async () => {
  const rg = fakeRg('held\nreal "$@"')
  const server = await startServer(makeTree(files), { rgPath: rg.path })
  const page = reading(await server.get('search?q=needle'))
  const early = await page.until('Searching…')
  expect(early).toContain('name="q" value="needle"')
  expect(early).not.toContain('class="file"')
  rg.open()
  expect(all(readHtml(await page.rest()), '.row mark')).toHaveLength(3)
})

it('JSON lines come as they are found, whole', async () => {
  const rg = fakeRg(heldAtB)
  const server = await startServer(makeTree(files), { rgPath: rg.path })
  const stream = reading(await server.get('api/search?q=needle'))
  const early = await stream.until('"filesSearched":1')
  expect(
    early
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type),
  ).toEqual(['file', 'progress'])
  rg.open()
  const events = (await stream.rest())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.at(-1)).toMatchObject({ type: 'done', ledger: { matchingLines: 3 } })
})

it('other pages and other searches are answered while one streams', async () => {
  const rg = fakeRg(`case "$*" in *regexp=needle*b.txt*) held;; esac\nreal "$@"`)
  const tree = makeTree(files)
  const server = await startServer(tree, { rgPath: rg.path })
  const page = reading(await server.get('search?q=needle'))
  await page.until('first <mark>')
  const others = ['', 'search?q=second', 'api/search?q=third', `view/${tree.name}/a.txt`, 'healthz']
  for (const path of others) expect((await server.get(path)).status).toBe(200)
  const second = readHtml(await (await server.get('search?q=second')).text())
  expect(all(second, '.row mark')).toHaveLength(1)
  rg.open()
  await page.rest()
  expect(server.slots.running).toBe(0)
})

it('nothing is started for a HEAD, for no query, or for one that is refused', async () => {
  const rg = fakeRg('real "$@"')
  const server = await startServer(makeTree(files), { rgPath: rg.path })
  for (const path of ['search?q=needle', 'api/search?q=needle', 'search']) {
    const answer = await server.get(path, { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  }
  await server.get('search?q=')
  await server.get('search?q=a&path=[')
  await server.get('api/search')
  await server.get('robots.txt')
  expect(rg.starts()).toEqual([])
  await server.get('search?q=needle')
  expect(rg.starts().length).toBeGreaterThan(0)
})

it('HEAD of every other page is what GET is, without the body', async () => {
  const tree = makeTree({ ...files, 'd/e.txt': 'e\n' })
  const server = await startServer(tree)
  const paths = ['', 'd', 'd/', 'a.txt', 'none'].map((path) => `view/${tree.name}/${path}`)
  for (const path of ['', 'healthz', 'robots.txt', ...paths, `raw/${tree.name}/a.txt`]) {
    const [get, head] = [await server.get(path), await server.get(path, { method: 'HEAD' })]
    const headersOf = ({ headers }: Response) =>
      ['content-type', 'cache-control', 'etag', 'location'].map((name) => headers.get(name))
    expect([path, head.status, ...headersOf(head)]).toEqual([path, get.status, ...headersOf(get)])
    expect(await head.text()).toBe('')
  }
})

it.each<[string, object]>([
  ['no one may wait', { queue: 0 }],
  ['it has waited too long', { queue: 4, waitSeconds: 0.4 }],
])('busy: 503 with Retry-After, and a page that says so, when %s', async (_when, limits) => {
  const server = await startServer(makeTree(files), { limits: { slots: 1, ...limits } })
  // A search would make room after a second.
  const slot = await server.slots.acquire(AbortSignal.timeout(60_000))
  const query = 'q=needle&word=1&path=b.txt'
  const answer = await server.get(`search?${query}`)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const root = readHtml(await answer.text())
  expect(wordsOf(one(root, '[role=alert][data-kind=busy]'))).toContain('too many searches')
  expect(one(root, 'input[name=q]').attributes.value).toBe('needle')
  expect('checked' in one(root, 'input[name=word]').attributes).toBe(true)
  const again = one(root, '.ways a.button').attributes.href!
  expect(again).toBe(`/search?${query}`)

  const json = await server.get(`api/search?${query}`)
  expect([json.status, json.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await json.json()).toMatchObject({ error: { kind: 'busy', retryAfterSeconds: 1 } })
  slot!.release()
  const found = readHtml(await (await server.get(again)).text())
  expect(all(found, '.row mark')).toHaveLength(1)
})

it('refused patterns hold no slot', { retry: 3 }, async () => {
  const server = await startServer(makeTree(files), { limits: { slots: 1, queue: 0 } })
  for (let i = 0; i < 5; i++) expect((await server.get('search?q=%28&regex=1')).status).toBe(400)
  for (let i = 0; i < 5; i++)
    expect((await server.get('api/search?q=%28&regex=1')).status).toBe(400)
  expect(server.slots.running).toBe(0)
})

it('readers who leave hold no slot, whenever they leave', async () => {
  const rg = fakeRg('real "$@"; sleep 0.3')
  const server = await startServer(makeTree(files), { rgPath: rg.path, limits: { slots: 3 } })
  for (let i = 0; i < 12; i++) {
    const leave = new AbortController()
    const answer = server.get(i % 2 ? 'search?q=needle' : 'search?q=NEEDLE', {
      signal: leave.signal,
    })
    const outcome = answer.then((page) => page.text()).catch(() => {})
    await sleep((i * 37) % 330)
    leave.abort()
    await outcome
  }
  await vi.waitFor(
    () => expect([server.slots.running, server.slots.waiting]).toEqual([0, 0]),
    3_000,
  )
})

it('what goes wrong after the head has been sent is said on the page, which then has no ledger', async () => {
  const message = 'rg: regex parse error:\\n    (?:needle)\\n    ^\\nerror: no'
  const rg = fakeRg(`held; printf '${message}' >&2; exit 2`)
  const server = await startServer(makeTree(files), { rgPath: rg.path, limits: { slots: 4 } })
  const page = reading(await server.get('search?q=needle&regex=1'))
  await page.until('Searching…')
  const stream = server.get('api/search?q=needle')
  // Beyond what the head waits for the first event.
  await vi.waitFor(() => expect(server.slots.running).toBeGreaterThan(2), 3_000)
  await sleep(400)
  rg.open()
  const root = readHtml(await page.rest())
  const alert = one(root, '[role=alert]')
  expect(alert.attributes['data-kind']).toBe('bad-pattern')
  expect(textOf(one(alert, 'pre')).split('\n')[1]).toBe('    (?:needle)')
  expect(one(root, 'a.button').attributes.href).toBe('/search?q=needle')
  expect(all(root, '#ledger')).toEqual([])
  expect(JSON.parse(await (await stream).text())).toMatchObject({
    type: 'failed',
    error: { kind: 'bad-pattern' },
  })
})

it('a ripgrep that dies is an incomplete answer, never "nothing found"', async () => {
  const rg = fakeRg(`case "$*" in *b.txt*) printf '{"type":"beg'; kill -SEGV $$;; esac\nreal "$@"`)
  const server = await startServer(makeTree(files), { rgPath: rg.path })
  const root = readHtml(await (await server.get('search?q=needle')).text())
  expect(one(root, '#ledger').attributes).toMatchObject({
    'data-end': 'incomplete',
    'data-stopped-by': 'crash',
  })
  expect(wordsOf(one(root, '[role=status]'))).toContain('this answer is incomplete')
  const none = readHtml(await (await server.get('search?q=nowhere')).text())
  expect(all(none, 'section.nothing')).toEqual([])
  const events = await jsonLines(await server.get('api/search?q=needle'))
  expect(events.at(-1)).toMatchObject({ ledger: { end: 'incomplete', stoppedBy: 'crash' } })
})

it('a server that stops says so at the end of each page it was writing', async () => {
  const rg = fakeRg(heldAtB)
  const server = await startServer(makeTree(files), { rgPath: rg.path })
  const page = reading(await server.get('search?q=needle'))
  await page.until('first <mark>')
  const closed = server.close()
  const root = readHtml(await page.rest())
  expect(one(root, '#ledger').attributes).toMatchObject({
    'data-end': 'stopped',
    'data-stopped-by': 'shutdown',
  })
  await closed
})

it('waits longer for a silent connection than a search may be silent', async () => {
  const server = await startServer(makeTree(files), { limits: { seconds: 120 } })
  expect(server.app.server.timeout).toBeGreaterThan(120_000)
  expect(server.app.server.listening).toBe(true)
  const closed = once(server.app.server, 'close')
  await server.close()
  await closed
})
