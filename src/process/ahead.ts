import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bounds } from './bounds.ts'
import { type Child, type ChildOptions, startChild } from './child.ts'
import { type Promised, promiseChild } from './promised.ts'
import { openRoom, type Room } from './room.ts'

/** Processes that wait. */
const mostWaiting = 3

/** Rooms for those that have told all and are about to end, while as many as may run at once do. */
const moreRooms = 2

/** So long a start waits for one that is about to wait: it takes less time, and stops nobody else meanwhile. */
const patienceMs = 100
const lookMs = 2

/** With fewer of them another is started at once; else when those that were taken have had some time to themselves. */
const fewWaiting = 2
const restMs = 10

/** So many that ended while they should wait, or never came to it, show that waiting is not for this program… */
const mostFailures = 3
/** …for so long: it may be replaced, and what the system is short of comes back. */
const retryMs = 30_000
/** A room whose shell was killed is followed by another after so long. */
const reopenMs = 1_000

/** Starts the processes of searches. */
export interface Launcher {
  /** As `startChild`. */
  start(file: string, args: readonly string[], options: ChildOptions): Child
  close(): void
}

export interface AheadOptions {
  readonly program: string
  /** Names a file with an argument a line, without white space around it. */
  readonly variable: string
  /** What its environment has besides. */
  readonly env?: Readonly<Record<string, string>>
  /** What the system holds each process to. Whoever asks for less time kills it when that is over. */
  readonly bounds: Required<Bounds>
  /** So many run at once. */
  readonly running: number
}

/**
 * Keeps some processes of one program started before they are asked for, each in a room of its own, where it waits for
 * its arguments: so neither the start nor what the program does before it looks at its arguments, 3 ms for ripgrep, is
 * part of a search. Where none waits, or the arguments are no lines of a file, a process is started as any other.
 *
 * @returns `undefined` if there is no directory for the rooms
 */
export function openAhead(options: AheadOptions): Launcher | undefined {
  const { program, variable, env = {}, bounds, running } = options
  let directory = makeDirectory()
  if (directory === undefined) return undefined
  const rooms = new Set<Room>()
  /** Starts that wait, in order. */
  const due: Due[] = []
  let identity = identityOf(program)
  let opened = 0
  let failures = 0
  let closed = false
  let resting: NodeJS.Timeout | undefined
  let retrying: NodeJS.Timeout | undefined

  prepare()

  function prepare(): void {
    clearTimeout(resting)
    resting = undefined
    for (let missing = mostWaiting - waiting(); missing > 0 && !retrying && !closed; missing--) {
      const idle = [...rooms].find(({ state }) => state === 'idle')
      if (idle) {
        if (idle.invite()) continue
        // It ends, and another is opened for it.
        rooms.delete(idle)
        idle.close()
      }
      if (rooms.size >= running + moreRooms) return
      open()
    }
  }

  /** How many wait, or soon will. */
  function waiting(): number {
    return [...rooms].filter(({ state }) => state !== 'taken' && state !== 'idle').length
  }

  function open(): void {
    // Whoever cleans up may have removed it.
    if (directory === undefined || !existsSync(directory)) directory = makeDirectory()
    if (directory === undefined) {
      fail()
      return
    }
    const path = join(directory, `${opened++}`)
    try {
      const room = openRoom({
        ...{ path, program, bounds },
        env: { ...env, [variable]: `${path}.in` },
        onChange(failed) {
          if (failed) fail()
          if (room.state !== 'closed') return prepareSoon()
          rooms.delete(room)
          if (!closed) resting ??= setTimeout(prepare, reopenMs).unref()
        },
      })
      rooms.add(room)
    } catch {
      fail()
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
    if (waiting() < fewWaiting) prepare()
    else resting ??= setTimeout(prepare, restMs).unref()
  }

  /** Whether there is such a program; if it is another than it was, those that wait are not it any more. */
  function isThere(): boolean {
    const now = identityOf(program)
    if (now !== identity) for (const room of rooms) room.dismiss()
    identity = now
    return now !== undefined
  }

  function take(text: string): Child | undefined {
    for (const room of rooms) {
      const child = room.state === 'waiting' ? room.take(text) : undefined
      if (!child) continue
      failures = 0
      prepareSoon()
      return child
    }
    return undefined
  }

  /** The process of one that is about to wait; `undefined` where none is. */
  function takeSoon(text: string, start: () => Child): Child | undefined {
    if (rooms.size === 0 || retrying || closed) return undefined
    const promised = promiseChild()
    const most = due.push({ text, start, promised, since: performance.now() })
    if (most === 1) setTimeout(look, lookMs)
    return promised.child
  }

  function look(): void {
    while (due.length > 0) {
      const { text, start, promised, since } = due[0]!
      if (!promised.isKilled) {
        const isLate = closed || performance.now() - since > patienceMs
        const child = take(text) ?? (isLate ? start() : undefined)
        if (!child) break
        promised.keep(child)
      }
      due.shift()
    }
    prepareSoon()
    if (due.length > 0) setTimeout(look, lookMs)
  }

  return {
    start(file, args, options) {
      const { cwd, descriptors = [], input, env } = options
      const isPlain = file === program && cwd === '/' && descriptors.length === 0 && !input && !env
      const text = isPlain ? linesOf(args) : undefined
      if (text === undefined || !isThere()) return startChild(file, args, options)
      const first = due.length === 0 ? take(text) : undefined
      const child = first ?? takeSoon(text, () => startChild(file, args, options))
      return child ? until(options.signal, child) : startChild(file, args, options)
    },
    close() {
      closed = true
      clearTimeout(resting)
      clearTimeout(retrying)
      for (const room of rooms) room.close()
      try {
        rmSync(directory!, { recursive: true, force: true, maxRetries: 2 })
      } catch {
        // Where nothing can be written any more it stays.
      }
    },
  }
}

/** One that nobody else may enter. */
function makeDirectory(): string | undefined {
  // In a container whose file system is read-only there is only the second.
  for (const parent of [tmpdir(), '/dev/shm']) {
    try {
      return mkdtempSync(join(parent, 'ripline-'))
    } catch {
      // The next one, or none.
    }
  }
  return undefined
}

/** What is another for another file, or one that was written to; `undefined` if there is none. */
function identityOf(program: string): string | undefined {
  try {
    const { dev, ino, mtimeNs, ctimeNs } = statSync(program, { bigint: true })
    return [dev, ino, mtimeNs, ctimeNs].join()
  } catch {
    return undefined
  }
}

/** A start that waits for a process. */
interface Due {
  readonly text: string
  readonly promised: Promised
  /** As any other is started. */
  readonly start: () => Child
  /** In `performance.now()`. */
  readonly since: number
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
