import { PassThrough } from 'node:stream'
import { startChild } from './child.ts'
import { decodeFrames, encodeFrame, type Frame, FrameTooLarge } from './frames.ts'

/**
 * Processes of our own that answer one request after the other; `serve.ts` is their side. One is started for a request
 * that finds none free, and ended when there has been none for some time. One that takes too long, says too much or
 * what it was not asked, or dies, costs the request that it is at, and nothing else.
 */
export interface Workers<Request, Answer> {
  /** Never rejects. */
  ask(request: Frame<Request>): Promise<Answered<Answer>>
  /** That run. */
  readonly processes: number
  /** Kills them; settles when they are gone. Whoever waits, or asks from now on, is told `busy`. */
  close(): Promise<void>
}

export type Answered<Answer> =
  | { readonly kind: 'answer'; readonly frame: Frame<Answer> }
  | { readonly kind: NoAnswer }

/**
 * Why there is none: too many wait; it took too long; it would have been too large; its process did not start, has
 * died, or said something else.
 */
export type NoAnswer = 'busy' | 'slow' | 'large' | 'broken'

export interface WorkerOptions {
  /** Calls `serve`. */
  readonly script: string
  /** Of V8, for objects that stay, in MB. */
  readonly heapMb: number
  /** Of Node.js, besides. */
  readonly flags?: readonly string[]
  /** Of address space, for all memory: not for WebAssembly, which reserves more than it uses. */
  readonly addressBytes?: number
  /** At once. */
  readonly processes: number
  /** Requests that wait while all processes are at others. */
  readonly queue: number
  /** Of wall time: for a start, and for one request then. */
  readonly startMs: number
  readonly requestMs: number
  /** A process with nothing to do ends after this. */
  readonly idleMs: number
  /** Of one answer, with what is around it: it is taken apart in one go. */
  readonly mostAnswerBytes: number
}

/** A request as its process hears it, and the answer of the same number; number 0 says that the process is ready. */
export interface Asked<Request> {
  readonly nth: number
  readonly request: Request
}
export interface Told<Answer> {
  readonly nth: number
  readonly answer?: Answer
}

interface Job<Request, Answer> {
  readonly request: Frame<Request>
  readonly settle: (how: Answered<Answer>) => void
}

interface Process {
  /** Takes what waits, if it is free. */
  next(): void
  kill(): void
  /** Settles when it is gone. */
  readonly gone: Promise<void>
}

export function openWorkers<Request, Answer>(options: WorkerOptions): Workers<Request, Answer> {
  const running = new Set<Process>()
  const waiting: Job<Request, Answer>[] = []
  let isClosed = false

  function deal(): void {
    for (const one of running) one.next()
    while (waiting.length > 0 && running.size < options.processes) {
      const one = startProcess(options, waiting)
      running.add(one)
      void one.gone.then(() => {
        running.delete(one)
        deal()
      })
    }
  }

  return {
    ask(request) {
      if (isClosed) return Promise.resolve({ kind: 'busy' })
      return new Promise((resolve) => {
        waiting.push({ request, settle: resolve })
        deal()
        if (waiting.length > options.queue) waiting.pop()!.settle({ kind: 'busy' })
      })
    },
    get processes() {
      return running.size
    },
    async close() {
      isClosed = true
      for (const job of waiting.splice(0)) job.settle({ kind: 'busy' })
      for (const one of running) one.kill()
      await Promise.all([...running].map(({ gone }) => gone))
    },
  }
}

/** Starts a process for the first of those that wait. */
function startProcess<Request, Answer>(
  options: WorkerOptions,
  waiting: Job<Request, Answer>[],
): Process {
  const input = new PassThrough()
  const { script, heapMb, flags = [], addressBytes } = options
  const bounds = addressBytes === undefined ? {} : { memoryBytes: addressBytes }
  const args = [`--max-old-space-size=${heapMb}`, ...flags, script]
  const child = startChild(process.execPath, args, { cwd: '/', bounds, input })
  let job = waiting.shift()
  let isOver = false
  let sent = 0
  /** The number that is to come; `undefined` while it is free. */
  let due: number | undefined = 0
  let timer = setTimeout(end, options.startMs, 'broken')

  function within(ms: number, late: NoAnswer): void {
    clearTimeout(timer)
    timer = setTimeout(end, ms, late)
  }
  function settle(how: Answered<Answer>): void {
    const settled = job
    job = undefined
    settled?.settle(how)
  }
  function end(kind: NoAnswer): void {
    isOver = true
    clearTimeout(timer)
    child.kill()
    settle({ kind })
  }
  function next(): void {
    if (due !== undefined || isOver) return
    job ??= waiting.shift()
    if (!job) return
    due = ++sent
    within(options.requestMs, 'slow')
    const { head, blocks } = job.request
    for (const part of encodeFrame({ head: { nth: due, request: head }, blocks })) input.write(part)
  }
  async function hear(): Promise<void> {
    let why: NoAnswer = 'broken'
    try {
      const frames = decodeFrames<Told<Answer>>(child.stdout, options.mostAnswerBytes)
      for await (const { head, blocks } of frames) {
        if (head.nth !== due) break
        if (due > 0) settle({ kind: 'answer', frame: { head: head.answer!, blocks } })
        due = undefined
        within(options.idleMs, 'broken')
        next()
      }
    } catch (error) {
      // Else it is no frame, or was killed while it spoke.
      if (error instanceof FrameTooLarge) why = 'large'
    }
    end(why)
    await child.ended
  }
  return { next, kill: () => end('broken'), gone: hear() }
}
