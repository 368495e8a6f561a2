import { extname } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { bounded } from '../process/bounds.ts'
import { type Child, startChild } from '../process/child.ts'
import { decodeFrames, encodeFrame } from '../process/frames.ts'
import type { Runs } from './emitter.ts'
import type { HighlightMessage, HighlightRequest } from './highlight-process.ts'
import { createResults } from './results.ts'

/**
 * Tells what the stretches of a text are to the eye. highlight.js does it, whose time for a hostile text has no
 * bound and whose memory for a large one is twenty times its size: so in processes of its own, which are killed when
 * they take too long, and go when there is nothing to do.
 */
export interface Highlighter {
  /** Never rejects. A text that is being worked on, or was before, is not worked on again. */
  highlight(wanted: Wanted): Promise<Highlighted>
  /** Processes that run. */
  readonly processes: number
  close(): Promise<void>
}

export interface Wanted {
  readonly text: string
  /** A name for the text that no other has. */
  readonly digest: string
  /** A grammar of highlight.js. */
  readonly grammar: string
  /** The part that is wanted, in UTF-16 units. */
  readonly from: number
  readonly to: number
}

export type Highlighted =
  | { readonly kind: 'runs'; readonly runs: Runs }
  /**
   * Why there are none: it takes too long; it is not ready yet, and may be when it is asked for again; too much else
   * is asked for; there are too many; the grammar, or the process, failed.
   */
  | { readonly kind: 'slow' | 'late' | 'busy' | 'many' | 'failed' }

export interface HighlighterOptions {
  /** Processes at once. */
  readonly processes: number
  /** Texts that wait for one. */
  readonly queue: number
  /** For one text, in a process that is ready. */
  readonly workMs: number
  /** For a process to be ready. */
  readonly startMs: number
  /** That whoever asks waits at most, for whatever it is. */
  readonly waitMs: number
  /** A process without work ends after this. */
  readonly idleMs: number
  /** Stretches of one part. */
  readonly mostRuns: number
  /** Of results that are kept. */
  readonly keptBytes: number
}

export const highlighterOptions: HighlighterOptions = {
  processes: 2,
  queue: 16,
  workMs: 2_000,
  startMs: 10_000,
  waitMs: 1_500,
  idleMs: 60_000,
  mostRuns: 150_000,
  keptBytes: 4_194_304,
}

// The script has our own ending: .ts from source, .js when built.
const own = fileURLToPath(import.meta.url)
const script = fileURLToPath(new URL(`./highlight-process${extname(own)}`, import.meta.url))

/** Of its heap, in MB. Text, tokens and regex stacks are elsewhere too, so the system bounds all of it, widely. */
const heapMb = 256
const memoryBytes = 4 * 2 ** 30

interface Job extends Wanted {
  readonly settle: (how: Highlighted) => void
}

/** A process, and what it is at. */
interface Worker {
  readonly child: Child
  readonly input: PassThrough
  job: Job | undefined
  isReady: boolean
  /** Kills it: for its start, its work or its idleness lasting too long. */
  timer: NodeJS.Timeout | undefined
  /** Why we killed it. */
  reason: 'slow' | undefined
}

export function createHighlighter(options: HighlighterOptions = highlighterOptions): Highlighter {
  const results = createResults(options.keptBytes)
  const running = new Map<string, Promise<Highlighted>>()
  const workers = new Set<Worker>()
  const queue: Job[] = []
  let closed = false

  const after = (worker: Worker, ms: number, act: () => void) => {
    clearTimeout(worker.timer)
    worker.timer = setTimeout(act, ms)
  }
  const end = (worker: Worker, how: Highlighted) => {
    const { job } = worker
    worker.job = undefined
    job?.settle(how)
  }
  const killAsSlow = (worker: Worker) => {
    worker.reason = 'slow'
    worker.child.kill()
  }

  function begin(worker: Worker): void {
    const job = worker.job ?? queue.shift()
    worker.job = job
    if (!worker.isReady) return
    if (!job) {
      after(worker, options.idleMs, () => worker.child.kill())
      return
    }
    const { grammar, from, to } = job
    const head: HighlightRequest = { grammar, from, to, mostRuns: options.mostRuns }
    for (const part of encodeFrame({ head, blocks: [Buffer.from(job.text, 'utf16le')] })) {
      worker.input.write(part)
    }
    after(worker, options.workMs, () => killAsSlow(worker))
  }

  function start(): void {
    const args = [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=8', script]
    const command = bounded(process.execPath, args, { memoryBytes })
    const input = new PassThrough()
    const child = startChild(command.file, command.args, { cwd: '/', input })
    const worker: Worker = {
      child,
      input,
      job: undefined,
      isReady: false,
      timer: undefined,
      reason: undefined,
    }
    workers.add(worker)
    after(worker, options.startMs, () => killAsSlow(worker))
    begin(worker)
    void hear(worker)
  }

  async function hear(worker: Worker): Promise<void> {
    const { child } = worker
    try {
      for await (const { head, blocks } of decodeFrames<HighlightMessage>(child.stdout)) {
        if (head.type === 'ready') worker.isReady = true
        else end(worker, highlighted(head, blocks))
        begin(worker)
      }
    } catch {
      // Our own kill destroys the stream.
    }
    clearTimeout(worker.timer)
    child.kill()
    await child.ended
    workers.delete(worker)
    end(worker, { kind: worker.reason ?? 'failed' })
    fill()
  }

  /** Gives what waits to processes, as far as there may be some. */
  function fill(): void {
    for (const worker of workers) {
      if (queue.length > 0 && worker.isReady && !worker.job) begin(worker)
    }
    // One that is starting has taken its work already.
    while (queue.length > 0 && workers.size < options.processes && !closed) start()
  }

  function work(key: string, wanted: Wanted): Promise<Highlighted> {
    const { promise, resolve } = Promise.withResolvers<Highlighted>()
    const settle = (how: Highlighted) => {
      running.delete(key)
      results.keep(key, how)
      resolve(how)
    }
    queue.push({ ...wanted, settle })
    running.set(key, promise)
    fill()
    return promise
  }

  return {
    async highlight(wanted) {
      const { digest, grammar, from, to } = wanted
      const key = `${digest} ${grammar} ${from} ${to}`
      const kept = results.get(key)
      if (kept) return kept
      if (closed || (!running.has(key) && queue.length >= options.queue)) return { kind: 'busy' }
      return await withinMs(options.waitMs, running.get(key) ?? work(key, wanted))
    },
    get processes() {
      return workers.size
    },
    async close() {
      closed = true
      for (const job of queue.splice(0)) job.settle({ kind: 'busy' })
      const all = [...workers]
      for (const { child } of all) child.kill()
      await Promise.all(all.map(({ child }) => child.ended))
    },
  }
}

function highlighted(head: HighlightMessage, blocks: readonly Uint8Array[]): Highlighted {
  if (head.type === 'many') return { kind: 'many' }
  if (head.type !== 'runs') return { kind: 'failed' }
  const [ends, kinds] = blocks as [Uint8Array<ArrayBuffer>, Uint8Array]
  return { kind: 'runs', runs: { ends: new Uint32Array(ends.buffer), kinds } }
}

async function withinMs(ms: number, work: Promise<Highlighted>): Promise<Highlighted> {
  const late = Promise.withResolvers<Highlighted>()
  const timer = setTimeout(late.resolve, ms, { kind: 'late' })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
