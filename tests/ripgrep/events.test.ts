import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import { describe, expect, it } from 'vitest'
import { parseEvent, textBytes } from '../../src/ripgrep/events.ts'
import { makeTree } from '../support/tree.ts'

const parse = (json: unknown) => parseEvent(JSON.stringify(json))
const lines = { lines: { text: 'x\n' }, line_number: 1, absolute_offset: 0 }

describe('an event', () => {
  it('is what ripgrep writes, each of them', () => {
    const tree = makeTree({ 'a.txt': 'one\nneedle\ntwo\n' })
    const args = ['--json', 'needle', './a.txt']
    const { stdout } = spawnSync(rgPath, args, { cwd: tree.root, encoding: 'utf8' })
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => parseEvent(line)!)
    expect(events.map(({ type }) => type)).toEqual(['begin', 'match', 'end', 'summary'])
    expect(events[1]).toMatchObject({
      data: { line_number: 2, absolute_offset: 4, submatches: [{ start: 0, end: 6 }] },
    })
  })

  it('of a type that is not known is passed over', () => {
    expect(parse({ type: 'news', data: {} })).toBe(undefined)
    expect(parse({ type: 'context', data: {} })).toBe(undefined)
    expect(parse({})).toBe(undefined)
    expect(parse(7)).toBe(undefined)
  })

  it.each([
    null,
    { type: 'begin' },
    { type: 'begin', data: {} },
    { type: 'begin', data: { path: {} } },
    { type: 'end', data: { path: { text: 7 } } },
    { type: 'match', data: { ...lines } },
    { type: 'match', data: { ...lines, submatches: [{}] } },
    { type: 'match', data: { ...lines, submatches: [null] } },
    { type: 'match', data: { ...lines, submatches: [{ start: 0, end: 1 }] } },
    { type: 'match', data: { ...lines, line_number: null, submatches: [] } },
    { type: 'match', data: { ...lines, lines: 'x', submatches: [] } },
    { type: 'match', data: { ...lines, absolute_offset: '0', submatches: [] } },
    { type: 'summary', data: {} },
    { type: 'summary', data: { stats: {} } },
  ])('%j is none of ripgrep', (json) => {
    expect(() => parse(json)).toThrow()
  })

  it('that is not JSON is none', () => {
    expect(() => parseEvent('{"type":"beg')).toThrow()
  })
})

it('a text is the same bytes, whichever way it travelled', () => {
  expect(textBytes({ text: 'é😀' })).toEqual(Buffer.from('é😀'))
  expect(textBytes({ bytes: '/8Mo' })).toEqual(Buffer.from('\xff\xc3(', 'latin1'))
})
