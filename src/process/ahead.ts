import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Child } from './child.ts'
import type { Launcher } from './launcher.ts'

/** Processes that wait, and their FIFOs. */
const mostWaiting = 4

/** What a pipe holds for certain; more is written as it is read. */
const pipeBytes = 60_000

/** With fewer of them another is started at once; else when those that were taken have had some time to themselves. */
const fewWaiting = 2
const restMs = 10

/** So many that ended while they should wait, or never came to it, show that waiting is not for this program… */
const mostFailures = 3
/** …for so long: it may be replaced, and what the system is short of comes back. */
const retryMs = 30_000

/** Whoever has not come to its FIFO by then hangs. */
const hungMs = 2_000

interface Waiting {
  readonly child: Child
  readonly fifo: string
  /** In `performance.now()`. */
  readonly startedAt: number
  /** Where its arguments are being written to. */
  writing?: Socket
}

/**
 * Keeps some processes of one program started before they are asked for: each waits for its arguments, which it reads
 * from the configuration file that a variable of its environment names, and that is a FIFO. So neither the start nor
 * what the program does before it looks at its arguments, 3 ms for ripgrep, is part of a search.
 *
 * @param variable names a file with an argument a line, without white space around it
 * @returns a launcher that starts this program so, where a process waits and the arguments are lines of such a file,
 *   and all others as the launcher does
 */
export function openAhead(launcher: Launcher, program: string, variable: string): Launcher {
  /** Those that no process waits at. */
  const fifos: string[] = []
  const waiting: Waiting[] = []
  let failures = 0
  let closed = false
  let resting: NodeJS.Timeout | undefined
  let retrying: NodeJS.Timeout | undefined

  const names = Array.from({ length: mostWaiting }, (_, i) => join(launcher.directory, `${i}`))
  const making = launcher.start('mkfifo', names, { cwd: '/', env: { PATH: '/usr/bin:/bin' } })
  making.stdout.resume()
  void Promise.all([making.ended, launcher.whenReady]).then(([ended]) => {
    // Where there is no such program nothing is started ahead.
    if (ended.kind === 'exited' && ended.code === 0) fifos.push(...names)
    prepare()
  })

  function prepare(): void {
    clearTimeout(resting)
    resting = undefined
    while (fifos.length > 0 && launcher.isReady && failures < mostFailures && !closed) {
      const fifo = fifos.pop()!
      const child = launcher.start(program, [], { cwd: '/', env: { [variable]: fifo } })
      const one: Waiting = { child, fifo, startedAt: performance.now() }
      waiting.push(one)
      void child.ended.then(() => {
        // The next one has this FIFO.
        one.writing?.destroy()
        const at = waiting.indexOf(one)
        if (at !== -1) {
          waiting.splice(at, 1)
          // If the launcher has died, it is none of theirs.
          if (launcher.isReady) fail()
          // If only the launcher has died, it waits on, for what will never come.
          const to = openFifo(fifo)
          if (to !== undefined) closeSync(to)
        }
        fifos.push(fifo)
        prepareSoon()
      })
    }
  }

  function fail(): void {
    failures++
    if (failures < mostFailures) return
    retrying ??= setTimeout(() => {
      retrying = undefined
      failures = 0
      prepare()
    }, retryMs).unref()
  }

  /** A start costs a core 3 ms, which a search that runs would miss. */
  function prepareSoon(): void {
    if (waiting.length < fewWaiting) prepare()
    else resting ??= setTimeout(prepare, restMs).unref()
  }

  const take = (args: readonly string[]): Child | undefined => {
    const text = waiting.length > 0 ? linesOf(args) : undefined
    if (text === undefined) return undefined
    for (const one of [...waiting]) {
      const to = openFifo(one.fifo)
      if (to === undefined) {
        // It has not come to its FIFO yet, or never will.
        if (performance.now() - one.startedAt > hungMs) one.child.kill()
        continue
      }
      waiting.splice(waiting.indexOf(one), 1)
      if (Buffer.byteLength(text) > pipeBytes) one.writing = writeAll(to, text)
      else if (hasWritten(to, text)) closeSync(to)
      else {
        one.child.kill()
        // Not sooner: with its end the arguments would seem to be all.
        void one.child.ended.then(() => closeSync(to))
        return undefined
      }
      failures = 0
      return one.child
    }
    return undefined
  }

  return {
    directory: launcher.directory,
    whenReady: launcher.whenReady,
    start(file, args, options) {
      const { descriptors = [], input, signal } = options
      const isPlain = file === program && descriptors.length === 0 && !input && !options.env
      const child = isPlain ? take(args) : undefined
      prepareSoon()
      return child ? until(signal, child) : launcher.start(file, args, options)
    },
    get isReady() {
      return waiting.length > 0
    },
    close() {
      closed = true
      clearTimeout(resting)
      clearTimeout(retrying)
      for (const { child } of waiting) child.kill()
      launcher.close()
    },
  }
}

/** A descriptor to write to; `undefined` while nobody reads there. */
function openFifo(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

function hasWritten(to: number, text: string): boolean {
  try {
    return writeSync(to, text) === Buffer.byteLength(text)
  } catch {
    return false
  }
}

function writeAll(to: number, text: string): Socket {
  const socket = new Socket({ fd: to, readable: false, writable: true })
  // Its reader has ended, and that is told.
  socket.on('error', () => {})
  return socket.end(text)
}

/** The arguments as lines that will be read as just these; `undefined` if they cannot be that. */
function linesOf(args: readonly string[]): string | undefined {
  const text = args.join('\n')
  if (/[\r\0]/.test(text) || !text.isWellFormed()) return undefined
  let lines = 0
  for (let from = 0, to = 0; to < text.length; from = to + 1) {
    const end = text.indexOf('\n', from)
    to = end === -1 ? text.length : end
    if (!isLine(text, from, to)) return undefined
    lines++
  }
  return lines === args.length ? text : undefined
}

/** ripgrep trims each line of what Unicode calls white space, and passes over empty ones and comments. */
const isLine = (text: string, from: number, to: number): boolean =>
  to > from && text[from] !== '#' && !isSpace(text[from]!) && !isSpace(text[to - 1]!)

const isSpace = (character: string): boolean => /[\s\x85]/.test(character)

function until(signal: AbortSignal | undefined, child: Child): Child {
  if (signal?.aborted) child.kill()
  else signal?.addEventListener('abort', child.kill, { once: true })
  void child.ended.then(() => signal?.removeEventListener('abort', child.kill))
  return child
}
