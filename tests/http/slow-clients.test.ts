import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer(makeTree({ 'a.txt': 'needle\n' }))
})

/** Sends a beginning, then a byte now and then; resolves with what came back when the server has closed. */
function dribble(beginning: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    let answer = ''
    const more = setInterval(() => socket.write('a'), 300)
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(more)
      resolve(answer)
    })
    socket.write(beginning)
  })
}

it('is not waited for in its headers for as long as in its body', { timeout: 20_000 }, async () => {
  const body = dribble('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const headers = dribble('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  const first = await Promise.race([body.then(() => 'body'), headers.then(() => 'headers')])
  expect(first).toBe('headers')
})

// All at once: each takes as long as the server is patient.
describe.concurrent('a client that sends a byte now and then is not waited for', () => {
  it.each([
    ['in its request line', 'GET /'],
    ['in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    [
      'in a body',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\n',
    ],
    [
      'in a body with a search',
      'GET /search?q=needle HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n',
    ],
  ])('%s', { timeout: 20_000 }, async (_where, beginning) => {
    const answer = await dribble(beginning)
    for (const [, status] of answer.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      expect(Number(status)).toBeLessThan(500)
    }
    expect((await server.get('healthz')).status).toBe(200)
    expect((await server.get('search?q=needle')).status).toBe(200)
  })
})
