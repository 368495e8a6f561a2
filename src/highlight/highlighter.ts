import { keepAnswers } from '../process/kept-answers.ts'
import { scriptBeside } from '../process/script.ts'
import { type Answered, openWorkers } from '../process/worker.ts'
import type { Runs } from './emitter.ts'
import type { HighlightAnswer, HighlightRequest } from './highlight-process.ts'

/**
 * Tells what the stretches of a text are to the eye. highlight.js does it, whose time for a hostile text has no
 * bound and whose memory for a large one is twenty times its size: so in processes of its own, which are killed when
 * they take too long, and go when there is nothing to do.
 */
export interface Highlighter {
  /** Never rejects. A text that is being worked on, or was before, is not worked on again. */
  highlight(wanted: Wanted): Promise<Highlighted>
  /** Processes that run. */
  readonly processes: number
  close(): Promise<void>
}

export interface Wanted {
  readonly text: string
  /** A name for the text that no other has. */
  readonly digest: string
  /** A grammar of highlight.js. */
  readonly grammar: string
  /** The part that is wanted, in UTF-16 units. */
  readonly from: number
  readonly to: number
}

export type Highlighted =
  | { readonly kind: 'runs'; readonly runs: Runs }
  /**
   * Why there are none: it takes too long; it is not ready yet, and may be when it is asked for again; too much else
   * is asked for; there are too many; the grammar, or the process, failed.
   */
  | { readonly kind: 'slow' | 'late' | 'busy' | 'many' | 'failed' }

export interface HighlighterOptions {
  /** Processes at once. */
  readonly processes: number
  /** Texts that wait for one. */
  readonly queue: number
  /** For one text, in a process that is ready. */
  readonly workMs: number
  /** For a process to be ready. */
  readonly startMs: number
  /** That whoever asks waits at most, for whatever it is. */
  readonly waitMs: number
  /** A process without work ends after this. */
  readonly idleMs: number
  /** Stretches of one part. */
  readonly mostRuns: number
  /** Of results that are kept. */
  readonly keptBytes: number
}

export const highlighterOptions: HighlighterOptions = {
  processes: 2,
  queue: 16,
  workMs: 2_000,
  startMs: 10_000,
  waitMs: 1_500,
  idleMs: 60_000,
  mostRuns: 150_000,
  keptBytes: 4_194_304,
}

/** Of a run in an answer: where it ends, and its kind. */
const runBytes = 5

export function createHighlighter(options: HighlighterOptions = highlighterOptions): Highlighter {
  const { processes, queue, startMs, workMs, idleMs, mostRuns } = options
  const workers = openWorkers<HighlightRequest, HighlightAnswer>({
    script: scriptBeside(import.meta.url, 'highlight-process'),
    heapMb: 256,
    flags: ['--max-semi-space-size=8'],
    // Text, tokens and regex stacks are elsewhere too.
    addressBytes: 4 * 2 ** 30,
    ...{ processes, queue, startMs, requestMs: workMs, idleMs },
    mostAnswerBytes: mostRuns * runBytes + 1_000,
  })
  const kept = keepAnswers<Highlighted>({
    mostSize: options.keptBytes,
    sizeOf: (how) =>
      300 + (how.kind === 'runs' ? how.runs.ends.byteLength + how.runs.kinds.byteLength : 0),
    lasts({ kind }) {
      if (kind === 'busy') return 'not-at-all'
      return kind === 'runs' || kind === 'many' ? 'for-good' : 'until-later'
    },
  })

  return {
    highlight({ text, digest, grammar, from, to }) {
      const found = kept.of(`${digest} ${grammar} ${from} ${to}`, async () => {
        const head = { grammar, from, to, mostRuns }
        return highlighted(await workers.ask({ head, blocks: [Buffer.from(text, 'utf16le')] }))
      })
      return withinMs(options.waitMs, found)
    },
    get processes() {
      return workers.processes
    },
    close: workers.close,
  }
}

function highlighted(answered: Answered<HighlightAnswer>): Highlighted {
  switch (answered.kind) {
    case 'answer': {
      const { head, blocks } = answered.frame
      if (head.kind !== 'runs') return { kind: head.kind }
      const [ends, kinds] = blocks as [Uint8Array<ArrayBuffer>, Uint8Array]
      return { kind: 'runs', runs: { ends: new Uint32Array(ends.buffer), kinds } }
    }
    case 'large':
      return { kind: 'many' }
    case 'broken':
      return { kind: 'failed' }
    default:
      return { kind: answered.kind }
  }
}

async function withinMs(ms: number, work: Promise<Highlighted>): Promise<Highlighted> {
  const late = Promise.withResolvers<Highlighted>()
  const timer = setTimeout(late.resolve, ms, { kind: 'late' })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
