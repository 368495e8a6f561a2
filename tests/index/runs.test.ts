import { closeSync, openSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Entry, readBlock } from '../../src/index/dictionary.ts'
import { readList } from '../../src/index/lists.ts'
import { type MergedPart, mergeRuns } from '../../src/index/merge.ts'
import { bucketCount, createRunWriter, lowBits, mostDocuments } from '../../src/index/runs.ts'
import { gramCount } from '../../src/index/symbols.ts'
import { makeTree } from '../support/tree.ts'

/** A document's distinct grams; many are the same in others, at both ends of buckets, and of all grams. */
const grams: fc.Arbitrary<readonly number[]> = fc.uniqueArray(
  fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0, max: gramCount - 1 }),
    fc.integer({ min: 1, max: bucketCount - 1 }).map((bucket) => bucket * 2 ** lowBits),
    fc.integer({ min: 1, max: bucketCount - 1 }).map((bucket) => bucket * 2 ** lowBits - 1),
    fc.constant(gramCount - 1),
  ),
  { maxLength: 60 },
)

/** Runs of documents: what each has, and how far it stands behind the one before. */
const runs = fc.array(fc.array(fc.record({ grams, skip: fc.nat(3) }), { maxLength: 12 }), {
  minLength: 1,
  maxLength: 5,
})

const writer = createRunWriter()

describe('runs that are merged', () => {
  it('are the documents of each gram, ascending, wherever the buckets are cut', () => {
    fc.assert(
      fc.property(runs, fc.nat(bucketCount), (some, cut) => {
        const tree = makeTree()
        const lists = new Map<number, number[]>()
        let document = 0
        const written = some.map((documents, i) => {
          for (const { grams, skip } of documents) {
            document += skip
            writer.add(document, Uint32Array.from(grams))
            for (const gram of grams) lists.set(gram, [...(lists.get(gram) ?? []), document])
            document++
          }
          const file = openSync(`${tree.root}/run-${i}`, 'wx+')
          return { ...writer.write(`run-${i}`, file), file }
        })
        const expected = [...lists].sort(([a], [b]) => a - b)
        const found = [
          [0, cut],
          [cut, bucketCount],
        ].flatMap(([from, to], part) => {
          const file = openSync(`${tree.root}/lists-${part}`, 'wx+')
          const merged = mergeRuns(written, [from!, to!], document, file)
          closeSync(file)
          return entriesOf(merged, readFileSync(`${tree.root}/lists-${part}`), document)
        })
        for (const { file } of written) closeSync(file)
        tree.remove()
        expect(found).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('also where documents are as far apart as a run allows', () => {
    const tree = makeTree()
    const [first, last] = [1_000_000, 1_000_000 + mostDocuments - 1]
    for (const document of [first, last]) writer.add(document, Uint32Array.of(gramCount - 1, 7))
    const file = openSync(`${tree.root}/run`, 'wx+')
    const run = { ...writer.write('run', file), file }
    const lists = openSync(`${tree.root}/lists`, 'wx+')
    const merged = mergeRuns([run], [0, bucketCount], last + 1, lists)
    const bytes = readFileSync(`${tree.root}/lists`)
    expect(entriesOf(merged, bytes, last + 1)).toEqual([
      [7, [first, last]],
      [gramCount - 1, [first, last]],
    ])
    for (const one of [file, lists]) closeSync(one)
  })

  it('also where one is longer than was foreseen', () => {
    const tree = makeTree()
    const all = Uint32Array.from({ length: 4_000_000 }, (_, i) => i * 14 + 5)
    for (const document of [0, 1]) writer.add(document, all)
    expect(writer.isFull).toBe(true)
    const file = openSync(`${tree.root}/run`, 'wx+')
    const run = { ...writer.write('run', file), file }
    expect(writer.isFull).toBe(false)
    const lists = openSync(`${tree.root}/lists`, 'wx+')
    const cut = (all.at(-1)! >>> lowBits) - 2
    const merged = mergeRuns([run], [cut, bucketCount], 2, lists)
    const grams = [...all].filter((gram) => gram >= cut * 2 ** lowBits)
    expect(entriesOf(merged, readFileSync(`${tree.root}/lists`), 2)).toEqual(
      grams.map((gram) => [gram, [0, 1]]),
    )
    for (const one of [file, lists]) closeSync(one)
  })

  it('that have been cut short are an error', () => {
    const tree = makeTree()
    writer.add(0, Uint32Array.of(1, 2, 3))
    const run = writer.write('run', openSync(`${tree.root}/run`, 'wx'))
    tree.write('run', readFileSync(`${tree.root}/run`).subarray(0, -1))
    const file = openSync(`${tree.root}/run`, 'r')
    const lists = openSync(`${tree.root}/lists`, 'wx')
    expect(() => mergeRuns([{ ...run, file }], [0, bucketCount], 1, lists)).toThrow('cut short')
    for (const one of [file, lists]) closeSync(one)
  })
})

function entriesOf(
  { dictionary, blockGrams, blockStarts, blockLists }: MergedPart,
  lists: Uint8Array,
  documents: number,
): readonly (readonly [number, readonly number[]])[] {
  const entries: Entry[] = []
  for (const [block, gram] of blockGrams.entries()) {
    const bytes = dictionary.subarray(blockStarts[block]!, blockStarts[block + 1])
    readBlock(bytes, gram, blockLists[block]!, { from: 0, to: gramCount }, entries)
  }
  return entries.map(({ gram, count, from, to, document }) => {
    const list = new Uint32Array(count)
    if (count === 1) list[0] = document
    else expect(readList(lists, from, to, count, documents, list)).toBe(count)
    return [gram, [...list]]
  })
}
