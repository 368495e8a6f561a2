import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineText } from '../../src/search/columns.ts'

const span = (start: number, end: number) => ({ start, end })

describe('a line as text', () => {
  it.each<[string, string, [number, number], [number, number]]>([
    ['ASCII', 'x needle', [2, 8], [2, 8]],
    ['an accent before', 'é needle', [3, 9], [2, 8]],
    ['a combining accent before', 'e\u0301 needle', [4, 10], [3, 9]],
    ['an emoji before', 'x😀needle', [5, 11], [3, 9]],
    ['an emoji itself', 'x😀y', [1, 5], [1, 3]],
    ['the end', 'é', [2, 2], [1, 1]],
    ['half an accent', 'aéb', [1, 2], [1, 2]],
    ['the other half of it', 'aéb', [2, 3], [1, 2]],
    ['nothing in the middle of an emoji', 'a😀b', [3, 3], [1, 1]],
    ['the middle of an emoji', 'a😀b', [2, 4], [1, 3]],
    ['more than the line, its terminator', 'ab', [1, 3], [1, 2]],
    ['only its terminator', 'ab', [3, 3], [2, 2]],
    ['more than a line that is not ASCII', 'éb', [2, 4], [1, 2]],
  ])('%s', (_, text, bytes, columns) => {
    const line = lineText(Buffer.from(text), [span(...bytes)], 1_000)
    expect(line).toEqual({
      text,
      clippedAt: undefined,
      bytes: undefined,
      columns: [span(...columns)],
    })
  })

  it.each<[string, string, [number, number], [number, number]]>([
    ['a stray byte before', '\xff needle', [2, 8], [2, 8]],
    ['a stray byte itself', 'a\xffb', [1, 2], [1, 2]],
    ['a sequence cut short before, which is one character', '\xe2\x82 needle', [3, 9], [2, 8]],
    ['half a sequence that is cut short', 'a\xe2\x82b', [2, 3], [1, 2]],
    ['a surrogate before, which is three', '\xed\xa0\x80needle', [3, 9], [3, 9]],
    ['half an accent, with a stray byte behind', 'a\xc3\xa9\xff', [1, 2], [1, 2]],
  ])('that is not UTF-8: %s', (_, text, bytes, columns) => {
    const line = Buffer.from(text, 'latin1')
    expect(lineText(line, [span(...bytes)], 1_000)).toEqual({
      text: line.toString(),
      clippedAt: undefined,
      bytes: line,
      columns: [span(...columns)],
    })
  })

  it('that is long is a window on its first match, whatever its bytes', () => {
    const bytes = fc.array(
      fc
        .constantFrom('a', 'é', '日', '😀', '\u0301')
        .map((text) => Buffer.from(text).toString('latin1')),
    )
    const line = fc
      .tuple(bytes, fc.constantFrom('', '', '\xff', '\xe2\x82'), bytes, fc.constantFrom(1, 3, 20))
      .map(([a, b, c, times]) => Buffer.from([...a, b, ...c].join('').repeat(times), 'latin1'))
    fc.assert(
      fc.property(
        line,
        fc.nat(),
        fc.nat(30),
        fc.integer({ min: 40, max: 90 }),
        (line, from, length, most) => {
          const start = from % (line.length + 1)
          const end = Math.min(start + length, line.length)
          const whole = lineText(line, [span(start, end)], 1e9)
          const { text, clippedAt, columns, bytes } = lineText(line, [span(start, end)], most)
          expect(columns).toEqual(whole.columns)
          expect(whole.text).toBe(line.toString())
          const offset = clippedAt ?? 0
          expect(whole.text.slice(offset, offset + text.length)).toBe(text)
          expect(clippedAt === undefined).toBe(line.length <= most)
          expect(bytes === undefined).toBe(whole.bytes === undefined)
          expect((bytes ?? Buffer.from(text)).length).toBeLessThanOrEqual(most)
          const [match] = columns
          expect(match!.start).toBeGreaterThanOrEqual(offset)
          const isEmpty = match!.start === match!.end
          expect(match!.start - offset).toBeLessThan(text.length + (isEmpty ? 1 : 0))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
