import { closeSync, openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { createReader, type Documents } from './documents.ts'
import { type MergedPart, mergeRuns } from './merge.ts'
import { createRunWriter } from './runs.ts'
import type { Sample } from './sample.ts'
import { runKinds } from './symbols.ts'
import { createTokenizer } from './tokens.ts'

// A thread of the build process: it reads documents into sorted runs, and later merges one part of them.

export interface WorkerData {
  readonly documents: Documents
  readonly maxFileBytes: number
  readonly sample: Sample
  /** Takes the runs, and the lists. */
  readonly directory: string
}

export type Task =
  | { readonly type: 'read'; readonly chunk: number; readonly from: number; readonly to: number }
  | { readonly type: 'merge'; readonly part: number; readonly runs: readonly string[] }

export type Done =
  | {
      readonly type: 'read'
      readonly chunk: number
      /** Names of the runs, without their part. */
      readonly runs: readonly string[]
      /** Of the documents in the chunk; zeros for those that are not in the index. */
      readonly digests: Uint32Array
      readonly traits: Uint8Array
      readonly longest: Uint8Array
      readonly textBytes: number
    }
  | { readonly type: 'merge'; readonly part: number; readonly merged: MergedPart }

/** A document with more grams than that would cost too much memory; it stays a candidate always. */
const mostGrams = 4_000_000

const { documents, maxFileBytes, sample, directory } = workerData as WorkerData
const read = createReader(documents, maxFileBytes)
const tokensOf = createTokenizer(sample.common)

const pathOf = (run: string, part: number): string => `${directory}/${run}.${part}`

function readChunk({ chunk, from, to }: Extract<Task, { type: 'read' }>): Done {
  const writer = createRunWriter()
  const runs: string[] = []
  const digests = new Uint32Array(4 * (to - from))
  const traits = new Uint8Array(to - from)
  const longest = new Uint8Array(runKinds.length * (to - from))
  let textBytes = 0
  const write = () => {
    const run = `run-${chunk}-${runs.length}`
    const files = sample.bounds.map((_, part) => openSync(pathOf(run, part), 'wx'))
    try {
      writer.write(sample.bounds, files)
    } finally {
      for (const file of files) closeSync(file)
    }
    runs.push(run)
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

function mergePart({ part, runs }: Extract<Task, { type: 'merge' }>): Done {
  const files = runs.map((run) => openSync(pathOf(run, part), 'r'))
  const lists = openSync(pathOf('lists', part), 'wx')
  try {
    return { type: 'merge', part, merged: mergeRuns(files, documents.count, lists) }
  } finally {
    for (const file of [...files, lists]) closeSync(file)
  }
}

parentPort!.on('message', (task: Task) => {
  parentPort!.postMessage(task.type === 'read' ? readChunk(task) : mergePart(task))
})
