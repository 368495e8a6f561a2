import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createListWriter, readList } from '../../src/index/lists.ts'

const most = 5_000

/** A number of documents, and some of these. */
const list: fc.Arbitrary<{ documents: number; list: readonly number[] }> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: most })),
    fc.constantFrom(1, 2, 3, 5, 20, 200, 'none but one' as const),
    fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })),
    fc.nat(),
  )
  .map(([documents, every, stream, one]) => {
    const some = Array.from({ length: documents }, (_, i) => i).filter(
      () => every !== 'none but one' && stream.next().value! * every < 1,
    )
    return { documents, list: some.length > 0 ? some : [one % documents] }
  })

function written({ documents, list }: { documents: number; list: readonly number[] }): Uint8Array {
  const writer = createListWriter(documents)
  const bytes = writer.write(Uint32Array.from(list), 0, list.length)
  const taken = writer.take()
  expect(taken).toHaveLength(bytes)
  return taken
}

function read(bytes: Uint8Array, count: number, documents: number): readonly number[] {
  const into = new Uint32Array(count)
  const length = readList(bytes, 0, bytes.length, count, documents, into)
  return [...into.subarray(0, length)]
}

describe('a list of documents', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(list, ({ documents, list }) => {
        expect(read(written({ documents, list }), list.length, documents)).toEqual(list)
      }),
      { numRuns: 500 },
    )
  })

  it('takes no more bytes than a bitmap', () => {
    fc.assert(
      fc.property(list, ({ documents, list }) => {
        const bytes = written({ documents, list })
        if (list.length > 1) expect(bytes.length).toBeLessThanOrEqual(Math.ceil(documents / 8))
      }),
    )
  })

  it('is read wherever it stands among others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(list, { minLength: 1, maxLength: 20 }),
        (documents, some) => {
          const writer = createListWriter(documents)
          const lists = some.map(({ list }) => list.filter((document) => document < documents))
          const ends: number[] = []
          for (const list of lists) {
            if (list.length > 0) writer.write(Uint32Array.from(list), 0, list.length)
            ends.push(writer.length)
          }
          const bytes = writer.take()
          for (const [i, list] of lists.entries()) {
            const into = new Uint32Array(list.length)
            const length = readList(bytes, ends[i - 1] ?? 0, ends[i]!, list.length, documents, into)
            expect([...into.subarray(0, length)]).toEqual(list)
          }
        },
      ),
    )
  })

  it('of every kind is right for each number of documents', () => {
    for (let documents = 1; documents <= 130; documents++) {
      const all = Array.from({ length: documents }, (_, i) => i)
      const lists = [all, [0], [documents - 1], all.filter((i) => i % 2 === 1), all.slice(0, -1)]
      for (const list of [
        ...lists,
        all.slice(1),
        [0, documents - 1],
        all.filter((i) => i % 7 === 0),
      ]) {
        const distinct = [...new Set(list)]
        if (distinct.length === 0) continue
        const bytes = written({ documents, list: distinct })
        expect(read(bytes, distinct.length, documents)).toEqual(distinct)
      }
    }
  })

  it('of very many documents is read as it was written', () => {
    for (const documents of [100_000, 1_000_003, 20_000_000]) {
      const lists = [
        [0, documents - 1],
        [documents - 2, documents - 1],
        [1, 2, 3, documents >> 1],
      ]
      for (const list of lists) {
        expect(read(written({ documents, list }), list.length, documents)).toEqual(list)
      }
    }
  })
})

describe('damaged bytes', () => {
  const isAscending = (found: readonly number[], documents: number) =>
    found.every((document, i) => document > (found[i - 1] ?? -1) && document < documents)

  it('are read as some documents there are, ascending, or as none', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 800 }),
        fc.integer({ min: 1, max: most }),
        fc.integer({ min: 1, max: most }),
        (bytes, documents, wanted) => {
          const count = Math.min(wanted, documents)
          expect(isAscending(read(bytes, count, documents), documents)).toBe(true)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('of a written list, changed or cut anywhere, are so, too', () => {
    fc.assert(
      fc.property(list, fc.nat(), fc.nat(7), fc.nat(), ({ documents, list }, at, bit, cut) => {
        const bytes = written({ documents, list })
        bytes[at % bytes.length]! ^= 1 << bit
        for (const damaged of [bytes, bytes.subarray(0, cut % bytes.length)]) {
          expect(isAscending(read(damaged, list.length, documents), documents)).toBe(true)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('that are ones from end to end are no endless gap', () => {
    for (const documents of [2, 100, most, 79_000, 5_000_000]) {
      for (const length of [0, 1, 100, 20_000, 20_777, 1_000_000, 1_000_300]) {
        const bytes = new Uint8Array(length + 16).fill(0xff, 0, length)
        for (const count of [1, 2, 3, documents >> 4].filter((some) => some > 0)) {
          expect(isAscending(read(bytes, count, documents), documents)).toBe(true)
        }
      }
    }
  })
})
