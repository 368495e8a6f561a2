import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withSelected } from '../../src/http/range-segments.ts'
import { formatSelection, parseSelection } from '../../src/http/selection.ts'

describe('lines in an address', () => {
  it.each([
    ['10', '10'],
    ['L10', '10'],
    ['l10', '10'],
    ['10-20', '10-20'],
    ['L10-20', '10-20'],
    ['L10-L20', '10-20'],
    ['L20-L10', '10-20'],
    ['10-10', '10'],
    ['10-20,30', '10-20,30'],
    ['L10-L20,L30', '10-20,30'],
    ['L10C5-L20C3', '10C5-20C3'],
    ['L20C3-L10C5', '10C5-20C3'],
    ['10:5-20:3', '10C5-20C3'],
    ['L10C5-L10C8', '10C5-10C8'],
    ['L10C8-L10C5', '10C5-10C8'],
    // A place, and what has one end only, is a line.
    ['L10C5', '10'],
    ['L10C5-L10C5', '10'],
    ['L10C5-L20', '10-20'],
    ['10:5-20', '10-20'],
    ['', ''],
    ['0', ''],
    ['0-5', ''],
    ['x', ''],
    ['L', ''],
    ['-5', ''],
    ['1e9', ''],
    ['10-20-30', ''],
    ['10,', ''],
    ['10,x', ''],
    ['main', ''],
    ['12345678901', ''],
    [`${'1,'.repeat(100)}1`, ''],
  ])('%s are the lines %s', (text, written) => {
    expect(formatSelection(parseSelection(text))).toBe(written)
  })

  it('read as they were written', () => {
    const number = fc.integer({ min: 1, max: 999_999_999 })
    const range = fc.tuple(number, number, fc.option(fc.tuple(number, number))).map(([a, b, c]) => {
      const [from, to] = a < b ? [a, b] : [b, a]
      if (!c || from === to) return { from, to }
      return { from, to, columns: { from: c[0], to: c[1] } }
    })
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (ranges) => {
        expect(parseSelection(formatSelection(ranges))).toEqual(ranges)
      }),
    )
  })
})

describe('selected text', () => {
  it('is cut out of segments, and nothing is lost', () => {
    const segments = fc.array(fc.record({ text: fc.string(), isMatch: fc.boolean() }))
    fc.assert(
      fc.property(segments, fc.nat(40), fc.nat(40), (all, from, to) => {
        const text = all.map((segment) => segment.text).join('')
        const cut = withSelected(all, from, to)
        expect(cut.map((segment) => segment.text).join('')).toBe(text)
        const selected = cut.filter((segment) => segment.isSelected)
        expect(selected.map((segment) => segment.text).join('')).toBe(text.slice(from, to))
      }),
    )
  })
})
