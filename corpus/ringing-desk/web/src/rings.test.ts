import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkDigit, formatRing, parseRing, parseSighting, RingError } from './rings.ts'

const good = ['SKR A04127-7', 'SKR C11902-6', 'SKR E30046-0', 'SKR A04123-X']

test('reads what it writes', () => {
  for (const text of good) assert.equal(formatRing(parseRing(text)), text)
})

test('does not mind blanks, dashes and case', () => {
  const ring = parseRing('SKR A04127-7')
  for (const text of ['skra041277', ' SKR A 04127 7', 'SKR A04127–7']) assert.deepEqual(parseRing(text), ring)
})

test('finds two neighbours in the wrong order', () => {
  assert.throws(() => parseRing('SKR A04217-7'), RingError)
})

test('finds any single misread digit', () => {
  for (let at = 0; at < 5; at++) {
    for (let digit = 0; digit < 10; digit++) {
      const serial = `${'04127'.slice(0, at)}${digit}${'04127'.slice(at + 1)}`
      if (serial !== '04127') assert.notEqual(checkDigit('A', serial), '7', serial)
    }
  }
})

test('tells other schemes apart from typing errors', () => {
  assert.throws(() => parseRing('BTO A04127-7'), /begin with SKR/)
  assert.throws(() => parseRing('SKR A0412'), /looks like/)
})

test('counts birds', () => {
  assert.deepEqual(parseSighting('🐦 wren 2'), { species: 'wren', count: 2, remark: '' })
  assert.deepEqual(parseSighting('🦉🦉 owl'), { species: 'owl', count: 2, remark: '' })
  assert.deepEqual(parseSighting('puffin 14 🎉 new record'), { species: 'puffin', count: 14, remark: '🎉 new record' })
  assert.equal(parseSighting('2024-03-17'), undefined)
})
