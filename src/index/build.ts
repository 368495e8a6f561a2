import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { scriptBeside } from '../process/script.ts'
import type { Done, Task, WorkerData } from './build-worker.ts'
import type { Documents } from './documents.ts'
import { encodeHeader, headerBytes, padded, type Section, sections } from './format.ts'
import type { MergedPart } from './merge.ts'
import { bucketCount, type Run, writeAll } from './runs.ts'
import { commonOf } from './sample.ts'

export interface BuildOptions {
  /** Where segments stand. */
  readonly directory: string
  readonly maxFileBytes: number
  readonly onProgress?: (documents: number) => void
}

/** Documents that a thread reads at once: enough work, and not so much that threads wait for the last one. */
const chunkDocuments = 1_024
/** More threads would cost memory, and what they write goes to one disk. */
const mostThreads = 4
/** Parts that are merged for each thread: they take different times. */
const partsPerThread = 4

/**
 * Builds one segment of these documents and puts it in its place, whole or not at all. To be called in a process of
 * its own: it takes hundreds of megabytes.
 *
 * @returns the name of the segment's file
 */
export async function buildSegment(documents: Documents, options: BuildOptions): Promise<string> {
  const { directory, maxFileBytes } = options
  const work = `${directory}/building-${process.pid}`
  // Of a process that was killed and had our number.
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true, mode: 0o700 })
  try {
    const chunks = Math.ceil(documents.count / chunkDocuments)
    const threads = Math.max(1, Math.min(availableParallelism(), mostThreads, chunks))
    const common = commonOf(documents, maxFileBytes)
    const pool = openPool(threads, { documents, maxFileBytes, common, directory: work })
    try {
      const read = await readAll(documents.count, chunks, pool, options.onProgress)
      const merged = await mergeAll(threads * partsPerThread, read.runs, pool)
      const name = nameOf(read.digests)
      const lists = merged.map((_, part) => `${work}/lists.${part}`)
      const file = `${work}/segment`
      writeSegment(file, lists, merged, {
        count: documents.count,
        textBytes: read.textBytes,
        digests: bytesOf(read.digests),
        traits: read.traits,
        runs: read.longest,
        common: common ?? new Uint8Array(),
      })
      renameSync(file, `${directory}/${name}`)
      return name
    } finally {
      await pool.close()
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A segment is known by its documents. */
const nameOf = (digests: Uint32Array): string =>
  `${createHash('sha256').update(digests).digest('hex').slice(0, 24)}.segment`

interface Pool {
  run(tasks: readonly Task[], each: (done: Done) => void): Promise<void>
  close(): Promise<unknown>
}

function openPool(threads: number, workerData: WorkerData): Pool {
  const script = scriptBeside(import.meta.url, 'build-worker')
  const workers = Array.from({ length: threads }, () => new Worker(script, { workerData }))
  return {
    async run(tasks, each) {
      const pending = [...tasks].reverse()
      const work = async (worker: Worker) => {
        for (let task = pending.pop(); task; task = pending.pop()) {
          const done = once(worker, 'message') as Promise<[Done]>
          worker.postMessage(task)
          each((await done)[0])
        }
      }
      await Promise.all(workers.map(work))
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

interface Read {
  /** In the order of their documents. */
  readonly runs: readonly Run[]
  readonly digests: Uint32Array
  readonly traits: Uint8Array
  readonly longest: Uint8Array
  readonly textBytes: number
}

async function readAll(
  count: number,
  chunks: number,
  pool: Pool,
  onProgress: ((documents: number) => void) | undefined,
): Promise<Read> {
  const done: Extract<Done, { type: 'read' }>[] = []
  let documents = 0
  const tasks = Array.from({ length: chunks }, (_, chunk): Task => {
    const from = chunk * chunkDocuments
    return { type: 'read', chunk, from, to: Math.min(from + chunkDocuments, count) }
  })
  await pool.run(tasks, (one) => {
    if (one.type !== 'read') return
    done[one.chunk] = one
    documents += one.traits.length
    onProgress?.(documents)
  })
  return {
    runs: done.flatMap(({ runs }) => runs),
    digests: concatenated(done.map(({ digests }) => digests)),
    traits: Buffer.concat(done.map(({ traits }) => traits)),
    longest: Buffer.concat(done.map(({ longest }) => longest)),
    textBytes: done.reduce((sum, { textBytes }) => sum + textBytes, 0),
  }
}

async function mergeAll(
  parts: number,
  runs: readonly Run[],
  pool: Pool,
): Promise<readonly MergedPart[]> {
  const merged: MergedPart[] = []
  const tasks = partsOf(runs, parts).map(
    (buckets, part): Task => ({ type: 'merge', part, buckets, runs }),
  )
  await pool.run(tasks, (one) => {
    if (one.type === 'merge') merged[one.part] = one.merged
  })
  return merged
}

/** The buckets in parts of about as many pairs. */
function partsOf(runs: readonly Run[], parts: number): readonly (readonly [number, number])[] {
  const before = (bucket: number) => runs.reduce((sum, { starts }) => sum + starts[bucket]!, 0)
  const all = before(bucketCount)
  const ends: number[] = []
  for (let bucket = 1; bucket < bucketCount && ends.length < parts - 1; bucket++) {
    if (before(bucket) >= (all / parts) * (ends.length + 1)) ends.push(bucket)
  }
  return [...ends, bucketCount].map((end, i) => [ends[i - 1] ?? 0, end] as const)
}

interface Facts {
  readonly count: number
  readonly textBytes: number
  readonly digests: Uint8Array
  readonly traits: Uint8Array
  readonly runs: Uint8Array
  readonly common: Uint8Array
}

function writeSegment(
  path: string,
  lists: readonly string[],
  parts: readonly MergedPart[],
  facts: Facts,
): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    const bytes = {} as Record<Section, number>
    const append = (part: Uint8Array) => {
      hash.update(part)
      writeAll(file, part)
    }
    writeAll(file, new Uint8Array(headerBytes))
    for (const section of sections) {
      bytes[section] = 0
      for (const part of contentsOf(section, lists, parts, facts)) {
        append(part)
        bytes[section] += part.length
      }
      append(new Uint8Array(padded(bytes[section]) - bytes[section]))
    }
    const { count, textBytes } = facts
    writeSync(
      file,
      encodeHeader({ documents: count, textBytes, bytes, body: hash.digest() }),
      0,
      headerBytes,
      0,
    )
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function* contentsOf(
  section: Section,
  lists: readonly string[],
  parts: readonly MergedPart[],
  facts: Facts,
): Generator<Uint8Array> {
  switch (section) {
    case 'lists':
      for (const path of lists) yield* contentOf(path)
      return
    case 'dictionary':
      for (const { dictionary } of parts) yield dictionary
      return
    case 'blockGrams':
      for (const { blockGrams } of parts) yield bytesOf(blockGrams)
      return
    case 'blockStarts':
      yield* shifted(
        parts,
        ({ blockStarts }) => blockStarts,
        ({ dictionary }) => dictionary.length,
      )
      return
    case 'blockLists':
      yield* shifted(
        parts,
        ({ blockLists }) => blockLists,
        ({ listBytes }) => listBytes,
      )
      return
    default:
      yield facts[section]
  }
}

/** Numbers of the parts one behind the other, each part's raised by the lengths of those before it. */
function* shifted<T extends Uint32Array | Float64Array>(
  parts: readonly MergedPart[],
  numbersOf: (part: MergedPart) => T,
  lengthOf: (part: MergedPart) => number,
): Generator<Uint8Array> {
  let before = 0
  for (const part of parts) {
    yield bytesOf(numbersOf(part).map((number) => number + before) as T)
    before += lengthOf(part)
  }
}

function* contentOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(1 << 20)
      const count = readSync(file, chunk, 0, chunk.length, null)
      if (count === 0) return
      yield chunk.subarray(0, count)
    }
  } finally {
    closeSync(file)
  }
}

const bytesOf = (numbers: NodeJS.ArrayBufferView): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)

function concatenated(arrays: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(arrays.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}
