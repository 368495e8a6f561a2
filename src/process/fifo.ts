import { constants, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'

/** A descriptor, or the code of why there is none: ENXIO where nobody reads what would be written. */
export function openFifo(path: string, how: number): number | string {
  try {
    return openSync(path, how | constants.O_NONBLOCK)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN'
  }
}

/** What arrives at a descriptor, which it closes in the end. */
export function reading(fd: number): Socket {
  const socket = new Socket({ fd, readable: true, writable: false })
  return socket.on('error', () => {})
}

/** @returns how many bytes a pipe has taken; all, where its reader has ended, since nobody wants them */
export function writeNow(to: number, bytes: Buffer): number {
  try {
    return writeSync(to, bytes)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length
  }
}

/** Writes as fast as is read, and closes the descriptor. */
export function writeAll(to: number, bytes: Buffer): Socket {
  const socket = new Socket({ fd: to, readable: false, writable: true })
  // Its reader has ended, and that is told.
  socket.on('error', () => {})
  return socket.end(bytes)
}
