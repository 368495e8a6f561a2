import { type Ended, startChild } from '../process/child.ts'
import { scriptBeside } from '../process/script.ts'
import { decode, encode, type ScanMessage, type ScanRequest } from './message.ts'

const script = scriptBeside(import.meta.url, 'scan-process')

/**
 * Scans once, in a process of its own: what a scan takes of memory and time is gone with it, and the server's heap
 * stays small, which keeps every start of a process quick. Aborting the signal ends it without a further message.
 */
export async function* scanOnce(
  request: Omit<ScanRequest, 'type'>,
  signal: AbortSignal,
): AsyncGenerator<ScanMessage> {
  // It is short-lived: without the flag, V8 spends 100 MB on not collecting early.
  const child = startChild(process.execPath, ['--max-semi-space-size=4', script], {
    cwd: '/',
    bounds: {},
    signal,
    input: encode({ type: 'request', ...request }),
  })
  try {
    yield* decode<ScanMessage>(child.stdout)
    const reason = brokeOff(await child.ended)
    if (reason && !signal.aborted)
      yield { type: 'trouble', message: `the scan broke off: ${reason}` }
  } catch (error) {
    // Our own kill destroys the stream.
    if (!signal.aborted) yield { type: 'trouble', message: `the scan broke off: ${error}` }
  } finally {
    child.kill()
    await child.ended
  }
}

function brokeOff(ended: Ended): string | undefined {
  switch (ended.kind) {
    case 'not-started':
      return ended.code
    case 'killed':
      return ended.signal
    case 'exited':
      // Of an exception, Node prints where it was thrown before what it was.
      return ended.code === 0
        ? undefined
        : (/^\w*Error.*$/m.exec(ended.stderr)?.[0] ?? 'no reason given')
  }
}
