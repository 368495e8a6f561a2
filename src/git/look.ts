import { type Failure, failed, type Result } from '../failure.ts'
import type { Slots } from '../process/slots.ts'
import type { GitDirectory } from './directory.ts'
import { type GitOutput, type ObjectFormat, type Place, runGit } from './run.ts'

/** What is needed to run git. */
export interface GitOptions {
  /** The program. */
  readonly program: string
  /** Shared with ripgrep. */
  readonly slots: Slots
  /** Time of one look, from its slot. */
  readonly seconds: number
}

/** One look into a repository: some git processes, one after the other, in one slot and one stretch of time. */
export interface Look {
  readonly git: GitDirectory
  /** Names and ids. */
  refs(args: readonly string[], options?: RunOptions): Promise<Buffer>
  /** Objects. */
  objects(format: ObjectFormat, args: readonly string[], options?: RunOptions): Promise<Buffer>
  /** Objects, as many as there is time and room for. */
  part(format: ObjectFormat, args: readonly string[], options?: RunOptions): Promise<Part>
}

export interface RunOptions {
  readonly input?: Uint8Array
  readonly mostBytes?: number
  /** Exit codes other than 0 that are no trouble. */
  readonly codes?: readonly number[]
}

/** @see Look.part */
export interface Part {
  readonly bytes: Buffer
  /** Why there is not more of it, if there would be. */
  readonly cutBy: 'time' | 'bytes' | undefined
}

/** What ends a look. */
export class GitTrouble extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

const mostBytes = 32 * 2 ** 20

/** @returns what `work` does, or why it could not; rejects only with what it throws that is no `GitTrouble` */
export async function lookInto<T>(
  { program, slots, seconds }: GitOptions,
  git: GitDirectory,
  caller: AbortSignal,
  work: (look: Look) => Promise<Result<T>>,
): Promise<Result<T>> {
  const slot = await slots.acquire(caller)
  if (!slot) return failed(busy)
  const time = AbortSignal.timeout(seconds * 1_000)
  const signal = AbortSignal.any([caller, time])
  const run = (place: Place, args: readonly string[], options: RunOptions) =>
    runGit({
      ...{ program, place, args, signal },
      mostBytes: options.mostBytes ?? mostBytes,
      ...(options.input ? { input: options.input } : {}),
    })
  const whole = async (place: Place, args: readonly string[], options: RunOptions = {}) => {
    const { bytes, end } = await run(place, args, options)
    if (end.kind === 'exited' && [0, ...(options.codes ?? [])].includes(end.code)) return bytes
    throw new GitTrouble(troubleOf(end, seconds))
  }
  try {
    return await work({
      git,
      refs: (args, options) => whole({ kind: 'refs', git }, args, options),
      objects: (format, args, options) => whole({ kind: 'objects', git, format }, args, options),
      async part(format, args, options = {}) {
        const { bytes, end } = await run({ kind: 'objects', git, format }, args, options)
        if (end.kind === 'cut') return { bytes, cutBy: 'bytes' }
        if (end.kind === 'stopped' && !caller.aborted) return { bytes, cutBy: 'time' }
        if (end.kind === 'exited' && [0, ...(options.codes ?? [])].includes(end.code)) {
          return { bytes, cutBy: undefined }
        }
        throw new GitTrouble(troubleOf(end, seconds))
      },
    })
  } catch (error) {
    if (error instanceof GitTrouble) return failed(error.failure)
    throw error
  } finally {
    slot.release()
  }
}

const busy: Failure = {
  kind: 'busy',
  message: 'All the processes that may run are busy with other requests.',
  retryAfterSeconds: 2,
}

export function troubleOf(end: GitOutput['end'], seconds: number): Failure {
  switch (end.kind) {
    case 'absent':
      return notInstalled
    case 'stopped':
      return {
        kind: 'busy',
        message: `git did not come to an end within ${seconds} seconds (max-git-seconds).`,
        retryAfterSeconds: 10,
      }
    case 'cut':
      return { kind: 'not-found', message: 'This is more than is shown of a repository.' }
    case 'crashed':
      return { kind: 'not-found', message: 'git needed more memory for this than it may take.' }
    case 'exited':
      return {
        kind: 'not-found',
        message:
          'git cannot read this here: the repository is damaged, not whole, of a newer kind, or being changed at the moment.',
      }
  }
}

export const notInstalled: Failure = {
  kind: 'not-found',
  message: 'git is not installed on the server, so nothing can be said of revisions.',
}
