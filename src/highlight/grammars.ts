import type { HLJSApi, LanguageFn } from 'highlight.js'
// The types know the whole only, which is the core with all its grammars.
import core from 'highlight.js/lib/core'
import { createEmitter, type Emitter, type Runs } from './emitter.ts'

/** What is tried where a grammar leaves open what is in it, as the body of an HTTP message. */
const guessed = ['json', 'xml']

const hljs: HLJSApi = core
hljs.configure({
  // highlight.js makes one with `new`, which returns an object that a function returns.
  __emitter: function emitter() {
    return createEmitter()
  } as never,
  languages: guessed,
})

const loaded = new Map<string, Promise<void>>()

/** Loads a grammar of highlight.js, and those that it uses for parts of a text. */
export function loadGrammar(name: string): Promise<void> {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const loading = load(name)
  loaded.set(name, loading)
  return loading
}

async function load(name: string): Promise<void> {
  const { default: grammar } = (await import(`highlight.js/lib/languages/${name}`)) as {
    default: LanguageFn
  }
  hljs.registerLanguage(name, grammar)
  // One after the other, and not again what is being loaded: grammars use each other in circles.
  for (const other of subLanguages(hljs.getLanguage(name))) {
    if (!loaded.has(other)) await loadGrammar(other)
  }
}

/** The names of grammars that stand anywhere in one. */
function subLanguages(grammar: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set<unknown>()
  const look = (value: unknown) => {
    if (typeof value !== 'object' || value === null || value instanceof RegExp || seen.has(value)) {
      return
    }
    seen.add(value)
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'subLanguage') {
        const listed = [inner].flat() as string[]
        for (const name of listed.length > 0 ? listed : guessed) names.add(name)
      } else look(inner)
    }
  }
  look(grammar)
  return names
}

/**
 * The kinds of the stretches of a text, by a grammar that is loaded.
 *
 * @throws if the grammar fails, or what it tells is not this very text
 */
export function runsOf(text: string, grammar: string): Runs {
  const result = hljs.highlight(text, { language: grammar, ignoreIllegals: true })
  if (result.errorRaised) throw result.errorRaised
  const { ends, kinds, texts } = result._emitter as unknown as Emitter
  if (texts.join('') !== text) throw new Error(`the grammar ${grammar} tells another text`)
  return { ends: Uint32Array.from(ends), kinds: Uint8Array.from(kinds) }
}

/** The runs of a part of the text, counted from its beginning. */
export function partOf({ ends, kinds }: Runs, from: number, to: number): Runs {
  let first = 0
  while (first < ends.length && ends[first]! <= from) first++
  let last = first
  while (last < ends.length && ends[last]! < to) last++
  return {
    ends: ends.slice(first, last + 1).map((end) => Math.min(end, to) - from),
    kinds: kinds.slice(first, last + 1),
  }
}
