import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import type { Tree } from '../support/tree.ts'

export const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url))

/** How a run of the program ended. */
export interface Run {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly process: ChildProcess
  /** The address in the line that it prints when it listens; rejects if it ends before. */
  readonly url: Promise<string>
  readonly ended: Promise<Run>
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** The program and its first arguments, in place of node and `src/bin.ts`. */
  readonly command?: readonly string[]
}

/** Not the user's own. */
const cache = join(tmpdir(), 'ripline-test-cache')

const running = new Set<Program>()
afterEach(async () => {
  for (const program of running) {
    program.process.kill('SIGKILL')
    await program.ended
  }
})

/** Starts the program as a user does, with nothing in its environment but what is given. */
export function start(args: readonly string[], options: Options = {}): Program {
  const [file, ...first] = options.command ?? [process.execPath, bin]
  const child = spawn(file!, [...first, ...args], {
    cwd: options.cwd ?? '/',
    env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  const listening = Promise.withResolvers<string>()
  listening.promise.catch(() => {})
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
    const [url] = /http:\/\/\S+/.exec(output.stdout) ?? []
    if (url) listening.resolve(url)
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  const ended = new Promise<Run>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(program)
      listening.reject(new Error(output.stderr))
      resolve({ code: code ?? signal, ...output })
    })
  })
  const program = { process: child, url: listening.promise, ended }
  running.add(program)
  return program
}

/** Runs the program to its end. */
export const run = (args: readonly string[], options?: Options): Promise<Run> =>
  start(args, options).ended

/** Someone without privileges runs the program: root may read everything. */
export const unprivileged: Options =
  process.getuid?.() === 0
    ? {
        command: [
          'setpriv',
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          process.execPath,
          bin,
        ],
      }
    : {}

/** An executable file in a tree. */
export function script(tree: Tree, name: string, text: string): string {
  tree.write(name, text)
  chmodSync(tree.at(name), 0o755)
  return tree.at(name).toString()
}

/** The processes whose command line holds a text. */
export function processesWith(text: string, pids: readonly string[]): readonly string[] {
  return pids.filter((pid) => {
    const file = `/proc/${pid}/cmdline`
    try {
      return existsSync(file) && readFileSync(file, 'latin1').includes(text)
    } catch {
      return false
    }
  })
}
