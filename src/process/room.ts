import { spawn } from 'node:child_process'
import { closeSync, constants, existsSync, readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants as system } from 'node:os'
import type { Bounds } from './bounds.ts'
import { type Child, type Ended, stderrBytes } from './child.ts'
import { openFifo, reading, writeAll, writeNow } from './fifo.ts'
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
  /**
   * Lets the next process come into a room that is idle.
   *
   * @returns false where its FIFOs have been removed: it is of no more use
   */
  invite(): boolean
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
  /**
   * Its state is another; `failed` if its shell never worked, or its process ended though nothing was asked of it, or
   * never came.
   */
  readonly onChange: (failed: boolean) => void
}

/**
 * A process for a line that is read, and its status after another one. Until then a process that has ended keeps its
 * id, unless the shell is one that looks after its children all the time, as bash does. Where the lines end the server
 * has, and the whole group goes, as it does when the shell cannot go on.
 */
const script = `
mkfifo "$0.in" "$0.out" "$0.err" || exit
leave() {
  rm -f "$0.in" "$0.out" "$0.err"
  rmdir "\${0%/*}"
  kill -9 0
}
trap leave EXIT
trap '' PIPE
echo idle
while read -r _; do
  (
    trap - PIPE
    ulimit -c 0; ulimit -v "$2"; ulimit -t "$3"
    echo here >&3
    exec "$1" 2>&4 3>&- 4>&-
  ) 4>"$0.err" 3>&1 >"$0.out" 2>/dev/null </dev/null &
  echo "pid $!"
  read -r _ || exit
  wait $!
  echo "status $?"
done
`

/** Whoever has not come to its FIFO by then hangs. */
const hungMs = 2_000

/** So long a process that has closed its output may take to end by itself. */
const endingMs = 50

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

/** @throws where the system has no memory for another process */
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
  /** Until it is settled: whatever is said of another is too late. */
  let visit: Visit | undefined

  shell.on('error', leaveForGood).on('exit', leaveForGood)
  shell.stdin?.on('error', () => {})
  stepBack(shell.pid)
  let heard = ''
  // Out of descriptors it has no streams.
  shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (heard + text).split('\n')
    heard = lines.pop()!
    for (const line of lines) hear(line)
  })

  function hear(line: string): void {
    // What it said last may come after its end.
    if (isClosed) return
    const [word, number] = line.split(' ')
    if (word === 'idle') isOpen = true
    else if (!visit) return
    else if (word === 'pid') visit.pid = Number(number)
    else if (word === 'here') welcome(visit)
    else {
      const failed = visit.output === undefined && !visit.isDismissed
      settle(visit, Number(number))
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

  /** What it was given and has not read is nothing to the next one. */
  function settle(of: Visit, status: number): void {
    const { stdout, stderr, output, errors, writing } = of
    visit = undefined
    of.isLeft = true
    of.ended.resolve(endedOf(status, of.isOurs, of.kept))
    writing?.destroy()
    if (output) output.destroy()
    else closeSync(stdout)
    if (errors) errors.destroy()
    else closeSync(stderr)
  }

  function kill(of: Visit): void {
    // One that has ended has its status, and the room may be another's.
    if (of !== visit || of.isOurs) return
    of.isOurs = true
    if (of.isLeft) setTimeout(killAll, endingMs, of)
    else if (isThere(of)) killNow(of.pid!)
    of.output?.destroy()
    of.errors?.destroy()
  }

  /** Its shell goes with it. */
  function killAll(of: Visit): void {
    if (of === visit && !isClosed) killNow(-shell.pid!)
  }

  /** Whether it has its id still. */
  const isThere = ({ pid, isLeft }: Visit): boolean =>
    !isLeft && !isClosed && pid !== undefined && isChildOf(shell.pid!, pid)

  function leaveForGood(): void {
    if (isClosed) return
    isClosed = true
    const failed = !isOpen || (visit !== undefined && !isWaiting(visit) && !visit.isDismissed)
    // What it has started goes with it, and says no more than it has said.
    if (shell.pid !== undefined) killNow(-shell.pid)
    if (visit && (visit.isLeft || !visit.output)) settle(visit, 128 + system.signals.SIGKILL)
    for (const ending of ['in', 'out', 'err']) remove(`${path}.${ending}`)
    onChange(failed)
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
      if (typeof stdout === 'string' || typeof stderr === 'string') {
        for (const one of [stdout, stderr]) if (typeof one === 'number') closeSync(one)
        return stdout !== 'ENOENT' && stderr !== 'ENOENT'
      }
      const coming: Visit = {
        startedAt: performance.now(),
        stdout,
        stderr,
        ended: Promise.withResolvers(),
        isHere: false,
        kept: '',
        isLeft: false,
        isOurs: false,
        isDismissed: false,
      }
      visit = coming
      shell.stdin?.write('\n')
      const late = () => {
        if (!isWaiting(coming)) killAll(coming)
      }
      setTimeout(late, hungMs).unref()
      return true
    },
    take(text) {
      const taken = visit
      if (!taken || taken.isOurs) return undefined
      const to = openFifo(`${path}.in`, constants.O_WRONLY)
      if (typeof to === 'string') {
        const isNobodyThere = to === 'ENXIO' || to === 'ENOENT'
        if (isNobodyThere && performance.now() - taken.startedAt > hungMs) kill(taken)
        return undefined
      }
      const bytes = Buffer.from(text)
      const written = writeNow(to, bytes)
      if (written === bytes.length) closeSync(to)
      else taken.writing = writeAll(to, bytes.subarray(written))
      const stdout = reading(taken.stdout)
      taken.output = stdout
      stdout.on('close', () => leave(taken))
      return {
        stdout,
        ended: taken.ended.promise,
        kill: () => kill(taken),
        slowDown: () => {
          if (isThere(taken)) yieldToAll(taken.pid)
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

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** Where the system does not say, as macOS, it is taken for one. */
function isChildOf(parent: number, pid: number): boolean {
  try {
    // proc_pid_stat(5): a name in parentheses, which may hold some, a letter, and the parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')')).split(' ')[2] === `${parent}`
  } catch {
    return !existsSync('/proc/self')
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Where nothing can be written any more it stays.
  }
}

/** @param status of a shell, which says so of a signal by 128 and its number */
function endedOf(status: number, ours: boolean, stderr: string): Ended {
  if (status <= 128) return { kind: 'exited', code: status, stderr }
  const signal = signalNames.get(status - 128) ?? `signal ${status - 128}`
  return { kind: 'killed', signal, ours, stderr }
}

const signalNames = new Map(Object.entries(system.signals).map(([name, number]) => [number, name]))
