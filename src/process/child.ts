import { type ChildProcess, spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { type Bounds, bounded } from './bounds.ts'
import { yieldToAll } from './priority.ts'

/**
 * The bounded child: the only place that starts a process. No shell, an empty environment, no standard input but
 * what it is given, standard error kept short, SIGKILL when its signal aborts, and an `ended` that always settles, once.
 */
export interface Child {
  readonly stdout: Readable
  /** Settles when the process is gone and its output closed; never rejects. */
  readonly ended: Promise<Ended>
  /** Kills the process now. Nothing that arrives afterwards is read. */
  kill(): void
  /** Lets every other process come first from now on. */
  slowDown(): void
}

/** How a process ended. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number; readonly stderr: string }
  /** By a signal: `ours` if we killed it. */
  | {
      readonly kind: 'killed'
      readonly signal: string
      readonly ours: boolean
      readonly stderr: string
    }
  /** It never ran: the program is absent or not executable, or the system is out of processes or descriptors. */
  | { readonly kind: 'not-started'; readonly code: string }

export interface ChildOptions {
  readonly cwd: string
  /** Its environment: empty unless said. */
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Given to the child as descriptors 3, 4, …; they stay the caller's to close. */
  readonly descriptors?: readonly number[]
  /** What it reads from standard input: all of it, or what comes for as long as it runs. */
  readonly input?: readonly Uint8Array[] | Readable
  /** Bytes of its standard error that are kept, if not `stderrBytes`. */
  readonly stderrBytes?: number
  /**
   * What the system is to hold it to, for 2 ms more; it is also killed then when this process is. A program that is not
   * there is told by its exit code, 126 or 127.
   */
  readonly bounds?: Bounds
}

/** Bytes of standard error that are kept as a rule; the rest is read and dropped. */
export const stderrBytes = 4_096

export function startChild(file: string, args: readonly string[], options: ChildOptions): Child {
  const {
    cwd,
    env = {},
    signal,
    descriptors = [],
    input,
    stderrBytes: most = stderrBytes,
    bounds,
  } = options
  const command = bounds ? bounded(file, args, bounds) : { file, args }
  let child: ChildProcess
  try {
    // Throws for a NUL in an argument and for a cwd that is not a directory.
    child = spawn(command.file, command.args, {
      cwd,
      env,
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe', ...descriptors],
    })
  } catch (error) {
    return notStarted(error)
  }
  const { stdout, stderr } = child
  if (!stdout || !stderr) {
    // Out of descriptors: Node emits `error` and leaves the streams undefined.
    return { ...notStarted(undefined), ended: once(child, () => '', false) }
  }

  let kept = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    if (kept.length < most) kept += text.slice(0, most - kept.length)
  })
  stderr.on('error', () => {})
  stdout.on('error', () => {})
  // It may end without reading.
  child.stdin?.on('error', () => {})
  if (input instanceof Readable) input.pipe(child.stdin!)
  else {
    for (const part of input ?? []) child.stdin?.write(part)
    child.stdin?.end()
  }

  let ours = false
  const kill = () => {
    ours ||= child.exitCode === null && child.signalCode === null
    child.kill('SIGKILL')
    // Without this, what a killed process wrote keeps `close` waiting for a reader.
    stdout.destroy()
    stderr.destroy()
    child.stdin?.destroy()
  }
  if (signal?.aborted) kill()
  else signal?.addEventListener('abort', kill, { once: true })

  const ended = once(
    child,
    () => kept,
    () => ours,
  ).finally(() => signal?.removeEventListener('abort', kill))
  const slowDown = () => {
    if (child.exitCode === null && child.signalCode === null) yieldToAll(child.pid)
  }
  return { stdout, ended, kill, slowDown }
}

function notStarted(error: unknown): Child {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN'
  return {
    stdout: Readable.from([]),
    ended: Promise.resolve({ kind: 'not-started', code }),
    kill: () => {},
    slowDown: () => {},
  }
}

function once(
  child: ChildProcess,
  stderr: () => string,
  ours: false | (() => boolean),
): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      // `error` is also emitted when a kill fails; a process that runs ends with `close`.
      if (child.pid === undefined) {
        resolve({ kind: 'not-started', code: error.code ?? 'UNKNOWN' })
      }
    })
    child.once('close', (code, signal) => {
      if (signal !== null) {
        resolve({ kind: 'killed', signal, ours: ours !== false && ours(), stderr: stderr() })
      } else if (child.pid !== undefined) {
        resolve({ kind: 'exited', code: code ?? 0, stderr: stderr() })
      }
    })
  })
}
