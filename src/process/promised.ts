import { PassThrough } from 'node:stream'
import type { Child, Ended } from './child.ts'

/** A child whose process is still to come. */
export interface Promised {
  readonly child: Child
  /** Whether nobody wants it any more; then no process need be found for it. */
  readonly isKilled: boolean
  /** Makes it this one. */
  keep(by: Child): void
}

export function promiseChild(): Promised {
  const stdout = new PassThrough()
  const ended = Promise.withResolvers<Ended>()
  let by: Child | undefined
  let isKilled = false
  let isSlow = false
  // Its reader may have left.
  stdout.on('error', () => {})
  const kill = () => {
    if (isKilled) return
    isKilled = true
    if (by) by.kill()
    else ended.resolve({ kind: 'killed', signal: 'SIGKILL', ours: true, stderr: '' })
    stdout.destroy()
  }
  const slowDown = () => {
    isSlow = true
    by?.slowDown()
  }
  return {
    child: { stdout, ended: ended.promise, kill, slowDown },
    get isKilled() {
      return isKilled
    },
    keep(child) {
      by = child
      child.stdout.pipe(stdout)
      void child.ended.then(ended.resolve)
      if (isSlow) child.slowDown()
    },
  }
}
