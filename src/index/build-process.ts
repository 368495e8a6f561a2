import { writeSync } from 'node:fs'
import { decodeFrames, encodeFrame } from '../process/frames.ts'
import { giveWay } from '../process/priority.ts'
import { buildSegment } from './build.ts'
import type { Documents } from './documents.ts'
import { wholeSegments } from './store.ts'

// The process that keeps the index's files: it says which segments are whole, or builds one.

export type IndexRequest =
  | { readonly type: 'list'; readonly directory: string }
  | {
      readonly type: 'build'
      readonly directory: string
      readonly maxFileBytes: number
      readonly count: number
      readonly roots: readonly string[]
    }

export type IndexMessage =
  | { readonly type: 'segments'; readonly names: readonly string[] }
  | { readonly type: 'progress'; readonly documents: number }
  | { readonly type: 'built'; readonly name: string }
  /** Words for the operator. */
  | { readonly type: 'trouble'; readonly message: string }

const tell = (message: IndexMessage) => {
  for (const part of encodeFrame({ head: message, blocks: [] })) {
    for (let at = 0; at < part.length; ) at += writeSync(1, part, at)
  }
}

giveWay()

for await (const { head, blocks } of decodeFrames<IndexRequest>(process.stdin)) {
  try {
    if (head.type === 'list') tell({ type: 'segments', names: wholeSegments(head.directory) })
    else {
      const name = await buildSegment(documentsOf(head, blocks), {
        ...head,
        onProgress: (documents) => tell({ type: 'progress', documents }),
      })
      tell({ type: 'built', name })
    }
  } catch (error) {
    tell({ type: 'trouble', message: (error as Error).message })
  }
}

function documentsOf(
  { count, roots }: Extract<IndexRequest, { type: 'build' }>,
  [root, pathEnds, paths]: readonly Uint8Array[],
): Documents {
  const numbers = (block: Uint8Array) => new Uint32Array(block.buffer, block.byteOffset, count)
  return { count, roots, root: numbers(root!), pathEnds: numbers(pathEnds!), paths: paths! }
}
