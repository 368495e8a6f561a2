import { startChild } from '../process/child.ts'
import { decodeFrames, encodeFrame } from '../process/frames.ts'
import { scriptBeside } from '../process/script.ts'
import type { IndexMessage, IndexRequest } from './build-process.ts'
import type { Documents } from './documents.ts'

const script = scriptBeside(import.meta.url, 'build-process')

/** The segments of a directory that can be trusted. @throws with words for the operator */
export async function listSegments(
  directory: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for await (const message of ask({ type: 'list', directory }, [], signal)) {
    if (message.type === 'segments') return message.names
  }
  return []
}

/** Builds a segment in a process of its own; returns its name, or `undefined` after an abort. @throws as above */
export async function buildInChild(
  documents: Documents,
  options: { readonly directory: string; readonly maxFileBytes: number },
  signal: AbortSignal,
  onProgress: (documents: number) => void,
): Promise<string | undefined> {
  const { count, roots, root, pathEnds, paths } = documents
  const request = { type: 'build', ...options, count, roots } as const
  const blocks = [root, pathEnds, paths].map(
    (block) => new Uint8Array(block.buffer, block.byteOffset, block.byteLength),
  )
  for await (const message of ask(request, blocks, signal)) {
    if (message.type === 'progress') onProgress(message.documents)
    if (message.type === 'built') return message.name
  }
  return undefined
}

async function* ask(
  head: IndexRequest,
  blocks: readonly Uint8Array[],
  signal: AbortSignal,
): AsyncGenerator<IndexMessage> {
  const child = startChild(process.execPath, [script], {
    cwd: '/',
    bounds: {},
    signal,
    input: encodeFrame({ head, blocks }),
  })
  try {
    for await (const { head: message } of decodeFrames<IndexMessage>(child.stdout)) {
      if (message.type === 'trouble') throw new Error(message.message)
      yield message
    }
    const ended = await child.ended
    if (signal.aborted || (ended.kind === 'exited' && ended.code === 0)) return
    throw new Error(`it broke off: ${ended.kind === 'not-started' ? ended.code : lastLine(ended)}`)
  } catch (error) {
    // Our own kill destroys the stream.
    if (!signal.aborted) throw error
  } finally {
    child.kill()
    await child.ended
  }
}

const lastLine = (ended: { readonly kind: string; readonly stderr: string }): string =>
  /^\w*Error.*$/m.exec(ended.stderr)?.[0] ?? ended.kind
