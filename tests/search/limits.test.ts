import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { openCorpus } from '../../src/corpus/corpus.ts'
import { defaultLimits, type Limits } from '../../src/limits.ts'
import type { Query } from '../../src/query/query.ts'
import type { FileMatches, Line, Match } from '../../src/search/events.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, ledgerOf, queryOf } from './answer.ts'
import { files, manyFiles, query } from './awkward.ts'
import { fakeRg } from './fake-rg.ts'
import { follow, wholeOf } from './follow.ts'
import { noise, slowPattern } from './hogs.ts'

/** For a longer run: SEARCH_RUNS=5000 npx vitest run tests/search/limits.test.ts */
const numRuns = Number(process.env.SEARCH_RUNS ?? 60)
const timeout = 60_000 + numRuns * 2_000

/** Small ones, so that a few files reach them; each may also be out of reach. */
const cutting = fc.record(
  {
    lines: fc.integer({ min: 1, max: 6 }),
    linesPerFile: fc.integer({ min: 1, max: 4 }),
    replyBytes: fc.integer({ min: 1, max: 60 }),
  },
  { requiredKeys: [] },
)

async function withCatalog(
  files: readonly (readonly [Buffer, Buffer])[],
  work: (catalog: Catalog) => Promise<void>,
): Promise<void> {
  const tree = makeTree()
  try {
    for (const [name, content] of files) tree.write(name, content)
    await work(await catalogOf([tree]))
  } finally {
    tree.remove()
  }
}

/** That the parts of a cut answer are the answer that nothing cuts: nothing twice, nothing lost, and an end. */
async function expectWhole(catalog: Catalog, query: Query, limits: Partial<Limits>): Promise<void> {
  const all = await answer(catalog, query)
  if (all.last?.type === 'failed' || ledgerOf(all).stoppedBy === 'crash') return
  const whole = await follow(catalog, query, limits)
  expect(whole.files).toEqual(wholeOf(all.files))
  expect([...whole.files.keys()]).toEqual([...wholeOf(all.files).keys()])
  const sum = (of: 'matchingLines' | 'matches') =>
    whole.ledgers.reduce((sum, ledger) => sum + ledger[of], 0)
  const { matchingLines, matches } = ledgerOf(all)
  expect({ matchingLines: sum('matchingLines'), matches: sum('matches') }).toEqual({
    matchingLines,
    matches,
  })
}

describe('following cursor and every more to their ends gives exactly the unlimited answer', () => {
  it('of a few files', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(files, query, cutting, (files, query, limits) =>
        withCatalog(files, (catalog) => expectWhole(catalog, query, limits)),
      ),
      { numRuns },
    )
  })

  it('of more files than the first batches hold', { timeout }, async () => {
    const cuttingMany = fc.record(
      {
        lines: fc.integer({ min: 1, max: 300 }),
        linesPerFile: fc.integer({ min: 1, max: 4 }),
        replyBytes: fc.integer({ min: 500, max: 5_000 }),
      },
      { requiredKeys: ['linesPerFile'] },
    )
    await withCatalog(manyFiles(150), async (catalog) => {
      await fc.assert(
        fc.asyncProperty(query, cuttingMany, (query, limits) =>
          expectWhole(catalog, query, { lines: 100, ...limits }),
        ),
        { numRuns: Math.ceil(numRuns / 20) },
      )
    })
  })

  it('of more files than any batch holds', { timeout: 120_000 }, async () => {
    // All the paths together are longer than what Linux takes as arguments.
    const names = Array.from({ length: 8_300 }, (_, i) => `${i % 90}/${'long'.repeat(62)}/${i}.txt`)
    await withCatalog(
      [...names, 'top'].map((name) => [Buffer.from(name), Buffer.from(`needle ${name}\n`)]),
      async (catalog) => {
        const query = queryOf('needle')
        expect((await answer(catalog, query)).files.map(({ file }) => file.index)).toEqual(
          Array.from({ length: 8_301 }, (_, i) => i),
        )
        await expectWhole(catalog, query, { lines: 1_999 })
      },
    )
  })
})

describe('limits of what is shown', () => {
  const showing = fc.record(
    {
      lineBytes: fc.integer({ min: 40, max: 200 }),
      matchesPerLine: fc.integer({ min: 1, max: 5 }),
      eventBytes: fc.constant(4_096),
    },
    { requiredKeys: [] },
  )

  it('change no number, no count and no column', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(files, query, showing, (files, query, limits) =>
        withCatalog(files, async (catalog) => {
          const all = await answer(catalog, query)
          if (all.last?.type === 'failed' || ledgerOf(all).stoppedBy === 'crash') return
          const shown = await answer(catalog, query, { limits })
          expect(shown.files.map(({ file }) => file.path)).toEqual(
            all.files.map(({ file }) => file.path),
          )
          for (const [i, file] of shown.files.entries()) {
            expect(whatIsWrong(query, file, all.files[i]!, limits)).toEqual([])
          }
          const { elapsedMs: _, ...ledger } = ledgerOf(all)
          expect(ledgerOf(shown)).toMatchObject(ledger)
        }),
      ),
      { numRuns },
    )
  })

  /** Compares a file that was shown within limits with the same file shown whole. */
  function whatIsWrong(
    query: Query,
    shown: FileMatches,
    whole: FileMatches,
    { lineBytes = 1e9, matchesPerLine = 1e9 }: Partial<Limits>,
  ): string[] {
    const onLine = (matches: readonly Match[], line: Line) =>
      matches.filter(({ start }) => start.line === line.number)
    const isReached = ({ number }: Line) =>
      whole.matches.some(({ start, end }) => start.line < number && end.line >= number)
    if (shown.matchCount !== whole.matchCount) return ['another number of matches']
    if (shown.lines.length !== whole.lines.length) return ['another number of lines']
    return shown.lines.flatMap((line, i) => {
      const full = whole.lines[i]!
      const matches = onLine(shown.matches, line)
      const all = onLine(whole.matches, full)
      const { clippedAt = 0, text } = line
      const isSame =
        full.text.slice(clippedAt, clippedAt + text.length) === text &&
        (line.bytes === undefined || line.bytes.toString() === text)
      const complaints = {
        'another line': line.number !== full.number || line.kind !== full.kind,
        'another text': !isSame,
        'not clipped': (line.bytes ?? Buffer.from(text)).length > lineBytes,
        'clipped without need': line.clippedAt === undefined && text !== full.text,
        // Where an event spans lines and was cut, what was cut off is counted on one of them.
        'other matches':
          !query.matcher.multiline && all.length !== matches.length + line.moreMatches,
        'too many matches': matches.length > matchesPerLine,
        'match out of sight':
          line.kind === 'match' && !isReached(line) && !isVisible(line, matches[0]),
        'matches elsewhere':
          JSON.stringify(matches) !== JSON.stringify(all.slice(0, matches.length)),
      }
      return Object.entries(complaints).flatMap(([complaint, isTrue]) =>
        isTrue ? [`${line.number}: ${complaint}`] : [],
      )
    })
  }

  function isVisible({ text, clippedAt = 0 }: Line, match: Match | undefined): boolean {
    // ripgrep may call a line a match and name none, as with `-w '(|foo)'` on `foofoo`.
    if (!match) return true
    const { start, end } = match
    const from = start.column - clippedAt
    // Of a match that goes on behind its line only the line end may stand on it.
    const isText = start.line === end.line && start.column !== end.column
    return from >= 0 && (isText ? from < text.length : from <= text.length)
  }
})

describe('a limit that is reached is named', () => {
  let catalog: Catalog
  beforeAll(async () => {
    const tree = makeTree({
      'a.txt': 'needle 1\nhay\nneedle 2\n',
      'b.txt': 'hay\n',
      'c.txt': 'needle 3\nneedle 4\nneedle 5\n',
      'd.txt': 'needle 6\n',
    })
    catalog = await catalogOf([tree])
  })
  const ledger = async (limits: Partial<Limits>, pattern = 'needle') =>
    ledgerOf(await answer(catalog, queryOf(pattern), { limits }))

  it('lines', async () => {
    expect(await ledger({ lines: 1 })).toMatchObject({
      end: 'stopped',
      stoppedBy: 'lines',
      matchingLines: 1,
      files: 1,
      cursor: expect.any(String),
    })
    expect(await ledger({ lines: 4 })).toMatchObject({ stoppedBy: 'lines', matchingLines: 4 })
  })

  it('lines, between two files', async () => {
    expect(await ledger({ lines: 2 })).toMatchObject({
      end: 'stopped',
      stoppedBy: 'lines',
      matchingLines: 2,
      searched: { files: 2 },
    })
  })

  it('as many lines as there are cut nothing', async () => {
    expect(await ledger({ lines: 6 })).toMatchObject({
      end: 'complete',
      stoppedBy: undefined,
      cursor: undefined,
      matchingLines: 6,
    })
  })

  it('lines of a file', async () => {
    const found = await answer(catalog, queryOf('needle'), { limits: { linesPerFile: 2 } })
    expect(found.files.map(({ more }) => typeof more)).toEqual(['undefined', 'string', 'undefined'])
    expect(ledgerOf(found)).toMatchObject({
      end: 'stopped',
      stoppedBy: 'file-lines',
      matchingLines: 5,
      searched: { files: 4 },
      cursor: undefined,
    })
  })

  it('and what is shown before the cut has no context of what comes behind it', async () => {
    const tree = makeTree({ 'a.txt': 'needle\n2\n3\n4\n5\n6\nneedle\nneedle\n' })
    const spaced = await catalogOf([tree])
    for (const limits of [{ lines: 1 }, { linesPerFile: 1 }]) {
      const { files } = await answer(spaced, queryOf('needle', { context: 2 }), { limits })
      expect(files.map(({ lines }) => lines.map(({ number }) => number))).toEqual([[1, 2, 3]])
    }
  })

  it('but not on its rest, which is one answer', async () => {
    const limits = { linesPerFile: 1 }
    const [, second] = (await answer(catalog, queryOf('needle'), { limits })).files
    const rest = await answer(catalog, queryOf('needle'), { limits, after: second!.more })
    expect(rest.files.map(({ lines }) => lines.map(({ number }) => number))).toEqual([[2, 3]])
    expect(ledgerOf(rest)).toMatchObject({ end: 'complete', candidates: 1 })
  })

  it('the rest of a file may be more than one answer, too', async () => {
    const [, second] = (await answer(catalog, queryOf('needle'), { limits: { linesPerFile: 1 } }))
      .files
    const rest = { limits: { linesPerFile: 1, lines: 1 }, after: second!.more }
    const found = await answer(catalog, queryOf('needle'), rest)
    expect(found.files.map(({ lines, more }) => [lines.map(({ number }) => number), more])).toEqual(
      [[[2], undefined]],
    )
    expect(ledgerOf(found)).toMatchObject({ end: 'stopped', stoppedBy: 'lines', candidates: 1 })
    const last = await answer(catalog, queryOf('needle'), {
      ...rest,
      after: ledgerOf(found).cursor,
    })
    expect(last.files.map(({ lines }) => lines.map(({ number }) => number))).toEqual([[3]])
    expect(ledgerOf(last)).toMatchObject({ end: 'complete', cursor: undefined })
  })

  it('bytes of an answer', async () => {
    expect(await ledger({ replyBytes: 1 })).toMatchObject({
      end: 'stopped',
      stoppedBy: 'bytes',
      files: 1,
      matchingLines: 2,
      cursor: expect.any(String),
    })
  })

  it('a file over the size limit is left out and counted', async () => {
    const tree = makeTree({ 'large.txt': `needle\n${'x'.repeat(1_000)}`, 'small.txt': 'needle' })
    const found = await answer(await catalogOf([tree], { maxFileBytes: 1_000 }), queryOf('needle'))
    expect(found.files.map(({ file }) => file.path.toString())).toEqual(['small.txt'])
    expect(ledgerOf(found)).toMatchObject({
      end: 'complete',
      searched: { files: 1 },
      leftOut: { large: 1 },
    })
  })
})

it('files that have not been looked at yet are judged when they are found to match', async () => {
  const tree = makeTree({
    'a.txt': 'needle\n',
    'binary.bin': `needle\n${'x'.repeat(100_000)}\0\n`,
    'large.txt': `needle\n${'x'.repeat(200_000)}\n`,
    'utf-16.txt': Buffer.from('\ufeffneedle\n', 'utf16le'),
  })
  const roots = [{ directory: tree.root, name: undefined }]
  const corpus = openCorpus({ roots, hidden: false, rgPath, maxFileBytes: 150_000, rescanMs: 0 })
  try {
    const listed = await corpus.listed
    expect(listed.complete).toBe(false)
    const limits = { fileBytes: 150_000 }
    const found = await answer(listed, queryOf('needle'), { limits })
    expect(found.files.map(({ file }) => file.path.toString())).toEqual(['a.txt', 'utf-16.txt'])
    expect(ledgerOf(found)).toMatchObject({
      searched: { files: 2 },
      leftOut: { binary: 1, large: 1, ignored: undefined },
    })
    const {
      elapsedMs: _,
      leftOut,
      ...ledger
    } = ledgerOf(await answer(await corpus.complete, queryOf('needle'), { limits }))
    expect(ledger).toMatchObject({ searched: { files: 2 }, files: 2 })
    expect(leftOut).toMatchObject({ binary: 1, large: 1, ignored: 0 })
  } finally {
    await corpus.close()
  }
})

describe('long lines', () => {
  it('are clipped around their first match', async () => {
    const tree = makeTree({ 'a.txt': `${'ä'.repeat(5_000)}needle${'😀'.repeat(5_000)}\n` })
    const limits = { lineBytes: 100 }
    const [found] = (await answer(await catalogOf([tree]), queryOf('needle'), { limits })).files
    const [{ text, clippedAt }] = found!.lines as [Line]
    expect(text).toMatch(/^ä{10,}needle😀{10,}$/u)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100)
    expect(text.indexOf('needle') + clippedAt!).toBe(5_000)
    expect(found!.matches[0]!.start).toEqual({ line: 1, column: 5_000, byte: 10_000 })
  })

  it.each([
    ['a match at its start', /^needle/],
    ['a match at its end', /needle$/],
  ])('keep in sight %s', async (_, sight) => {
    const [before, after] = sight.source.startsWith('^') ? [0, 3_000] : [3_000, 0]
    const tree = makeTree({ 'a.txt': `${'é'.repeat(before)}needle${'é'.repeat(after)}` })
    const limits = { lineBytes: 41 }
    const [found] = (await answer(await catalogOf([tree]), queryOf('needle'), { limits })).files
    expect(found!.lines[0]!.text).toMatch(sight)
  })

  it('whose event is over the cap are shown and counted like any other', async () => {
    const tree = makeTree({
      'a.txt': `needle\n${'x'.repeat(2_000_000)}needle${'y'.repeat(2_000_000)}needle\nneedle\n`,
      'b.txt': 'needle\n',
    })
    const found = await answer(await catalogOf([tree]), queryOf('needle'), {
      limits: defaultLimits,
    })
    expect(found.files.map(({ lines }) => lines.map(({ number }) => number))).toEqual([
      [1, 2, 3],
      [1],
    ])
    expect(found.files[0]!.lines[1]!.text).toMatch(/^x{247}needley{247}$/)
    expect(found.files[0]!.matches.map(({ start }) => start.column)).toEqual([
      0, 2_000_000, 4_000_006, 0,
    ])
    expect(ledgerOf(found)).toMatchObject({ end: 'complete', matchingLines: 4, matches: 5 })
  })

  it('with a million matches have them counted, and the first ones marked', async () => {
    const tree = makeTree({ 'a.txt': `${'e'.repeat(1_000_000)}\ne\n` })
    const found = await answer(await catalogOf([tree]), queryOf('e'), {
      limits: { ...defaultLimits, seconds: 60 },
    })
    const [file] = found.files
    expect(file!.lines.map(({ moreMatches }) => moreMatches)).toEqual([999_900, 0])
    expect(file!.matches).toHaveLength(101)
    expect(file!.matchCount).toBe(1_000_001)
    expect(ledgerOf(found)).toMatchObject({ end: 'complete', matchingLines: 2, matches: 1_000_001 })
  })
})

describe('time', () => {
  const slow = queryOf(`needle|${slowPattern}`, { kind: 'regex' })

  it('stops a search, is named, and the next request gets past the file that took it', async () => {
    const tree = makeTree({
      'a.txt': 'needle\n',
      'b.txt': noise().repeat(3),
      'c.txt': 'needle\n',
    })
    const catalog = await catalogOf([tree], { maxFileBytes: 1e9 })
    const limits = { seconds: 0.6 }
    const began = performance.now()
    const first = await answer(catalog, slow, { limits })
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(first.files.map(({ file }) => file.path.toString())).toEqual(['a.txt'])
    expect(ledgerOf(first)).toMatchObject({
      end: 'stopped',
      stoppedBy: 'time',
      searched: { files: 1 },
      leftOut: { slow: 0 },
      cursor: expect.any(String),
    })
    const second = await answer(catalog, slow, { limits, after: ledgerOf(first).cursor })
    expect(ledgerOf(second)).toMatchObject({
      end: 'stopped',
      stoppedBy: 'time',
      searched: { files: 0 },
      leftOut: { slow: 1 },
    })
    const third = await answer(catalog, slow, { limits, after: ledgerOf(second).cursor })
    expect(third.files.map(({ file }) => file.path.toString())).toEqual(['c.txt'])
    expect(ledgerOf(third)).toMatchObject({ end: 'complete', cursor: undefined })
  })

  it('cuts an answer anywhere, and whoever follows it misses only what was too slow', {
    timeout: 120_000,
  }, async () => {
    const names = Array.from({ length: 30 }, (_, i) => (i % 15 === 5 ? `slow${i}.txt` : `${i}.txt`))
    const tree = makeTree(Object.fromEntries(names.map((name) => [name, 'needle\nhay\nneedle\n'])))
    const catalog = await catalogOf([tree])
    // Too long together with any other file, and too long alone.
    const rgPath = fakeRg('case "$*" in */slow*) sleep 1;; esac; exec $rg "$@"')
    const limits = { seconds: 0.3, lines: 20, linesPerFile: 1 }
    const { files, ledgers } = await follow(catalog, queryOf('needle'), limits, { rgPath })
    const missed = ledgers.reduce((sum, { leftOut }) => sum + leftOut.slow, 0)
    const whole = [...files.values()].filter(({ matches }) => matches.length === 2)
    expect(missed).toBeGreaterThanOrEqual(2)
    expect(whole.length + missed).toBe(30)
    expect([...files.keys()].filter((path) => path.startsWith('slow'))).toEqual([])
  })
})
