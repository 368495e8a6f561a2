import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts'
import { makeTree } from '../support/tree.ts'
import { filesOf, git, optionsOf, type Place, pathsOf, repositoryOf } from './scanning.ts'

const opened = new Set<Corpus>()
afterEach(async () => {
  for (const corpus of opened) await corpus.close()
  opened.clear()
})

function open(places: readonly Place[], rescanMs = 50, warn?: (trouble: string) => void): Corpus {
  const corpus = openCorpus({ ...optionsOf(places), rescanMs, ...(warn && { warn }) })
  opened.add(corpus)
  return corpus
}

/** The first catalog, or what else `look` returns, that is not `undefined`; rescans go on meanwhile. */
async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const seen = look()
    if (seen !== undefined) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const nextCatalog = (corpus: Corpus, before: Catalog) =>
  eventually(() => {
    const { catalog } = corpus
    return catalog?.generation === before.generation ? undefined : catalog
  })

/** Two scans that have begun and ended after now. */
async function twoScans(corpus: Corpus): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const last = corpus.catalog?.scannedAtMs
    await eventually(() => (corpus.catalog?.scannedAtMs === last ? undefined : true))
  }
}

const scanProcesses = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      const [, parent] = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
      const isOurs = Number(parent) === process.pid
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('scan-process')
    } catch {
      return false
    }
  })

describe('a corpus', () => {
  it('is there to be searched before its files have been looked at, and then is complete', async () => {
    const { root, name } = makeTree({ 'a.c': 'one\ntwo\n', 'b.bin': '\0' })
    const corpus = open([root], 0)
    expect(corpus.catalog).toBeUndefined()
    const listed = await corpus.listed
    expect(listed.complete).toBe(false)
    expect(filesOf(listed).map(({ state, lines, bytes }) => [state, lines, bytes])).toEqual([
      ['pending', 0, 8],
      ['pending', 0, 1],
    ])
    expect(listed.repositories[0]!.absent).toBeUndefined()
    const complete = await corpus.complete
    expect(complete.complete).toBe(true)
    expect(filesOf(complete).map(({ state, lines }) => [state, lines])).toEqual([
      ['searched', 2],
      ['binary', 0],
    ])
    expect(complete.generation).toBe(listed.generation)
    expect(repositoryOf(complete, name).absent).toBeDefined()
    expect(corpus.looked).toBe(2)
    expect(corpus.trouble).toBeUndefined()
  })

  it('is scanned once only if it never changes', async () => {
    const { root, write } = makeTree({ 'a.c': 'x' })
    const corpus = open([root], 0)
    const catalog = await corpus.complete
    write('b.c', 'x')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(corpus.catalog).toBe(catalog)
    expect(scanProcesses()).toEqual([])
  })

  it('notices what is added, changed, removed, renamed', async () => {
    const { root, name, write } = makeTree({ 'a.c': 'x\n', 'b.c': 'x\n', 'c/d.c': 'x\n' })
    const corpus = open([root])
    let catalog = await corpus.complete
    const seen = new Set([catalog.generation])
    const change = async (make: () => void, paths: readonly string[]) => {
      make()
      // A scan that runs through a change, as a renaming, may see both ends of it; the next one sees one.
      for (let tries = 0; tries < 3; tries++) {
        catalog = await nextCatalog(corpus, catalog)
        if (pathsOf(catalog)[name]?.join() === paths.join()) break
      }
      expect(pathsOf(catalog)).toEqual({ [name]: paths })
      expect(catalog.complete).toBe(true)
      expect(seen).not.toContain(catalog.generation)
      seen.add(catalog.generation)
    }
    await change(() => write('new.c', '1\n2\n3\n'), ['a.c', 'b.c', 'c/d.c', 'new.c'])
    expect([...catalog.columns.lines]).toEqual([1, 1, 1, 3])
    await change(() => rmSync(join(root, 'a.c')), ['b.c', 'c/d.c', 'new.c'])
    expect([...catalog.columns.lines]).toEqual([1, 1, 3])
    await change(() => renameSync(join(root, 'c'), join(root, 'a')), ['a/d.c', 'b.c', 'new.c'])
    await change(() => write('b.c', 'was text\n\0'), ['a/d.c', 'b.c', 'new.c'])
    expect(filesOf(catalog).map(({ state }) => state)).toEqual(['searched', 'binary', 'searched'])
    await change(() => write('.ignore', 'a\n'), ['b.c', 'new.c'])
    // Counted behind the catalog's back.
    await eventually(() => repositoryOf(corpus.catalog!, name).absent?.ignored === 1 || undefined)
    expect(repositoryOf(corpus.catalog!, name).absent).toMatchObject({ ignored: 1, hidden: 1 })
    await change(() => rmSync(join(root, 'b.c')), ['new.c'])
    rmSync(join(root, 'a'), { recursive: true }) // ignored: no change
    await change(() => rmSync(join(root, 'new.c')), [])
    await change(() => write('first.c', ''), ['first.c'])
  })

  it('notices a file of the same size and time with other bytes in it', async () => {
    const { root, write, at } = makeTree({ 'a.c': 'a\nb\nc\n', 'same.c': 'x\n' })
    const corpus = open([root])
    await corpus.complete
    const { atime, mtime } = statSync(at('a.c'))
    write('a.c', 'abcde\n')
    utimesSync(at('a.c'), atime, mtime)
    const lines = () => [...corpus.catalog!.columns.lines]
    await eventually(() => (lines()[0] === 3 ? undefined : true))
    expect(lines()).toEqual([1, 1])
  })

  it('notices repositories that come and go, and leaves the generation of the others', async () => {
    const { root } = makeTree({ 'one/a.c': 'x', 'two/b.c': 'x' })
    const corpus = open([root])
    const first = await corpus.complete
    mkdirSync(join(root, 'three'))
    writeFileSync(join(root, 'three/c.c'), 'x')
    const second = await nextCatalog(corpus, first)
    expect(pathsOf(second)).toEqual({ one: ['a.c'], three: ['c.c'], two: ['b.c'] })
    // without a change to any visible file
    git(join(root, 'two'), 'init', '--quiet')
    const third = await eventually(() =>
      repositoryOf(corpus.catalog!, 'two').kind === 'checkout' ? corpus.catalog : undefined,
    )
    rmSync(join(root, 'one'), { recursive: true })
    const fourth = await nextCatalog(corpus, third)
    expect(pathsOf(fourth)).toEqual({ three: ['c.c'], two: ['b.c'] })
    const generation = (catalog: Catalog) => repositoryOf(catalog, 'two').generation
    expect([second, third, fourth].map(generation)).toEqual(Array(3).fill(generation(first)))
  })

  it('keeps its catalog and generation when nothing has changed', async () => {
    const { root } = makeTree({ 'a.c': 'x', 'sub/b.c': 'x', '.hidden': 'x' })
    const corpus = open([root])
    const first = await corpus.complete
    await twoScans(corpus)
    expect(corpus.catalog!.generation).toBe(first.generation)
    expect(corpus.catalog!.columns).toBe(first.columns)
    expect(corpus.catalog!.scannedAtMs).toBeGreaterThan(first.scannedAtMs)
  })

  it('stands while its root is away or no directory, says so, and heals', async () => {
    const { root } = makeTree({ 'code/a.c': 'x' })
    const code = join(root, 'code')
    const warnings: string[] = []
    const corpus = open([code], 50, (trouble) => warnings.push(trouble))
    const first = await corpus.complete
    renameSync(code, join(root, 'away'))
    expect(await eventually(() => corpus.trouble)).toBe(`${code} cannot be read: ENOENT`)
    expect(corpus.catalog!.columns).toBe(first.columns)
    await new Promise((resolve) => setTimeout(resolve, 1_000)) // told once, and not by every scan
    writeFileSync(code, 'a file')
    await eventually(() => (corpus.trouble?.includes('ENOTDIR') ? true : undefined))
    rmSync(code)
    renameSync(join(root, 'away'), code)
    await eventually(() => (corpus.trouble === undefined ? true : undefined))
    expect(corpus.catalog!.generation).toBe(first.generation)
    expect(warnings).toEqual(['ENOENT', 'ENOTDIR'].map((code) => expect.stringContaining(code)))
  })

  it('follows a root that is a link to where it is moved on', async () => {
    const { root } = makeTree({ 'v1/a.c': 'x', 'v2/a.c': 'y' })
    const current = join(root, 'current')
    symlinkSync('v1', current)
    for (const version of ['v1', 'v2']) utimesSync(join(root, version, 'a.c'), 1, 1)
    const corpus = open([current])
    const first = await corpus.complete
    symlinkSync('v2', `${current}.new`)
    renameSync(`${current}.new`, current)
    const next = await eventually(() =>
      corpus.catalog!.repositories[0]!.root.endsWith('v2') ? corpus.catalog : undefined,
    )
    expect(pathsOf(next)).toEqual(pathsOf(first))
  })

  it('survives the end of the process that scans it', async () => {
    const { root, write, name } = makeTree({ 'a.c': 'x' })
    const corpus = open([root])
    const first = await corpus.complete
    await eventually(() => {
      // The one that is found may just have ended by itself.
      for (const id of scanProcesses()) spawnSync('kill', ['-KILL', `${id}`])
      return corpus.trouble
    })
    expect(corpus.trouble).toBe('the scan broke off: SIGKILL')
    expect(corpus.catalog!.columns).toBe(first.columns)
    write('b.c', 'x')
    expect(pathsOf(await nextCatalog(corpus, first))).toEqual({ [name]: ['a.c', 'b.c'] })
    await eventually(() => (corpus.trouble === undefined ? true : undefined))
  })

  it('that cannot be listed rejects, with the reason', async () => {
    const { root } = makeTree({ 'a.c': 'x' })
    const gone = open([join(root, 'nowhere')])
    await expect(gone.listed).rejects.toThrow(`${join(root, 'nowhere')} cannot be read: ENOENT`)
    await expect(gone.complete).rejects.toThrow('ENOENT')
    const noRipgrep = openCorpus({ ...optionsOf([root]), rgPath: '/nowhere/rg', rescanMs: 0 })
    await expect(noRipgrep.listed).rejects.toThrow(/ripgrep cannot.*\/nowhere\/rg/)
  })

  it('leaves no process behind when it is closed, in whatever it is doing', async () => {
    const { root } = makeTree({ 'a.c': 'x' })
    for (const wait of [0, 20, 60, 120]) {
      const corpus = open([root], 0)
      await new Promise((resolve) => setTimeout(resolve, wait))
      await corpus.close()
      expect(scanProcesses()).toEqual([])
    }
  })

  it('of eight kinds lives in one process with others', async () => {
    const trees = Array.from({ length: 8 }, (_, i) => makeTree({ [`${i}.c`]: 'x' }))
    const catalogs = await Promise.all(trees.map(({ root }) => open([root], 0).complete))
    expect(catalogs.map((catalog) => Object.values(pathsOf(catalog)))).toEqual(
      trees.map((_, i) => [[`${i}.c`]]),
    )
  })
})
