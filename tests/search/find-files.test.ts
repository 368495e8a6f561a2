import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathAt } from '../../src/corpus/catalog.ts'
import { findFiles } from '../../src/search/find-files.ts'
import { termsOf } from '../../src/search/find-terms.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'

const never = new AbortController().signal

async function catalogWith(paths: readonly string[], name = 'repository') {
  const tree = makeTree()
  for (const path of paths) tree.write(path, 'x\n')
  return catalogOf([tree], { names: [name] })
}
type Catalog = Awaited<ReturnType<typeof catalogWith>>

const found = async (catalog: Catalog, text: string, limit = 1_000, signal = never) => {
  const repositories = catalog.repositories
  const answer = await findFiles(catalog, { terms: termsOf(text), repositories, limit }, signal)
  return {
    matching: answer!.matching,
    files: answer!.files.map((file) => ({
      ...file,
      path: pathAt(catalog, file.index).toString('utf8'),
    })),
  }
}
const pathsFor = async (catalog: Catalog, text: string, limit?: number) =>
  (await found(catalog, text, limit)).files.map(({ path }) => path)

/** The definition, spelled out: every way to place the characters is tried. */
function bestByHand(
  term: string,
  path: string,
  isSensitive = term !== term.toLowerCase(),
): number | undefined {
  const characters = [...path]
  const name = characters.lastIndexOf('/') + 1
  const worth = (i: number) => {
    const before = characters[i - 1] ?? '/'
    const inName = i >= name ? 4 : 0
    if (i === name) return 12 + inName
    if (before === '/') return 8 + inName
    if ('_-. '.includes(before)) return 7 + inName
    return (/[a-z]/.test(before) && /[A-Z0-9]/.test(characters[i]!) ? 6 : 0) + inName
  }
  const place = ([wanted, ...rest]: string[], from: number, last: number): number | undefined => {
    if (wanted === undefined) return 0
    let best: number | undefined
    for (let i = from; i < characters.length; i++) {
      const here = characters[i]!
      if (here !== wanted && (isSensitive || here.toLowerCase() !== wanted)) continue
      const others = place(rest, i + 1, i)
      if (others === undefined) continue
      const way = last === -1 ? worth(i) : i === last + 1 ? 9 : -3 - (i - last - 2)
      best = Math.max(best ?? -1e9, worth(i) + way + (here === wanted ? 1 : 0) + others)
    }
    return best
  }
  return place([...term], 0, -1)
}

/** The same, of a file whose repository's name stands before its path. */
function bestWithName(term: string, name: string, path: string): number | undefined {
  const inPath = bestByHand(term, path)
  const isSensitive = term !== term.toLowerCase()
  const fold = (text: string) => (isSensitive ? text : text.toLowerCase())
  for (const [from] of [...name].entries()) {
    const tail = `${name.slice(from)}/`
    if (from > 0 && !'/_.- '.includes(name[from - 1]!)) continue
    const named = fold(tail).startsWith(term)
      ? term.length
      : term.startsWith(fold(tail))
        ? tail.length
        : 0
    if (named === 0) continue
    const before = named >= tail.length - 1 ? 16 + 9 * (named - 1) : named
    const rest = named === term.length ? 0 : bestByHand(term.slice(named), path, isSensitive)
    const best = Math.max(inPath ?? -1e9, rest === undefined ? -1e9 : before + rest)
    return best > -1e8 ? best : undefined
  }
  return inPath
}

const name = fc.string({
  unit: fc.constantFrom(...'aabbcABC12_-. éÉß😀'),
  minLength: 1,
  maxLength: 6,
})
const component = name.filter((text) => !text.startsWith('.') && text.trim() === text)
const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const typed = fc.string({ unit: fc.constantFrom(...'aabbcAC12_/é😀 '), maxLength: 5 })

describe('finding files by their paths', () => {
  it('finds, scores and orders as the definition says, for any paths and texts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { minLength: 1, maxLength: 12 }),
        fc.array(typed, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('zz', 'ab', 'a', 'b/aC1', 'aa_b.c'),
        async (paths, texts, repository) => {
          // A name cannot be a file's and a directory's.
          const files = [
            // Without a file at the top it would be many repositories.
            'top',
            ...paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`))),
          ]
          const catalog = await catalogWith(files, repository)
          const all = await pathsFor(catalog, '')
          expect(all.toSorted()).toEqual(files.toSorted())
          for (const text of texts) {
            const terms = [...new Set(text.split(/\s+/).filter((term) => term !== ''))]
            const expected = all
              .map((path, index) => ({
                path,
                index,
                bytes: terms.length === 0 ? 0 : Buffer.byteLength(path),
                scores: terms.map((term) => bestWithName(term, repository, path)),
              }))
              .filter(({ scores }) => !scores.includes(undefined))
              .map((one) => ({ ...one, score: one.scores.reduce<number>((a, b) => a + b!, 0) }))
              .sort((a, b) => b.score - a.score || a.bytes - b.bytes || a.index - b.index)
            const answer = await found(catalog, text)
            expect(answer.files.map(({ path, score }) => [path, score])).toEqual(
              expected.map(({ path, score }) => [path, score]),
            )
            expect(answer.matching).toBe(expected.length)
            const first = await found(catalog, text, 2)
            expect(first).toEqual({ matching: expected.length, files: answer.files.slice(0, 2) })
            if (repository !== 'zz') continue
            for (const { path, columns } of answer.files) expectSubsequence(path, columns, terms)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  /** What is marked is, of one term, the term; of several it holds each. */
  function expectSubsequence(path: string, columns: readonly number[], terms: readonly string[]) {
    const marked = columns.map((column) => path[column]).join('')
    expect(marked.isWellFormed()).toBe(true)
    const folded = marked.toLowerCase()
    if (terms.length === 1) expect(folded).toBe(terms[0]!.toLowerCase())
    for (const term of terms) {
      let at = 0
      for (const character of term.toLowerCase()) {
        at = folded.indexOf(character, at) + 1
        expect([path, terms, marked, at]).not.toEqual([path, terms, marked, 0])
      }
    }
  }

  it('puts first what people mean', async () => {
    const catalog = await catalogWith([
      'src/process/slots.ts',
      'src/search/select-options.ts',
      'tests/process/slots.test.ts',
      'docs/slow/lots.md',
      'src/http/search-page.ts',
      'src/http/SearchPage.tsx',
      'Makefile',
      'lib/Makefile',
      'lib/maker/file.c',
    ])
    expect((await pathsFor(catalog, 'slots'))[0]).toBe('src/process/slots.ts')
    expect((await pathsFor(catalog, 'tslots'))[0]).toBe('tests/process/slots.test.ts')
    expect((await pathsFor(catalog, 'sp')).slice(0, 2).toSorted()).toEqual([
      'src/http/SearchPage.tsx',
      'src/http/search-page.ts',
    ])
    expect(await pathsFor(catalog, 'SP')).toEqual(['src/http/SearchPage.tsx'])
    expect((await pathsFor(catalog, 'makefile')).slice(0, 2)).toEqual(['Makefile', 'lib/Makefile'])
    expect(await pathsFor(catalog, 'proc slots test')).toEqual(['tests/process/slots.test.ts'])
    expect(await pathsFor(catalog, 'qqq')).toEqual([])
  })

  it('takes the name of a repository before a path', async () => {
    const harbour = makeTree({ 'lamp/lamp.c': 'x\n', 'other.c': 'x\n' })
    const lamp = makeTree({ 'lamp.c': 'x\n', 'deep/lamp.c': 'x\n' })
    const catalog = await catalogOf([harbour, lamp], { names: ['harbour', 'isles/Lamp'] })
    const files = (await found(catalog, 'isles/lamp/lamp.c')).files
    expect(files.map(({ path }) => path)).toEqual(['lamp.c', 'deep/lamp.c'])
    expect(files[0]!.columns).toEqual([0, 1, 2, 3, 4, 5])
    expect((await pathsFor(catalog, 'lamp/lamp.c')).toSorted()).toEqual([
      ...['deep/lamp.c', 'lamp.c', 'lamp/lamp.c'],
    ])
  })

  it('takes words that the name of a repository has or begins with for it', async () => {
    const lint = makeTree({
      LICENSE: 'x\n',
      'lib/rules/no-unused-vars.js': 'x\n',
      'tests/lib/rules/no-unused-vars.js': 'x\n',
    })
    const other = makeTree({ 'rules/no-unused.md': 'x\n', 'eslint.md': 'x\n' })
    const catalog = await catalogOf([lint, other], { names: ['eslint', 'notes'] })
    expect((await pathsFor(catalog, 'eslint rules no unused'))[0]).toBe(
      'lib/rules/no-unused-vars.js',
    )
    expect((await found(catalog, 'eslint unused')).files[0]!.columns).toEqual(
      [...'unused'].map((_, i) => 'lib/rules/no-'.length + i),
    )
    expect((await pathsFor(catalog, 'eslint'))[0]).toBe('eslint.md')
    expect(await pathsFor(catalog, 'notes eslint')).toEqual(['eslint.md'])
    expect(await pathsFor(catalog, 'ESLINT unused')).toEqual([])
    // A beginning of the name is worth least.
    expect((await pathsFor(catalog, 'es'))[0]).toBe('eslint.md')
    expect((await found(catalog, 'es')).matching).toBe(5)
  })

  it('shows names that are not UTF-8, and finds them by the rest', async () => {
    const tree = makeTree({ 'a.txt': 'x\n' })
    tree.write(Buffer.from('caf\xe9 list.txt', 'latin1'), 'x\n')
    const [file, ...others] = (await found(await catalogOf([tree]), 'flist')).files
    expect(others).toEqual([])
    expect([file!.path, file!.columns]).toEqual(['caf\ufffd list.txt', [2, 5, 6, 7, 8]])
  })

  it('gives up when nobody waits any more, and lets others have their turn', async () => {
    const paths = Array.from({ length: 300 }, (_, i) => `${'deep/'.repeat(40)}${i}.txt`)
    const catalog = await catalogWith(paths)
    const stop = new AbortController()
    const request = { terms: termsOf('deepdeepdeep'.repeat(10)), limit: 5 }
    const finding = findFiles(
      catalog,
      { ...request, repositories: catalog.repositories },
      stop.signal,
    )
    setImmediate(() => stop.abort())
    expect(await finding).toBeUndefined()
  })
})
