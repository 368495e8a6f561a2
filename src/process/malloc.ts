/**
 * For the environment of a process. glibc's malloc takes blocks from 128 KiB on from the system and gives them back, but
 * of its own accord only until such a block is freed: from then on only larger ones, and the others come from its heap,
 * which keeps what it once had (mallopt(3), M_MMAP_THRESHOLD). Said once it stays so.
 */
export const mallocEnvironment = { MALLOC_MMAP_THRESHOLD_: '131072' }

/**
 * Begins this process again with it, as the same one: it is read when a process begins. Returns where it is said
 * already, and where there is no glibc or no way to do so.
 */
export function beginWithMalloc(): void {
  const { platform, execPath, execArgv, argv, env } = process
  const isKnown = Object.keys(mallocEnvironment).some((name) => env[name] !== undefined)
  if (platform !== 'linux' || isKnown || !process.execve) return
  const given = [execPath, ...execArgv, ...argv.slice(1)]
  process.execve(execPath, given, { ...env, ...mallocEnvironment })
}
