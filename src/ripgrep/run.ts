import type { Launcher } from '../process/ahead.ts'
import type { Bounds } from '../process/bounds.ts'
import { type Ended, startChild } from '../process/child.ts'
import { parseEvent, type RgEvent } from './events.ts'
import { eventLines } from './lines.ts'

export interface RunOptions {
  readonly rgPath: string
  /** Starts it, if there is one. */
  readonly launcher: Pick<Launcher, 'start'> | undefined
  readonly args: readonly string[]
  readonly cwd: string
  readonly signal: AbortSignal
  /** What the system is to hold it to, besides its own flags. */
  readonly bounds: Bounds
  /** Descriptors that the arguments name as `/proc/self/fd/3`, 4, … */
  readonly descriptors?: readonly number[]
  /** What it reads from standard input. */
  readonly input?: readonly Uint8Array[] | undefined
  readonly eventBytes: number
  /** Whether what it says of single files is wanted with the outcome, which then waits for its end. */
  readonly wantsComplaints?: boolean
}

/** One event of a run, or how the run ended: always the last item, exactly once. */
export type RunItem =
  | {
      readonly type: 'event'
      readonly event: RgEvent
      readonly elided: boolean
      /** How many submatches were cut off its list. */
      readonly cut: number
      /** How many bytes its lines have, if they were elided. */
      readonly lineBytes: number
    }
  | { readonly type: 'ended'; readonly outcome: Outcome }

/**
 * How ripgrep ended. Judged by its `summary` event and not by the exit code, which is 2 also when a file could not
 * be read.
 */
export type Outcome =
  /** `searches`: files that were searched to their end; `complaints`: of the others, cut short. */
  | { readonly kind: 'complete'; readonly searches: number; readonly complaints: string }
  /** The pattern, or another argument, was refused before anything was searched; ripgrep's own words. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Killed by us. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'crashed'; readonly reason: string }
  | { readonly kind: 'not-started'; readonly code: string }

/**
 * Runs ripgrep and yields its events while it runs, those that came together in one go. With its `summary` the outcome
 * is known, and told; the iterator returns when the process is gone. Leaving the loop kills the process and waits for its end.
 */
export async function* run(options: RunOptions): AsyncGenerator<readonly RunItem[]> {
  const { rgPath, launcher, args, bounds, cwd, signal, descriptors = [], input } = options
  const start = launcher?.start ?? startChild
  const child = start(rgPath, args, {
    ...{ cwd, signal, descriptors, bounds },
    ...(input ? { input } : {}),
  })
  let searches: number | undefined
  let silent = true
  let garbled: string | undefined
  let read = false
  try {
    for await (const lines of eventLines(child.stdout, options.eventBytes)) {
      // What arrives after the kill may be cut anywhere.
      if (signal.aborted) break
      silent = false
      const items: RunItem[] = []
      for (const { text, elided, cut, lineBytes } of lines) {
        const event = parsed(text)
        if (event === 'garbled') {
          garbled = 'its output was not JSON'
          break
        }
        if (event?.type === 'summary' && searches === undefined) {
          searches = event.data.stats.searches
          if (options.wantsComplaints) continue
          items.push({ type: 'ended', outcome: { kind: 'complete', searches, complaints: '' } })
        } else if (event && event.type !== 'summary') {
          items.push({ type: 'event', event, elided, cut, lineBytes })
        }
      }
      if (items.length > 0) yield items
      if (garbled !== undefined) break
    }
    read = !signal.aborted && garbled === undefined
  } catch (error) {
    // The stream is destroyed by our own kill; nothing else may pass in silence.
    if (!signal.aborted) throw error
  } finally {
    // One that has closed its output is about to end by itself, and what it says on standard error is still wanted.
    if (!read) child.kill()
    await child.ended
  }
  const ended = await child.ended
  if (searches !== undefined) {
    if (!options.wantsComplaints) return
    const complaints = ended.kind === 'not-started' ? '' : ended.stderr
    yield [{ type: 'ended', outcome: { kind: 'complete', searches, complaints } }]
    return
  }
  const outcome = outcomeOf(ended, { silent, garbled, signal })
  yield [{ type: 'ended', outcome }]
}

function parsed(line: string): RgEvent | 'garbled' | undefined {
  try {
    return parseEvent(line)
  } catch {
    return 'garbled'
  }
}

/** How a process ended that has not told its sums, or has none to tell. */
export function outcomeOf(
  ended: Ended,
  seen: {
    readonly silent: boolean
    readonly garbled: string | undefined
    readonly signal: AbortSignal
  },
): Exclude<Outcome, { kind: 'complete' }> {
  if (seen.signal.aborted) return { kind: 'stopped' }
  if (ended.kind === 'not-started') return { kind: 'not-started', code: ended.code }
  if (seen.garbled) return { kind: 'crashed', reason: seen.garbled }
  if (ended.kind === 'killed') return { kind: 'crashed', reason: ended.signal }
  // A shell, too, exits with 2: the system has one read what is no program for it.
  if (ended.code === 2 && seen.silent && ended.stderr.startsWith('rg: ')) {
    return { kind: 'refused', message: ended.stderr.slice('rg: '.length).trim().slice(0, 2_048) }
  }
  // What bounds it, or that shell, found nothing to run.
  if ((ended.code === 126 || ended.code === 127) && seen.silent) {
    return { kind: 'not-started', code: ended.code === 127 ? 'ENOENT' : 'EACCES' }
  }
  return { kind: 'crashed', reason: `exit code ${ended.code} without a summary` }
}
