import type { Frame } from '../process/frames.ts'
import { serve } from '../process/serve.ts'
import { symbolsOfCode } from './code.ts'
import { grammars } from './grammars.ts'
import { inLines, type Reader } from './lines.ts'
import type { OutlineAnswer, OutlineRequest } from './outline.ts'
import { mostSymbols, nested } from './symbol.ts'

// The process that reads one file after the other for its outline: what a hostile one takes of it is not the server's.

/** Of processor time, for one file: it says the same on a machine that has much to do. */
const mostMs = 1_000

const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

async function outlineOf({ head, blocks }: Frame<OutlineRequest>): Promise<OutlineAnswer> {
  const { language } = head
  const text = Buffer.from(blocks[0]!.buffer).toString()
  const began = processorMs()
  const isLate = () => processorMs() - began > mostMs
  const lines: Reader | undefined = inLines[language as keyof typeof inLines]
  const found = lines ? lines(text, isLate) : await symbolsOfCode(text, language, isLate)
  if (!found) return { kind: 'slow' }
  return {
    kind: 'outline',
    symbols: nested(found, grammars[language]?.hasMacros),
    isCut: found.length > mostSymbols,
  }
}

await serve<OutlineRequest, OutlineAnswer>(async (request) => ({
  head: await outlineOf(request),
  blocks: [],
}))
