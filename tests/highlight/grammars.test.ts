import { globSync, readFileSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languageOf, languages } from '../../src/corpus/language.ts'
import type { Runs } from '../../src/highlight/emitter.ts'
import { loadGrammar, partOf, runsOf } from '../../src/highlight/grammars.ts'
import { type Kind, kinds } from '../../src/highlight/kinds.ts'

const grammars = [...new Set(languages.flatMap(({ highlight }) => highlight ?? []))].sort()

/** The stretches of a text that have a colour. */
const coloured = (text: string, { ends, kinds: codes }: Runs): readonly [Kind, string][] =>
  [...ends].flatMap((end, at) =>
    codes[at] === 0 ? [] : [[kinds[codes[at]!]!, text.slice(ends[at - 1] ?? 0, end)]],
  )

const colouredBy = async (grammar: string, text: string) => {
  await loadGrammar(grammar)
  return coloured(text, runsOf(text, grammar))
}

const expectWhole = (text: string, { ends, kinds: codes }: Runs) => {
  expect(ends.at(-1) ?? 0).toBe(text.length)
  expect(codes.length).toBe(ends.length)
  for (const [at, end] of ends.entries()) {
    if (end <= (ends[at - 1] ?? 0)) throw new Error(`the run before ${end} is empty`)
  }
}

/** Real files of every language that this project has some of, whatever grammar reads them. */
const files = globSync([
  'corpus/**/*.*',
  'bench/*.ts',
  'views/**/*',
  'node_modules/{fastify,eta,playwright-core,highlight.js}/{*,lib/*,styles/*,scss/*}.*',
  'Dockerfile',
]).filter((path) => statSync(path).isFile())
const texts = files.flatMap((path) => {
  const text = readFileSync(path, 'utf8')
  const isText = !text.includes('\0') && text.length < 60_000 && !/.{2000}/.test(text)
  return isText ? [{ path, text }] : []
})
/** What stands in them between line ends and words. */
const pieces = [
  ...new Set(texts.slice(0, 80).flatMap(({ text }) => text.slice(0, 2_000).split(/(?<=\W)/))),
]

describe('the kinds of the stretches of a text', () => {
  it('are known of real files, all of their text, each by its own grammar', async () => {
    const known = texts.flatMap((file) => ({ ...file, grammar: languageOf(file.path)?.highlight }))
    const seen = new Set<string>()
    for (const { text, grammar } of known) {
      if (grammar === undefined) continue
      await loadGrammar(grammar)
      expectWhole(text, runsOf(text, grammar))
      seen.add(grammar)
    }
    expect(seen.size).toBeGreaterThan(15)
  })

  it.each(grammars)('are known of whatever is read by the grammar %s', async (grammar) => {
    await loadGrammar(grammar)
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), {
          maxLength: 120,
        }),
        (parts) => {
          const text = parts.join('')
          expectWhole(text, runsOf(text, grammar))
        },
      ),
      // Always the same: there are texts for which a grammar takes for ever, and the limits are tested elsewhere.
      { numRuns: 25, seed: 11 },
    )
    for (const text of ['', '\r\n', '\ud800', '<script>\u2028</script>', '{{ %}<?php ?>"\'`\\']) {
      expectWhole(text, runsOf(text, grammar))
    }
  })

  it('are those of their grammar, also of what stands in another language', async () => {
    expect(await colouredBy('c', '/* a */ int f(void) { return 0x1f; } // "s"')).toEqual([
      ['comment', '/* a */'],
      ['type', 'int'],
      ['title', 'f'],
      ['type', 'void'],
      ['keyword', 'return'],
      ['number', '0x1f'],
      ['comment', '// "s"'],
    ])
    const html = '<p class="x"><script>let a = 1</script><style>b { color: red }</style>'
    const found = await colouredBy('xml', html)
    expect(found).toContainEqual(['keyword', 'let'])
    expect(found).toContainEqual(['attribute', 'color'])
    const inside = await colouredBy('javascript', 'f(`a \u0024{b + 1} c`)')
    expect(inside).toContainEqual(['string', '`a '])
    expect(inside).toContainEqual(['number', '1'])
  })

  it('do not depend on what was read before', async () => {
    const body = 'HTTP/1.1 200 OK\nContent-Type: application/json\n\n{"a": 1}'
    const before = await colouredBy('http', body)
    for (const grammar of grammars) await loadGrammar(grammar)
    expect(await colouredBy('http', body)).toEqual(before)
    expect(before).toContainEqual(['number', '1'])
  })

  it('of a part are those of the whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(9), fc.nat(14)), { maxLength: 20 }),
        fc.nat(100),
        fc.nat(100),
        (lengths, a, b) => {
          const codes: number[] = []
          const ends: number[] = []
          for (const [length, kind] of lengths) {
            codes.push(...Array(length).fill(kind))
            if (length > 0) ends.push(codes.length)
          }
          const runs = {
            ends: Uint32Array.from(ends),
            kinds: Uint8Array.from(ends, (end) => codes[end - 1]!),
          }
          const [from, to] = [a, b].map((at) => Math.min(at, codes.length)).sort((x, y) => x - y)
          const part = partOf(runs, from!, to!)
          const all = [...part.ends].flatMap((end, at) =>
            Array(end - (part.ends[at - 1] ?? 0)).fill(part.kinds[at]),
          )
          expect(all).toEqual(codes.slice(from, to))
        },
      ),
    )
  })
})
