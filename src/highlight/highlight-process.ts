// A process that tells the kinds of the stretches of texts, one text after the other; see highlighter.ts.

import { decodeFrames, encodeFrame } from '../process/frames.ts'
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
export type HighlightMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'runs' }
  | { readonly type: 'many' }
  | { readonly type: 'trouble'; readonly message: string }

const tell = (head: HighlightMessage, blocks: readonly Uint8Array[] = []) => {
  for (const part of encodeFrame({ head, blocks })) process.stdout.write(part)
}

tell({ type: 'ready' })
for await (const { head, blocks } of decodeFrames<HighlightRequest>(process.stdin)) {
  try {
    await loadGrammar(head.grammar)
    const text = Buffer.from(blocks[0]!.buffer).toString('utf16le')
    const { ends, kinds } = partOf(runsOf(text, head.grammar), head.from, head.to)
    if (ends.length > head.mostRuns) tell({ type: 'many' })
    else tell({ type: 'runs' }, [new Uint8Array(ends.buffer), kinds])
  } catch (error) {
    tell({ type: 'trouble', message: String(error) })
  }
}
