import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathBelowRoot } from '../../src/corpus/catalog.ts'
import type { Query } from '../../src/query/query.ts'
import { countArgs } from '../../src/ripgrep/args.ts'
import type { FileMatches } from '../../src/search/events.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, ledgerOf, queryOf } from './answer.ts'
import { files, query } from './awkward.ts'
import { fakeRg } from './fake-rg.ts'
import { follow, wholeOf } from './follow.ts'

const numRuns = Number(process.env.SEARCH_RUNS ?? 25)

const pathOf = ({ file }: FileMatches) => pathBelowRoot(file).toString('latin1')

/**
 * Whether ripgrep counts in a file what it shows of it: it counts empty matches behind a line's end, and matches of the
 * end itself, that it does not show.
 */
const countsAlike =
  (query: Query) =>
  ({ file, matchCount }: FileMatches) => {
    const path = `${file.repository.root}/${pathBelowRoot(file).toString('latin1')}`
    const { stdout } = spawnSync(rgPath, countArgs(query, [path], undefined), { env: {} })
    return Number(stdout.toString('latin1').split('\0')[1]?.split(/\s/)[0] ?? 0) === matchCount
  }

/** By hand: the same files, those with most matches first, else as they were. */
const byMatches = (found: readonly FileMatches[]) =>
  found.toSorted((a, b) => b.matchCount - a.matchCount || a.file.index - b.file.index)

describe('most matches first', () => {
  it('gives the same files and lines in another order, whole or in parts, and the same sums when they are counted', {
    timeout: 60_000 + numRuns * 2_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        query,
        fc.integer({ min: 1, max: 5 }),
        async (files, query, lines) => {
          const tree = makeTree()
          try {
            for (const [name, content] of files) tree.write(name, content)
            const catalog = await catalogOf([tree])
            const found = await answer(catalog, query)
            const sorted = await answer(catalog, query, { sort: 'matches' })
            if (found.last?.type === 'failed') {
              expect(sorted.events).toEqual(found.events)
              return
            }
            const { multiline } = query.matcher
            // ripgrep 15 panics now and then with `-U`, in a count as in a search: the answer says that it is incomplete.
            if (multiline && ledgerOf(sorted).end === 'incomplete') return
            if (!found.files.every(countsAlike(query))) {
              expect(sorted.files.map(pathOf).sort()).toEqual(found.files.map(pathOf).sort())
              return
            }
            const expected = byMatches(found.files)
            const withoutKey = ({ key: _, ...rest }: FileMatches) => rest
            expect(sorted.files.map(withoutKey)).toEqual(expected.map(withoutKey))
            const keys = sorted.files.map(({ key }) => key)
            expect(keys).toEqual([...keys].sort())
            const { matchingLines, matches, files: count, searched } = ledgerOf(found)
            const all = { matchingLines, matches, files: count }
            expect(ledgerOf(sorted)).toMatchObject({ end: 'complete', ...all, searched })

            const parts = await follow(
              catalog,
              query,
              { lines, linesPerFile: 3 },
              { sort: 'matches' },
            )
            expect(parts.files).toEqual(wholeOf(expected))
            expect([...parts.files.keys()]).toEqual(expected.map(pathOf))
            const { totals, end } = ledgerOf(
              await answer(catalog, query, { limits: { lines }, totals: true }),
            )
            expect(totals).toMatchObject({ ...all, end: 'complete' })
            expect(end).toBe(matchingLines > lines ? 'stopped' : 'complete')
          } finally {
            tree.remove()
          }
        },
      ),
      { numRuns },
    )
  })

  const three = () =>
    makeTree({ 'a.txt': 'x\n', 'b.txt': 'x x\nx\n', 'c.txt': 'x x\n', 'd.txt': 'y\n' })

  it('is told by the ledger, and its cursor continues no other order', async () => {
    const catalog = await catalogOf([three()])
    const first = await answer(catalog, queryOf('x'), { sort: 'matches', limits: { lines: 1 } })
    expect(first.files.map(pathOf)).toEqual(['b.txt'])
    const { ranking, cursor, searched, scope } = ledgerOf(first)
    expect(ranking).toEqual({ end: 'complete', counted: 4, candidates: 4 })
    // d.txt has been counted, and has none; two have not come yet, and one has come in part.
    expect([searched, scope]).toEqual([{ files: 1, bytes: 2, inPart: 1 }, 4])
    const other = await answer(catalog, queryOf('x'), { after: cursor })
    expect(other.last).toMatchObject({ failure: { kind: 'bad-parameter', parameter: 'after' } })
    const plain = ledgerOf(await answer(catalog, queryOf('x'), { limits: { lines: 1 } })).cursor
    const ranked = await answer(catalog, queryOf('x'), { sort: 'matches', after: plain })
    expect(ranked.last).toMatchObject({ failure: { kind: 'bad-parameter', parameter: 'after' } })
  })

  it('leaves out what could not be counted in time, says so, and gives no cursor', async () => {
    const catalog = await catalogOf([three()])
    // The first file is counted alone; the counting of the others takes too long.
    const rgPath = fakeRg('case "$*" in *count-matches*b.txt*) sleep 2;; esac; exec $rg "$@"')
    const options = { sort: 'matches' as const, rgPath, limits: { seconds: 1 } }
    const found = await answer(catalog, queryOf('x'), options)
    expect(found.files.map(pathOf)).toEqual(['a.txt'])
    expect(ledgerOf(found)).toMatchObject({
      ...{ end: 'stopped', stoppedBy: 'time', cursor: undefined, files: 1 },
      ranking: { end: 'stopped', counted: 1, candidates: 4 },
      searched: { files: 1 },
    })
    const counted = await answer(catalog, queryOf('x'), {
      ...{ rgPath, totals: true, limits: { seconds: 1, lines: 1 } },
    })
    expect(ledgerOf(counted).totals).toMatchObject({ end: 'stopped', counted: 1, files: 1 })
  })

  it('loses no file that ripgrep could not count', async () => {
    const tree = three()
    const catalog = await catalogOf([tree])
    rmSync(tree.at('b.txt'))
    const found = await answer(catalog, queryOf('x'), { sort: 'matches' })
    expect(found.files.map(pathOf)).toEqual(['c.txt', 'a.txt'])
    expect(ledgerOf(found)).toMatchObject({ end: 'complete', leftOut: { unreadable: 1 } })
  })
})
