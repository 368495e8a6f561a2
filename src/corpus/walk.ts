import { type Ended, startChild } from '../process/child.ts'
import { listArgs } from '../ripgrep/args.ts'

/** A listing that could not be made, in words for the operator. */
export class ListError extends Error {}

/** A listing that ripgrep did not live to end, or would never have ended. */
export class EndlessError extends ListError {}

/** A hostile ignore file can cost ripgrep more than a gigabyte. */
const bounds = { memoryBytes: 1 << 29, cpuSeconds: 120 }

export interface WalkOptions {
  readonly rgPath: string
  readonly hidden: boolean
  /** Whether ignored files are listed too. */
  readonly ignored: boolean
  /** Directories that are not entered, relative to the root. */
  readonly without?: readonly string[]
  /** Asked when nothing has come for some seconds: whether nothing ever will. */
  readonly isStuck?: () => boolean
  /** How long ripgrep may be silent before it is asked for the first time; then twice as long. */
  readonly patienceMs?: number
}

const defaultPatienceMs = 4_000
/** After so many times, two minutes of silence, it hangs whatever is answered. */
const mostTimes = 5

/**
 * The files that ripgrep lists below a directory, some at a time: regular ones only, in no order.
 *
 * @param directory absolute, without links
 * @yields paths relative to it, bytes one character each
 */
export async function* walk(
  directory: string,
  { rgPath, isStuck = () => false, patienceMs = defaultPatienceMs, ...what }: WalkOptions,
): AsyncGenerator<readonly string[]> {
  const child = startChild(rgPath, listArgs(what), { cwd: directory, bounds })
  const watch = watchSilence(isStuck, patienceMs, child.kill)
  let isEmpty = true
  let rest = ''
  try {
    for await (const chunk of child.stdout) {
      watch.heard()
      isEmpty = false
      const paths = (rest + (chunk as Buffer).toString('latin1')).split('\0')
      rest = paths.pop()!
      // `./` stands before each.
      yield paths.map((path) => path.slice(2))
    }
    refuse(directory, await child.ended, isEmpty)
  } catch (error) {
    // Killed by the watch: our own kill destroys the stream.
    if (error instanceof ListError) throw error
    throw new EndlessError(`listing ${directory} would never have ended`)
  } finally {
    watch.stop()
    child.kill()
    await child.ended
  }
}

function refuse(directory: string, ended: Ended, isEmpty: boolean): void {
  if (ended.kind === 'not-started') {
    throw new ListError(`ripgrep cannot be run in ${directory}: ${ended.code}`)
  }
  if (ended.kind === 'killed') {
    throw new EndlessError(
      `listing ${directory} took more memory or time than allowed (${ended.signal})`,
    )
  }
  // Files that it cannot reach are passed over without a word, so these are about the run itself.
  if (isEmpty && ended.stderr !== '') {
    throw new ListError(`ripgrep cannot list ${directory}: ${ended.stderr.trim().split('\n')[0]}`)
  }
}

function watchSilence(isStuck: () => boolean, patienceMs: number, kill: () => void) {
  let times = 0
  let timer: NodeJS.Timeout
  const wait = () => {
    timer = setTimeout(
      () => {
        if (++times === mostTimes || isStuck()) kill()
        else wait()
      },
      patienceMs * 2 ** times,
    )
  }
  wait()
  const stop = () => clearTimeout(timer)
  return {
    heard() {
      stop()
      times = 0
      wait()
    },
    stop,
  }
}
