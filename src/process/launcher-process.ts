import { type ChildProcess, spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { giveWay, stderrBytes } from './child.ts'
import type { FromLauncher, ToLauncher } from './launcher.ts'
import { stepBack } from './priority.ts'

// A small process that starts others: a start costs what memory its parent has, and the server has much more.

const running = new Map<number, ChildProcess>()
/** Connections to the server, by number: each becomes the output of one process. */
const outputs = new Map<number, Socket>()

const tell = (message: FromLauncher) => {
  // The server may be gone before it has said so.
  if (process.connected) process.send!(message, undefined, undefined, () => {})
}

function openOutput(path: string, output: number): void {
  const socket = connect(path)
  // The server has gone, and with it whoever would have read.
  socket.on('error', () => outputs.delete(output))
  socket.write(`${output}\n`, () => outputs.set(output, socket))
}

function start(message: Extract<ToLauncher, { type: 'start' }>): void {
  const { id, output, file, args, cwd, env } = message
  const socket = outputs.get(output)
  outputs.delete(output)
  let child: ChildProcess
  try {
    if (!socket) throw new Error('no output')
    // Throws for a NUL in an argument and for a cwd that is not a directory.
    child = spawn(file, args, { cwd, env, stdio: ['ignore', socket, 'pipe'] })
  } catch (error) {
    socket?.destroy()
    tell({ type: 'not-started', id, code: codeOf(error) })
    return
  }
  // The process has its own copy.
  socket.destroy()
  child.once('error', (error) => {
    if (child.pid === undefined) tell({ type: 'not-started', id, code: codeOf(error) })
  })
  const { stderr } = child
  if (child.pid === undefined || !stderr) return
  running.set(id, child)

  let kept = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    if (kept.length < stderrBytes) kept += text.slice(0, stderrBytes - kept.length)
  })
  child.once('close', (code, signal) => {
    running.delete(id)
    tell({ type: 'exited', id, code, signal, stderr: kept })
  })
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'UNKNOWN'

process.on('message', (message: ToLauncher) => {
  if (message.type === 'start') start(message)
  else if (message.type === 'output') openOutput(message.path, message.output)
  else if (message.type === 'slow-down') giveWay(running.get(message.id)?.pid)
  else running.get(message.id)?.kill('SIGKILL')
})
process.on('disconnect', () => {
  for (const child of running.values()) child.kill('SIGKILL')
  process.exit(0)
})
// A terminal sends these to all; the server decides when it ends.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})

stepBack()
