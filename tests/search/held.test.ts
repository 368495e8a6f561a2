import { spawnSync } from 'node:child_process'
import { renameSync, symlinkSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldText, type Query } from '../../src/query/query.ts'
import { indexed } from '../index/indexed.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, failureOf, ledgerOf, queryOf } from './answer.ts'
import { files, manyFiles, query } from './awkward.ts'
import { expectExact } from './expect-exact.ts'
import { fakeRg } from './fake-rg.ts'
import { follow, wholeOf } from './follow.ts'
import { referenceOf } from './reference.ts'

const numRuns = Number(process.env.SEARCH_RUNS ?? 15)

/** Which files hold what a query wants them to: ripgrep asked in another way, with a list of all files that match. */
function heldIn(root: string, { matcher, filters }: Query): (path: Buffer) => boolean {
  const tests = filters.has.map((filter) => {
    const excludes = filter.startsWith('!')
    const text = excludes ? filter.slice(1) : filter
    const rule = { smart: '-S', sensitive: '-s', ignore: '-i' }[matcher.case]
    const args = ['--no-config', '-uu', '-l', '-0', '-F', rule, '--crlf', '-e', text, './']
    const { stdout } = spawnSync(rgPath, args, { cwd: root, env: {} })
    const listed = new Set(stdout.toString('latin1').split('\0'))
    return (path: Buffer) => listed.has(`./${path.toString('latin1')}`) !== excludes
  })
  return (path) => tests.every((test) => test(path))
}

const texts = fc.constantFrom('foo', 'Foo', 'x', 'k', 'é', '日本', ' ', '(', '"', 'ß', 'bar', 'zzz')
const filters = fc.array(
  fc.tuple(fc.boolean(), texts).map(([excludes, text]) => (excludes ? `!${text}` : text)),
  { minLength: 1, maxLength: 3 },
)

it('files are those that hold what they must, as ripgrep has it, with index and without', {
  timeout: 120_000 + numRuns * 2_000,
}, async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(files, query, filters, async (files, { matcher, context }, has) => {
      const tree = makeTree()
      for (const [name, content] of files) tree.write(name, content)
      const one = await indexed([tree])
      try {
        const asked: Query = { ...queryOf('', { has, context }), matcher }
        const expected = referenceOf(one.catalog, asked, heldIn(tree.root, asked))
        const plain = await answer(one.catalog, asked)
        expectExact(plain, expected)
        const narrowed = await answer(one.catalog, asked, { index: one.index })
        expectExact(narrowed, expected)
        if (plain.last?.type !== 'done' || narrowed.last?.type !== 'done') return
        found += plain.files.length
        expect(narrowed.last.ledger.searched).toEqual(plain.last.ledger.searched)
      } finally {
        one.close()
        tree.remove()
      }
    }),
    { numRuns },
  )
  // A few runs may find nothing by chance.
  if (numRuns >= 100) expect(found).toBeGreaterThan(numRuns / 4)
})

describe('an answer about files that hold something', () => {
  const tree = makeTree()
  for (const [name, content] of manyFiles(60)) tree.write(name, content)

  it.each([[['foo']], [['!foo']], [['foo', '!日本']]])(
    'that is read in parts is the whole one: %j',
    async (has) => {
      const catalog = await catalogOf([tree])
      const asked = queryOf('x', { has, context: 1 })
      const whole = await answer(catalog, asked)
      expectExact(whole, referenceOf(catalog, asked, heldIn(tree.root, asked)))
      expect(whole.files.length).toBeGreaterThan(5)
      const quarter = Math.ceil(ledgerOf(whole).matchingLines / 4)
      for (const limits of [{ lines: quarter }, { lines: quarter, linesPerFile: 2 }]) {
        const parts = await follow(catalog, asked, limits)
        expect(parts.files).toEqual(wholeOf(whole.files))
        expect(parts.ledgers.length).toBeGreaterThan(2)
      }
    },
  )

  it('has each file that is no candidate among those searched', async () => {
    const one = await indexed([makeTree({ 'a.c': 'foo bar', 'b.c': 'foo', 'c.c': 'bar' })])
    const found = await answer(one.catalog, queryOf('foo', { has: ['bar'] }), { index: one.index })
    expect(ledgerOf(found)).toMatchObject({ candidates: 1, files: 1, searched: { files: 3 } })
    one.close()
  })

  it('is refused for a bad pattern also where no file holds it', async () => {
    const catalog = await catalogOf([makeTree({ 'a.c': 'foo' })])
    const asked = queryOf('foo(', { kind: 'regex', has: ['absent'] })
    expect(failureOf(await answer(catalog, asked))).toMatchObject({ kind: 'bad-pattern' })
  })

  it('gets further within its time, and says what it has not finished', async () => {
    const catalog = await catalogOf([makeTree({ 'a.c': 'foo bar', 'b.c': 'foo bar' })])
    // Only the run that looks for `bar` hangs, in the first file.
    const slow = fakeRg(`case "$*" in *--regexp=bar*a.c*) exec sleep 60;; *) exec $rg "$@";; esac`)
    const asked = queryOf('foo', { has: ['bar'] })
    const limits = { seconds: 0.5 }
    const first = ledgerOf(await answer(catalog, asked, { rgPath: slow, limits }))
    expect(first).toMatchObject({ end: 'stopped', stoppedBy: 'time', leftOut: { slow: 1 } })
    const rest = await answer(catalog, asked, { rgPath: slow, after: first.cursor })
    expect(rest.files.map(({ file }) => file.path.toString())).toEqual(['b.c'])
  })

  it('is not told by a file outside that takes the place of one while it is searched', async () => {
    const outside = makeTree({ 'a.c': 'secret\nneedle\n' })
    const tree = makeTree({ 'in/a.c': 'needle\n', 'b.c': 'needle secret\n' })
    const catalog = await catalogOf([tree])
    renameSync(tree.at('in'), tree.at('away'))
    symlinkSync(outside.root, tree.at('in'))
    // The directory is its own again as soon as ripgrep has seen the other.
    const swapping = fakeRg(`case "$*" in
      *--regexp=secret*in/a.c*) "$rg" "$@"; rm -f ${tree.at('in')}; mv ${tree.at('away')} ${tree.at('in')} 2>/dev/null; exit 0;;
      *) exec "$rg" "$@";;
    esac`)
    const found = await answer(catalog, queryOf('needle', { has: ['secret'] }), {
      rgPath: swapping,
    })
    expect(found.files.map(({ file }) => file.path.toString())).toEqual(['b.c'])
  })
})

it('a text that begins with an exclamation mark is told from an exclusion', () => {
  expect(['!a', '\\!a', '!\\!a', '\\\\!a', '\\a', 'a!'].map(heldText)).toEqual([
    { excludes: true, text: 'a' },
    { excludes: false, text: '!a' },
    { excludes: true, text: '!a' },
    { excludes: false, text: '\\!a' },
    { excludes: false, text: '\\a' },
    { excludes: false, text: 'a!' },
  ])
})
