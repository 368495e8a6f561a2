import { createHash } from 'node:crypto'
import type { Runs } from '../highlight/emitter.ts'
import type { Highlighted } from '../highlight/highlighter.ts'
import { type Kind, kinds } from '../highlight/kinds.ts'
import { beginOf, type Text } from './content.ts'
import type { Server } from './server.ts'
import type { ShownFile } from './shown-file.ts'
import { count } from './words.ts'

/** The colours of the lines of one page. */
export interface Colours {
  /** Stretches of one kind within a part of the text; they come in its order, and so must the parts. */
  in(from: number, to: number): readonly Stretch[]
}

/** Up to `end`, counted from the beginning of the part; the kind `plain` has no colour. */
export interface Stretch {
  readonly end: number
  readonly kind: Kind
}

/** Why a page has none, in words; `undefined` for a language that has no grammar, of which nothing is said. */
export interface Uncoloured {
  readonly reason: string | undefined
}

/** UTF-16 units of a file, and of one line of it, that are coloured: highlight.js takes the square of some lines. */
const mostUnits = 1_000_000
const mostInLine = 2_000

/** @param page lines before it, and through its end */
export async function coloursOf(
  { highlighter }: Server,
  file: ShownFile,
  content: Text,
  page: { readonly from: number; readonly to: number },
): Promise<Colours | Uncoloured> {
  const grammar = file.language?.highlight
  if (grammar === undefined || grammar === 'plaintext' || content.lines === 0) {
    return { reason: undefined }
  }
  const { text, starts } = content
  if (text.length > mostUnits) {
    return { reason: `it has more than ${count(mostUnits)} characters` }
  }
  if (starts.some((start, line) => (starts[line + 1] ?? text.length) - start > mostInLine)) {
    return { reason: `it has lines of more than ${count(mostInLine)} characters` }
  }
  const from = beginOf(content, page.from + 1)
  const to = beginOf(content, page.to + 1)
  const digest = createHash('sha256').update(text, 'utf16le').digest('base64url')
  const found = await highlighter.highlight({ text, digest, grammar, from, to })
  return found.kind === 'runs' ? walk(found.runs, from) : { reason: reasons[found.kind] }
}

const reasons: Readonly<Record<Exclude<Highlighted['kind'], 'runs'>, string>> = {
  slow: 'finding them takes too long',
  late: 'they were not ready in time, and may be when the page is loaded again',
  busy: 'too many files are asked for at the moment',
  many: 'there are too many of them',
  failed: 'finding them failed',
}

/** @param begin where the runs begin in the text */
function walk({ ends, kinds: codes }: Runs, begin: number): Colours {
  let run = 0
  return {
    in(from, to) {
      const stretches: Stretch[] = []
      while (run < ends.length && ends[run]! + begin <= from) run++
      for (let at = run; at < ends.length; at++) {
        const end = Math.min(ends[at]! + begin, to)
        stretches.push({ end: end - from, kind: kinds[codes[at]!] ?? 'plain' })
        if (end === to) break
      }
      return stretches
    },
  }
}
