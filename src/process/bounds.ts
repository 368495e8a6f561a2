import { accessSync, constants } from 'node:fs'

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Where util-linux installs them; elsewhere (macOS, Alpine without it) a child runs with its own flags' bounds only. */
const setpriv = '/usr/bin/setpriv'
const prlimit = '/usr/bin/prlimit'
const available = executable(setpriv) && executable(prlimit)

export interface Bounds {
  /** Of address space. */
  readonly memoryBytes?: number
  /** Of processor time, rounded up. */
  readonly cpuSeconds?: number
}

/**
 * The command that runs `file` with at most so much address space and processor time, and that dies with us.
 * The wrappers replace themselves by `file`, so it is still one process with one pid; they cost about 2 ms.
 */
export function bounded(
  file: string,
  args: readonly string[],
  bounds: Bounds,
): { file: string; args: readonly string[] } {
  if (!available) return { file, args }
  const { memoryBytes, cpuSeconds } = bounds
  return {
    file: setpriv,
    args: [
      '--pdeathsig=KILL',
      prlimit,
      ...(memoryBytes === undefined ? [] : [`--as=${memoryBytes}`]),
      ...(cpuSeconds === undefined ? [] : [`--cpu=${Math.ceil(cpuSeconds)}`]),
      '--core=0',
      file,
      ...args,
    ],
  }
}
