import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../src/limits.ts'
import { emptyForm } from '../../src/query/form.ts'
import { formatText, parseText } from '../../src/query/parse.ts'
import { withTyped } from '../../src/query/typed.ts'

/** For a longer run: PARSE_RUNS=20000 npx vitest run tests/query */
const numRuns = Number(process.env.PARSE_RUNS ?? 2_000)

/** How a text is understood, as the grammar's files say it. */
function understood(text: string): string {
  const parsed = parseText(text)
  const whole = parsed.ok ? withTyped(emptyForm, parsed.value.filters, defaultLimits) : parsed
  if (parsed.ok && whole.ok) {
    const filters = parsed.value.filters.map(({ name, value }) => `  ${name} [${value}]`)
    return `find [${parsed.value.pattern}]${filters.join('')}`
  }
  const failure = parsed.ok ? (whole.ok ? undefined : whole.failure) : parsed.failure
  if (failure?.kind !== 'bad-query') throw new Error(JSON.stringify(failure))
  const { position = 0, length = 0, message } = failure
  return `error at [${text.slice(position, position + length)}]  ${message}`
}

const plain = (text: string): string => text.replaceAll('␣', ' ')

describe.each(globSync('tests/query/grammar/*.txt').sort())('%s', (file) => {
  const cases = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [query, meaning] = line.split(' ==> ')
      return meaning === undefined ? [] : [[query!.trim(), meaning] as const]
    })

  it('has cases', () => expect(cases.length).toBeGreaterThan(20))

  it.each(cases)('%s ==> %s', (query, meaning) => {
    expect(understood(plain(query))).toBe(plain(meaning))
  })
})

/** Texts with many filters, quotes and spaces, right ones and wrong ones. */
const pieces = fc.constantFrom(
  ...['repo:', '-path:', 'file:', 'case:', 'context:', 'sym:', 'r:', 'f:', '-l:', 'content:'],
  ...['has:', 'type:', '"', '\\', ' ', '  ', '\t', 'x', 'a.b', '/', '!', '7', 'yes', ':', '\n'],
)
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

describe('a text', () => {
  it('that is written for a pattern is understood as that pattern, and nothing else', () => {
    fc.assert(
      fc.property(texts, (pattern) => {
        expect(parseText(formatText(pattern))).toEqual({
          ok: true,
          value: { pattern, filters: [] },
        })
      }),
      { numRuns },
    )
  })

  it('that is understood is written as something that is understood the same', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseText(text)
        if (!parsed.ok) return
        const { pattern, filters } = parsed.value
        const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`
        const words: Record<string, string> = { limit: 'count' }
        const typed = filters.map(({ name, value }) =>
          name === 'context' ? `context:${value} ` : `${words[name] ?? name}:${quote(value)} `,
        )
        const again = parseText(typed.join('') + formatText(pattern))
        expect(again.ok && again.value.pattern).toBe(pattern)
        expect(again.ok && again.value.filters.map(({ name, value }) => [name, value])).toEqual(
          filters.map(({ name, value }) => [name, value]),
        )
      }),
      { numRuns },
    )
  })

  it('without a colon is found as it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const without = text.replaceAll(':', '')
        expect(parseText(without)).toEqual({ ok: true, value: { pattern: without, filters: [] } })
      }),
    )
  })

  it('that is refused has a place to point at', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseText(text)
        if (parsed.ok) return
        if (parsed.failure.kind !== 'bad-query') throw new Error(parsed.failure.kind)
        const { position = -1, length = 0 } = parsed.failure
        expect(text.slice(position, position + length)).toMatch(/^-?[a-z_]+:.+$/s)
      }),
      { numRuns },
    )
  })

  it('of many filters and quotation marks is read before the test runs out of time', () => {
    for (const part of ['"', '\\" ', 'path:"a ', '"path:"', 'r:ab ', 'content:"\\']) {
      const text = part.repeat(60_000 / part.length)
      const again = parseText(formatText(text))
      expect(again.ok && again.value.pattern === text).toBe(true)
    }
  })
})
