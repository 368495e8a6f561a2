// A process that tells the kinds of the stretches of texts, one text after the other; see highlighter.ts.

import type { Frame } from '../process/frames.ts'
import { serve } from '../process/serve.ts'
import { loadGrammar, partOf, runsOf } from './grammars.ts'

/** With one block: the text, in UTF-16. */
export interface HighlightRequest {
  /** A grammar of highlight.js. */
  readonly grammar: string
  /** The part whose runs are wanted, in UTF-16 units. */
  readonly from: number
  readonly to: number
  /** More runs than this are not told. */
  readonly mostRuns: number
}

/** `runs` with two blocks: where they end, counted from the part's beginning, and their kinds. */
export interface HighlightAnswer {
  readonly kind: 'runs' | 'many' | 'failed'
}

async function answer({
  head: { grammar, from, to, mostRuns },
  blocks: [text],
}: Frame<HighlightRequest>): Promise<Frame<HighlightAnswer>> {
  try {
    await loadGrammar(grammar)
    const whole = runsOf(Buffer.from(text!.buffer).toString('utf16le'), grammar)
    const { ends, kinds } = partOf(whole, from, to)
    if (ends.length > mostRuns) return { head: { kind: 'many' }, blocks: [] }
    return { head: { kind: 'runs' }, blocks: [new Uint8Array(ends.buffer), kinds] }
  } catch {
    // The grammar is at fault: the next text is done by another.
    return { head: { kind: 'failed' }, blocks: [] }
  }
}

await serve(answer)
