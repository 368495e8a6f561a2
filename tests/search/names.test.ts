import { spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import type { Query } from '../../src/query/query.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'
import {
  answer as answerTo,
  failureOf,
  ledgerOf,
  type QueryParts,
  queryOf,
  type SearchOptions,
} from './answer.ts'

const named = (pattern: string, parts: QueryParts = {}): Query => ({
  ...queryOf(pattern, parts),
  type: 'file',
})

let catalog: Catalog
const latin1 = Buffer.from('caf\xe9 menu.txt', 'latin1')

beforeAll(async () => {
  const harbour = makeTree({
    LICENSE: 'x\n',
    'src/tide.ts': 'needle\n',
    'src/Tide-Table.ts': 'x\n',
    'src/stride.ts': 'x\n',
    'docs/two\nlines.md': 'x\n',
    'docs/😀 tide.md': 'x\n',
    'blob.tide': '\0',
    'large.tide': 'x'.repeat(2_000),
    '\ufefffirst.txt': 'x\n',
    [`deep/${'a'.repeat(40)}b`]: 'x\n',
    '.hidden-tide': 'x\n',
  })
  harbour.write(latin1, 'x\n')
  const lamp = makeTree({ 'tide.c': 'x\n', 'lamp.c': 'tide\n' })
  catalog = await catalogOf([harbour, lamp], { maxFileBytes: 1_000 })
})

const answer = (query: Query, options?: SearchOptions) => answerTo(catalog, query, options)
const pathsOf = async (query: Query, options?: SearchOptions) =>
  (await answer(query, options)).files.map(({ file }) => file.path.toString('utf8'))

describe('searching names', () => {
  it('finds files by their paths, also those whose contents are not searched, marks included', async () => {
    const { files, last } = await answer(named('tide'))
    expect(files.map(({ file, pathMatches }) => [file.path.toString(), pathMatches])).toEqual(
      expect.arrayContaining([
        ['blob.tide', [{ start: 5, end: 9 }]],
        ['docs/😀 tide.md', [{ start: 8, end: 12 }]],
        ['large.tide', [{ start: 6, end: 10 }]],
        ['src/Tide-Table.ts', [{ start: 4, end: 8 }]],
        ['src/tide.ts', [{ start: 4, end: 8 }]],
        ['tide.c', [{ start: 0, end: 4 }]],
      ]),
    )
    expect(files).toHaveLength(6)
    expect(files.map(({ file }) => file.index)).toEqual(
      files.map(({ file }) => file.index).toSorted((a, b) => a - b),
    )
    expect(files.every(({ lines, matches }) => lines.length + matches.length === 0)).toBe(true)
    expect(last).toMatchObject({
      type: 'done',
      ledger: {
        end: 'complete',
        matchingLines: 6,
        files: 6,
        scope: catalog.columns.count,
        searched: { files: catalog.columns.count },
        leftOut: { binary: 0, large: 0, hidden: 1 },
      },
    })
  })

  it('takes what contents take: case, words, regular expressions, PCRE2, filters', async () => {
    expect(await pathsOf(named('Tide'))).toEqual(['src/Tide-Table.ts'])
    expect(await pathsOf(named('IDE', { case: 'ignore', word: true }))).toEqual([])
    const anchored = await answer(named('^(tide|src/T)', { kind: 'regex', case: 'sensitive' }))
    // Which repository comes first is their names' chance.
    expect(
      Object.fromEntries(
        anchored.files.map(({ file, pathMatches }) => [file.path.toString(), pathMatches]),
      ),
    ).toEqual({
      'src/Tide-Table.ts': [{ start: 0, end: 5 }],
      'tide.c': [{ start: 0, end: 4 }],
    })
    expect(await pathsOf(named('^tide\\.c$', { kind: 'regex' }))).toEqual(['tide.c'])
    expect(await pathsOf(named('(?<!s/)tide\\.', { kind: 'regex', pcre2: true }))).toContain(
      'tide.c',
    )
    expect(await pathsOf(named('(t)\\1', { kind: 'regex', pcre2: true }))).toEqual([])
    expect(await pathsOf(named('tide', { paths: ['*.ts'] }))).toHaveLength(2)
    expect(await pathsOf(named('tide', { paths: ['!docs', '!src'] }))).toHaveLength(3)
    expect(await pathsOf(named('e', { languages: ['c'] }))).toEqual(['tide.c'])
    expect(failureOf(await answer(named('(', { kind: 'regex' })))).toMatchObject({
      kind: 'bad-pattern',
    })
    const none = named('(', { kind: 'regex', languages: ['zig'] })
    expect(failureOf(await answer(none)).kind).toBe('bad-pattern')
  })

  it('is not confused by a line break, a byte order mark or stray bytes in a name', async () => {
    const [two, ...others] = (await answer(named('two\nlines', { multiline: true }))).files
    expect([two!.file.path.toString(), others]).toEqual(['docs/two\nlines.md', []])
    expect(two!.pathMatches).toEqual([{ start: 5, end: 14 }])
    expect(await pathsOf(named('two\\nlines', { kind: 'regex', multiline: true }))).toHaveLength(1)
    // As for contents, it has to be said that a match may span lines.
    const refused = failureOf(await answer(named('two\\nlines', { kind: 'regex' })))
    expect([refused.kind, refused.message]).toEqual([
      'bad-pattern',
      expect.stringContaining('--multiline'),
    ])
    expect(await pathsOf(named('^lines', { kind: 'regex' }))).toEqual(['docs/two\nlines.md'])
    expect(await pathsOf(named('o'))).toContain('docs/two\nlines.md')
    expect(await pathsOf(named('\ufefffirst'))).toEqual(['\ufefffirst.txt'])
    const [cafe] = (await answer(named('menu'))).files
    expect([cafe!.file.path.equals(latin1), cafe!.pathMatches]).toEqual([
      true,
      [{ start: 5, end: 9 }],
    ])
    // No match reaches from one name into the next.
    expect(await pathsOf(named('[^q]*', { kind: 'regex', multiline: true }))).toHaveLength(
      catalog.columns.count,
    )
    expect(await pathsOf(named('ts\\s+src', { kind: 'regex', multiline: true }))).toEqual([])
  })

  it('stops at a limit, and goes on from there to the same names', async () => {
    const query = named('t')
    const whole = await pathsOf(query)
    const parts: string[] = []
    let after: string | undefined
    do {
      const part = await answer(query, { limits: { lines: 2 }, after })
      parts.push(...part.files.map(({ file }) => file.path.toString('utf8')))
      const ledger = ledgerOf(part)
      expect(ledger.stoppedBy).toBe(ledger.cursor ? 'lines' : undefined)
      after = ledger.cursor
    } while (after)
    expect(parts).toEqual(whole)
    const cut = await answer(query, { limits: { lines: 2 } })
    const contents = queryOf('t')
    const foreign = await answer(contents, { after: ledgerOf(cut).cursor })
    expect(failureOf(foreign)).toMatchObject({ kind: 'bad-parameter', parameter: 'after' })
  })

  it('goes on behind a name that PCRE2 gives up on, and counts it', async () => {
    const query = named('^(deep/(a+)+$|.*tide)', { kind: 'regex', pcre2: true })
    const { files, last } = await answer(query)
    expect(files).toHaveLength(6)
    expect(last).toMatchObject({
      type: 'done',
      ledger: {
        end: 'complete',
        leftOut: { givenUp: 1 },
        searched: { files: catalog.columns.count - 1 },
      },
    })
  })

  it('ends with the caller', async () => {
    const stop = new AbortController()
    stop.abort('client')
    expect((await answer(named('t'), { signal: stop.signal })).events).toEqual([])
  })

  it('finds and marks what ripgrep does in each path alone', async () => {
    const unit = fc.constantFrom(...'aAbB1é\n_-. 😀')
    const component = fc
      .string({ unit, minLength: 1, maxLength: 5 })
      .filter((text) => !/^\./.test(text))
    const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { minLength: 1, maxLength: 10 }),
        fc.oneof(
          fc.constantFrom('^a', 'b$', '^.', '\\bA', '^', 'a|^b', '[^a]+$'),
          fc.string({ unit: fc.constantFrom(...'aAbB1é_-😀'), minLength: 1, maxLength: 3 }),
        ),
        fc.constantFrom('smart', 'sensitive', 'ignore'),
        fc.boolean(),
        async (paths, pattern, letterCase, word) => {
          const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)))
          const tree = makeTree(Object.fromEntries(['top', ...files].map((path) => [path, 'x'])))
          const own = await catalogOf([tree])
          const query = named(pattern, { kind: 'regex', case: letterCase, word })
          const { files: found } = await answerTo(own, query)
          const flags = [
            ...['--json', '--encoding=none'],
            { smart: '-S', sensitive: '-s', ignore: '-i' }[letterCase],
            ...(word ? ['-w'] : []),
          ]
          for (const path of ['top', ...files]) {
            const nul = path.includes('\n') ? ['--null-data'] : []
            // As the server ends them: a line that ends nowhere has no place behind its last break.
            const input = nul.length > 0 ? `${path}\0` : path
            const rg = spawnSync(rgPath, [...flags, ...nul, '-e', pattern, '-'], { input })
            const match = rg.stdout
              .toString()
              .split('\n')
              .filter((line) => line.includes('"type":"match"'))
              .map((line) => JSON.parse(line).data.submatches)[0]
            const one = found.find(({ file }) => file.path.toString() === path)
            const column = (byte: number) => Buffer.from(path).subarray(0, byte).toString().length
            expect([path, one?.pathMatches]).toEqual([
              path,
              match?.map(({ start, end }: { start: number; end: number }) => ({
                start: column(start),
                end: column(end),
              })),
            ])
          }
          tree.remove()
        },
      ),
      { numRuns: 20 },
    )
  })
})
