import { startChild } from '../process/child.ts'
import { encodeFrame } from '../process/frames.ts'
import { scriptBeside } from '../process/script.ts'
import { decodeMessages, type TreeMessage, type TreeRequest } from './tree-message.ts'

const script = scriptBeside(import.meta.url, 'tree-process')

/** What no tree within the limits takes. */
const longestMs = 900_000

/**
 * Asks a process of its own, which ends with its answer. Aborting the signal kills it, and nothing more is told.
 *
 * @param blocks that belong to the request
 */
export async function* askTree(
  request: TreeRequest,
  blocks: readonly Uint8Array[],
  caller: AbortSignal,
): AsyncGenerator<TreeMessage> {
  const signal = AbortSignal.any([caller, AbortSignal.timeout(longestMs)])
  const child = startChild(process.execPath, ['--max-semi-space-size=4', script], {
    cwd: '/',
    bounds: {},
    // Git is looked for there by its name.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    signal,
    input: encodeFrame({ head: request, blocks }),
  })
  try {
    let hasAnswered = false
    for await (const message of decodeMessages(child.stdout)) {
      hasAnswered = message.type !== 'progress' && message.type !== 'writing'
      yield message
    }
    const ended = await child.ended
    if (hasAnswered || caller.aborted) return
    const reason =
      ended.kind === 'not-started' ? ended.code : ended.stderr.trim().split('\n').at(-1)
    yield { type: 'failed', failure: { kind: 'internal', message: `a tree broke off: ${reason}` } }
  } catch (error) {
    // Our own kill destroys the stream.
    if (caller.aborted) return
    yield { type: 'failed', failure: { kind: 'internal', message: `a tree broke off: ${error}` } }
  } finally {
    child.kill()
    await child.ended
  }
}
