// The process that starts commands for the bench. It keeps nothing, so that its heap stays small: the cost of starting
// a process grows with the memory of who starts it, and would be counted against ripgrep by hand.
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import type { Command, CommandAnswer } from './command.ts'
import { createCounter } from './counter.ts'

process.on('message', ({ id, command }: { id: number; command: Command }) => {
  void execute(command).then((answer) => process.send!({ id, answer }))
})
process.on('disconnect', () => process.exit())

function execute({ program, args, cwd, env, marker, stopAfter }: Command): Promise<CommandAnswer> {
  const counter = createCounter(marker)
  const started = performance.now()
  let firstHit: number | undefined
  let enough: number | undefined
  let bytes = 0
  let said = ''
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      counter.push(chunk)
      if (firstHit === undefined && counter.count > 0) firstHit = performance.now() - started
      if (stopAfter !== undefined && enough === undefined && counter.count >= stopAfter) {
        enough = performance.now() - started
        child.kill('SIGKILL')
      }
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, 1_000)
    })
    const end = (status: number | null) => {
      const whole = enough ?? performance.now() - started
      resolve({ firstHit, whole, hits: counter.count, bytes, status, said })
    }
    child.on('error', (error) => {
      said = error.message
      end(null)
    })
    child.on('close', end)
  })
}
