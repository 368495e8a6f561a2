import { get } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { takesGzip } from '../../src/http/headers.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { fakeRg } from './fake-rg.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ repo: makeTree({ 'a.c': 'int needle;\n'.repeat(500) }) })
})

interface Sent {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** What a client gets that unpacks nothing. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Sent> {
  return new Promise((resolve, reject) => {
    get(new URL(path, server.url), { headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body: Buffer.concat(chunks),
        }),
      )
    }).on('error', reject)
  })
}
const gzip = { 'accept-encoding': 'gzip, deflate, br' }

describe('a page', () => {
  it.each(['view/repo/a.c', 'view/repo/', '', 'status', 'view/repo/nowhere'])(
    'is packed for those who take that, and is the same: /%s',
    async (path) => {
      const [plain, packed] = [await ask(path), await ask(path, gzip)]
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(packed.headers['content-encoding']).toBe('gzip')
      for (const { headers } of [plain, packed]) {
        expect(headers.vary).toMatch(/^(accept, )?accept-encoding$/)
      }
      expect(packed.body.length).toBeLessThan(plain.body.length / 2)
      const text = ({ body }: Sent, bytes = body) =>
        bytes.toString().replaceAll(/\d+ (?:milli)?seconds?|[\d.]+ ms|[\da-f-]{36}/g, '')
      expect(text(packed, gunzipSync(packed.body))).toBe(text(plain))
    },
  )

  it('has a tag by which both are known', async () => {
    const [plain, packed] = [await ask('view/repo/a.c'), await ask('view/repo/a.c', gzip)]
    expect(packed.headers.etag).toBe(plain.headers.etag)
    const weak = plain.headers.etag as string
    expect(weak).toMatch(/^W\/"/)
    for (const tag of [weak, weak.slice(2)]) {
      const again = await ask('view/repo/a.c', { ...gzip, 'if-none-match': tag })
      expect([again.status, again.body.length]).toEqual([304, 0])
    }
  })

  it('of results is sent as it comes, and one that breaks off is not whole', async () => {
    const rg = fakeRg('case "$*" in *b.txt*) held;; esac\nreal "$@"')
    const tree = makeTree({ 'a.txt': 'first needle\n', 'b.txt': 'second needle\n' })
    const held = await startServer(tree, { rgPath: rg.path })
    const answer = await held.get('search?q=needle', { headers: gzip })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('first <mark>')) text += (await reader.read()).value ?? ''
    expect(text).not.toContain('second')
    held.app.server.closeAllConnections()
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow()
    rg.open()
  })
})

it.each(['api/search?q=needle', 'raw/repo/a.c', 'healthz'])(
  'what is for programs is sent as it is: /%s',
  async (path) => {
    expect((await ask(path, gzip)).headers['content-encoding']).toBeUndefined()
  },
)

it('styles and scripts are packed once', async () => {
  const page = (await ask('')).body.toString()
  const paths = [...page.matchAll(/\/(assets\/[\w.-]+\.(?:css|js))/g)].map(([, path]) => path!)
  expect(paths.length).toBeGreaterThanOrEqual(4)
  for (const path of paths) {
    const [plain, packed] = [await ask(path), await ask(path, gzip)]
    expect(gunzipSync(packed.body)).toEqual(plain.body)
    expect(packed.headers.vary).toBe('accept-encoding')
  }
})

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['x-gzip', true],
  ['br, gzip', true],
  ['gzip;q=0.5', true],
  ['gzip ; q=1', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, br', false],
  ['br', false],
  ['notgzip', false],
  ['identity', false],
])('whoever accepts %j takes it: %j', (accepted, takes) => {
  expect(
    takesGzip({ headers: accepted === undefined ? {} : { 'accept-encoding': accepted } }),
  ).toBe(takes)
})
