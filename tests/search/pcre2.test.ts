import { existsSync, readFileSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { searchArgs } from '../../src/ripgrep/args.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, failureOf, ledgerOf, queryOf } from './answer.ts'
import { expectExact } from './expect-exact.ts'
import { fakeRg } from './fake-rg.ts'
import { noise } from './hogs.ts'
import { referenceOf } from './reference.ts'

const pcre2 = (pattern: string, parts = {}) =>
  queryOf(pattern, { kind: 'regex', pcre2: true, ...parts })

describe('a pattern of PCRE2 matches as the reference command has it', () => {
  it.each([
    ...[
      '(?<=foo)bar',
      '(?<!foo)bar',
      'foo(?!bar)',
      '(\\w)\\1',
      '(?<q>["\']).*?\\k<q>',
      '(?i)FOO\\Kbar',
    ],
    ...[
      '(?<![^\\n])foo',
      '\\Afoo',
      '(?<!\\n)^foo',
      '\\Gf',
      '(\\((?:[^()]++|(?1))*\\))',
      '(?s)foo.*',
      '\\R',
      '^$',
    ],
  ])('%s', async (pattern) => {
    const rows = ['foobar', 'barfoo', "say 'foo' (a(b)c)", '', 'Foobar foo', 'aa bb', 'foo']
    const tree = makeTree({
      'a.txt': rows.join('\n'),
      'b.txt': rows.join('\r\n'),
      'c.txt': `\ufeff${rows.join('\n')}\n`,
      'd.txt': `${rows.join('\n')}\n`.repeat(1_500),
    })
    const catalog = await catalogOf([tree])
    for (const multiline of [false, true]) {
      for (const context of [0, 2]) {
        const query = pcre2(pattern, { multiline, context })
        expectExact(await answer(catalog, query), referenceOf(catalog, query))
      }
    }
  })
})

it.each(['(', '(?<=a+)b', '\\q', '(?z)'])('%s is refused in its words', async (pattern) => {
  const catalog = await catalogOf([makeTree({ 'a.txt': 'a\n' })])
  const failure = failureOf(await answer(catalog, pcre2(pattern)))
  expect(failure.kind).toBe('bad-pattern')
  expect(failure.message).toMatch(/^PCRE2: error compiling pattern at offset \d+: /)
})

it('without it, ripgrep says of a look-around what would understand it', async () => {
  const catalog = await catalogOf([makeTree({ 'a.txt': 'a\n' })])
  const { message } = failureOf(await answer(catalog, queryOf('(?<=a)b', { kind: 'regex' })))
  expect(message).toContain('--pcre2')
})

describe('a file in which PCRE2 reaches its own limits', () => {
  const hard = `aa\nx\n${'a'.repeat(40)}!\naa\n`
  const tree = makeTree({ 'a.txt': 'aa\n', 'b.txt': hard, 'c.txt': 'aa\n', 'd.txt': hard })
  tree.write(Buffer.from('e\xff', 'latin1'), 'aa\n')

  it('is shown as far as it was searched, and counted as given up', async () => {
    const catalog = await catalogOf([tree])
    for (const context of [0, 1]) {
      const found = await answer(catalog, pcre2('^(a+)+$', { context }))
      expect(
        found.files.map(({ file, lines }) => [
          file.path.toString('latin1'),
          ...lines.filter(({ kind }) => kind === 'match').map(({ number }) => number),
        ]),
      ).toEqual([
        ['a.txt', 1],
        ['b.txt', 1],
        ['c.txt', 1],
        ['d.txt', 1],
        ['e\xff', 1],
      ])
      expect(ledgerOf(found)).toMatchObject({
        ...{ end: 'complete', matchingLines: 5, searched: { files: 3 } },
        leftOut: { givenUp: 2, unreadable: 0 },
      })
    }
  })

  it('is not called unreadable, and one that is gone is not called given up', async () => {
    const gone = makeTree({ 'a.txt': 'aa\n', 'b.txt': 'aa\n' })
    const catalog = await catalogOf([gone])
    rmSync(gone.at('b.txt'))
    expect(ledgerOf(await answer(catalog, pcre2('a+'))).leftOut).toMatchObject({
      ...{ givenUp: 0, unreadable: 1 },
    })
  })
})

it('has a time limit of its own', async () => {
  const tree = makeTree({ 'a.txt': 'needle\n', 'b.txt': noise() })
  const catalog = await catalogOf([tree])
  const query = pcre2('needle|(?=.*[a-f].*[a-f].*(.)\\1(.)\\2(.)\\3(.)\\4#)')
  const found = await answer(catalog, query, { limits: { seconds: 60, pcre2Seconds: 0.4 } })
  expect(ledgerOf(found)).toMatchObject({ end: 'stopped', stoppedBy: 'time' })
})

describe.skipIf(!existsSync('/usr/bin/prlimit') || !existsSync('/usr/bin/setpriv'))(
  'the system',
  () => {
    it('bounds every process, whatever is asked', async () => {
      const catalog = await catalogOf([makeTree({ 'a.txt': 'needle\n' })])
      const limitsOf = async (parts: object) => {
        const said = makeTree()
        const rgPath = fakeRg(
          `ulimit -v > ${said.at('limits')}; ulimit -t >> ${said.at('limits')}; exec $rg "$@"`,
        )
        const found = await answer(catalog, queryOf('needle', parts), {
          rgPath,
          limits: { seconds: 40, pcre2Seconds: 20 },
        })
        expect(found.files).toHaveLength(1)
        return readFileSync(said.at('limits'), 'utf8').trim().split('\n')
      }
      for (const parts of [{}, { multiline: true }, { pcre2: true }]) {
        expect(await limitsOf(parts)).toEqual(['524288', '80'])
      }
    })
  },
)

it('the context is asked for where look-behind would see it', () => {
  const asks = (pattern: string) =>
    searchArgs(pcre2(pattern, { context: 2 }), []).includes('--context=2')
  expect(
    ['(?<=a)b', '(?<!a)b', '\\Ga', '(*ACCEPT)a', '(?(1)a)'].filter((one) => !asks(one)),
  ).toEqual([])
  expect(['a', '(?:a)', '(?=a)b', '(?!a)', '(a)\\1'].filter(asks)).toEqual([])
})
