import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender, Place, Started } from './contender.ts'
import { pidListening } from './processes.ts'

/** A server that the bench has started. */
export interface ServerProcess {
  readonly pid: number
  /** By `performance.now()`. */
  readonly startedAt: number
  /** What it has said so far, on both outputs. */
  said(): string
  stop(): Promise<void>
}

/** Starts a server. */
export function startServer(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ServerProcess {
  const startedAt = performance.now()
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const hear = (chunk: Buffer) => {
    if (said.length < 100_000) said += chunk.toString()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const leave = () => child.kill('SIGKILL')
  process.once('exit', leave)
  return {
    pid: child.pid!,
    startedAt,
    said: () => said,
    async stop() {
      process.off('exit', leave)
      await end(child)
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(timer)
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** Asks the probe again and again until it has hits: the server has started, and knows the corpus. */
export async function untilItAnswers(
  contender: Contender,
  { probe }: Place,
  server?: ServerProcess,
  patienceMs = 600_000,
): Promise<number> {
  const began = performance.now()
  const since = server?.startedAt ?? began
  while (performance.now() - began < patienceMs) {
    const answer = await contender.ask(probe).catch(() => undefined)
    if (answer && (answer.lines ?? 0) > 0) return performance.now() - since
    await sleep(20)
  }
  throw new Error(`${contender.name} finds nothing for ${probe.pattern}: ${server?.said() ?? ''}`)
}

/** Takes a server that someone else has started; its start is not measured, and it is not stopped. */
export async function adopt(
  url: string,
  contenders: readonly Contender[],
  place: Place,
): Promise<Started> {
  await untilItAnswers(contenders[0]!, place)
  const pid = await pidListening(Number(new URL(url).port))
  return {
    version: 'started by someone else',
    contenders,
    ...(pid === undefined ? {} : { pid }),
    stop: async () => undefined,
  }
}
