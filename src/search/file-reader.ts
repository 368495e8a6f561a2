import { type OpenFile, readInto } from '../corpus/door.ts'

/** Reads whole files, one after the other, into one buffer. */
export interface FileReader {
  /** What it returns is overwritten, or empty, when the next one is read. */
  read(file: OpenFile): Buffer
  /** Another may use the buffer: what was read is no more. */
  close(): void
}

/** Buffers that nobody reads into now. */
const idle: Buffer[] = []
/** Searches read two files side by side. */
const mostIdle = 4
const leastBytes = 65_536
/** Most files are smaller. */
const mostIdleBytes = 262_144

export function openFileReader(): FileReader {
  let buffer = idle.pop() ?? Buffer.allocUnsafeSlow(leastBytes)
  return {
    read(file) {
      if (buffer.length < file.bytes) {
        // First, since there may be no memory: then what there is can still be used.
        const larger = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(file.bytes)))
        free(buffer)
        buffer = larger
      }
      return buffer.subarray(0, readInto(file, buffer.subarray(0, file.bytes), 0))
    },
    close() {
      if (buffer.length <= mostIdleBytes && idle.length < mostIdle) idle.push(buffer)
      else free(buffer)
    },
  }
}

/** Gives memory back now: until the next garbage collection there would be much of it, and that would be soon. */
function free({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
