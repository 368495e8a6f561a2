import { connect } from 'node:net'
import type { TestServer } from '../support/server.ts'

/** Sends bytes as they stand, and resolves with all that came back when the server has closed the connection. */
export function send(server: TestServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // A reset is an end, too.
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(bytes, 'latin1')
  })
}

/** A GET of a target as it stands, which no client would send. */
export const getRaw = (server: TestServer, target: string, headers = ''): Promise<string> =>
  send(server, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`)

/** Of the first answer. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
