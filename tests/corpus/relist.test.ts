import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { memoryOf } from '../../src/corpus/columns.ts'
import {
  listCorpus,
  type Scan,
  type ScanOptions,
  scanChanged,
  scanListed,
} from '../../src/corpus/scan.ts'
import { untouchedDirectories } from '../../src/corpus/untouched.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { optionsOf, pathsOf } from './scanning.ts'

const whole = async (options: ScanOptions): Promise<Scan> =>
  scanListed(await listCorpus(options), options, undefined)!

/** All that a scan says, but for when. */
const said = ({ catalog, directories }: Scan) => ({
  generation: catalog.generation,
  complete: catalog.complete,
  repositories: catalog.repositories,
  paths: pathsOf(catalog),
  columns: Buffer.from(memoryOf(catalog.columns)).toString('hex'),
  directories: directories.toSorted(),
})

const latin1 = (path: Buffer) => path.toString('latin1')

/** Follows a tree by its changes alone. */
async function follow(tree: Tree, options = optionsOf([tree.root])) {
  let scan = await whole(options)
  let partly = 0
  return {
    /** Tells what has changed, and compares with a scan of everything. */
    async after(changed: readonly string[]): Promise<Catalog> {
      const expected = await whole(options)
      const next = await scanChanged(options, scan, changed)
      if (next === 'unchanged') expect(said(expected)).toEqual(said(scan))
      else if (next !== undefined) expect(said(next)).toEqual(said(expected))
      if (next !== undefined) partly++
      scan = expected
      return scan.catalog
    },
    get partly() {
      return partly
    },
  }
}

const names = [
  'a',
  'b',
  'c.c',
  'D.md',
  'test',
  '[x]',
  '{y}',
  'z*',
  '-s p ',
  '!q',
  '\\',
  'Ã©',
  '\xff',
]
const special = ['.gitignore', '.ignore', '.rgignore', '.git', '.hidden', 'HEAD', 'objects', 'refs']
const rules = [
  'a\n',
  '/b\n',
  '*.c\n!c.c\n',
  'test/\n',
  '/a/b/\n',
  '!a\n',
  '\\[x\\]\n',
  '**/b/*\n',
  '*\n',
]

const directories = fc.array(fc.constantFrom('a', 'b', 'test', '[x]', '\\', '\xff'), {
  maxLength: 3,
})
const path = fc
  .tuple(directories, fc.constantFrom(...names))
  .map(([above, name]) => [...above, name].join('/'))
const ruling = fc
  .tuple(directories, fc.constantFrom(...special))
  .map(([above, name]) => [...above, name].join('/'))
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write'),
      path,
      text: fc.constantFrom('x\n', 'yy\n', '\0', '#!/bin/sh\n'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write'),
      path: ruling,
      text: fc.constantFrom(...rules),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), path: ruling }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rename'), path, to: path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link'), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('directory'), path }) },
) as fc.Arbitrary<Step>

interface Step {
  readonly do: 'write' | 'rename' | 'remove' | 'link' | 'directory'
  readonly path: string
  readonly to?: string
  readonly text?: string
}

/** Does something to a tree; returns what a watch of all its directories hears of it at least. */
function take(tree: Tree, { do: what, path, to, text }: Step): string[] {
  const at = (path: string) =>
    Buffer.concat([Buffer.from(`${tree.root}/`), Buffer.from(path, 'latin1')])
  /** Makes room for a path: what stands in its way goes, and directories come. Returns the first that is new. */
  const makeWay = (path: string): string => {
    let first: string | undefined
    const parts = path.split('/')
    for (let i = 1; i < parts.length; i++) {
      const above = parts.slice(0, i).join('/')
      const stat = lstatSync(at(above), { throwIfNoEntry: false })
      if (stat?.isDirectory()) continue
      rmSync(at(above), { force: true })
      mkdirSync(at(above))
      first ??= above
    }
    return first ?? path
  }
  const heard = (...paths: string[]) => paths.map((path) => latin1(at(path)))
  /** Whether something stands there, and no link on the way. */
  const stands = (path: string) =>
    path.split('/').every((_, i, parts) => {
      const stat = lstatSync(at(parts.slice(0, i + 1).join('/')), { throwIfNoEntry: false })
      return i === parts.length - 1 ? stat !== undefined : stat?.isDirectory()
    })
  if (what === 'remove') {
    if (!stands(path)) return []
    rmSync(at(path), { recursive: true, force: true })
    return heard(path)
  }
  if (what === 'rename') {
    const isInside = `${to}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${to}/`)
    if (isInside || !stands(path)) return []
    if (stands(to!)) rmSync(at(to!), { recursive: true, force: true })
    const first = makeWay(to!)
    if (!stands(path)) return heard(path, to!, first)
    renameSync(at(path), at(to!))
    return heard(path, to!, first)
  }
  const first = makeWay(path)
  const stat = lstatSync(at(path), { throwIfNoEntry: false })
  if (what === 'directory' ? stat && !stat.isDirectory() : stat && !stat.isFile()) {
    rmSync(at(path), { recursive: true, force: true })
  }
  if (what === 'write') writeFileSync(at(path), text!)
  if (what === 'directory') mkdirSync(at(path), { recursive: true })
  if (what === 'link') {
    rmSync(at(path), { force: true })
    symlinkSync(at(to!), at(path))
  }
  return heard(first, path)
}

describe('a listing of what has changed', () => {
  it('says what a listing of everything says', async () => {
    let steps = 0
    let partly = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 10, maxLength: 30 }),
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (first, groups, isNested) => {
          const tree = makeTree({ 'a/a.c': 'x\n' })
          for (const path of first) take(tree, { do: 'write', path, text: 'first\n' })
          const inner = `${tree.root}/a`
          const isGone = () =>
            isNested && !lstatSync(inner, { throwIfNoEntry: false })?.isDirectory()
          if (isGone()) return
          const roots = isNested ? [tree.root, ['inner', inner] as const] : [tree.root]
          const following = await follow(tree, optionsOf(roots))
          for (const group of groups) {
            const changed = group.flatMap((step) => take(tree, step))
            if (isGone()) break
            await following.after(changed)
            steps++
          }
          partly += following.partly
          tree.remove()
        },
      ),
      { numRuns: Number(process.env.RELIST_RUNS ?? 30) },
    )
    // Or it says nothing at all.
    expect(partly).toBeGreaterThan(steps / 2)
  })
})

describe('directories that need not be entered again', () => {
  const known = ['/r', '/r/a', '/r/a/b', '/r/a/b/c', '/r/a/d', '/r/e', '/r/\xff']
  const untouched = (...changed: string[]) => {
    const found = untouchedDirectories('/r', known, changed)
    return found && [...found].sort()
  }

  it('are those beside the way to what has changed', () => {
    expect(untouched()).toEqual(['a/', 'e/'])
    expect(untouched('/r/x.c')).toEqual(['a/', 'e/'])
    expect(untouched('/r/a/b/x.c')).toEqual(['a/b/c/', 'a/d/', 'e/'])
    expect(untouched('/r/a/b')).toEqual(['a/d/', 'e/'])
    expect(untouched('/r/a/b', '/r/a/b/c/x.c')).toEqual(['a/d/', 'e/'])
    expect(untouched('/r/a/b/x.c', '/r/e/x.c')).toEqual(['a/b/c/', 'a/d/'])
    expect(untouched('/elsewhere/x.c', '/root/a')).toEqual(['a/', 'e/'])
  })

  it('are none below an ignore file or a new checkout', () => {
    expect(untouched('/r/a/.gitignore')).toEqual(['e/'])
    expect(untouched('/r/a/b/.git')).toEqual(['a/d/', 'e/'])
    expect(untouched('/r/.ignore')).toBeUndefined()
    expect(untouched('/r')).toBeUndefined()
  })
})
