import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { send, statusOf } from './socket.ts'

const ask = (server: TestServer, target: string, headers: string, version = '1.1') =>
  send(server, `GET ${target} HTTP/${version}\r\nConnection: close\r\n${headers}\r\n`)

describe('the name by which the server is asked for', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer(
      { secretary: makeTree({ 'a.txt': 'needle\n' }) },
      { hosts: ['code.example.com', '[2001:db8::1]'] },
    )
  })

  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:1',
    'localhost.',
    'my.localhost:80',
    '127.0.0.1:8080',
    '127.1.2.3',
    '[::1]:8080',
    '[::1]',
    'code.example.com',
    'Code.Example.com:443',
    '[2001:db8::1]:80',
  ])('may be %s', async (host) => {
    expect(statusOf(await ask(server, '/api/search?q=needle', `Host: ${host}\r\n`))).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'evil-localhost',
    'evillocalhost',
    '127.0.0.1.evil.example',
    'code.example.com.evil.example',
    'evil.code.example.com',
    '[::2]',
    '127.0.0.1@evil.example',
    '',
  ])('may not be “%s”', async (host) => {
    for (const target of [
      '/',
      '/api/search?q=needle',
      '/search?q=needle',
      '/status',
      '/metrics',
      '/nothing',
      '/%ff',
    ]) {
      const answer = await ask(server, target, `Host: ${host}\r\nX-Forwarded-Host: localhost\r\n`)
      expect([target, statusOf(answer), answer.includes('secretary')]).toEqual([target, 403, false])
    }
    const answer = await ask(server, '/', `Host: ${host}\r\n`)
    expect(answer).toContain('trust-proxy')
    expect(answer).toContain("content-security-policy: default-src 'none'")
  })

  it('does not matter to probes, nor where there is none', async () => {
    for (const target of ['/healthz', '/readyz', '/healthz?x=1']) {
      expect(statusOf(await ask(server, target, 'Host: 10.1.2.3:8080\r\n'))).toBe(200)
    }
    expect(statusOf(await ask(server, '/', '', '1.0'))).toBe(200)
  })

  it('may be any where nothing is said of names', async () => {
    const open = await startServer(makeTree({ 'a.txt': 'needle\n' }))
    expect(statusOf(await ask(open, '/', 'Host: code.example.com\r\n'))).toBe(200)
  })
})

describe('pages of other sites', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ code: makeTree({ 'a.txt': 'needle\n' }) })
  })
  const searches = [
    'search?q=needle',
    'api/search?q=needle',
    'files?q=a',
    'api/files?q=a',
    'why?q=a',
    'api/why?q=a&file=a',
    'patch?q=needle&replace=x',
    'api/lines/code/a.txt',
  ]
  const from = (site: string, mode: string, dest: string) =>
    `Sec-Fetch-Site: ${site}\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: ${dest}\r\n`
  // What fetch sends of this it says by itself.
  const get = (path: string, headers: string) => ask(server, `/${path}`, `Host: x\r\n${headers}`)

  it.each([
    ['scripts', 'cors', 'empty'],
    ['images', 'no-cors', 'image'],
    ['scripts that are searches', 'no-cors', 'script'],
    ['frames', 'navigate', 'iframe'],
  ])('make no searches by %s', async (_what, mode, dest) => {
    for (const path of searches) {
      const answer = await get(path, from('cross-site', mode, dest))
      expect([path, statusOf(answer)]).toEqual([path, 403])
      expect(answer).toContain(
        path.startsWith('api/') ? '{"error":{"kind":"forbidden"' : 'another site',
      )
    }
  })

  it('may lead here, and our own may do as they like', async () => {
    for (const path of searches) {
      for (const how of [
        from('cross-site', 'navigate', 'document'),
        from('same-origin', 'cors', 'empty'),
        from('same-site', 'cors', 'empty'),
        from('none', 'navigate', 'document'),
        '',
      ]) {
        expect([path, how, statusOf(await get(path, how))]).toEqual([path, how, 200])
      }
    }
    expect(statusOf(await get('', from('cross-site', 'no-cors', 'image')))).toBe(200)
  })
})
