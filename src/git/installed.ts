import { startChild } from '../process/child.ts'
import type { GitOptions } from './look.ts'

/** The git of this machine. */
export interface Git extends GitOptions {
  /** Whether there is one; asked once, at the start. */
  readonly isInstalled: Promise<boolean>
}

const patienceMs = 10_000

export function createGit(options: GitOptions): Git {
  const child = startChild(options.program, ['--version'], {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    signal: AbortSignal.timeout(patienceMs),
  })
  child.stdout.resume()
  const isInstalled = child.ended.then((ended) => ended.kind === 'exited' && ended.code === 0)
  return { ...options, isInstalled }
}
