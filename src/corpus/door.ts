import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { isExhaustion } from '../failure.ts'

/**
 * The one door to the corpus's bytes. It opens regular files below a root and nothing else: no link in any
 * component, no device, no FIFO, and no race between the check and the read, since what is checked is the open
 * descriptor itself.
 */
export interface OpenFile {
  readonly descriptor: number
  readonly bytes: number
  readonly modifiedMs: number
  close(): void
}

/** Why the door stayed shut: `exhausted` if the system could open nothing, which passes. */
export type Refusal = 'absent' | 'not-a-file' | 'unreadable' | 'exhausted'

/** Linux names the file behind a descriptor, wherever links have led, if `/proc` is there to ask. */
const descriptorLinks = process.platform === 'linux' && existsSync('/proc/self/fd')

/**
 * @param root absolute, without links (from `realpath`)
 * @param path relative to the root, as bytes: `/` between components, none of them empty, `.` or `..`
 */
export function openInside(root: string, path: Buffer): OpenFile | Refusal {
  const full = Buffer.concat([Buffer.from(root === '/' ? '' : root), Buffer.from('/'), path])
  let descriptor: number
  try {
    descriptor = openSync(full, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    return refusalOf(error)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return shut(descriptor, 'not-a-file')
    if (!reachedDirectly(descriptor, full, root)) return shut(descriptor, 'absent')
    return {
      descriptor,
      bytes: stat.size,
      modifiedMs: stat.mtimeMs,
      close: () => closeSync(descriptor),
    }
  } catch (error) {
    return shut(descriptor, refusalOf(error))
  }
}

function shut(descriptor: number, refusal: Refusal): Refusal {
  closeSync(descriptor)
  return refusal
}

function refusalOf(error: unknown): Refusal {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return 'absent'
  if (code === 'ELOOP' || code === 'ENXIO') return 'not-a-file'
  if (code !== undefined && isExhaustion(code)) return 'exhausted'
  return 'unreadable'
}

function reachedDirectly(descriptor: number, full: Buffer, root: string): boolean {
  if (descriptorLinks) {
    return readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: 'buffer' }).equals(full)
  }
  // Elsewhere a race remains between this look and the open; a link that stays is refused.
  let at = Buffer.byteLength(root) + 1
  for (;;) {
    at = full.indexOf('/', at)
    if (at === -1) return true
    if (lstatSync(full.subarray(0, at)).isSymbolicLink()) return false
    at++
  }
}

/** The file's bytes from `position`, at most `length` of them: fewer where it ends. */
export function readAt(file: OpenFile, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  return bytes.subarray(0, readInto(file, bytes, position))
}

/** The file's first bytes, at most `most`. One that cannot be read is closed when this throws. */
export function readHead(file: OpenFile, most: number): Buffer {
  try {
    return readAt(file, 0, Math.min(file.bytes, most))
  } catch (error) {
    file.close()
    throw error
  }
}

/** Fills a buffer from `position` of the file; returns how many bytes it holds. */
export function readInto(file: OpenFile, bytes: Buffer, position: number): number {
  let filled = 0
  while (filled < bytes.length) {
    const count = readSync(file.descriptor, bytes, filled, bytes.length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}
