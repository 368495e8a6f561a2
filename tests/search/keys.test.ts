import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyAt, positionOf } from '../../src/corpus/catalog.ts'
import { keyText, orderKey, repositoryKey } from '../../src/corpus/order.ts'
import { type Cursor, formatCursor, parseCursor } from '../../src/search/cursor.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { queryOf } from './answer.ts'
import { manyFiles } from './awkward.ts'

const bytewise = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const latin1 = fc.string({
  unit: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...'aAbB019/-._ ') },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    },
  ),
  minLength: 1,
})

describe('order keys', () => {
  it.each([
    [['a2', 'a10', 'a010', 'b']],
    [['a', 'A', 'b', 'B']],
    [['a/b', 'a/z', 'a b', 'a-b', 'a.b', 'aa']],
    [['file', 'file/', 'file1', 'filea']],
    [['x1y2', 'x1y10', 'x2y1']],
    [['v1.2.9', 'v1.2.10', 'v1.10.0']],
    [['9', '99999999999999999999', '100000000000000000000']],
  ])('are in natural order: %j', (names) => {
    const sorted = [...names]
      .map((name) => ({ name, key: orderKey('', 0, name) }))
      .sort((a, b) => bytewise(a.key, b.key))
    const places = sorted.map(({ name }) => names.indexOf(name))
    // Names that differ only by letter case or leading zeros may stand either way round, but together.
    const folded = names.map((name) =>
      name.toLowerCase().replace(/\b0+(?=\d)|(?<=\D)0+(?=\d)/g, ''),
    )
    expect(sorted.map(({ name }) => folded[names.indexOf(name)])).toEqual(folded)
    expect(new Set(places).size).toBe(names.length)
  })

  it('have sources first, and repositories in one piece', () => {
    const repository = fc.string({
      unit: fc.constantFrom(...'aA01-/.'),
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(
        repository,
        repository,
        fc.nat(4),
        fc.nat(4),
        latin1,
        latin1,
        (r, s, c, d, p, q) => {
          const order = bytewise(orderKey(repositoryKey(r), c, p), orderKey(repositoryKey(s), d, q))
          if (r !== s) expect(order).toBe(bytewise(repositoryKey(r), repositoryKey(s)))
          else if (c !== d) expect(order).toBe(Math.sign(c - d))
          else expect(order === 0).toBe(p === q)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('of repositories are no prefix of each other', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(repositoryKey(a).startsWith(repositoryKey(b))).toBe(a === b)
      }),
      { numRuns: 2_000 },
    )
  })

  it('keep their order as text, in letters that need no escape', () => {
    const key = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    })
    fc.assert(
      fc.property(key, key, fc.boolean(), (a, b, joined) => {
        const other = joined ? a + b : b
        expect(bytewise(keyText(a), keyText(other))).toBe(bytewise(a, other))
        expect(keyText(a)).toMatch(/^[-\w]*$/)
      }),
      { numRuns: 5_000 },
    )
  })

  it('find the place of each file again', async () => {
    const tree = makeTree()
    for (const [name, content] of manyFiles(100)) tree.write(name, content)
    const catalog = await catalogOf([tree])
    const keys = Array.from({ length: catalog.columns.count }, (_, i) => keyText(keyAt(catalog, i)))
    expect(keys).toEqual([...keys].sort(bytewise))
    expect(new Set(keys).size).toBe(keys.length)
    for (const [i, key] of keys.entries()) {
      expect(positionOf(catalog, key)).toBe(i)
      expect(positionOf(catalog, `${key}-`)).toBe(i + 1)
    }
  })
})

describe('a cursor', () => {
  const query = queryOf('needle', { paths: ['*.c'] })
  const cursor: fc.Arbitrary<Cursor> = fc.record({
    key: fc.string(),
    line: fc.nat(),
    only: fc.boolean(),
    generation: fc.string(),
  })

  it('comes back as it was given', () => {
    fc.assert(
      fc.property(cursor, (cursor) => {
        const text = formatCursor(query, cursor)
        expect(text).toMatch(/^[-\w]+$/)
        expect(parseCursor(query, text)).toEqual(cursor)
        expect(parseCursor({ ...query, context: 9 }, text)).toEqual(cursor)
      }),
    )
  })

  it.each([
    queryOf('needles', { paths: ['*.c'] }),
    queryOf('needle', { paths: ['*.c'], kind: 'regex' }),
    queryOf('needle', { paths: ['*.c'], word: true }),
    queryOf('needle', { paths: ['*.c'], case: 'ignore' }),
    queryOf('needle', { paths: ['*.h'] }),
    queryOf('needle', { paths: ['*.c'], languages: ['c'] }),
    queryOf('needle', { paths: ['*.c'], repositories: ['one'] }),
  ])('does not continue %j', (other) => {
    const text = formatCursor(query, { key: 'a', line: 1, only: false, generation: 'g' })
    expect(parseCursor(other, text)).toBe('foreign')
  })

  it('that is garbled is none, and no exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, encoded) => {
        const given = encoded ? Buffer.from(text).toString('base64url') : text
        expect(parseCursor(query, given)).toBe(undefined)
      }),
      { numRuns: 1_000 },
    )
  })
})
