import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addFacets,
  createFacets,
  differingDirectories,
  type Facets,
  facetNames,
  noFacets,
  topOf,
} from '../../src/search/facets.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, ledgerOf, queryOf } from './answer.ts'

const counts = fc.record({ lines: fc.nat(100), files: fc.nat(10) })
const tallies = fc.array(fc.tuple(fc.constantFrom('', 'a', 'b', 'a/c', 'a/d/e'), counts))
const facets: fc.Arbitrary<Facets> = fc
  .record({ repositories: tallies, languages: tallies, directories: tallies })
  .map((parts) => {
    const sums = createFacets()
    for (const name of facetNames) {
      for (const [value, tally] of parts[name]) sums.add(name, value, tally)
    }
    return sums.facets
  })

describe('facets', () => {
  it('are added like sums', () => {
    fc.assert(
      fc.property(facets, facets, facets, (a, b, c) => {
        expect(addFacets(addFacets(a, b), c)).toEqual(addFacets(a, addFacets(b, c)))
        expect(addFacets(a, b)).toEqual(addFacets(b, a))
        expect(addFacets(a, noFacets)).toEqual(a)
        expect(addFacets(noFacets, a)).toEqual(a)
      }),
    )
  })

  it('lose nothing when only the first values are told, or directories are taken together', () => {
    const sum = (values: Iterable<{ lines: number; files: number }>) =>
      [...values].reduce((sum, { lines, files }) => [sum[0]! + lines, sum[1]! + files], [0, 0])
    fc.assert(
      fc.property(facets, fc.nat(5), ({ directories }, most) => {
        const { values, others } = topOf(directories, most)
        expect(sum([...values, others])).toEqual(sum(directories.values()))
        expect(values.length + others.values).toBe(directories.size)
        expect(sum(differingDirectories(directories).values())).toEqual(sum(directories.values()))
      }),
    )
  })

  it.each<[string, Record<string, number>, Record<string, number>]>([
    ['nothing', {}, {}],
    ['the top', { '': 1, 'a/b': 2, 'a/c': 3, d: 4 }, { '': 1, a: 5, d: 4 }],
    ['one directory', { 'a/b': 2 }, { 'a/b': 2 }],
    [
      'a directory that all share',
      { a: 1, 'a/b/c': 2, 'a/b/d': 3, 'a/e': 4 },
      { a: 1, 'a/b': 5, 'a/e': 4 },
    ],
    ['names that begin alike', { ab: 1, 'a/b': 2 }, { ab: 1, a: 2 }],
  ])('tell directories apart where they differ: %s', (_, given, expected) => {
    const maps = (lines: Record<string, number>) =>
      new Map(Object.entries(lines).map(([path, lines]) => [path, { lines, files: 1 }]))
    const found = [...differingDirectories(maps(given))].map(([path, { lines }]) => [path, lines])
    expect(Object.fromEntries(found)).toEqual(expected)
  })

  it('count the lines and files of an answer, and no more than it has', async () => {
    const tree = makeTree({ 'a.c': 'x\nx\n', 'd/b.c': 'x\n', 'd/e/f.py': 'x\n', 'z.nolang': 'x\n' })
    const catalog = await catalogOf([tree])
    const { facets } = ledgerOf(await answer(catalog, queryOf('x')))
    expect(facets).toEqual({
      repositories: new Map([[tree.name, { lines: 5, files: 4 }]]),
      languages: new Map([
        ['c', { lines: 3, files: 2 }],
        ['python', { lines: 1, files: 1 }],
        ['', { lines: 1, files: 1 }],
      ]),
      directories: new Map([
        ['', { lines: 3, files: 2 }],
        ['d', { lines: 1, files: 1 }],
        ['d/e', { lines: 1, files: 1 }],
      ]),
    })
    const cut = ledgerOf(await answer(catalog, queryOf('x'), { limits: { lines: 1 } }))
    expect(cut.facets.languages).toEqual(new Map([['c', { lines: 1, files: 1 }]]))
  })
})
