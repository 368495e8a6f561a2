import { expect } from 'vitest'
import { pathBelowRoot } from '../../src/corpus/catalog.ts'
import type { FileMatches, Position } from '../../src/search/events.ts'
import { type Answer, failureOf, ledgerOf } from './answer.ts'
import type { Reference, ReferenceFile } from './reference.ts'

/** An answer in the words of the reference. */
function asReference({ files }: Answer): ReferenceFile[] {
  return files.map((found) => {
    const byLine = Map.groupBy(found.matches, ({ start }) => start.line)
    return {
      path: pathBelowRoot(found.file).toString('latin1'),
      lines: found.lines.map(({ kind, number, text, bytes }) => ({
        kind,
        number,
        bytes: (bytes ?? Buffer.from(text)).toString('latin1'),
        matches: (byLine.get(number) ?? []).map(({ start, end }) => ({
          ...{ start: start.byte, endLine: end.line, end: end.byte },
        })),
      })),
    }
  })
}

/** What is wrong with a file's texts and columns; nothing, it is hoped. */
function wrongColumns({ lines, matches }: FileMatches): string[] {
  const byNumber = new Map(lines.map((line) => [line.number, line]))
  /** The column of a byte; a match that splits a character marks all of it: its ends are moved to where a cut changes no text. */
  const columnOf = ({ line, byte }: Position, step: 1 | -1) => {
    const { text, bytes } = byNumber.get(line)!
    const row = bytes ?? Buffer.from(text)
    let at = Math.min(byte, row.length)
    while (row.toString('utf8', 0, at) + row.toString('utf8', at) !== text) at += step
    return row.toString('utf8', 0, at).length
  }
  return matches.flatMap(({ start, end }) => {
    const isEmpty = start.line === end.line && start.byte === end.byte
    const isRight =
      start.column === columnOf(start, -1) && end.column === columnOf(end, isEmpty ? -1 : 1)
    return isRight ? [] : [JSON.stringify({ start, end })]
  })
}

/** That an answer is the reference command's: every line, match and column, and the sums in its ledger. */
export function expectExact(found: Answer, expected: Reference): void {
  if (expected.kind === 'refused') {
    expect(failureOf(found)).toMatchObject({ kind: 'bad-pattern', message: expected.message })
    return
  }
  if (expected.kind === 'crashed') {
    expect(ledgerOf(found)).toMatchObject({ end: 'incomplete', stoppedBy: 'crash' })
    return
  }
  expect(asReference(found)).toEqual(expected.files)
  expect(found.files.flatMap(wrongColumns)).toEqual([])
  const lines = expected.files.flatMap((file) => file.lines)
  expect(ledgerOf(found)).toMatchObject({
    end: 'complete',
    stoppedBy: undefined,
    cursor: undefined,
    files: expected.files.length,
    matchingLines: lines.filter(({ kind }) => kind === 'match').length,
    matches: lines.reduce((sum, { matches }) => sum + matches.length, 0),
  })
}
