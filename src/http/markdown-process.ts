import { type LeftOut, renderMarkdown, TooLong } from '../markdown/render.ts'
import type { DocumentPlace } from '../markdown/target.ts'
import { decodeFrames, encodeFrame, type Frame } from '../process/frames.ts'
import { escapeHtml, visibleLines } from './marks.ts'

// The process that makes HTML of Markdown: documents come one after the other, and each may take as long as it likes.
// It is killed for that, and for nothing else.

export interface MarkdownRequest {
  readonly place: DocumentPlace
  readonly mostHtml: number
}

/** The HTML is the frame's block. */
export type MarkdownAnswer =
  | { readonly type: 'rendered'; readonly leftOut: readonly LeftOut[] }
  | { readonly type: 'too-long' }
  /** Said once, before the first document. */
  | { readonly type: 'ready' }

const escapeText = (text: string): string => escapeHtml(visibleLines(text))

tell({ head: { type: 'ready' }, blocks: [] })
for await (const { head, blocks } of decodeFrames<MarkdownRequest>(process.stdin)) {
  tell(answer(head, Buffer.from(blocks[0]!).toString()))
}

function tell(frame: Frame<MarkdownAnswer>): void {
  for (const part of encodeFrame(frame)) process.stdout.write(part)
}

function answer(request: MarkdownRequest, text: string): Frame<MarkdownAnswer> {
  try {
    const { html, leftOut } = renderMarkdown(text, { ...request, escapeText })
    return { head: { type: 'rendered', leftOut }, blocks: [Buffer.from(html)] }
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    return { head: { type: 'too-long' }, blocks: [] }
  }
}
