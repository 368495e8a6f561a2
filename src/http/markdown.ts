import { createHash } from 'node:crypto'
import type { LeftOut } from '../markdown/render.ts'
import type { DocumentPlace } from '../markdown/target.ts'
import { keepAnswers } from '../process/kept-answers.ts'
import { scriptBeside } from '../process/script.ts'
import { type Answered, openWorkers } from '../process/worker.ts'
import type { MarkdownAnswer, MarkdownRequest } from './markdown-process.ts'

/** Markdown as HTML, made in a process of its own: what a document costs, the server's thread does not pay. */
export interface Markdown {
  /** Never rejects. */
  render(text: string, place: DocumentPlace): Promise<Rendering>
  close(): Promise<void>
}

export type Rendering =
  | { readonly kind: 'rendered'; readonly html: string; readonly leftOut: readonly LeftOut[] }
  | { readonly kind: 'refused'; readonly reason: Refusal }

/** `long`: the text, or what becomes of it; `slow`: it takes longer than it may; `busy`: others are before it. */
export type Refusal = 'long' | 'slow' | 'busy' | 'broken'

/** Bytes of a document that is rendered. */
export const mostMarkdownBytes = 524_288
/** UTF-16 units of HTML that may become of it, and that are kept for the next one who asks. */
const mostHtml = 4_194_304
const mostKept = 8_388_608
/** One unit takes three bytes of UTF-8 at most. */
const mostAnswerBytes = 3 * mostHtml + 1_000

/** @param mostMs that one document may take */
export function createMarkdown({ mostMs = 3_000 } = {}): Markdown {
  const workers = openWorkers<MarkdownRequest, MarkdownAnswer>({
    script: scriptBeside(import.meta.url, 'markdown-process'),
    heapMb: 256,
    addressBytes: 4 * 2 ** 30,
    processes: 1,
    queue: 15,
    startMs: 10_000,
    requestMs: mostMs,
    idleMs: 60_000,
    mostAnswerBytes,
  })
  const kept = keepAnswers<Rendering>({
    mostSize: mostKept,
    sizeOf: (one) => 1_000 + (one.kind === 'rendered' ? one.html.length : 0),
    lasts(one) {
      if (one.kind === 'rendered' || one.reason === 'long') return 'for-good'
      return one.reason === 'busy' ? 'not-at-all' : 'until-later'
    },
  })

  return {
    async render(text, place) {
      const bytes = Buffer.from(text)
      if (bytes.length > mostMarkdownBytes) return { kind: 'refused', reason: 'long' }
      const name = createHash('sha256').update(JSON.stringify(place)).update(bytes).digest('base64')
      return kept.of(name, async () =>
        renderingOf(await workers.ask({ head: { place, mostHtml }, blocks: [bytes] })),
      )
    },
    close: workers.close,
  }
}

function renderingOf(answered: Answered<MarkdownAnswer>): Rendering {
  if (answered.kind === 'large') return { kind: 'refused', reason: 'long' }
  if (answered.kind !== 'answer') return { kind: 'refused', reason: answered.kind }
  const { head, blocks } = answered.frame
  if (head.kind === 'long') return { kind: 'refused', reason: 'long' }
  return {
    kind: 'rendered',
    html: Buffer.from(blocks[0]!.buffer).toString(),
    leftOut: head.leftOut,
  }
}
