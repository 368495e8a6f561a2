import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileAt, pathBelowRoot } from '../../src/corpus/catalog.ts'
import { narrow, planOf } from '../../src/index/narrow.ts'
import type { GramQuery } from '../../src/index/query.ts'
import { longBase, wordBase } from '../../src/index/symbols.ts'
import type { Matcher, Query } from '../../src/query/query.ts'
import { type Answer, answer, ledgerOf, matcherOf, queryOf } from '../search/answer.ts'
import { files as awkwardFiles, query as awkwardQuery, manyFiles } from '../search/awkward.ts'
import { follow, wholeOf } from '../search/follow.ts'
import { referenceOf } from '../search/reference.ts'
import { makeTree } from '../support/tree.ts'
import { everyFile, type Indexed, indexed } from './indexed.ts'
import { fileContent, matcherFor } from './patterns.ts'

/** For a longer run, of so many trees: INDEX_RUNS=1000 npx vitest run tests/index/exact.test.ts */
const numTrees = Number(process.env.INDEX_RUNS ?? 12)
/** Patterns that each tree is asked for; of them, those that the whole search is asked for, too. */
const patterns = 50
const searches = 3
/** To see a failure again: INDEX_SEED=… of the message. */
const seed = Number(process.env.INDEX_SEED ?? Math.floor(Math.random() * 2 ** 30))

/** The flags of the reference command, see `reference.ts`; `-l` in the place of its events. */
function flagsOf({
  kind,
  pattern,
  case: letters,
  word,
  multiline,
  pcre2,
}: Matcher): readonly string[] {
  return [
    ...['--no-config', '-l', '-0', '--threads=1', '--no-mmap', '--crlf'],
    ...['--dfa-size-limit=10M', '--regex-size-limit=10M'],
    { smart: '-S', sensitive: '-s', ignore: '-i' }[letters],
    ...(kind === 'literal' ? ['-F'] : []),
    ...(word ? ['-w'] : []),
    ...(multiline ? ['-U'] : []),
    ...(pcre2 ? ['-P'] : []),
    ...[`--regexp=${pattern}`, '--'],
  ]
}

/** The files of one tree that match, as ripgrep has it; `undefined` if it refuses the pattern. */
function matchingFiles({ catalog }: Indexed, matched: Matcher): readonly string[] | undefined {
  const all = [...everyFile(catalog)].map((i) => fileAt(catalog, i))
  const names = all.filter(({ state }) => state === 'searched').map((file) => `${file.path}`)
  const args = [...flagsOf(matched), ...names]
  const cwd = catalog.repositories[0]!.root
  const { stdout, status } = spawnSync(rgPath, args, { cwd, env: {} })
  if (status === 2) return undefined
  return stdout.toString().split('\0').slice(0, -1)
}

function candidatesOf({ catalog, view }: Indexed, matched: Matcher): Set<string> {
  const { candidates } = narrow(view, planOf(matched), everyFile(catalog))
  return new Set([...candidates].map((i) => `${fileAt(catalog, i).path}`))
}

/** What has been asked: whether the patterns are worth asking. */
const asked = { patterns: 0, refused: 0, matched: 0, narrowed: 0, candidates: 0, matching: 0 }

/** Files that match and are no candidates. */
function lostFiles(one: Indexed, matched: Matcher): readonly string[] {
  const matching = matchingFiles(one, matched)
  const candidates = candidatesOf(one, matched)
  asked.patterns++
  if (!matching) asked.refused++
  else if (matching.length > 0) asked.matched++
  if (matching && candidates.size < one.catalog.columns.count) {
    asked.narrowed++
    asked.candidates += candidates.size
    asked.matching += matching.length
  }
  return matching?.filter((name) => !candidates.has(name)) ?? []
}

/** The shortest part of a pattern that still loses a file, for people. */
function shortest(one: Indexed, matched: Matcher): Matcher {
  for (let length = matched.pattern.length >> 1; length > 0; length--) {
    for (let from = 0; from + length <= matched.pattern.length; from++) {
      const pattern = matched.pattern.slice(0, from) + matched.pattern.slice(from + length)
      const shorter = { ...matched, pattern }
      if (lostFiles(one, shorter).length > 0) return shortest(one, shorter)
    }
  }
  return matched
}

function expectNoneLost(one: Indexed, matched: Matcher): void {
  if (lostFiles(one, matched).length === 0) return
  const least = shortest(one, matched)
  const lost = lostFiles(one, least)
  const root = one.catalog.repositories[0]!.root
  const content = readFileSync(`${root}/${lost[0]}`)
  const text = JSON.stringify(content.toString('latin1').slice(0, 2_000))
  expect.fail(
    `${JSON.stringify(matched)} loses files, and so does ${JSON.stringify(least)}: ${text}`,
  )
}

/**
 * An answer with what may differ left out: how many candidates there were, how long it took, and how many files PCRE2
 * gave up on, since it is not asked of those that cannot match.
 */
const comparable = ({ files, last }: Answer) => {
  if (last?.type !== 'done') return { files, last }
  const { searched, leftOut } = last.ledger
  const dealtWith = { ...searched, files: searched.files + leftOut.givenUp }
  const others = { ...leftOut, givenUp: 0 }
  const ledger = { ...last.ledger, searched: dealtWith, leftOut: others }
  return { files, last: { ...last, ledger: { ...ledger, candidates: 0, elapsedMs: 0 } } }
}

/** With index = without index = the reference command. */
async function expectSame({ catalog, index }: Indexed, query: Query): Promise<void> {
  const found = await answer(catalog, query, { index })
  const expected = referenceOf(catalog, query)
  if (expected.kind === 'crashed') {
    expect(ledgerOf(found).end).toBe('incomplete')
    return
  }
  expect(comparable(found)).toEqual(comparable(await answer(catalog, query)))
  if (expected.kind === 'refused') expect(found.last?.type).toBe('failed')
  else {
    const lines = (all: readonly { path: string; lines: readonly { number: number }[] }[]) =>
      all.map(({ path, lines }) => [path, ...lines.map(({ number }) => number)])
    const own = found.files.map(({ file, lines }) => ({
      path: pathBelowRoot(file).toString('latin1'),
      lines,
    }))
    expect(lines(own)).toEqual(lines(expected.files))
  }
}

const nameOf = (i: number): string => `f${i}.txt`

const common = ['static', 'int', 'return', 'const', 'struct', 'unlock', '->', '= 0', 'é', '(']
const rare = fc.nat(3_000).map((number) => `w${number.toString(36)}q`)

/** Few words in any order, so that only what is longer tells phrases apart, and here and there one that few have. */
const phrases = fc
  .array(
    fc
      .array(
        fc.oneof(
          { weight: 12, arbitrary: fc.constantFrom(...common) },
          { weight: 1, arbitrary: rare },
        ),
        { minLength: 1, maxLength: 8 },
      )
      .map((words) => words.join(' ')),
    { minLength: 1, maxLength: 12 },
  )
  .map((lines) => lines.join('\n'))

/** A query without its long grams. */
function withoutLong(query: GramQuery): GramQuery {
  if (query.kind === 'and' || query.kind === 'or') {
    return { ...query, of: query.of.map(withoutLong) }
  }
  return query.kind === 'grams' && query.inCommon.length > 0 ? { kind: 'all' } : query
}

describe('with index = without index = the reference command', () => {
  it('whatever the files and the pattern', { timeout: 120_000 + numTrees * 30_000 }, async () => {
    for (let nth = 0; nth < numTrees; nth++) {
      const treeSeed = seed + nth
      const files = fc.sample(fc.array(fileContent, { minLength: 30, maxLength: 60 }), {
        ...{ seed: treeSeed, numRuns: 1 },
      })[0]!
      const tree = makeTree()
      for (const [i, content] of files.entries()) tree.write(nameOf(i), content)
      const one = await indexed([tree])
      try {
        const matchers = fc.sample(matcherFor(files), { seed: treeSeed, numRuns: patterns })
        for (const matched of matchers) expectNoneLost(one, matched)
        for (const [context, { pattern, ...flags }] of matchers.slice(0, searches).entries()) {
          await expectSame(one, queryOf(pattern, { ...flags, context }))
        }
      } catch (error) {
        throw new Error(`INDEX_SEED=${treeSeed} INDEX_RUNS=1: ${(error as Error).message}`)
      } finally {
        one.close()
        tree.remove()
      }
    }
    if (process.env.INDEX_RUNS) process.stdout.write(`${JSON.stringify(asked)}\n`)
    // The patterns are worth asking: most match something, many narrow, and few candidates are in vain.
    expect(asked.refused).toBeLessThan(asked.patterns * 0.3)
    expect(asked.matched).toBeGreaterThan(asked.patterns * 0.5)
    expect(asked.narrowed).toBeGreaterThan(asked.patterns * 0.3)
  })

  it('also of files with awkward names and contents', {
    timeout: 120_000 + numTrees * 10_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        awkwardFiles,
        fc.array(awkwardQuery, { minLength: 1, maxLength: 3 }),
        async (files, queries) => {
          const tree = makeTree()
          for (const [name, content] of files) tree.write(name, content)
          const one = await indexed([tree])
          try {
            const unfiltered = { repositories: [], paths: [], languages: [], has: [] }
            for (const query of queries) await expectSame(one, { ...query, filters: unfiltered })
          } finally {
            one.close()
            tree.remove()
          }
        },
      ),
      { numRuns: numTrees },
    )
  })

  it('also of so many files that long grams are used', {
    timeout: 60_000 + numTrees * 10_000,
  }, async () => {
    for (let treeSeed = seed; treeSeed < seed + numTrees / 40; treeSeed++) {
      const files = fc.sample(phrases, { seed: treeSeed, numRuns: 640 }).map((f) => Buffer.from(f))
      const tree = makeTree()
      for (const [i, content] of files.entries()) tree.write(nameOf(i), content)
      const one = await indexed([tree])
      expect(one.segment.common.some((bits) => bits !== 0)).toBe(true)
      expect(one.segment.range(longBase, wordBase).length).toBeGreaterThan(100)
      const asked = fc.sample(matcherFor(files), { seed: treeSeed, numRuns: 200 })
      for (const pattern of files.slice(0, 8).flatMap((file) => `${file}`.split('\n'))) {
        asked.push(matcherOf(pattern))
      }
      let helped = 0
      for (const matched of asked) {
        expectNoneLost(one, matched)
        const plan = planOf(matched)
        const countOf = (query: GramQuery) =>
          narrow(one.view, { ...plan, query }, everyFile(one.catalog)).candidates.length
        if (countOf(plan.query) < countOf(withoutLong(plan.query))) helped++
      }
      expect(helped, `INDEX_SEED=${treeSeed}`).toBeGreaterThan(5)
      one.close()
      tree.remove()
    }
  })

  it('also where an answer is read in parts', async () => {
    const tree = makeTree()
    for (const [name, content] of manyFiles(60)) tree.write(name, content)
    const one = await indexed([tree])
    for (const query of [
      queryOf('foobar', { context: 1 }),
      queryOf('foobar|a_b$', { kind: 'regex', context: 2 }),
      queryOf('foo.bar', { word: true }),
    ]) {
      const whole = await answer(one.catalog, query, { index: one.index })
      expect(ledgerOf(whole).candidates).toBeLessThan(ledgerOf(whole).searched.files)
      expect(whole.files.length).toBeGreaterThan(3)
      for (const limits of [{ lines: 3 }, { lines: 5, linesPerFile: 2 }, { replyBytes: 40 }]) {
        const parts = await follow(one.catalog, query, limits, { index: one.index })
        expect(parts.files).toEqual(wholeOf(whole.files))
      }
    }
    one.close()
  })
})
