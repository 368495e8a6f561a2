import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'

let server: TestServer
let tree: Tree

beforeAll(async () => {
  tree = makeTree({
    'src/devio.c': '\tusb_register(a);\nint b;\n\tusb_register(c); usb_register(d);\n',
    'emoji 😀.txt': 'x😀usb_register\n',
    'latin1.txt': Buffer.from('caf\xe9 usb_register\n', 'latin1'),
    'long.txt': `${'a'.repeat(2_000)}usb_register\n`,
    'blob.bin': 'usb_register\0',
    COPYING: 'Free.\n',
  })
  tree.write(Buffer.from('b\xff/n.txt', 'latin1'), 'usb_register\n')
  server = await startServer({ 'os/linux': tree })
})

describe('GET /api/search', { retry: 3 }, () => {
  it('answers with the events of CONTRACTS.md, a line each, `done` last', async () => {
    const answer = await server.get('api/search?q=usb_register%28&context=1')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    const events = await jsonLines(answer)
    expect(events.filter(({ type }) => type === 'file')).toEqual([
      {
        type: 'file',
        key: expect.any(String),
        repository: 'os/linux',
        path: 'src/devio.c',
        url: '/view/os/linux/src/devio.c',
        lines: [
          { kind: 'match', number: 1, text: '\tusb_register(a);' },
          { kind: 'context', number: 2, text: 'int b;' },
          { kind: 'match', number: 3, text: '\tusb_register(c); usb_register(d);' },
        ],
        matches: [
          { start: { line: 1, column: 1, byte: 1 }, end: { line: 1, column: 14, byte: 14 } },
          { start: { line: 3, column: 1, byte: 1 }, end: { line: 3, column: 14, byte: 14 } },
          { start: { line: 3, column: 18, byte: 18 }, end: { line: 3, column: 31, byte: 31 } },
        ],
        more: null,
      },
    ])
    expect(events.at(-1)).toEqual({
      type: 'done',
      ledger: {
        end: 'complete',
        stoppedBy: null,
        matchingLines: 2,
        matches: 3,
        files: 1,
        searched: { files: 6, bytes: expect.any(Number), inPart: 0 },
        preliminary: false,
        scope: 6,
        candidates: 6,
        leftOut: {
          ...{ binary: 1, large: 0, unreadable: 0, changed: 0, slow: 0, givenUp: 0 },
          ...{ ignored: 0, hidden: 0, links: 0, special: 0 },
        },
        elapsedMs: expect.any(Number),
        generation: server.catalog.generation,
        scannedAtMs: server.catalog.scannedAtMs,
        watched: true,
        shared: expect.any(Boolean),
        changedSince: false,
        cursor: null,
        parts: [{ name: 'local', end: 'complete' }],
      },
    })
    for (const event of events.slice(0, -1).filter(({ type }) => type !== 'file')) {
      expect(event).toEqual({
        type: 'progress',
        through: expect.any(String),
        filesSearched: expect.any(Number),
        matchingLines: expect.any(Number),
      })
    }
    const keys = events.filter(({ type }) => type === 'file').map(({ key }) => key)
    expect(keys).toEqual([...keys].sort())
    expect(events.at(-2)).toMatchObject({ filesSearched: 6, matchingLines: 2 })
  })

  it('counts columns in UTF-16 units and bytes in bytes, and says the bytes of a line that is not UTF-8', async () => {
    const events = await jsonLines(await server.get('api/search?q=usb_register&path=*.txt'))
    const file = (name: string) => events.find(({ path }) => path === name)
    expect(file('emoji 😀.txt').matches[0].start).toEqual({ line: 1, column: 3, byte: 5 })
    expect(file('latin1.txt')).toMatchObject({
      lines: [
        {
          text: 'caf\ufffd usb_register',
          bytes: Buffer.from('caf\xe9 usb_register', 'latin1').toString('base64'),
        },
      ],
      matches: [{ start: { column: 5, byte: 5 } }],
    })
    expect(file('emoji 😀.txt').lines[0]).not.toHaveProperty('bytes')
    const { lines, matches } = file('long.txt')
    const { column } = lines[0].clipped
    expect(lines[0].text.slice(matches[0].start.column - column)).toBe('usb_register')
    expect(lines[0].text.length).toBe(500)
    expect(file('b\ufffd/n.txt').url).toBe(
      `/view/os/linux/?b64=${Buffer.from('b\xff/n.txt', 'latin1').toString('base64url')}`,
    )
  })

  it('gives links that lead to the file', async () => {
    const events = await jsonLines(await server.get('api/search?q=usb_register'))
    const urls = events.filter(({ type }) => type === 'file').map(({ url }) => url)
    expect(urls).toHaveLength(5)
    for (const url of urls) {
      const answer = await server.get(url)
      expect([answer.status, (await answer.text()).includes('usb_register')]).toEqual([200, true])
    }
  })

  it.each<[string, number, object]>([
    [
      'q=a%5B&regex=1',
      400,
      {
        kind: 'bad-pattern',
        position: 1,
        message: 'regex parse error:\n    (?:a[)\n        ^\nerror: unclosed character class',
      },
    ],
    ['q=a&path=%5B', 400, { kind: 'bad-glob', glob: '[', message: expect.any(String) }],
    [
      'q=a&repo=nowhere',
      400,
      { kind: 'bad-parameter', parameter: 'repo', message: expect.stringContaining('nowhere') },
    ],
    [
      'q=a&context=99',
      400,
      { kind: 'bad-parameter', parameter: 'context', message: expect.stringContaining('99') },
    ],
    [
      'q=a&after=%00',
      400,
      { kind: 'bad-parameter', parameter: 'after', message: expect.any(String) },
    ],
    [
      `q=${'x'.repeat(1_001)}`,
      400,
      { kind: 'bad-query', message: expect.stringContaining('max-query-characters') },
    ],
    ['', 400, { kind: 'bad-query', message: 'q, the text to search for, is missing' }],
    ['q=%ff', 400, { kind: 'bad-parameter', parameter: 'q', message: expect.any(String) }],
  ])('?%s is an error in JSON, with its status', async (query, status, error) => {
    const answer = await server.get(`api/search?${query}`)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await answer.json()).toEqual({ error })
  })

  it.each(['api/', 'api/nothing', 'api/search/'])('/%s is not found, in JSON', async (path) => {
    const answer = await server.get(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'application/json; charset=utf-8',
    ])
    expect(await answer.json()).toMatchObject({ error: { kind: 'not-found' } })
  })

  it('takes a cursor only for the query that it belongs to', async () => {
    const events = await jsonLines(await server.get('api/search?q=usb_register&limit=1'))
    const { cursor } = events.at(-1).ledger
    const foreign = await server.get(`api/search?q=usb&after=${cursor}`)
    expect(foreign.status).toBe(400)
    expect(await foreign.json()).toMatchObject({ error: { parameter: 'after' } })
    const same = await server.get(`api/search?q=usb_register&limit=1&context=0&after=${cursor}`)
    expect(same.status).toBe(200)
  })
})
