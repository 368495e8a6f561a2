import { type LeftOut, renderMarkdown, TooLong } from '../markdown/render.ts'
import type { DocumentPlace } from '../markdown/target.ts'
import type { Frame } from '../process/frames.ts'
import { serve } from '../process/serve.ts'
import { escapeHtml, visibleLines } from './marks.ts'

// The process that makes HTML of Markdown: documents come one after the other, and each may take as long as it likes.
// It is killed for that, and for nothing else.

/** With one block: the text. */
export interface MarkdownRequest {
  readonly place: DocumentPlace
  /** UTF-16 units; more are not told. */
  readonly mostHtml: number
}

export type MarkdownAnswer =
  /** With one block: the HTML. */
  { readonly kind: 'rendered'; readonly leftOut: readonly LeftOut[] } | { readonly kind: 'long' }

const escapeText = (text: string): string => escapeHtml(visibleLines(text))

function answer({ head, blocks }: Frame<MarkdownRequest>): Frame<MarkdownAnswer> {
  try {
    const text = Buffer.from(blocks[0]!.buffer).toString()
    const { html, leftOut } = renderMarkdown(text, { ...head, escapeText })
    return { head: { kind: 'rendered', leftOut }, blocks: [Buffer.from(html)] }
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    return { head: { kind: 'long' }, blocks: [] }
  }
}

await serve(answer)
