import { setFlagsFromString } from 'node:v8'

/**
 * For the environment of a process, where glibc's malloc (mallopt(3)) keeps what it once had. Blocks of the size in
 * which streams are read, and larger ones, come from the system and go back to it: of its own accord malloc does so only
 * until the first of them is freed, and from then on with larger ones. All threads share one heap, which grows, and so
 * shrinks, by little.
 */
const mallocEnvironment = {
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TOP_PAD_: '16384',
}

/**
 * How much room V8 has for what is new, a third of it in use at a time. Most of what a search makes is garbage soon: in
 * half as much, twice as much would have to be looked at again and again.
 */
const young = '--min-semi-space-size=2'

/**
 * Begins this process again, as the same one, with both, which are read when a process begins. Returns where something
 * is said of it already, and where there is no way to do so.
 */
export function beginThrifty(): void {
  const { platform, execPath, execArgv, argv, env } = process
  const isKnown = Object.keys(mallocEnvironment).some((name) => env[name] !== undefined)
  if (platform !== 'linux' || isKnown || !process.execve) return
  const given = [execPath, young, ...execArgv, ...argv.slice(1)]
  process.execve(execPath, given, { ...env, ...mallocEnvironment })
}

/** V8 gives back what it has freed, instead of keeping some 10 MB of it; versions before do not know the flag. */
const memorySaver = Number.parseInt(process.versions.v8, 10) >= 13 ? ['--memory-saver-mode'] : []

/**
 * A search makes much garbage and leaves little that stays. By itself V8 trades memory for time and lets 15 MB in use
 * take 220; told not to grow, 50, for a few percent of what a search costs. (Where a later V8 does not know the flags it
 * says so and goes on.)
 */
export function keepHeapSmall(): void {
  for (const flag of [
    '--semi-space-growth-factor=1',
    // For a megabyte, threads cost more than they bring, above all where the processors are busy.
    '--no-parallel-scavenge',
    '--heap-growing-percent=20',
    // While what is old is being marked, what is new would not be collected, and be 10 MB by then.
    '--no-separate-gc-phases',
    ...memorySaver,
  ]) {
    setFlagsFromString(flag)
  }
}
