import { spawn } from 'node:child_process'
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants as system } from 'node:os'
import type { Bounds } from './bounds.ts'
import { type Child, type Ended, stderrBytes } from './child.ts'
import { stepBack, yieldToAll } from './priority.ts'

/**
 * Where the processes of one program wait, one after the other: each is started before it is asked for, and reads its
 * arguments from a FIFO that a variable of its environment names as its configuration file.
 *
 * A small shell starts them, since the system copies what the parent of a process has mapped and stops it meanwhile,
 * which takes a server of 150 MB some 5 ms. All that the shell is told is when. It makes the three FIFOs of the room,
 * and a process writes into two of them, so no byte takes a detour.
 */
export interface Room {
  /** `idle`: nothing runs in it; `coming`: what runs is not ready; `taken`: it has its arguments. */
  readonly state: 'opening' | 'idle' | 'coming' | 'waiting' | 'taken' | 'closed'
  /** Lets the next process come into a room that is idle. */
  invite(): void
  /**
   * Gives its arguments to the process that waits.
   *
   * @param text a line for each
   * @returns `undefined` if it has not come to its FIFO
   */
  take(text: string): Child | undefined
  /** Ends what waits in it, or is about to. */
  dismiss(): void
  close(): void
}

export interface RoomOptions {
  /** What its FIFOs' names begin with. */
  readonly path: string
  readonly program: string
  /** Names the FIFO, `path` and `.in`. */
  readonly env: Readonly<Record<string, string>>
  readonly bounds: Required<Bounds>
  /** Its state is another; `failed` if its shell never worked, or its process ended though nothing was asked of it. */
  readonly onChange: (failed: boolean) => void
}

/**
 * A process for a line that is read, and its status after another one. Until then a process that has ended keeps its
 * id, so that nothing else can be killed by it. Where the lines end the server has, and the group goes with it.
 */
const script = `
mkfifo "$0.in" "$0.out" "$0.err" || exit
echo idle
while read -r _; do
  (
    ulimit -c 0; ulimit -v "$2"; ulimit -t "$3"
    echo here >&3
    exec "$1" 2>&4 3>&- 4>&-
  ) 4>"$0.err" 3>&1 >"$0.out" 2>/dev/null </dev/null &
  echo "pid $!"
  read -r _ || kill -9 0
  wait $!
  echo "status $?"
done
kill -9 0
`

/** What a pipe holds for certain; more is written as it is read. */
const pipeBytes = 60_000

/** Whoever has not come to its FIFO by then hangs. */
const hungMs = 2_000

/** One process, from before it is started until its status is known. */
interface Visit {
  readonly startedAt: number
  readonly stdout: number
  readonly stderr: number
  readonly ended: PromiseWithResolvers<Ended>
  pid?: number
  isHere: boolean
  /** What reads its output, from when it is taken. */
  output?: Socket
  /** What reads its standard error, from when it is here, and the first of what it has read. */
  errors?: Socket
  kept: string
  /** Where its arguments go, where they are more than a pipe holds. */
  writing?: Socket
  /** Its status is asked for: from now on its id may be another's. */
  isLeft: boolean
  /** We have killed it. */
  isOurs: boolean
  isDismissed: boolean
}

export function openRoom({ path, program, env, bounds, onChange }: RoomOptions): Room {
  const kilobytes = Math.ceil(bounds.memoryBytes / 1_024)
  const seconds = Math.ceil(bounds.cpuSeconds)
  const shell = spawn('/bin/sh', ['-c', script, path, program, `${kilobytes}`, `${seconds}`], {
    cwd: '/',
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own, which a terminal tells nothing, and which can be killed as a whole.
    detached: true,
  })
  let isOpen = false
  let isClosed = false
  let visit: Visit | undefined

  shell.on('error', leaveForGood).on('exit', leaveForGood)
  shell.stdin?.on('error', () => {})
  stepBack(shell.pid)
  // Out of descriptors it has no streams.
  let heard = ''
  shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (heard + text).split('\n')
    heard = lines.pop()!
    for (const line of lines) hear(line)
  })

  function hear(line: string): void {
    const [word, number] = line.split(' ')
    if (word === 'idle') isOpen = true
    else if (word === 'pid') visit!.pid = Number(number)
    else if (word === 'here') welcome(visit!)
    else {
      const failed = visit!.output === undefined && !visit!.isDismissed
      settle(visit!, Number(number))
      onChange(failed)
      return
    }
    if (visit?.isDismissed && isWaiting(visit)) kill(visit)
    onChange(false)
  }

  /** Its standard error is read now, and so its end is heard of whenever it comes. */
  function welcome(of: Visit): void {
    of.isHere = true
    of.errors = reading(of.stderr)
    of.errors.setEncoding('utf8').on('data', (text: string) => {
      if (of.kept.length < stderrBytes) of.kept += text.slice(0, stderrBytes - of.kept.length)
    })
    of.errors.on('close', () => leave(of))
  }

  /** Asks for its status, when all that it has written has been read. */
  function leave(of: Visit): void {
    if (of.isLeft || !of.errors?.closed || of.output?.closed === false) return
    of.isLeft = true
    if (isClosed) settle(of, 128 + system.signals.SIGKILL)
    else shell.stdin?.write('\n')
  }

  function settle(of: Visit, status: number): void {
    of.isLeft = true
    of.ended.resolve(endedOf(status, of.isOurs, of.kept))
    farewell(of)
  }

  function kill(of: Visit): void {
    if (of.isOurs) return
    of.isOurs = true
    // Where it is left and still there, it has closed its output, and goes with its shell.
    killNow(of.isLeft ? -shell.pid! : of.pid!)
    of.output?.destroy()
    of.errors?.destroy()
  }

  /** What it was given and has not read is nothing to the next one. */
  function farewell({ stdout, stderr, output, errors, writing }: Visit): void {
    visit = undefined
    writing?.destroy()
    if (output) output.destroy()
    else closeSync(stdout)
    if (errors) errors.destroy()
    else closeSync(stderr)
  }

  function leaveForGood(): void {
    if (isClosed) return
    isClosed = true
    // What it has started goes with it, and says no more than it has said.
    if (shell.pid !== undefined) killNow(-shell.pid)
    if (visit && (visit.isLeft || !visit.output)) settle(visit, 128 + system.signals.SIGKILL)
    for (const ending of ['in', 'out', 'err']) rmSync(`${path}.${ending}`, { force: true })
    onChange(!isOpen)
  }

  return {
    get state() {
      if (isClosed) return 'closed'
      if (!isOpen) return 'opening'
      if (!visit) return 'idle'
      if (visit.output) return 'taken'
      return isWaiting(visit) ? 'waiting' : 'coming'
    },
    invite() {
      const stdout = openFifo(`${path}.out`, constants.O_RDONLY)
      const stderr = openFifo(`${path}.err`, constants.O_RDONLY)
      if (stdout === undefined || stderr === undefined) {
        for (const one of [stdout, stderr]) if (one !== undefined) closeSync(one)
        return
      }
      visit = {
        ...{ startedAt: performance.now(), stdout, stderr, ended: Promise.withResolvers() },
        ...{ isHere: false, kept: '', isLeft: false, isOurs: false, isDismissed: false },
      }
      shell.stdin?.write('\n')
    },
    take(text) {
      const taken = visit!
      if (taken.isOurs) return undefined
      const to = openFifo(`${path}.in`, constants.O_WRONLY)
      if (to === undefined) {
        // It has not come to its FIFO yet, or never will.
        if (performance.now() - taken.startedAt > hungMs) kill(taken)
        return undefined
      }
      if (Buffer.byteLength(text) > pipeBytes) taken.writing = writeAll(to, text)
      else if (hasWritten(to, text)) closeSync(to)
      else {
        kill(taken)
        // Not sooner: with its end the arguments would seem to be all.
        void taken.ended.promise.then(() => closeSync(to))
        return undefined
      }
      const stdout = reading(taken.stdout)
      taken.output = stdout
      stdout.on('close', () => leave(taken))
      return {
        stdout,
        ended: taken.ended.promise,
        kill: () => kill(taken),
        slowDown: () => {
          if (!taken.isLeft) yieldToAll(taken.pid)
        },
      }
    },
    dismiss() {
      if (!visit || visit.output) return
      visit.isDismissed = true
      if (isWaiting(visit)) kill(visit)
    },
    close() {
      shell.stdin?.end()
    },
  }
}

/** Also when it has been killed, until its status is known. */
const isWaiting = ({ isHere, pid }: Visit): boolean => isHere && pid !== undefined

/** A descriptor; `undefined` where there is none to be had, or nobody reads what would be written. */
function openFifo(path: string, how: number): number | undefined {
  try {
    return openSync(path, how | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

function reading(fd: number): Socket {
  const socket = new Socket({ fd, readable: true, writable: false })
  return socket.on('error', () => {})
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

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** @param status of a shell, which says so of a signal by 128 and its number */
function endedOf(status: number, ours: boolean, stderr: string): Ended {
  if (status <= 128) return { kind: 'exited', code: status, stderr }
  const signal = signalNames.get(status - 128) ?? `signal ${status - 128}`
  return { kind: 'killed', signal, ours, stderr }
}

const signalNames = new Map(Object.entries(system.signals).map(([name, number]) => [number, name]))
