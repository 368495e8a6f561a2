import type { Failure } from '../failure.ts'
import type { TreeSource } from '../git/whole-tree.ts'
import { decodeFrames, encodeFrame } from '../process/frames.ts'
import type { Columns, Repository } from './catalog.ts'
import { columnsOver, memoryOf } from './columns.ts'
import type { ListOptions } from './list.ts'
import type { TooLarge, TreeFiles, TreeLimits } from './tree-files.ts'

/** What the tree process is asked; one thing only. */
export type TreeRequest =
  /** To have the tree of a key in a directory, as it stands there already or newly written. */
  | {
      readonly type: 'open'
      readonly directory: string
      readonly key: string
      readonly source: TreeSource
      readonly limits: TreeLimits
      /** Of all trees in the directory. */
      readonly mostBytes: number
    }
  /** To remove what was left behind, and one that is ours. */
  | { readonly type: 'sweep'; readonly directory: string; readonly ours: string | undefined }
  /** Which paths of a tree may be seen; these and those that are seen now come as blocks, paths with their ends. */
  | {
      readonly type: 'judge'
      readonly repository: Pick<Repository, 'root' | 'prefix' | 'kind'>
      readonly options: ListOptions
      readonly exclude: string | undefined
    }

/** What is not among the files of a tree, by reason. */
export type TreeLeftOut = Pick<TreeFiles, 'hidden' | 'links' | 'special'>

/** What the tree process says. The last message is none of the first two. */
export type TreeMessage =
  /** It begins to write, under this name. */
  | { readonly type: 'writing'; readonly name: string }
  /** What part is done, of 1. */
  | { readonly type: 'progress'; readonly part: number; readonly files: number }
  | {
      readonly type: 'tree'
      readonly name: string
      readonly leftOut: TreeLeftOut
      readonly columns: Columns
    }
  | ({ readonly type: 'too-large' } & TooLarge)
  /** All the room is taken by trees that are being searched. */
  | { readonly type: 'no-room' }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** The disk is full, say: what the system calls it. */
  | { readonly type: 'trouble'; readonly code: string }
  | { readonly type: 'swept'; readonly others: number }
  /** By position, 1 for a path that may be seen. */
  | { readonly type: 'judged'; readonly seen: Uint8Array }

interface BareTree {
  readonly count: number
  readonly pathBytes: number
}

export function encodeMessage(message: TreeMessage): readonly Uint8Array[] {
  if (message.type === 'judged') {
    return encodeFrame({ head: { type: message.type }, blocks: [message.seen] })
  }
  if (message.type !== 'tree') return encodeFrame({ head: message, blocks: [] })
  const { columns, ...rest } = message
  const bare: BareTree = { count: columns.count, pathBytes: columns.paths.length }
  return encodeFrame({ head: { ...rest, bare }, blocks: [memoryOf(columns)] })
}

/** The messages in a stream; what is cut off at its end is dropped. */
export async function* decodeMessages(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<TreeMessage> {
  for await (const { head, blocks } of decodeFrames<TreeMessage & { bare?: BareTree }>(stream)) {
    if (head.type === 'judged') yield { type: 'judged', seen: blocks[0]! }
    else if (head.type === 'tree') {
      const { bare, ...rest } = head
      const columns = columnsOver(bare!.count, bare!.pathBytes, blocks[0]!.buffer as ArrayBuffer)
      yield { ...rest, columns }
    } else yield head
  }
}

/** Paths one after the other, and where each ends. */
export interface Paths {
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
}

/** As the two blocks of a frame. */
export const blocksOf = ({ bytes, ends }: Paths): readonly Uint8Array[] => [
  bytes,
  new Uint8Array(ends.buffer, ends.byteOffset, ends.byteLength),
]

/** Bytes one character each. @param blocks as `blocksOf` gives them */
export function pathsIn([bytes, ends]: readonly Uint8Array[]): readonly string[] {
  const text = Buffer.from(bytes!.buffer, bytes!.byteOffset, bytes!.byteLength).toString('latin1')
  let start = 0
  return Array.from(new Uint32Array(ends!.slice().buffer), (end) => {
    const path = text.slice(start, end)
    start = end
    return path
  })
}
