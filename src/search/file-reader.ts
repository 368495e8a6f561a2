import { type OpenFile, readInto } from '../corpus/door.ts'

/** Reads whole files, one after the other, into one buffer. */
export interface FileReader {
  /** What it returns is overwritten when the next one is read. */
  read(file: OpenFile): Buffer
  /** Another may use the buffer: what was read is no more. */
  close(): void
}

/**
 * Buffers that nobody reads into now, for as long as they are not collected as garbage: memory of this size that is
 * new to each search would have V8 collect after every one.
 */
const idle: WeakRef<Buffer>[] = []
/** Searches read two files side by side. */
const mostIdle = 4
const leastBytes = 65_536

export function openFileReader(): FileReader {
  let buffer = takeIdle() ?? Buffer.allocUnsafeSlow(leastBytes)
  return {
    read(file) {
      if (buffer.length < file.bytes) {
        buffer = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(file.bytes)))
      }
      return buffer.subarray(0, readInto(file, buffer.subarray(0, file.bytes), 0))
    },
    close() {
      if (idle.length < mostIdle) idle.push(new WeakRef(buffer))
    },
  }
}

function takeIdle(): Buffer | undefined {
  while (idle.length > 0) {
    const buffer = idle.pop()!.deref()
    if (buffer) return buffer
  }
  return undefined
}
