import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import { describe, expect, it } from 'vitest'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, failureOf, freeSlots, ledgerOf, type QueryParts, queryOf } from './answer.ts'
import { awkwardNames } from './awkward.ts'
import { fakeRg } from './fake-rg.ts'

const tree = makeTree()
for (const name of [...awkwardNames, Buffer.from('\ufeffbom.c'), Buffer.from('vendor/x.go')]) {
  tree.write(name, 'needle\n')
}
const catalog = await catalogOf([tree])

/** Paths that are found, bytes one character each, in any order. */
async function pathsOf(parts: QueryParts): Promise<readonly string[]> {
  const found = await answer(catalog, queryOf('needle', parts))
  ledgerOf(found)
  return found.files.map(({ file }) => file.path.toString('latin1')).sort()
}

/** The same by ripgrep alone, a path at a time. */
function matching(regex: string): readonly string[] {
  const all = Array.from({ length: catalog.columns.count }, (_, i) => {
    const from = i === 0 ? 0 : catalog.columns.pathEnds[i - 1]!
    return Buffer.from(catalog.columns.paths.subarray(from, catalog.columns.pathEnds[i]!))
  })
  return all
    .filter((input) => {
      const args = ['--no-config', '--null-data', '-q', '-s', '-E', 'none', '-e', regex, '-']
      return spawnSync(rgPath, args, { input, env: {} }).status === 0
    })
    .map((path) => path.toString('latin1'))
    .sort()
}

describe('a path filter between slashes', () => {
  it.each([
    '\\.c$',
    '^sub/',
    '^[^/]*$',
    'é',
    '(?-u:\\xff)',
    '\\n',
    '^\\x20|\\x20$',
    '^.{200}$',
    'bom',
  ])('is a regex over whole paths: /%s/', async (regex) => {
    const expected = matching(regex)
    expect(expected.length).toBeGreaterThan(0)
    expect(await pathsOf({ paths: [`/${regex}/`] })).toEqual(expected)
  })

  it('joins globs: what either includes is in, what either excludes is out', async () => {
    const all = await pathsOf({})
    const c = matching('\\.c$')
    const inSub = (path: string) => path.startsWith('sub/')
    expect(await pathsOf({ paths: ['!/\\.c$/'] })).toEqual(all.filter((one) => !c.includes(one)))
    expect(await pathsOf({ paths: ['/\\.c$/', 'sub'] })).toEqual(
      all.filter((one) => c.includes(one) || inSub(one)),
    )
    expect(await pathsOf({ paths: ['sub', '!/\\.txt$/'] })).toEqual(
      all.filter((one) => inSub(one) && !one.endsWith('.txt')),
    )
    expect(await pathsOf({ paths: ['/^sub/', '!*.txt'] })).toEqual(
      all.filter((one) => inSub(one) && !one.endsWith('.txt')),
    )
    expect(await pathsOf({ paths: ['/^sub/', '*.c', '!*.txt'] })).toEqual(
      all.filter((one) => (inSub(one) || one.endsWith('.c')) && !one.endsWith('.txt')),
    )
  })

  it('that is no regex is refused in the words of ripgrep, with its glob', async () => {
    const failure = failureOf(await answer(catalog, queryOf('needle', { paths: ['/a(/'] })))
    expect(failure).toMatchObject({ kind: 'bad-glob', glob: '/a(/' })
    expect(failure.message).toContain('unclosed group')
  })

  it('runs ripgrep once for a catalog, in a slot', async () => {
    const counting = makeTree()
    const rg = fakeRg(`case "$*" in *--null-data*) echo >> ${counting.at('runs')};; esac
      exec $rg "$@"`)
    const slots = freeSlots(1)
    const asked = queryOf('needle', { paths: ['/once/'] })
    for (let i = 0; i < 3; i++) await answer(catalog, asked, { rgPath: rg, slots })
    expect(spawnSync('wc', ['-l', counting.at('runs').toString()]).stdout.toString()).toMatch(/^1 /)
    expect(slots.running).toBe(0)
  })

  it('that takes too long is told as busy, and gives its slot back', async () => {
    const rg = fakeRg(`case "$*" in *--null-data*) exec sleep 60;; *) exec $rg "$@";; esac`)
    const slots = freeSlots(1)
    const asked = queryOf('needle', { paths: ['/too-long/'] })
    const found = await answer(catalog, asked, { rgPath: rg, slots, limits: { seconds: 0.2 } })
    expect(failureOf(found).kind).toBe('busy')
    expect(slots.running).toBe(0)
  })
})

describe('a repository filter between slashes', async () => {
  const trees = [makeTree({ a: 'needle' }), makeTree({ b: 'needle' })]
  const two = await catalogOf(trees)
  const namesOf = async (repositories: readonly string[]) => {
    const found = await answer(two, queryOf('needle', { repositories }))
    return found.files.map(({ file }) => file.repository.name).sort()
  }
  const names = trees.map(({ name }) => name).sort()

  it('is a regex over names', async () => {
    expect(await namesOf([`/^${names[0]}$/`])).toEqual([names[0]])
    expect(await namesOf([`!/^${names[0]}$/`])).toEqual([names[1]])
    expect(await namesOf(['/^ripline-/'])).toEqual(names)
  })

  it('that matches none, or is none, is refused', async () => {
    for (const filter of ['/nowhere/', '/a(/']) {
      expect(failureOf(await answer(two, queryOf('x', { repositories: [filter] })))).toMatchObject({
        ...{ kind: 'bad-parameter', parameter: 'repo', value: filter },
      })
    }
  })
})
