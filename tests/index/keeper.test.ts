import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Catalog, findFile, pathBelowRoot } from '../../src/corpus/catalog.ts'
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts'
import { type Index, openIndex } from '../../src/index/keeper.ts'
import type { Query } from '../../src/query/query.ts'
import { type Answer, answer, ledgerOf, queryOf } from '../search/answer.ts'
import { referenceOf } from '../search/reference.ts'
import { childProcesses, openDescriptors } from '../support/processes.ts'
import { jsonLines, startServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'

const maxFileBytes = 1_000_000

interface Kept {
  readonly corpus: Corpus
  readonly index: Index
  readonly directory: string
  readonly warnings: readonly string[]
  close(): Promise<void>
}

const open = new Set<Kept>()
afterEach(async () => {
  for (const kept of open) await kept.close()
})

/** The index of a tree, with a corpus of its own. */
async function keep(
  tree: Tree,
  options: { readonly rescanMs?: number; readonly directory?: string } = {},
): Promise<Kept> {
  const directory = options.directory ?? `${makeTree().root}/cache/index`
  const roots = [{ directory: tree.root, name: undefined }]
  const rescanMs = options.rescanMs ?? 0
  const corpus = openCorpus({ roots, hidden: false, rgPath, maxFileBytes, rescanMs })
  const warnings: string[] = []
  const warn = (warning: string) => void warnings.push(warning)
  const index = openIndex({ corpus, directory, maxFileBytes, warn })
  const kept: Kept = {
    ...{ corpus, index, directory, warnings },
    async close() {
      open.delete(kept)
      await Promise.all([corpus.close(), index.close()])
    },
  }
  open.add(kept)
  await corpus.complete
  return kept
}

/** Searches with the index and by hand; returns how many candidates there were. */
async function expectExact(catalog: Catalog, index: Index, query: Query): Promise<number> {
  const found = await answer(catalog, query, { index })
  const expected = referenceOf(catalog, query)
  if (expected.kind !== 'found') throw new Error(expected.kind)
  const own = found.files.map(({ file, lines }) => ({
    path: pathBelowRoot(file).toString('latin1'),
    lines: lines.map(({ number }) => number),
  }))
  expect(own).toEqual(
    expected.files.map(({ path, lines }) => ({ path, lines: lines.map(({ number }) => number) })),
  )
  return ledgerOf(found).candidates
}

/** The answer with the index is the one without, but for how many files were searched for it. */
async function expectSame(catalog: Catalog, index: Index, query: Query): Promise<void> {
  const comparable = (found: Answer) => ({
    files: found.files,
    ledger: { ...ledgerOf(found), candidates: 0, elapsedMs: 0 },
  })
  const found = await answer(catalog, query, { index })
  expect(comparable(found)).toEqual(comparable(await answer(catalog, query)))
}

const pathsOf = ({ files }: Answer): readonly string[] =>
  files.map(({ file }) => pathBelowRoot(file).toString())

const words = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'kilo']
/** A text in which some words stand, and a number that no other has. */
const textOf = (i: number): string =>
  `number ${i} is ${words[i % 9]}\n${words[(i * 7) % 9]}_${words[(i * 5) % 9]}();\n`

function numberedTree(count: number): Tree {
  const tree = makeTree()
  for (let i = 0; i < count; i++) tree.write(`d${i % 4}/f${i}.txt`, textOf(i))
  return tree
}

const queries = [
  ...words.map((word) => queryOf(word)),
  queryOf('number 17 is', { word: true }),
  queryOf('(?i)KILO_\\w+', { kind: 'regex' }),
  queryOf('alpha|kilo_echo', { kind: 'regex' }),
  queryOf('.', { kind: 'regex' }),
]

/** A few files in no segment are searched each time. */
const isSettled = ({ status }: Index): boolean =>
  status.building === undefined && (status.unindexed ?? 33) <= 32

/** Rest between two scans: nothing but what is heard of a change leads to another. */
const never = 3_600_000

/** Waits until it is so. */
async function until(isSo: () => boolean | Promise<boolean>, mostMs = 20_000): Promise<void> {
  const began = performance.now()
  while (!(await isSo())) {
    if (performance.now() - began > mostMs) throw new Error(`not so after ${mostMs} ms: ${isSo}`)
    await sleep(5)
  }
}

describe('an index', () => {
  it('leaves few candidates, once it is there', async () => {
    const { corpus, index } = await keep(numberedTree(200))
    await index.ready
    expect(index.status).toMatchObject({
      ...{ segments: 1, documents: 200, unindexed: 0, building: undefined, trouble: undefined },
    })
    expect(index.status.bytes).toBeGreaterThan(1_000)
    const catalog = corpus.catalog!
    expect(await expectExact(catalog, index, queryOf('number 17 is'))).toBeLessThan(20)
    expect(await expectExact(catalog, index, queryOf('nowhere'))).toBe(0)
    for (const query of queries) {
      const candidates = await expectExact(catalog, index, query)
      if (query.matcher.pattern !== '.') expect(candidates).toBeLessThan(200)
      await expectSame(catalog, index, query)
    }
  })

  it('hinders no search before it is there', async () => {
    const { corpus, index } = await keep(numberedTree(120))
    for (const query of queries) await expectExact(corpus.catalog!, index, query)
    await index.ready
    for (const query of queries) await expectExact(corpus.catalog!, index, query)
  })

  it('is found again by the next start, and not built again', async () => {
    const tree = numberedTree(80)
    const first = await keep(tree)
    await first.index.ready
    const { directory } = first
    const [name] = readdirSync(directory)
    const before = statSync(`${directory}/${name}`)
    await first.close()
    const second = await keep(tree, { directory })
    await second.index.ready
    expect(readdirSync(directory)).toEqual([name])
    expect(statSync(`${directory}/${name}`).ino).toBe(before.ino)
    expect(
      await expectExact(second.corpus.catalog!, second.index, queryOf('number 17 is')),
    ).toBeLessThan(20)
  })

  it('of which some is damaged is built again', async () => {
    const tree = numberedTree(80)
    const first = await keep(tree)
    await first.index.ready
    const { directory } = first
    await first.close()
    const [name] = readdirSync(directory)
    writeFileSync(`${directory}/${name}`, 'ripline index\0\0\0 and nothing of it')
    const second = await keep(tree, { directory })
    await second.index.ready
    expect(statSync(`${directory}/${name}`).size).toBeGreaterThan(1_000)
    expect(second.index.status).toMatchObject({ unindexed: 0, trouble: undefined })
    expect(
      await expectExact(second.corpus.catalog!, second.index, queryOf('number 17 is')),
    ).toBeLessThan(20)
  })

  it('that is written to while it is open is not trusted any more, and built again', async () => {
    const tree = numberedTree(80)
    const { corpus, index, directory } = await keep(tree)
    await index.ready
    const [name] = readdirSync(directory)
    const path = `${directory}/${name}`
    const bytes = readFileSync(path)
    // Lists of nothing, in the very file that is read.
    writeFileSync(path, Buffer.alloc(bytes.length), { flag: 'r+' })
    for (const query of queries) await expectExact(corpus.catalog!, index, query)
    await until(() => index.status.unindexed === 0 && index.status.segments === 1)
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(index.status.trouble).toBeUndefined()
    expect(await expectExact(corpus.catalog!, index, queryOf('number 17 is'))).toBeLessThan(20)
  })

  it('that is closed while it is being built leaves a directory from which the next starts', {
    timeout: 60_000,
  }, async () => {
    const tree = numberedTree(150)
    const directory = `${makeTree().root}/index`
    for (const ms of [0, 100, 200, 300]) {
      const kept = await keep(tree, { directory })
      await sleep(ms)
      await kept.close()
      expect(kept.warnings).toEqual([])
      rmSegments(directory)
    }
    const last = await keep(tree, { directory })
    await last.index.ready
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/\.segment$/)])
    expect(last.index.status).toMatchObject({ unindexed: 0, trouble: undefined })
    for (const query of queries) await expectExact(last.corpus.catalog!, last.index, query)
  })

  it('leaves nothing open when it is closed', async () => {
    const tree = numberedTree(40)
    const before = openDescriptors()
    const kept = await keep(tree)
    await kept.index.ready
    await expectExact(kept.corpus.catalog!, kept.index, queryOf('kilo'))
    await kept.close()
    await until(() => openDescriptors() <= before && childProcesses().length === 0)
  })

  it('knows each text once, wherever it stands', async () => {
    const tree = makeTree()
    for (let i = 0; i < 60; i++) tree.write(`f${i}.txt`, textOf(i % 6))
    const { corpus, index } = await keep(tree)
    await index.ready
    expect(index.status).toMatchObject({ documents: 6, unindexed: 0 })
    expect(await expectExact(corpus.catalog!, index, queryOf('number 5 is'))).toBe(10)
  })

  it('of no file is none', async () => {
    const { corpus, index } = await keep(makeTree())
    await index.ready
    expect(index.status).toMatchObject({
      segments: 0,
      documents: 0,
      unindexed: 0,
      trouble: undefined,
    })
    await expectExact(corpus.catalog!, index, queryOf('foo'))
  })
})

function rmSegments(directory: string): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory)) {
    if (name.endsWith('.segment')) rmSync(`${directory}/${name}`)
  }
}

describe('an index of files that change', () => {
  /** Each changes some files; all of them keep the tree a tree of text. */
  const changes: readonly ((tree: Tree, i: number) => void)[] = [
    (tree, i) => tree.write(`d${i % 4}/f${i % 120}.txt`, textOf(i + 1_000)),
    (tree, i) => tree.write(`new/g${i}.txt`, textOf(i + 2_000)),
    (tree, i) => rmSync(`${tree.root}/d${i % 4}/f${i % 120}.txt`, { force: true }),
    (tree, i) => {
      try {
        renameSync(`${tree.root}/d${i % 4}/f${i % 120}.txt`, `${tree.root}/moved${i}.txt`)
      } catch {
        // It has gone before.
      }
    },
    (tree, i) => tree.write(`d${i % 4}/f${(i * 3) % 120}.txt`, `kilo\0${i}`),
    (tree, i) => tree.write('same size.txt', textOf(1_000 + (i % 9_000))),
    (tree, i) => {
      for (let more = 0; more < 40; more++)
        tree.write(`many${i}/h${more}.txt`, textOf(i * 50 + more))
    },
    (tree, i) => rmSync(`${tree.root}/many${i - 7}`, { recursive: true, force: true }),
    (tree, i) => {
      const [a, b] = [`${tree.root}/d0/f0.txt`, `${tree.root}/d1/f1.txt`]
      tree.write('d0/f0.txt', textOf(i))
      tree.write('d1/f1.txt', textOf(i + 1))
      renameSync(a, `${a}~`)
      renameSync(b, a)
      renameSync(`${a}~`, b)
    },
  ]

  it('is right of every catalog, while it follows it', { timeout: 120_000 }, async () => {
    const tree = numberedTree(120)
    const { corpus, index, directory } = await keep(tree, { rescanMs: 50 })
    await index.ready
    let catalog = corpus.catalog!
    let narrowed = 0
    const kinds = fc.sample(fc.constantFrom(...changes), { seed: 5, numRuns: 20 })
    const asked = fc.sample(fc.constantFrom(...queries), { seed: 6, numRuns: 40 })
    for (const [i, change] of kinds.entries()) {
      change(tree, 7 * i)
      // The index may be behind by as much as it likes, and the catalog as far as it has heard.
      const last = `last/${i}.txt`
      tree.write(last, '')
      const hasCome = (one: Catalog) =>
        one.repositories.some((repository) => {
          const path = Buffer.from(last.slice(repository.prefix.length))
          return last.startsWith(repository.prefix) && findFile(one, repository, path)
        })
      while (!hasCome(catalog)) catalog = await corpus.after(catalog)
      for (const query of asked.slice(2 * i, 2 * i + 2)) {
        if ((await expectExact(catalog, index, query)) < catalog.columns.count / 2) narrowed++
      }
    }
    expect(narrowed).toBeGreaterThan(5)
    await until(() => isSettled(index))
    for (const query of queries) await expectExact(corpus.catalog!, index, query)
    // Merged as it goes, and rid of what nobody needs.
    expect(index.status.segments).toBeLessThanOrEqual(7)
    expect(readdirSync(directory)).toHaveLength(index.status.segments)
  })

  it('is right of an earlier catalog, too, as long as a search holds it', async () => {
    const tree = numberedTree(60)
    const { corpus, index } = await keep(tree, { rescanMs: 50 })
    await index.ready
    const earlier = corpus.catalog!
    for (let i = 0; i < 90; i++) tree.write(`more/f${i}.txt`, textOf(500 + i))
    for (let i = 0; i < 10; i++) rmSync(`${tree.root}/d${i % 4}/f${i}.txt`)
    await until(() => corpus.catalog!.columns.count === 140)
    await until(() => index.status.unindexed === 0 && index.status.documents >= 140)
    for (const query of queries.slice(0, 4)) {
      const found = await answer(earlier, query, { index })
      expect(pathsOf(found)).toEqual(pathsOf(await answer(earlier, query)))
    }
  })

  it('is rid of segments that are in others, or that nobody needs', async () => {
    const away = makeTree()
    for (let i = 0; i < 90; i++) away.write(`b/f${i}.txt`, textOf(200 + i))
    for (let i = 0; i < 40; i++) away.write(`c/f${i}.txt`, textOf(400 + i))
    const tree = makeTree()
    for (let i = 0; i < 60; i++) tree.write(`a/f${i}.txt`, textOf(i))
    const { corpus, index, directory } = await keep(tree, { rescanMs: 50 })
    await index.ready
    const expectOne = async (documents: number) => {
      await until(() => index.status.documents === documents && isSettled(index))
      expect(index.status).toMatchObject({ segments: 1, unindexed: 0 })
      expect(readdirSync(directory)).toHaveLength(1)
      for (const query of queries.slice(8)) await expectExact(corpus.catalog!, index, query)
    }
    renameSync(`${away.root}/b`, `${tree.root}/b`)
    await expectOne(150)
    rmSync(`${tree.root}/a`, { recursive: true })
    rmSync(`${tree.root}/b`, { recursive: true })
    renameSync(`${away.root}/c`, `${tree.root}/c`)
    await expectOne(40)
  })

  it('finds changed files by what they hold now, without a scan', async () => {
    const tree = numberedTree(100)
    const { corpus, index } = await keep(tree, { rescanMs: never })
    await index.ready
    const find = async (pattern: string) =>
      pathsOf(await answer(corpus.catalog!, queryOf(pattern), { index }))
    expect(await find('quebec')).toEqual([])
    for (const [i, word] of ['quebec', 'romeo', 'sierra', 'quebec2'].entries()) {
      const path = `d1/f${[5, 9, 5, 13][i]}.txt`
      writeFileSync(`${tree.root}/${path}`, `now ${word} kilo\n`)
      await until(async () => (await find(word)).length > 0)
      expect(await find(word)).toEqual([path])
    }
    expect(await find('number 5 is')).toEqual([])
    expect(await find('kilo')).toEqual(expect.arrayContaining(['d1/f5.txt', 'd1/f9.txt']))
  })

  it('finds new files soon, and by what they hold when they have changed again', async () => {
    const tree = numberedTree(100)
    const { corpus, index } = await keep(tree, { rescanMs: never })
    await index.ready
    const find = async (pattern: string) =>
      pathsOf(await answer(corpus.catalog!, queryOf(pattern), { index }))
    tree.write('d9/new/er.txt', 'tango\n')
    await until(async () => (await find('tango')).length > 0)
    tree.write('d9/new/er.txt', 'uniform\n')
    await until(async () => (await find('uniform')).length > 0)
    rmSync(`${tree.root}/d9/new/er.txt`)
    await until(async () => (await find('uniform')).length === 0)
    await expectExact(corpus.catalog!, index, queryOf('.', { kind: 'regex' }))
  })

  it('also in a directory that another has taken the place of', async () => {
    const tree = numberedTree(100)
    const { corpus, index } = await keep(tree, { rescanMs: never })
    await index.ready
    const find = async (pattern: string) =>
      pathsOf(await answer(corpus.catalog!, queryOf(pattern), { index }))
    const path = `${tree.root}/d1/f1.txt`
    mkdirSync(`${tree.root}/next`)
    writeFileSync(`${tree.root}/next/f1.txt`, 'victor\n')
    renameSync(`${tree.root}/d1`, `${tree.root}/gone`)
    renameSync(`${tree.root}/next`, `${tree.root}/d1`)
    await until(async () => (await find('victor')).join() === 'd1/f1.txt')
    // The scans that the change has called for are over.
    await sleep(1_500)
    writeFileSync(path, 'whisky\n')
    await until(async () => (await find('whisky')).length > 0)

    rmSync(`${tree.root}/d1`, { recursive: true })
    tree.write('d1/f1.txt', 'xray\n')
    await until(async () => (await find('xray')).join() === 'd1/f1.txt')
    await sleep(1_500)
    writeFileSync(path, 'yankee\n')
    await until(async () => (await find('yankee')).length > 0)
  })
})

/** A directory in which not even root can make anything. */
const unwritable = '/sys'

describe('an index that cannot be kept', () => {
  it('where there can be no directory says so, and searches are what they are without', async () => {
    const blocked = makeTree({ file: '' })
    const tree = numberedTree(60)
    const { corpus, index, warnings } = await keep(tree, {
      directory: `${blocked.root}/file/index`,
    })
    await index.ready
    expect(index.status).toMatchObject({ segments: 0, documents: 0 })
    expect(index.status.trouble).toMatch(/there is no index: .*ENOTDIR/)
    expect(warnings).toEqual([index.status.trouble])
    for (const query of queries) expect(await expectExact(corpus.catalog!, index, query)).toBe(60)
  })

  it('where others could have put theirs says so, and reads nothing of it', async () => {
    const tree = numberedTree(60)
    const first = await keep(tree)
    await first.index.ready
    await first.close()
    const { directory } = first
    const expectRefused = async (words: RegExp) => {
      const kept = await keep(tree, { directory })
      await kept.index.ready
      expect(kept.index.status).toMatchObject({
        segments: 0,
        trouble: expect.stringMatching(words),
      })
      expect(await expectExact(kept.corpus.catalog!, kept.index, queryOf('kilo'))).toBe(60)
      await kept.close()
    }
    chmodSync(directory, 0o777)
    await expectRefused(/there is no index: others may write in .*: chmod go-w it, or set --cache/)
    chmodSync(directory, 0o700)
    if (process.getuid!() !== 0) return
    chownSync(directory, 12_345, 12_345)
    await expectRefused(/there is no index: .* belongs to another user \(12345\)/)
  })

  it('where nothing can be written says so, too, and soon', async () => {
    const tree = numberedTree(60)
    const { corpus, index, warnings } = await keep(tree, { directory: unwritable })
    await until(() => index.status.trouble !== undefined)
    expect(index.status.trouble).toMatch(/the index could not be built/)
    expect(warnings).toEqual([index.status.trouble])
    for (const query of queries) expect(await expectExact(corpus.catalog!, index, query)).toBe(60)
  })

  it('is there at once for whoever waits for what can be', async () => {
    const { index } = await keep(numberedTree(60), { directory: unwritable })
    const first = await Promise.race([index.ready.then(() => 'ready'), sleep(10_000, 'late')])
    expect(first).toBe('ready')
  })

  it('because its directory was removed, is found out by the next start', async () => {
    const tree = numberedTree(60)
    const first = await keep(tree)
    await first.index.ready
    rmSync(first.directory, { recursive: true })
    // The open file is read on.
    expect(
      await expectExact(first.corpus.catalog!, first.index, queryOf('number 17 is')),
    ).toBeLessThan(10)
    await first.close()
    const second = await keep(tree, { directory: first.directory })
    await second.index.ready
    expect(
      await expectExact(second.corpus.catalog!, second.index, queryOf('number 17 is')),
    ).toBeLessThan(10)
  })
})

describe('two indexes in one directory', () => {
  it('that are opened at once are both right', { timeout: 60_000 }, async () => {
    const tree = numberedTree(120)
    const directory = `${makeTree().root}/index`
    const both = [
      await keep(tree, { directory, rescanMs: 50 }),
      await keep(tree, { directory, rescanMs: 50 }),
    ]
    const expectBoth = async () => {
      for (const { corpus, index } of both) {
        for (const query of queries.slice(8)) await expectExact(corpus.catalog!, index, query)
      }
    }
    await expectBoth()
    await Promise.all(both.map(({ index }) => index.ready))
    await expectBoth()
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < 40; i++) tree.write(`round${round}/f${i}.txt`, textOf(round * 100 + i))
      if (round > 2) rmSync(`${tree.root}/round${round - 2}`, { recursive: true })
      const count = 120 + 40 * Math.min(round, 2)
      await until(() => both.every(({ corpus }) => corpus.catalog!.columns.count === count))
      await expectBoth()
      await until(() => both.every(({ index }) => isSettled(index)))
      await expectBoth()
      for (const { index, warnings } of both) {
        expect(index.status.trouble).toBeUndefined()
        expect(warnings).toEqual([])
      }
    }
    await both[0]!.close()
    const { corpus, index } = both[1]!
    for (const query of queries) await expectExact(corpus.catalog!, index, query)
    const third = await keep(tree, { directory })
    await third.index.ready
    for (const query of queries) await expectExact(third.corpus.catalog!, third.index, query)
  })

  it('of other files hinder each other not', async () => {
    const directory = `${makeTree().root}/index`
    const [one, two] = [numberedTree(60), makeTree()]
    for (let i = 0; i < 60; i++) two.write(`x${i}.txt`, textOf(i + 300))
    const both = [await keep(one, { directory }), await keep(two, { directory })]
    await Promise.all(both.map(({ index }) => index.ready))
    for (const { corpus, index } of both) {
      expect(index.status.trouble).toBeUndefined()
      for (const query of queries) await expectExact(corpus.catalog!, index, query)
    }
  })
})

it('a server with an index answers like one without', async () => {
  const tree = numberedTree(90)
  const [withIndex, without] = [await startServer(tree, { index: true }), await startServer(tree)]
  expect(withIndex.index!.status).toMatchObject({ documents: 90, trouble: undefined })
  for (const query of ['q=number+17+is', 'q=kilo_%5Cw%2B&regex=1', 'q=nowhere', 'q=.&kind=regex']) {
    const [own, other] = await Promise.all(
      [withIndex, without].map(async ({ get }) => jsonLines(await get(`api/search?${query}`))),
    )
    const files = (events: typeof own) => events!.filter(({ type }) => type === 'file')
    expect(files(own)).toEqual(files(other))
    expect(own!.at(-1).type).toBe('done')
  }
})
