import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type NoAnswer, openWorker } from '../process/worker.ts'
import { grammars } from './grammars.ts'
import type { CodeSymbol } from './symbol.ts'

/** The outlines of files: made in a process of their own, kept by content. */
export interface Outlines {
  /** @param language its id in the catalog; one that `hasOutline` */
  of(text: string, language: string): Promise<Outline>
  close(): void
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

/** Of outlines that are kept, and of symbols in all of them together. */
const mostKept = 200
const mostSymbolsKept = 100_000

/** A file that was too slow may have been so for what else the machine had to do. */
const slowMs = 60_000

// The script has our own ending: .ts from source, .js when built.
const own = fileURLToPath(import.meta.url)
const script = fileURLToPath(new URL(`./outline-process${extname(own)}`, import.meta.url))

export const hasOutline = (language: string): boolean =>
  Object.hasOwn(grammars, language) || lineFormats.some((format) => format === language)

export function openOutlines(): Outlines {
  const worker = openWorker<OutlineRequest, OutlineAnswer>({
    script,
    // At most 256 MB for the trees, and 128 for what is made of them. To optimize the grammars takes twice the time of
    // a first file, and 130 MB, and makes later ones no faster.
    flags: [
      ...['--wasm-max-mem-pages=4096', '--max-old-space-size=128', '--max-semi-space-size=4'],
      '--liftoff-only',
    ],
    startMs: 10_000,
    // It ends by itself sooner, by processor time, unless a library does not let it.
    requestMs: 10_000,
    idleMs: 30_000,
    queue: 16,
  })
  /** By content, in the order of their last use; those that are being made, too. */
  const kept = new Map<string, Promise<Outline>>()
  let symbols = 0

  const drop = (key: string, outline: Promise<Outline>) => {
    if (kept.get(key) !== outline) return
    kept.delete(key)
    void outline.then((one) => {
      symbols -= countOf(one)
    })
  }
  const keep = (key: string, outline: Promise<Outline>) => {
    kept.set(key, outline)
    void outline.then((one) => {
      symbols += countOf(one)
      if (one.kind === 'busy') drop(key, outline)
      if (one.kind === 'slow') setTimeout(() => drop(key, outline), slowMs).unref()
      for (const [oldest, its] of kept) {
        if (kept.size <= mostKept && symbols <= mostSymbolsKept) break
        drop(oldest, its)
      }
    })
  }

  return {
    async of(text, language) {
      if (text.length > mostCharacters) return { kind: 'large' }
      const bytes = Buffer.from(text)
      const key = `${language} ${createHash('sha256').update(bytes).digest('base64url')}`
      const known = kept.get(key)
      if (known === undefined) {
        const making = worker.ask({ head: { language }, blocks: [bytes] }).then(outlineOf)
        keep(key, making)
        return making
      }
      kept.delete(key)
      kept.set(key, known)
      return known
    },
    close: worker.close,
  }
}

const countOf = (outline: Outline) => (outline.kind === 'outline' ? outline.symbols.length : 0)

const outlineOf = (answer: OutlineAnswer | NoAnswer): Outline =>
  answer.kind === 'outline' || answer.kind === 'busy' ? { ...answer } : { kind: 'slow' }
