import { spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import { answer, failureOf, freeSlots, ledgerOf, queryOf, searchIn } from './answer.ts'
import { fakeRg } from './fake-rg.ts'

let catalog: Catalog
beforeAll(async () => {
  const tree = makeTree({
    'a.txt': 'needle\n',
    'b.txt': 'hay\n',
    ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`more/${i}.txt`, 'needle\n'])),
  })
  catalog = await catalogOf([tree])
})
const regex = (pattern: string, parts = {}) => queryOf(pattern, { kind: 'regex', ...parts })

describe('a pattern that ripgrep refuses', () => {
  /** What ripgrep itself says of a pattern. */
  const complaint = (pattern: string) =>
    spawnSync(
      rgPath,
      ['--no-config', '--crlf', '--regex-size-limit=10M', `--regexp=${pattern}`, '--', '/dev/null'],
      { env: {}, encoding: 'utf8' },
    ).stderr.replace(/^rg: /, '')

  it.each(['(', 'foo)', 'fo[o', 'x{3,2}', 'a\\b\\y', 'a\nb', '(a{1000}){1000}', '\\p{Nothing}'])(
    '%j fails with the words of ripgrep',
    async (pattern) => {
      const failure = failureOf(await answer(catalog, regex(pattern)))
      expect(failure.kind).toBe('bad-pattern')
      expect(failure.message.length).toBeGreaterThan(10)
      expect(complaint(pattern).trim()).toBe(failure.message)
    },
  )

  it.each([
    ['fo[o', 2],
    ['a\\b\\y', 3],
    ['é[z-a]', 2],
    ['😀[z-a]', 3],
  ])('%j is told where', async (pattern, position) => {
    expect(failureOf(await answer(catalog, regex(pattern)))).toMatchObject({ position })
    const word = await answer(catalog, regex(pattern, { word: true, case: 'ignore' }))
    expect(failureOf(word)).toMatchObject({ position })
  })

  it.each(['foo(bar', 'foo)'])(
    '%j is not told where, since the caret is outside',
    async (pattern) => {
      expect(failureOf(await answer(catalog, regex(pattern)))).not.toHaveProperty('position')
    },
  )

  it('fails also where nothing is selected', async () => {
    const nowhere = regex('(', { paths: ['*.nowhere'] })
    expect(failureOf(await answer(catalog, nowhere)).kind).toBe('bad-pattern')
    const well = await answer(catalog, regex('x', { paths: ['*.nowhere'] }))
    expect(ledgerOf(well)).toMatchObject({ end: 'complete', candidates: 0 })
  })

  it('and is large, comes back in a message of bounded size', async () => {
    const failure = failureOf(await answer(catalog, regex('('.repeat(60_000))))
    expect(failure.kind).toBe('bad-pattern')
    expect(failure.message.length).toBeLessThanOrEqual(2_048)
  })

  it('holds no slot, also when nobody asks for more than the failure', async () => {
    const slots = freeSlots()
    for (let i = 0; i < 4; i++) {
      const { value } = await searchIn(catalog, regex('('), { slots }).next()
      expect(value).toMatchObject({ type: 'failed', failure: { kind: 'bad-pattern' } })
    }
    expect(slots.running).toBe(0)
  })

  it('is refused as a literal, too, if it holds a line feed', async () => {
    expect(failureOf(await answer(catalog, queryOf('a\nb'))).kind).toBe('bad-pattern')
  })
})

describe('a filter or a cursor that means nothing', () => {
  it.each([
    [{ paths: ['['] }, { kind: 'bad-glob', glob: '[' }],
    [{ paths: ['*.c', '{a'] }, { kind: 'bad-glob', glob: '{a' }],
    [{ repositories: ['nowhere'] }, { kind: 'bad-parameter', parameter: 'repo' }],
    [{ repositories: ['!nowhere'] }, { kind: 'bad-parameter', parameter: 'repo' }],
    [{ languages: ['klingon'] }, { kind: 'bad-parameter', parameter: 'lang' }],
  ])('%j fails before anything is run', async (filters, expected) => {
    const found = await answer(catalog, queryOf('needle', filters), { rgPath: '/nowhere' })
    expect(failureOf(found)).toMatchObject(expected)
  })

  it.each([
    '',
    'x',
    '!!',
    'AAAA',
    '[]',
    '[1]',
    '[1,"","",-1,0,""]',
    '[1,"","",0.5,0,""]',
    '{}',
    'null',
  ])('the cursor %j fails', async (text) => {
    for (const after of [text, Buffer.from(text).toString('base64url')]) {
      const found = await answer(catalog, queryOf('needle'), { after, rgPath: '/nowhere' })
      expect(failureOf(found)).toMatchObject({ kind: 'bad-parameter', parameter: 'after' })
    }
  })

  it('the cursor of another query fails, and says so; context is no part of the query', async () => {
    const first = await answer(catalog, queryOf('needle'), { limits: { lines: 1 } })
    const after = ledgerOf(first).cursor
    const found = await answer(catalog, queryOf('hay'), { after })
    expect(failureOf(found)).toMatchObject({
      kind: 'bad-parameter',
      parameter: 'after',
      message: expect.stringContaining('another query'),
    })
    const rest = await answer(catalog, queryOf('needle', { context: 3 }), { after })
    expect(ledgerOf(rest)).toMatchObject({ end: 'complete', matchingLines: 100 })
  })
})

describe('a ripgrep that fails', () => {
  const limits = { seconds: 1 }
  /** The search ends, and soon; whatever it had hold of is free; and the next search is as ever. */
  async function withFake(script: string, query = queryOf('needle')) {
    const slots = freeSlots()
    const began = performance.now()
    const found = await answer(catalog, query, { rgPath: fakeRg(script), limits, slots })
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(slots.running).toBe(0)
    const next = await answer(catalog, queryOf('needle'), { slots })
    expect(ledgerOf(next)).toMatchObject({ end: 'complete', matchingLines: 101 })
    return found
  }
  const crashed = { end: 'incomplete', stoppedBy: 'crash' }
  const begin = String.raw`printf '{"type":"begin","data":{"path":{"text":"%s"}}}\n'`
  const match = String.raw`printf '{"type":"match","data":{"path":{"text":"x"},"lines":{"text":"needle\\n"},"line_number":1,"absolute_offset":0,"submatches":[{"match":{"text":"needle"},"start":0,"end":6}]}}\n'`

  it.each([
    ['exits at once, without a word', 'exit 0'],
    ['exits with 2, without a word', 'exit 2'],
    ['exits with 1, without a word', 'exit 1'],
    ['complains and exits with 1', 'echo "rg: out of luck" >&2; exit 1'],
    ['is killed', 'kill -9 $$'],
    ['is killed by a signal of its own', 'kill -SEGV $$'],
    ['prints what is not JSON', 'echo "Segmentation fault"; exit 0'],
    ['prints JSON that is no event', 'echo "null"; exit 0'],
    ['prints an event without its data', `echo '{"type":"match"}'; sleep 8`],
    ['prints an event with wrong data', `echo '{"type":"begin","data":{"path":7}}'; sleep 8`],
    ['searches a file it was not given', `${begin} ./elsewhere; ${match}; exit 0`],
    ['prints half an event', `printf '{"type":"beg'; exit 0`],
    ['prints half an event and hangs', `printf '{"type":"beg'; exec sleep 8`],
    ['prints only a summary of nothing', `echo '{"type":"summary","data":{}}'; sleep 8`],
  ])('%s', async (name, script) => {
    const found = await withFake(script)
    const { end, stoppedBy } = ledgerOf(found)
    const hangs = name.endsWith('hangs')
    expect({ end, stoppedBy }).toEqual(hangs ? { end: 'stopped', stoppedBy: 'time' } : crashed)
    expect(found.files).toEqual([])
  })

  it('crashes later on: what it said before stands, and the cursor leads on', async () => {
    // Every batch but the first one.
    const script = `case "$*" in */a.txt*) exec $rg "$@";; esac; kill -9 $$`
    const found = await withFake(script)
    expect(found.files).toHaveLength(1)
    expect(ledgerOf(found)).toMatchObject({ ...crashed, matchingLines: 1, searched: { files: 1 } })
    const rest = await answer(catalog, queryOf('needle'), { after: ledgerOf(found).cursor })
    expect(ledgerOf(rest)).toMatchObject({ end: 'complete', matchingLines: 100 })
  })

  it('crashes in the middle of a file: what was found in it is shown, and the cursor leads on', async () => {
    const found = await withFake(`${begin} "$first"; ${match}; kill -9 $$`)
    expect(found.files.map(({ matchingLines }) => matchingLines)).toEqual([1])
    expect(ledgerOf(found)).toMatchObject({ ...crashed, cursor: expect.any(String) })
    const rest = await answer(catalog, queryOf('needle'), { after: ledgerOf(found).cursor })
    expect(ledgerOf(rest)).toMatchObject({ end: 'complete', matchingLines: 100 })
  })

  it('crashes on one file: whoever follows the cursor gets past it', async () => {
    const rgPath = fakeRg(`case "$*" in */b.txt*) kill -9 $$;; esac; exec $rg "$@"`)
    let after: string | undefined
    let lines = 0
    let unreadable = 0
    for (let requests = 0; requests < 10; requests++) {
      const ledger = ledgerOf(await answer(catalog, queryOf('needle'), { rgPath, after }))
      lines += ledger.matchingLines
      unreadable += ledger.leftOut.unreadable
      after = ledger.cursor
      if (after === undefined) break
    }
    expect({ after, lines, unreadable }).toEqual({ after: undefined, lines: 101, unreadable: 1 })
  })

  it('finds what is not there: it is not shown', async () => {
    const lie = match.replace('needle\\\\n', 'secret\\\\n')
    const found = await withFake(`${begin} "$first"; ${lie}; kill -9 $$`)
    expect(JSON.stringify(found.events)).not.toContain('secret')
  })

  it('finds what is not there, in a line too long to be held: it is not shown', async () => {
    const tree = makeTree({ 'a.txt': `${'x'.repeat(100_000)}\nneedle\n` })
    const event = {
      type: 'match',
      data: {
        path: { text: './a.txt' },
        lines: { text: `${'y'.repeat(100_000)}\n` },
        line_number: 1,
        absolute_offset: 0,
        submatches: [{ match: { text: 'needle' }, start: 7, end: 13 }],
      },
    }
    const long = makeTree({ event: `${JSON.stringify(event)}\n` })
    const script = `case "$*" in */a.txt*) ;; *) exec $rg "$@";; esac
      ${begin} "$first"; cat ${long.root}/event
      echo '{"type":"end","data":{"path":{"text":"./a.txt"}}}'`
    const found = await answer(await catalogOf([tree]), queryOf('needle'), {
      rgPath: fakeRg(script),
      limits: { eventBytes: 10_000 },
    })
    expect(found.files.map(({ matches }) => matches.map(({ start }) => start.line))).toEqual([[2]])
  })

  it('floods standard error and hangs', async () => {
    const found = await withFake('yes "rg: regex parse error:" >&2')
    expect(ledgerOf(found)).toMatchObject({ end: 'stopped', stoppedBy: 'time' })
  })

  it('floods standard error and works', async () => {
    const found = await withFake(`/usr/bin/head -c 3000000 /dev/zero >&2; exec $rg "$@"`)
    expect(ledgerOf(found)).toMatchObject({ end: 'complete', matchingLines: 101 })
  })

  it('floods standard output with one endless line', async () => {
    const found = await withFake(`/usr/bin/tr '\\0' x </dev/zero`)
    expect(ledgerOf(found)).toMatchObject({ end: 'stopped', stoppedBy: 'time' })
  })

  it('hangs after it has said everything: nothing is missing', async () => {
    const one = await catalogOf([makeTree({ 'a.txt': 'needle\n' })])
    const said = `${begin} "$first"; ${match}; echo '{"type":"end","data":{"path":{"text":"./a.txt"}}}'`
    const rgPath = fakeRg(`${said}; exec sleep 8`)
    const ledger = ledgerOf(await answer(one, queryOf('needle'), { rgPath, limits }))
    expect(ledger).toMatchObject({ end: 'complete', stoppedBy: undefined, matchingLines: 1 })
  })

  it('hangs for ever', async () => {
    const found = await withFake('exec sleep 8')
    expect(ledgerOf(found)).toMatchObject({
      end: 'stopped',
      stoppedBy: 'time',
      leftOut: { slow: 1 },
    })
  })

  it('hangs for ever, where nothing is selected', async () => {
    const found = await withFake('exec sleep 8', queryOf('x', { paths: ['*.nowhere'] }))
    expect(ledgerOf(found)).toMatchObject({ end: 'stopped', stoppedBy: 'time', cursor: undefined })
  })

  it('crashes, where nothing is selected', async () => {
    const found = await withFake('kill -9 $$', queryOf('x', { paths: ['*.nowhere'] }))
    expect(ledgerOf(found)).toMatchObject(crashed)
  })

  it('leaves a child behind that holds its output open', async () => {
    const found = await withFake('sleep 8 & exit 0')
    expect(ledgerOf(found)).toMatchObject({ end: 'stopped', stoppedBy: 'time' })
  })

  it.each(['/nowhere/rg', '/etc/passwd', '/tmp'])('cannot be started: %s', async (rgPath) => {
    const slots = freeSlots()
    const found = await answer(catalog, queryOf('needle'), { rgPath, slots })
    expect(failureOf(found).kind).toBe('internal')
    expect(slots.running).toBe(0)
  })

  it('cannot read a directory that has gone, until it is back', async () => {
    const tree = makeTree({ 'in/a.txt': 'needle\n', 'top.txt': '' })
    const one = await catalogOf([tree])
    renameSync(tree.root, `${tree.root}-away`)
    expect(ledgerOf(await answer(one, queryOf('needle')))).toMatchObject({
      matchingLines: 0,
      leftOut: { unreadable: 2 },
    })
    renameSync(`${tree.root}-away`, tree.root)
    expect(ledgerOf(await answer(one, queryOf('needle')))).toMatchObject({ matchingLines: 1 })
  })
})
