import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** File systems of a test's own, where one may mount any: root may, unless its container forbids it. */
export interface Mount {
  readonly isAllowed: boolean
  /** Puts a file system of so many bytes there. @returns what takes it away */
  memory(directory: string, bytes: number, options?: string): () => void
  /** Lets a directory be seen there. @returns what ends that */
  bind(from: string, directory: string): () => void
}

const run = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args).status === 0

const mounted = new Set<string>()
const mounting = (directory: string, ...args: readonly string[]): (() => void) => {
  if (!run('mount', ...args, directory)) throw new Error(`mount ${args.join(' ')} failed`)
  mounted.add(directory)
  return () => {
    // Also while somebody has a file open there.
    if (mounted.delete(directory)) run('umount', '--lazy', directory)
  }
}
afterAll(() => {
  for (const directory of mounted) run('umount', '--lazy', directory)
})

export const mount: Mount = {
  isAllowed: mayMount(),
  memory: (directory, bytes, options = 'mode=700') =>
    mounting(directory, '-t', 'tmpfs', '-o', `size=${bytes},${options}`, 'tmpfs'),
  bind: (from, directory) => mounting(directory, '--bind', from),
}

function mayMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'ripline-mount-'))
  const isAllowed =
    run('mount', '-t', 'tmpfs', 'tmpfs', directory) && run('umount', '--lazy', directory)
  rmdirSync(directory)
  return isAllowed
}
