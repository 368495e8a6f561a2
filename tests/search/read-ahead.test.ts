import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAhead } from '../../src/search/read-ahead.ts'

const never = () => new AbortController().signal
const each = () => 1

/** Counts to `end`; says how far it has been read and whether it has been let go. */
function source(end: number, fail = false) {
  const state = { read: 0, over: false }
  async function* items() {
    try {
      for (let i = 1; i <= end; i++) {
        if (i % 3 === 0) await sleep(0)
        state.read = i
        yield i
      }
      if (fail) throw new Error('the source fails')
    } finally {
      state.over = true
    }
  }
  return { state, items: items() }
}

describe('reading ahead', () => {
  it('gives every item, in order, and reads at most so many ahead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 8 }), async (end, most) => {
        const { state, items } = source(end)
        const ahead = readAhead(items, most, each, never())
        const taken: number[] = []
        for await (const item of ahead.items()) {
          taken.push(item)
          if (item % 4 === 0) await sleep(0)
          expect(state.read - taken.length).toBeLessThanOrEqual(most)
        }
        expect(taken).toEqual(Array.from({ length: end }, (_, i) => i + 1))
        expect(state.over).toBe(true)
        await ahead.close()
      }),
      { numRuns: 50 },
    )
  })

  it('begins at once and stops when it is far enough ahead', async () => {
    const { state, items } = source(100)
    const ahead = readAhead(items, 5, each, never())
    await sleep(30)
    expect(state).toEqual({ read: 5, over: false })
    await ahead.close()
    expect(state).toEqual({ read: 5, over: true })
  })

  it('holds less of what weighs more', async () => {
    const { state, items } = source(100)
    const ahead = readAhead(items, 10, (item) => item, never())
    await sleep(30)
    // 1 + 2 + 3 + 4
    expect(state.read).toBe(4)
    await ahead.close()
  })

  it('fails where its source fails, behind what was read before', async () => {
    const { items } = source(3, true)
    const ahead = readAhead(items, 5, each, never())
    await sleep(10)
    const taken: number[] = []
    const reading = (async () => {
      for await (const item of ahead.items()) taken.push(item)
    })()
    await expect(reading).rejects.toThrow('the source fails')
    expect(taken).toEqual([1, 2, 3])
    await ahead.close()
  })

  it('lets the source go also when nobody has taken anything', async () => {
    const { state, items } = source(0)
    await readAhead(items, 5, each, never()).close()
    expect(state.over).toBe(true)
  })

  it('reads a source that is about to end to its end', async () => {
    const stopping = new AbortController()
    const { state, items } = source(20)
    const ahead = readAhead(items, 5, each, stopping.signal)
    await sleep(10)
    expect(state).toEqual({ read: 5, over: false })
    stopping.abort()
    await sleep(30)
    expect(state).toEqual({ read: 20, over: true })
    const taken: number[] = []
    for await (const item of ahead.items()) taken.push(item)
    expect(taken).toHaveLength(20)
  })
})
