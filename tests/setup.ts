import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Before all tests: the checkouts they are about are made with the real git. Whoever has cloned this has it; on a
 * Debian that was given a tarball it is installed, for root, and elsewhere its absence is said before anything fails.
 */
export default function setup(): void {
  if (hasGit()) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write('The tests need git: installing it with apt-get install git\n')
    const install = 'apt-get update && apt-get install -y --no-install-recommends git'
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('sh', ['-c', install], { env, stdio: 'ignore' })
  }
  if (!hasGit()) throw new Error('The tests need git, and there is none: install it')
}

const hasGit = (): boolean => spawnSync('git', ['--version']).status === 0
