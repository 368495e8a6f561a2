import { join } from 'node:path'
import { startChild } from '../process/child.ts'
import type { Found } from './discover.ts'

/** An index that is a FIFO would make git wait for ever. */
const longestMs = 30_000

/** What git tracks in a checkout, relative to the root: nothing if git is absent or refuses; `undefined` for no checkout. */
export async function trackedPaths(
  directory: string,
  { kind, prefix }: Found,
): Promise<ReadonlySet<string> | undefined> {
  if (kind !== 'checkout') return undefined
  // The checkout may belong to someone else, and its configuration may name programs.
  const args = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', 'ls-files', '-z']
  const git = startChild('git', args, {
    bounds: {},
    cwd: join(directory, Buffer.from(prefix, 'latin1').toString()),
    signal: AbortSignal.timeout(longestMs),
  })
  const chunks: Buffer[] = []
  try {
    for await (const chunk of git.stdout) chunks.push(chunk as Buffer)
  } catch {
    // The time was up, which `ended` says too.
  }
  const ended = await git.ended
  if (ended.kind !== 'exited' || ended.code !== 0) return new Set()
  const paths = Buffer.concat(chunks).toString('latin1').split('\0')
  return new Set(paths.map((path) => `${prefix}${path}`))
}
