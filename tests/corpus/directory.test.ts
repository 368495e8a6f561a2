import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Catalog, pathAt } from '../../src/corpus/catalog.ts'
import { listDirectory } from '../../src/corpus/directory.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree } from '../support/tree.ts'

/** What a directory holds, by looking at every path of the repository. */
function byLooking(catalog: Catalog, path: string) {
  const prefix = path === '' ? '' : `${path}/`
  const directories = new Map<string, { files: number; bytes: number }>()
  const files: string[] = []
  const repository = catalog.repositories[0]!
  for (let i = repository.from; i < repository.to; i++) {
    const own = pathAt(catalog, i).toString('latin1')
    if (!own.startsWith(prefix)) continue
    const [name, ...below] = own.slice(prefix.length).split('/')
    if (below.length === 0) files.push(name!)
    else {
      const { files = 0, bytes = 0 } = directories.get(name!) ?? {}
      directories.set(name!, { files: files + 1, bytes: bytes + catalog.columns.bytes[i]! })
    }
  }
  return { directories: Object.fromEntries(directories), files: files.sort() }
}

function listed(catalog: Catalog, path: string) {
  const found = listDirectory(catalog, catalog.repositories[0]!, Buffer.from(path, 'latin1'))
  if (!found) return { directories: {}, files: [] }
  const nameOf = (path: Buffer) => path.subarray(path.lastIndexOf('/') + 1).toString('latin1')
  return {
    directories: Object.fromEntries(
      found.directories.map(({ name, ...sums }) => [name.toString('latin1'), sums]),
    ),
    files: found.files.map((file) => nameOf(file.path)).sort(),
  }
}

describe('a directory', () => {
  // Names that fold into one another, that are prefixes of others, and of every class.
  const name = fc.constantFrom(
    ...['a', 'A', 'ab', 'a-b', 'a1', 'a01', 'a10', 'a2', 'test', 'vendor', 'node_modules', 'dist'],
    ...['x.js', 'x.min.js', 'X.js', 'x_test.go', 'go.sum', 'é', '\u{1f600}', ' ', '!', '~'],
  )
  const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 30,
  })

  it('holds what the paths say, wherever its files stand in the catalog', async () => {
    await fc.assert(
      fc.asyncProperty(paths, async (paths) => {
        const tree = makeTree()
        const names = paths.map((path) => path.join('/'))
        // A name cannot be a file's and a directory's.
        const files = names.filter((one) => !names.some((other) => other.startsWith(`${one}/`)))
        for (const [i, file] of files.entries()) tree.write(file, 'x'.repeat(i + 1))
        const catalog = await catalogOf([tree])
        const asked = new Set(['', 'nothing', ...files])
        for (const file of files) {
          for (let at = file.indexOf('/'); at !== -1; at = file.indexOf('/', at + 1)) {
            asked.add(file.slice(0, at))
          }
        }
        for (const path of asked) {
          const bytes = Buffer.from(path).toString('latin1')
          expect([path, listed(catalog, bytes)]).toEqual([path, byLooking(catalog, bytes)])
        }
        tree.remove()
      }),
      { numRuns: 40 },
    )
  })

  it('has its names in natural order, whatever their files are', async () => {
    const tree = makeTree({
      'd10/a': '',
      'd2/a': '',
      'D3/a': '',
      'b.min.js': '',
      'a.js': '',
      'C.go': '',
      'a10.js': '',
      'a9_test.js': '',
    })
    const catalog = await catalogOf([tree])
    const found = listDirectory(catalog, catalog.repositories[0]!, Buffer.alloc(0))!
    expect(found.directories.map(({ name }) => name.toString())).toEqual(['d2', 'D3', 'd10'])
    expect(found.files.map(({ path }) => path.toString())).toEqual([
      'a.js',
      'a9_test.js',
      'a10.js',
      'b.min.js',
      'C.go',
    ])
  })
})
