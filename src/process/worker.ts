import { PassThrough } from 'node:stream'
import { bounded } from './bounds.ts'
import { type Child, startChild } from './child.ts'
import { decodeFrames, encodeFrame, type Frame } from './frames.ts'

/**
 * A process of our own that answers one request after the other. It is started by the first, ended when there has
 * been none for some time, and killed when it takes too long; the next request starts another.
 */
export interface Worker<Request, Answer> {
  /** Never rejects. */
  ask(request: Frame<Request>): Promise<Answer | NoAnswer>
  close(): void
}

/** `busy`: too many wait; `overrun`: it took too long, and was killed; `broken`: its process has ended. */
export type NoAnswer =
  | { readonly kind: 'busy' }
  | { readonly kind: 'overrun' }
  | { readonly kind: 'broken' }

export interface WorkerOptions {
  /** It says `ready` in a frame, and then answers each frame from its standard input with one. */
  readonly script: string
  /** Of Node.js, such as limits of its memory. */
  readonly flags: readonly string[]
  /** Of wall time: for its start, and for one request. */
  readonly startMs: number
  readonly requestMs: number
  readonly idleMs: number
  /** Requests that wait for it. */
  readonly queue: number
}

interface Job<Request, Answer> {
  readonly request: Frame<Request>
  readonly settle: (answer: Answer | NoAnswer) => void
}

export function openWorker<Request, Answer>(options: WorkerOptions): Worker<Request, Answer> {
  const waiting: Job<Request, Answer>[] = []
  let job: Job<Request, Answer> | undefined
  let child: Child | undefined
  let input: PassThrough | undefined
  let isReady = false
  let timer: NodeJS.Timeout | undefined

  const within = (ms: number, late: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(late, ms)
    timer.unref()
  }
  const settle = (answer: Answer | NoAnswer) => {
    const settled = job
    job = undefined
    settled?.settle(answer)
  }
  const end = (kind: NoAnswer['kind']) => {
    clearTimeout(timer)
    child?.kill()
    child = undefined
    isReady = false
    settle({ kind })
    next()
  }

  function next(): void {
    job ??= waiting.shift()
    if (!job) {
      if (child) within(options.idleMs, () => end('broken'))
    } else if (!child) {
      input = new PassThrough()
      child = startChild(...command(options, input))
      within(options.startMs, () => end('overrun'))
      void hear(child)
    } else if (isReady) {
      within(options.requestMs, () => end('overrun'))
      for (const part of encodeFrame(job.request)) input?.write(part)
    }
  }

  async function hear(from: Child): Promise<void> {
    try {
      for await (const { head } of decodeFrames<Answer | 'ready'>(from.stdout)) {
        if (from !== child) return
        if (head === 'ready') isReady = true
        else settle(head)
        next()
      }
    } catch {
      // Its output was destroyed with it, or is no frame.
    }
    if (from === child) end('broken')
  }

  return {
    ask(request) {
      if (waiting.length >= options.queue) return Promise.resolve({ kind: 'busy' })
      return new Promise((resolve) => {
        waiting.push({ request, settle: resolve })
        if (!job) next()
      })
    },
    close() {
      for (const one of waiting.splice(0)) one.settle({ kind: 'broken' })
      end('broken')
    },
  }
}

function command({ script, flags }: WorkerOptions, input: PassThrough) {
  const { file, args } = bounded(process.execPath, [...flags, script], {})
  return [file, args, { cwd: '/', input }] as const
}
