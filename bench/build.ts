import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Built } from './contender.ts'

/** A command that builds an index, and the file or directory that holds it afterwards. */
export interface BuildCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly outcome: string
}

/** GNU time sees the processor time of all processes and the peak of the largest. */
const gnuTime = '/usr/bin/time'

/** Builds an index and says what it cost; without GNU time only how long it took. */
export async function buildWith(command: BuildCommand): Promise<Built> {
  const { program, args, env, outcome } = command
  const isSeen = existsSync(gnuTime)
  const started = performance.now()
  const child = spawn(
    isSeen ? gnuTime : program,
    isSeen ? ['--format=bench %U %S %M', program, ...args] : args,
    { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-10_000)
  })
  const [status] = await once(child, 'close')
  const seconds = (performance.now() - started) / 1_000
  if (status !== 0) throw new Error(`building ${outcome} ended with ${status}: ${said}`)
  const [, user, system, peak] = /^bench (\S+) (\S+) (\S+)$/m.exec(said) ?? []
  return {
    seconds,
    ...(peak === undefined
      ? {}
      : { cpuSeconds: Number(user) + Number(system), peakBytes: Number(peak) * 1_024 }),
    bytes: await sizeOf(outcome),
  }
}

/** Bytes of a file, or of all files below a directory; links count for nothing. */
export async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path)
  if (!found.isDirectory()) return found.isFile() ? found.size : 0
  let sum = 0
  for (const name of await readdir(path)) sum += await sizeOf(join(path, name))
  return sum
}
