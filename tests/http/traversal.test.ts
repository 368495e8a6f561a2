import { execFileSync } from 'node:child_process'
import { symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { getRaw, statusOf } from './socket.ts'

/** For a longer run: TRAVERSAL_RUNS=20000 npx vitest run tests/http/traversal.test.ts */
const numRuns = Number(process.env.TRAVERSAL_RUNS ?? 1_500)

/** Stands in every file that must not be reached, and in no other. */
const word = 'xyzzy-secret'

let server: TestServer

beforeAll(async () => {
  const tree = makeTree({
    'secret.txt': word,
    'repo-secret/secret.txt': word,
    'repo/file.txt': 'open\n',
    'repo/src/file.txt': 'open\n',
    'repo/.env': word,
    'repo/src/.env': word,
    'repo/.git/config': word,
    'repo/.git/HEAD': 'ref: refs/heads/main\n',
    'repo/.ignore': '!.env\n!.git\nignored/\n',
    'repo/ignored/secret.txt': word,
  })
  const root = `${tree.root}/repo`
  symlinkSync('../secret.txt', `${root}/link`)
  symlinkSync('../repo-secret', `${root}/linkdir`)
  symlinkSync('/', `${root}/slash`)
  symlinkSync('file.txt', `${root}/inner`)
  execFileSync('mkfifo', [`${root}/fifo`])
  server = await startServer({ repo: { ...tree, root } })
})

const dots = [
  '.',
  '..',
  '...',
  '%2e',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '%252e%252e',
  '%25252e',
  '..;',
  '..%20',
  '..%00',
  '%00',
  '%c0%ae%c0%ae',
  '%e0%80%ae',
  '%u002e',
  '~',
  '*',
]
const names = [
  'repo',
  'src',
  'file.txt',
  'secret.txt',
  'repo-secret',
  '..repo',
  '.env',
  '%2eenv',
  '.ENV',
  '.git',
  '.GIT',
  '%2Egit',
  '.git%20',
  'config',
  'HEAD',
  'ignored',
  'link',
  'linkdir',
  'slash',
  'inner',
  'fifo',
  'etc',
  'passwd',
  'proc',
  'self',
  'environ',
  '',
]
const between = [
  '/',
  '//',
  '/./',
  '%2f',
  '%2F',
  '\\',
  '%5c',
  '%252f',
  '/%00/',
  '%0d%0a',
  '?',
  '#',
  ';',
]
const before = [
  '/view/',
  '/raw/',
  '/view/repo/',
  '/raw/repo/',
  '/image/repo/',
  '/view/repo',
  '/raw//repo/',
  '/-/ripgrep/view/',
  '/assets/',
  '//view/repo/',
  '/./raw/repo/',
  '/view/../raw/repo/',
  'http://x/raw/repo/',
  'HTTP://x:80/view/repo/',
  '//x/raw/repo/',
  'raw/repo/',
  '/RAW/repo/',
  '/%72aw/repo/',
  '/view/repo/?b64=',
]
const encoded = ['', '../', '../../', '/', './', 'src/../', '\\', '..\\', 'file.txt/../../', '\0']

const joiner = fc.oneof(fc.constant('/'), fc.constantFrom(...between))
const target = fc
  .tuple(
    fc.oneof(fc.constant('/raw/repo/'), fc.constantFrom(...before)),
    fc.array(fc.tuple(fc.constantFrom(...dots, ...names), joiner), { maxLength: 4 }),
    fc.oneof(fc.constant('file.txt'), fc.constantFrom(...names)),
    fc.option(fc.tuple(fc.constantFrom(...encoded), fc.constantFrom(...names)), { nil: undefined }),
  )
  .map(([start, steps, name, bytes]) => {
    const path = start + steps.map(([step, joiner]) => step + joiner).join('') + name
    return bytes === undefined
      ? path
      : `${path}?b64=${Buffer.from(bytes.join('')).toString('base64url')}`
  })

describe('a path', () => {
  it('whatever it is made of, shows nothing outside and nothing hidden, and breaks nothing', {
    timeout: 30_000 + numRuns * 20,
  }, async () => {
    const statuses = new Map<number, number>()
    const check = async (path: string) => {
      const answer = await getRaw(server, path)
      const status = statusOf(answer)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (answer.includes(word)) throw new Error(`${path} shows a secret`)
      if (/root:.*:0:0:/.test(answer)) throw new Error(`${path} shows /etc/passwd`)
      if (![200, 301, 302, 304, 400, 404].includes(status)) throw new Error(`${path} is ${status}`)
      if (answer.includes(server.catalog.repositories[0]!.root))
        throw new Error(`${path} shows where`)
    }
    await fc.assert(fc.asyncProperty(target, check), { numRuns })
    // The paths are not so wild that they all miss.
    for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(5)
  })

  it.each([
    '/raw/repo/../repo-secret/secret.txt',
    '/raw/repo/..%2frepo-secret%2fsecret.txt',
    '/raw/repo/%2e%2e/repo-secret/secret.txt',
    '/raw/repo/..%5crepo-secret%5csecret.txt',
    '/raw/repo-secret/secret.txt',
    '/raw/repo/link',
    '/raw/repo/linkdir/secret.txt',
    '/raw/repo/slash/etc/passwd',
    '/raw/repo/inner',
    '/raw/repo/fifo',
    '/raw/repo/.env',
    '/raw/repo/.git/config',
    '/raw/repo/ignored/secret.txt',
    '/raw/repo//etc/passwd',
    '/raw//etc/passwd',
    `/raw/repo/?b64=${Buffer.from('../secret.txt').toString('base64url')}`,
    `/raw/repo/?b64=${Buffer.from('.git/config').toString('base64url')}`,
    `/raw/repo/?b64=${Buffer.from('/etc/passwd').toString('base64url')}`,
  ])('%s is 404', async (path) => {
    for (const form of [path, path.replace('/raw/', '/view/'), `http://evil.example${path}`]) {
      expect([form, statusOf(await getRaw(server, form))]).toEqual([form, 404])
    }
  })

  it('of thousands of steps costs no more than another', async () => {
    for (const place of ['/view/repo/', '/raw/repo/src/', '/view/', '/-/ripgrep/view/']) {
      for (const path of [
        `${'a/'.repeat(2_000)}x`,
        'a/'.repeat(7_900),
        'src/'.repeat(3_900),
        '/'.repeat(15_000),
      ]) {
        const began = performance.now()
        expect(statusOf(await getRaw(server, place + path))).toBe(404)
        expect(performance.now() - began).toBeLessThan(500)
      }
    }
  })

  it('of a file that is there leads to it, also in the form that proxies use', async () => {
    for (const path of [
      '/raw/repo/file.txt',
      '/raw/repo/src%2Ffile.txt',
      'http://x/raw/repo/file.txt',
      'https://x:1/raw/repo/src/file.txt',
      '/raw/repo/?b64=ZmlsZS50eHQ',
    ]) {
      expect([path, statusOf(await getRaw(server, path))]).toEqual([path, 200])
    }
  })

  it('that became a link after it was listed is not followed, for as long as it is one', async () => {
    const { root } = server.catalog.repositories[0]!
    unlinkSync(`${root}/file.txt`)
    symlinkSync('../secret.txt', `${root}/file.txt`)
    for (const path of ['/view/repo/file.txt', '/raw/repo/file.txt', '/search?q=secret']) {
      expect(await getRaw(server, path)).not.toContain(word)
    }
    unlinkSync(`${root}/file.txt`)
    writeFileSync(`${root}/file.txt`, 'open\n')
    expect(statusOf(await getRaw(server, '/raw/repo/file.txt'))).toBe(200)
  })
})
