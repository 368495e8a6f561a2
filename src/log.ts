import type { Writable } from 'node:stream'

/** What is written down of requests: nothing, all but what they ask for, or that, too. */
export const logModes = ['off', 'requests', 'queries'] as const
export type LogMode = (typeof logModes)[number]

/** Standard error, for the operator: plain lines, or JSON lines where requests are logged. */
export interface Log {
  readonly mode: LogMode
  /** @param requestId of the request that it is about */
  tell(level: 'warn' | 'error', message: string, requestId?: string): void
  /** A line that is JSON already, with its end. */
  write(line: string): void
}

export function openLog(mode: LogMode): Log {
  return {
    mode,
    tell(level, message, requestId) {
      const request = requestId === undefined ? {} : { request: requestId }
      const plain = `ripline: ${requestId === undefined ? '' : `request ${requestId}: `}${message}`
      write(
        mode === 'off'
          ? `${plain}\n`
          : `${JSON.stringify({ level, time: new Date().toISOString(), ...request, msg: message })}\n`,
      )
    },
    write,
  }
}

/** Characters that are held for a reader who is slow. What comes beyond them is dropped, and counted. */
const mostHeld = 262_144

/** Lines to a stream that nobody may be reading: it is never waited for, and little is held for it. */
export function createLineWriter(stream: () => Writable): (line: string) => void {
  let dropped = 0
  return (line) => {
    const to = stream()
    if (to.writableLength > mostHeld) {
      dropped++
      return
    }
    if (dropped > 0) {
      const time = new Date().toISOString()
      const msg = `${dropped} lines are missing here: standard error was not read`
      dropped = 0
      to.write(`${JSON.stringify({ level: 'warn', time, msg })}\n`)
    }
    to.write(line)
  }
}

const write = createLineWriter(() => process.stderr)
