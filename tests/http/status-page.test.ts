import { renameSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openCorpus } from '../../src/corpus/corpus.ts'
import { buildApp } from '../../src/http/app.ts'
import { openIndex } from '../../src/index/keeper.ts'
import { limitTable } from '../../src/limits.ts'
import { hogTree, slowPattern } from '../search/hogs.ts'
import { until } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'
import { all, type Element, one, readHtml, wordsOf } from './html.ts'

const page = async (server: TestServer): Promise<Element> =>
  readHtml(await (await server.get('status')).text())

/** What is said, by what it is said of. */
const terms = (root: Element): Readonly<Record<string, string>> =>
  Object.fromEntries(
    all(root, 'dl div').map((row) => [wordsOf(one(row, 'dt')), wordsOf(one(row, 'dd'))]),
  )

// biome-ignore lint/suspicious/noExplicitAny: what a test expects of it, its assertions say
const json = async (server: TestServer): Promise<any> =>
  (await server.get('status?format=json')).json()

const trees = () => ({
  harbour: makeTree({
    'tide.ts': 'let a\n'.repeat(1_200),
    'lamp.png': '\0',
    'wide.txt': 'x'.repeat(20_000),
    '.ignore': 'secret.txt\n',
    'secret.txt': 'x\n',
    // So many that an index is built of them.
    ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.c`, `int i${i};\n`])),
  }),
  'isles/one': makeTree({ 'a.c': 'int a;\n', '.hidden': 'x\n' }),
})

describe('the status page', () => {
  it('says what is served, what of it is not searched and why, and what the index holds', async () => {
    const server = await startServer(trees(), { index: true, limits: { fileBytes: 10_000 } })
    const answer = await server.get('status')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('vary')).toBe('accept, accept-encoding')
    const root = readHtml(await answer.text())
    expect(wordsOf(one(root, '.verdict'))).toBe('Everything is in order.')
    expect(terms(root)).toMatchObject({
      ripline: '0.0.0',
      ripgrep: '15.0.0',
      'Running for': expect.stringMatching(/second/),
      'Searches running': '0, with 0 of 2 processes',
      'Searches waiting': '0 of at most 16',
      Files: '44 files, 1,241 lines, 28 kB in 2 repositories',
      'Left out: binary (they hold a NUL)': '1',
      'Left out: over 10 kB (max-file-bytes)': '1',
      'Left out: ignored (.gitignore, .ignore)': '1',
      'Left out: hidden (dot files)': '2',
      'Last listed': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, .* ago$/),
      Changes: expect.stringContaining('never changes'),
      Ready: 'yes',
      Documents: '42 in 1 segment',
      'On disk': expect.stringMatching(/^[\d.]+ kB, \d+\.\d % of the text$/),
      'Files not in it, read by every search': '0',
    })
    const rows = all(root, '.listing tbody tr').map((row) => all(row, 'td').map(wordsOf))
    expect(rows.slice(0, 2)).toEqual([
      ['harbour', '43 files', '28 kB', '1 binary, 1 too large, 1 ignored, 1 hidden'],
      ['isles/one', '1 file', '7 bytes', '1 hidden'],
    ])
    expect(rows.slice(2).map(([name]) => name)).toEqual(
      Object.values(limitTable).map(({ name }) => name),
    )
    expect(rows).toContainEqual(['max-seconds', '5 seconds', 'time of one search, from its slot'])
    expect(rows).toContainEqual(['max-file-bytes', '10 kB', 'of a file that is searched and shown'])
  })

  it('is linked from every page, and JSON for who asks for it', async () => {
    const server = await startServer(makeTree({ 'a.txt': 'needle\n' }))
    for (const path of ['', 'search?q=needle', 'view/x', 'status']) {
      const root = readHtml(await (await server.get(path)).text())
      const links = all(root, 'footer a').map(({ attributes }) => attributes.href)
      expect([path, links]).toEqual([path, ['/', '/help', '/status']])
    }
    const ways = [
      server.get('status?format=json'),
      server.get('status', { headers: { accept: 'application/json' } }),
      server.get('status', { headers: { accept: 'Application/JSON;q=0.9, */*;q=0.1' } }),
    ]
    for (const answer of await Promise.all(ways)) {
      expect(answer.headers.get('content-type')).toContain('application/json')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(await answer.json()).toMatchObject({ version: '0.0.0', index: null })
    }
    const browser = {
      headers: { accept: 'text/html,application/xhtml+xml,application/json;q=0.9' },
    }
    for (const answer of [
      await server.get('status', browser),
      await server.get('status?format=html', { headers: { accept: 'application/json' } }),
    ]) {
      expect(answer.headers.get('content-type')).toContain('text/html')
    }
    for (const format of ['xml', 'json&format=json']) {
      expect((await server.get(`status?format=${format}`)).status).toBe(400)
    }
  })

  it('says the same as JSON, by its names', async () => {
    const server = await startServer(trees(), { index: true, limits: { fileBytes: 10_000 } })
    const leftOut = {
      binary: 0,
      large: 0,
      unreadable: 0,
      ignored: 0,
      hidden: 0,
      links: 0,
      special: 0,
    }
    const status = await json(server)
    expect(status).toEqual({
      version: '0.0.0',
      ripgrep: '15.0.0',
      startedAt: expect.any(String),
      uptimeSeconds: expect.any(Number),
      corpus: {
        generation: server.catalog.generation,
        complete: true,
        scannedAt: new Date(server.corpus.catalog!.scannedAtMs).toISOString(),
        watched: true,
        changed: 0,
        files: 44,
        bytes: 27_558,
        lines: 1_241,
        leftOut: { ...leftOut, binary: 1, large: 1, ignored: 1, hidden: 2 },
        repositories: [
          {
            ...{ name: 'harbour', kind: 'directory', files: 43, bytes: 27_551, lines: 1_240 },
            leftOut: { ...leftOut, binary: 1, large: 1, ignored: 1, hidden: 1 },
          },
          {
            ...{ name: 'isles/one', kind: 'directory', files: 1, bytes: 7, lines: 1 },
            leftOut: { ...leftOut, hidden: 1 },
          },
        ],
      },
      scan: { running: false, looked: 44, trouble: null },
      index: {
        ...{ ready: true, building: null, segments: 1, documents: 42, unindexed: 0, trouble: null },
        bytes: server.index!.status.bytes,
        textBytes: 7_557,
      },
      searches: { running: 0, waiting: 0, processes: 0, slow: 0, waitingByClient: [] },
      failures: [],
      log: 'off',
      metrics: true,
      limits: Object.entries(limitTable).map(([key, { name, unit }]) => ({
        name,
        unit,
        value: { fileBytes: 10_000, slots: 2, queue: 16 }[key] ?? expect.any(Number),
      })),
    })
  })

  it('counts the searches that run and wait', async () => {
    const rg = fakeRg('held; real "$@"')
    const tree = makeTree({ 'a.txt': 'one\n', 'b.txt': 'two\n' })
    const server = await startServer(tree, { rgPath: rg.path, limits: { slots: 1 } })
    const searches = ['one', 'two', 'three'].map((q) => server.get(`api/search?q=${q}`))
    await until(() => server.slots.waiting === 2)
    expect((await json(server)).searches).toEqual({
      ...{ running: 1, waiting: 2, processes: 1, slow: 0, waitingByClient: [2] },
    })
    expect(terms(await page(server))).toMatchObject({
      'Searches running': '1, with 1 of 1 process',
      'Searches waiting': '2 of at most 16, of 1 client',
    })
    rg.open()
    await Promise.all(searches.map(async (answer) => (await answer).text()))
    expect((await json(server)).searches).toMatchObject({ running: 0, waiting: 0, processes: 0 })
  })

  it('tells of slow searches, and lists what went wrong lately, not what was asked for', {
    timeout: 60_000,
  }, async () => {
    const limits = { slots: 1, queue: 0, seconds: 2 }
    const server = await startServer(hogTree(), { limits, log: 'off', metrics: false })
    const hog = server.get(`api/search?q=${encodeURIComponent(slowPattern)}&regex=1`)
    await until(() => server.slots.running === 1)
    const refused = await server.get('search?q=secretive')
    expect(refused.status).toBe(503)
    await until(() => server.slots.slow === 1)
    expect((await json(server)).searches).toMatchObject({ processes: 1, slow: 1 })
    expect(terms(await page(server))).toMatchObject({
      'Searches running': '1, with 0 of 1 process',
      'In the slow lane': '1 process of searches that take over a second',
      'Request log': 'off',
      'Figures for Prometheus': 'off',
    })
    const stopped = await hog
    await stopped.text()
    expect(await json(server)).toMatchObject({ log: 'off', metrics: false })
    const { failures } = await json(server)
    const at = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(failures).toEqual([
      { at, what: 'time', requestId: stopped.headers.get('x-request-id') },
      { at, what: 'busy', requestId: refused.headers.get('x-request-id') },
    ])
    const root = await page(server)
    const rows = all(root, '#failures tbody tr').map((row) => all(row, 'td').map(wordsOf))
    expect(rows.map(([, what, id]) => [what, id])).toEqual([
      ['a search ran into its time limit', failures[0].requestId],
      ['no process was free in time', failures[1].requestId],
    ])
    // What clients do wrong is no failure of the server, and of others the last 20 are kept.
    await server.get('search?q=(&regex=1')
    await server.get('nothing')
    expect((await json(server)).failures).toEqual(failures)
  })

  it('keeps the last 20 failures', async () => {
    const server = await startServer(makeTree({ 'a.txt': 'x\n' }), {
      limits: { slots: 1, queue: 0 },
    })
    const slot = await server.slots.acquire(AbortSignal.timeout(60_000))
    const ids: (string | null)[] = []
    for (let i = 0; i < 22; i++) {
      ids.unshift((await server.get(`api/search?q=${i}`)).headers.get('x-request-id'))
    }
    slot!.release()
    const { failures } = await json(server)
    expect(failures.map(({ requestId }: { requestId: string }) => requestId)).toEqual(
      ids.slice(0, 20),
    )
  })

  it('is there before the corpus has been listed, and says what goes wrong, not where on the machine', async () => {
    const rg = fakeRg('held; real "$@"')
    const tree = makeTree({ 'a.txt': 'one\n' })
    const server = await startServer(makeTree({ 'a.txt': 'one\n' }))
    const config = {
      ...server.config,
      roots: [{ directory: tree.root, name: undefined }],
      // There can be no directory.
      indexDirectory: `${tree.root}/a.txt/index`,
    }
    const corpus = openCorpus({ ...config, rgPath: rg.path, maxFileBytes: 1_000_000 })
    const index = openIndex({ corpus, directory: config.indexDirectory, maxFileBytes: 1_000_000 })
    const app = await buildApp({
      ...{ config, corpus, index, slots: server.slots, launcher: undefined },
      ...{ version: '0.0.0', ripgrep: '15.0.0' },
    })
    try {
      const early = await app.inject('/status?format=json')
      expect(early.json()).toMatchObject({
        corpus: null,
        scan: { running: true, looked: 0, trouble: null },
        index: { ready: false, documents: 0, unindexed: null },
      })
      const text = wordsOf(one(readHtml((await app.inject('/status')).body), 'main'))
      expect(text).toContain('The corpus is being listed; searches wait for that.')

      rg.open()
      await index.ready
      const late = await app.inject('/status')
      expect(late.body).not.toContain(tree.root)
      const root = readHtml(late.body)
      expect(wordsOf(one(root, '.verdict'))).toContain('Something went wrong')
      expect(terms(root)).toMatchObject({
        'Last trouble': expect.stringMatching(/^there is no index: ENOTDIR: .*index/),
        Ready: 'not yet: searches read the files that it lacks',
      })
    } finally {
      await app.close()
    }
  })

  it('counts files that have changed, and says when they are found', async () => {
    const tree = makeTree({ 'a.txt': 'one\n', 'b.txt': 'two\n' })
    const server = await startServer(tree, { rescanMs: 3_600_000 })
    await until(() => server.corpus.isWatched && !server.corpus.isScanning)
    expect((await json(server)).corpus.changed).toBe(0)
    writeFileSync(`${tree.root}/a.txt`, 'three\n')
    await until(() => server.corpus.changedSince(server.corpus.catalog!).positions.length === 1)
    expect((await json(server)).corpus.changed).toBe(1)
    const said = terms(await page(server))
    expect(said['Changed since, searched as they are now']).toBe('1 file')
    expect(said.Changes).toContain('heard of at once')
  })

  it('says that the corpus cannot be listed, and that what was listed is still searched', async () => {
    const { root } = makeTree({ 'code/a.txt': 'one\n' })
    const code = { ...makeTree(), root: `${root}/code` }
    const server = await startServer({ code }, { rescanMs: 50 })
    renameSync(code.root, `${root}/away`)
    await until(() => server.corpus.trouble !== undefined)
    expect((await json(server)).scan.trouble).toBe('code cannot be read: ENOENT')
    const said = await page(server)
    expect(terms(said)['Last trouble']).toBe('code cannot be read: ENOENT')
    expect(wordsOf(one(said, '.verdict'))).toMatch(/^Searching works\./)
  })
})
