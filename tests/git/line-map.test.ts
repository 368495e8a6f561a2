import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapLines } from '../../src/git/line-map.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}', ''), { maxLength: 40 })

/** The length of a longest common subsequence, by definition. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const one of a) {
    const next = [0]
    for (const [i, other] of b.entries()) {
      next.push(one === other ? row[i]! + 1 : Math.max(row[i + 1]!, next[i]!))
    }
    row = next
  }
  return row[b.length]!
}

describe('lines of an old text in a new one', () => {
  it('are equal, in order, and as many as there can be', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        const map = await mapLines(a, b)
        const pairs = [...map].flatMap((old, line) => (old === -1 ? [] : [[old, line] as const]))
        for (const [old, line] of pairs) expect(b[line]).toBe(a[old])
        expect(pairs.every(([old], i) => i === 0 || old > pairs[i - 1]![0])).toBe(true)
        expect(pairs.length).toBe(longestCommon(a, b))
      }),
      { numRuns: 500 },
    )
  })

  it('that differ too much are those at the ends', async () => {
    const many = (word: string) => Array.from({ length: 5_000 }, (_, i) => `${word} ${i}`)
    const map = await mapLines(['x', ...many('a'), 'y'], ['x', ...many('b'), 'y'])
    expect(map[0]).toBe(0)
    expect(map.at(-1)).toBe(5_001)
    expect(map.filter((old) => old !== -1)).toHaveLength(2)
  })
})
