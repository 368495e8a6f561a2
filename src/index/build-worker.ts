import { closeSync, openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { createReader, type Documents } from './documents.ts'
import { type MergedPart, mergeRuns } from './merge.ts'
import { createRunWriter, type Run } from './runs.ts'
import { runKinds } from './symbols.ts'
import { type CommonGrams, createTokenizer } from './tokens.ts'

// A thread of the build process: it reads documents into runs, and later merges parts of them.

export interface WorkerData {
  readonly documents: Documents
  readonly maxFileBytes: number
  readonly common: CommonGrams | undefined
  /** Takes the runs, and the lists. */
  readonly directory: string
}

export type Task =
  | { readonly type: 'read'; readonly chunk: number; readonly from: number; readonly to: number }
  | {
      readonly type: 'merge'
      readonly part: number
      /** From one on to before another. */
      readonly buckets: readonly [number, number]
      readonly runs: readonly Run[]
    }

export type Done =
  | {
      readonly type: 'read'
      readonly chunk: number
      readonly runs: readonly Run[]
      /** Of the documents in the chunk; zeros for those that are not in the index. */
      readonly digests: Uint32Array
      readonly traits: Uint8Array
      readonly longest: Uint8Array
      readonly textBytes: number
    }
  | { readonly type: 'merge'; readonly part: number; readonly merged: MergedPart }

/** A document with more grams than that would cost too much memory; it stays a candidate always. */
const mostGrams = 4_000_000

const { documents, maxFileBytes, common, directory } = workerData as WorkerData
const read = createReader(documents, maxFileBytes)
const tokensOf = createTokenizer(common)

const writer = createRunWriter()

function readChunk({ chunk, from, to }: Extract<Task, { type: 'read' }>): Done {
  const runs: Run[] = []
  const digests = new Uint32Array(4 * (to - from))
  const traits = new Uint8Array(to - from)
  const longest = new Uint8Array(runKinds.length * (to - from))
  let textBytes = 0
  const write = () => {
    const name = `run-${chunk}-${runs.length}`
    const file = openSync(`${directory}/${name}`, 'wx')
    try {
      runs.push(writer.write(name, file))
    } finally {
      closeSync(file)
    }
  }
  for (let document = from; document < to; document++) {
    const text = read(document)
    if (!text) continue
    const tokens = tokensOf(text.bytes)
    if (tokens.grams.length > mostGrams) continue
    writer.add(document, tokens.grams)
    digests.set(text.digest, 4 * (document - from))
    traits[document - from] = tokens.traits
    longest.set(tokens.runs, runKinds.length * (document - from))
    textBytes += text.bytes.length
    if (writer.isFull) write()
  }
  write()
  return { type: 'read', chunk, runs, digests, traits, longest, textBytes }
}

function mergePart({ part, buckets, runs }: Extract<Task, { type: 'merge' }>): Done {
  const open = runs.map((run) => ({ ...run, file: openSync(`${directory}/${run.name}`, 'r') }))
  const lists = openSync(`${directory}/lists.${part}`, 'wx')
  try {
    return { type: 'merge', part, merged: mergeRuns(open, buckets, documents.count, lists) }
  } finally {
    for (const { file } of open) closeSync(file)
    closeSync(lists)
  }
}

parentPort!.on('message', (task: Task) => {
  parentPort!.postMessage(task.type === 'read' ? readChunk(task) : mergePart(task))
})
