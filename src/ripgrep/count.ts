import { startChild } from '../process/child.ts'
import { type Outcome, outcomeOf, type RunOptions } from './run.ts'

/** The matches of one file, or how the run ended: always the last item, exactly once. */
export type CountItem =
  | { readonly type: 'counted'; readonly path: string; readonly matches: number }
  | {
      readonly type: 'ended'
      readonly outcome: Outcome
      /** Matching lines of all files; 0 unless the outcome is `complete`. */
      readonly matchingLines: number
    }

/** Runs ripgrep with the arguments of `countArgs` and yields what it counts, file by file; else as `run`. */
export async function* runCount(
  options: Omit<RunOptions, 'eventBytes' | 'wantsComplaints'>,
): AsyncGenerator<CountItem> {
  const { rgPath, launcher, args, bounds, cwd, signal, descriptors = [] } = options
  const start = launcher?.start ?? startChild
  const child = start(rgPath, args, { cwd, signal, descriptors, bounds })
  let rest = ''
  let silent = true
  let read = false
  try {
    const output: AsyncIterable<string> = child.stdout.setEncoding('utf8')
    for await (const text of output) {
      if (signal.aborted) break
      silent = false
      rest += text
      for (const counted of rest.matchAll(countOf)) {
        yield { type: 'counted', path: counted[1]!, matches: Number(counted[2]) }
      }
      rest = rest.replaceAll(countOf, '')
    }
    read = !signal.aborted
  } catch (error) {
    // The stream is destroyed by our own kill.
    if (!signal.aborted) throw error
  } finally {
    if (!read) child.kill()
    await child.ended
  }
  const ended = await child.ended
  const stats = statsOf.exec(rest)
  if (!stats) {
    const outcome = outcomeOf(ended, { silent, garbled: undefined, signal })
    yield { type: 'ended', outcome, matchingLines: 0 }
    return
  }
  const complaints = ended.kind === 'not-started' ? '' : ended.stderr
  const outcome = { kind: 'complete', searches: Number(stats[2]), complaints } as const
  yield { type: 'ended', outcome, matchingLines: Number(stats[1]) }
}

/** Paths are whole: what does not begin with `/` is no count. With `--crlf` a count ends as a line does. */
const countOf = /(\/[^\0]*)\0(\d+)\r?\n/gy

const statsOf =
  /^\n\d+ matches\n(\d+) matched lines\n\d+ files contained matches\n(\d+) files searched\n/
