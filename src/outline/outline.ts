import { createHash } from 'node:crypto'
import { keepAnswers } from '../process/kept-answers.ts'
import { scriptBeside } from '../process/script.ts'
import { type Answered, openWorkers } from '../process/worker.ts'
import { grammars } from './grammars.ts'
import type { CodeSymbol } from './symbol.ts'

/** The outlines of files: made in a process of their own, kept by content. */
export interface Outlines {
  /** @param language its id in the catalog; one that `hasOutline` */
  of(text: string, language: string): Promise<Outline>
  close(): Promise<void>
}

interface Found {
  readonly kind: 'outline'
  readonly symbols: readonly CodeSymbol[]
  /** There are more than `mostSymbols`. */
  readonly isCut: boolean
}

export type Outline =
  | Found
  /** There is none: the file is too much for it, or too many wait. */
  | { readonly kind: 'large' | 'slow' | 'busy' }

export interface OutlineRequest {
  readonly language: string
}
export type OutlineAnswer = Found | { readonly kind: 'slow' }

/** Formats whose outline needs no grammar: it stands at the beginnings of lines. By the catalog's id of a language. */
export const lineFormats = ['markdown', 'makefile', 'toml'] as const

/** UTF-16 units of a file that is read for its outline. */
export const mostCharacters = 2_000_000

/** Symbols of outlines that are kept, each outline taken for 500 more. */
const mostKept = 100_000

/** Of one outline: 5,000 symbols, with names of 200 UTF-16 units that JSON spells with six characters each. */
const mostAnswerBytes = 8_388_608

export const hasOutline = (language: string): boolean =>
  Object.hasOwn(grammars, language) || lineFormats.some((format) => format === language)

export function openOutlines(): Outlines {
  const workers = openWorkers<OutlineRequest, OutlineAnswer>({
    script: scriptBeside(import.meta.url, 'outline-process'),
    // At most 256 MB for the trees, and 128 for what is made of them. To optimize the grammars takes twice the time of
    // a first file, and 130 MB, and makes later ones no faster.
    heapMb: 128,
    flags: ['--wasm-max-mem-pages=4096', '--max-semi-space-size=4', '--liftoff-only'],
    processes: 1,
    queue: 16,
    startMs: 10_000,
    // It ends by itself sooner, by processor time, unless a library does not let it.
    requestMs: 10_000,
    idleMs: 30_000,
    mostAnswerBytes,
  })
  const kept = keepAnswers<Outline>({
    mostSize: mostKept,
    sizeOf: (one) => 500 + (one.kind === 'outline' ? one.symbols.length : 0),
    lasts({ kind }) {
      if (kind === 'busy') return 'not-at-all'
      return kind === 'slow' ? 'until-later' : 'for-good'
    },
  })

  return {
    async of(text, language) {
      if (text.length > mostCharacters) return { kind: 'large' }
      const bytes = Buffer.from(text)
      const name = `${language} ${createHash('sha256').update(bytes).digest('base64url')}`
      return kept.of(name, async () =>
        outlineOf(await workers.ask({ head: { language }, blocks: [bytes] })),
      )
    },
    close: workers.close,
  }
}

function outlineOf(answered: Answered<OutlineAnswer>): Outline {
  if (answered.kind === 'answer') return answered.frame.head
  return { kind: answered.kind === 'busy' ? 'busy' : 'slow' }
}
