import fc from 'fast-check'
import { expect, it } from 'vitest'
import { count } from '../../src/http/words.ts'

it('numbers are written as they are in English', () => {
  const exact = { maximumFractionDigits: 20 }
  const number = fc.oneof(
    fc.nat(),
    fc.maxSafeNat(),
    fc.maxSafeInteger(),
    fc.integer({ min: 0, max: 1e7 }).map((thousandths) => thousandths / 1_000),
  )
  fc.assert(
    fc.property(number, (value) => {
      expect(count(value)).toBe(value.toLocaleString('en', exact))
    }),
  )
  expect([0, 999, 1_000, 1_234_567.8, 0.12345].map(count)).toEqual([
    '0',
    '999',
    '1,000',
    '1,234,567.8',
    '0.12345',
  ])
})
