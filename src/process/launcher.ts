import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, type ChildOptions, type Ended, startChild } from './child.ts'
import { mallocEnvironment, smallProcess } from './memory.ts'
import { scriptBeside } from './script.ts'

/**
 * Starts processes through a small one: for every process that is started, the system copies what its parent has
 * mapped, and stops the parent meanwhile, some 3 ms for a server of 100 MB. The output of such a process comes over a
 * connection that the launcher has opened before, so that no byte goes through the launcher.
 */
export interface Launcher {
  /** As `startChild`, and just that where the launcher is not ready, or descriptors or input are to be given. */
  start(file: string, args: readonly string[], options: ChildOptions): Child
  /** Nobody else may enter it; it is removed in the end. */
  readonly directory: string
  /** Whether the next process will be started by the launcher. */
  readonly isReady: boolean
  /** Settles when it is for the first time. */
  readonly whenReady: Promise<void>
  close(): void
}

export type ToLauncher =
  | { readonly type: 'output'; readonly output: number; readonly path: string }
  | {
      readonly type: 'start'
      readonly id: number
      readonly output: number
      readonly file: string
      readonly args: readonly string[]
      readonly cwd: string
      readonly env: Readonly<Record<string, string>>
    }
  | { readonly type: 'kill' | 'slow-down'; readonly id: number }

export type FromLauncher =
  | { readonly type: 'not-started'; readonly id: number; readonly code: string }
  | {
      readonly type: 'exited'
      readonly id: number
      readonly code: number | null
      readonly signal: string | null
      readonly stderr: string
    }

const script = scriptBeside(import.meta.url, 'launcher-process')

/** Connections that are kept ready. */
const outputsAhead = 8
/** A launcher that has died is started again, not sooner than this after its last start. */
const restartMs = 1_000

interface Output {
  readonly number: number
  readonly socket: Socket
}

/** @returns `undefined` if there is no directory for its socket: then processes are started from here */
export function openLauncher(): Launcher | undefined {
  let directory: string
  try {
    directory = mkdtempSync(join(tmpdir(), 'ripline-'))
  } catch {
    return undefined
  }
  const path = join(directory, 'output')
  const ready: Output[] = []
  const firstReady = Promise.withResolvers<void>()
  const running = new Map<number, (how: FromLauncher | 'lost') => void>()
  let launcher: ChildProcess | undefined
  let startedAt = Number.NEGATIVE_INFINITY
  let closed = false
  let last = 0

  const tell = (to: ChildProcess, message: ToLauncher) => {
    if (to.connected) to.send(message)
  }
  const askForOutput = (from: ChildProcess) => {
    tell(from, { type: 'output', output: ++last, path })
  }
  const take = (output: Output) => {
    ready.push(output)
    firstReady.resolve()
  }
  const server = listenForOutputs(path, take, openProcess)

  function openProcess(): void {
    if (launcher || closed || performance.now() - startedAt < restartMs) return
    startedAt = performance.now()
    const started = fork(script, {
      env: mallocEnvironment,
      execArgv: [...smallProcess],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const lost = () => {
      if (launcher === started) launcher = undefined
      for (const { socket } of ready.splice(0)) socket.destroy()
      for (const hear of running.values()) hear('lost')
      running.clear()
    }
    started.on('error', lost).on('exit', lost)
    started.on('message', (message: FromLauncher) => {
      running.get(message.id)?.(message)
      running.delete(message.id)
    })
    for (let i = 0; i < outputsAhead; i++) askForOutput(started)
    launcher = started
  }

  return {
    directory,
    start(file, args, options) {
      const { cwd, env = {}, signal, descriptors = [], input } = options
      openProcess()
      const output = descriptors.length > 0 || input ? undefined : ready.shift()
      if (!output || !launcher?.connected) return startChild(file, args, options)
      const by = launcher
      const id = ++last
      const order = (type: 'kill' | 'slow-down') => tell(by, { type, id })
      const { child, hear } = childAt(output.socket, signal, order)
      running.set(id, hear)
      tell(by, { type: 'start', id, output: output.number, file, args, cwd, env })
      askForOutput(by)
      return child
    },
    get isReady() {
      return ready.length > 0
    },
    whenReady: firstReady.promise,
    close() {
      closed = true
      if (launcher?.connected) launcher.disconnect()
      for (const { socket } of ready) socket.destroy()
      server.close(() => rmSync(directory, { recursive: true, force: true }))
    },
  }
}

/** Takes connections, each of which begins with its number. */
function listenForOutputs(
  path: string,
  take: (output: Output) => void,
  onListening: () => void,
): Server {
  const server = createServer({ pauseOnConnect: false }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', (first) => {
      // Nothing follows its number before a process has been started.
      socket.pause()
      take({ number: Number(first.toString()), socket })
    })
  })
  server.on('error', () => {})
  server.listen(path, onListening)
  // It alone keeps no server alive.
  server.unref()
  return server
}

/** A child of the launcher, whose output comes by this socket. */
function childAt(
  stdout: Socket,
  signal: AbortSignal | undefined,
  order: (type: 'kill' | 'slow-down') => void,
) {
  const ended = Promise.withResolvers<Ended>()
  let ours = false
  const kill = () => {
    if (ours) return
    ours = true
    order('kill')
    stdout.destroy()
  }
  if (signal?.aborted) kill()
  else signal?.addEventListener('abort', kill, { once: true })
  const slowDown = () => order('slow-down')
  const child: Child = { stdout, ended: ended.promise, kill, slowDown }
  const hear = (how: FromLauncher | 'lost') => {
    signal?.removeEventListener('abort', kill)
    if (how === 'lost') {
      ended.resolve({ kind: 'killed', signal: 'SIGKILL', ours, stderr: '' })
    } else if (how.type === 'not-started') {
      ended.resolve({ kind: 'not-started', code: how.code })
    } else if (how.signal !== null) {
      ended.resolve({ kind: 'killed', signal: how.signal, ours, stderr: how.stderr })
    } else ended.resolve({ kind: 'exited', code: how.code ?? 0, stderr: how.stderr })
  }
  return { child, hear }
}
