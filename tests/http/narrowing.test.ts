import fc from 'fast-check'
import { expect, it } from 'vitest'
import { onlyDirectory, withoutDirectory } from '../../src/http/narrowing.ts'
import { emptyForm } from '../../src/query/form.ts'
import { compileGlobs } from '../../src/query/glob.ts'

const component = fc.constantFrom('a', 'b', 'a b', 'x ', '[c]', '{d}', '*', 'e.c', '#', '!', 'é')
const directory = fc
  .array(component, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'))
const globs = fc.array(
  fc.oneof(
    directory,
    directory.map((path) => `/${path}`),
    directory.map((path) => `${path}/`),
    fc.constantFrom(
      '*.c',
      '!*.c',
      '!a',
      '!/a/b',
      '/a/**',
      'a/*',
      '\\[c\\]',
      '# a',
      '?',
      ' *.c',
      '*.c ',
      '*',
    ),
  ),
  { maxLength: 3 },
)
const paths = fc.array(
  fc
    .tuple(fc.array(component, { maxLength: 4 }), fc.constantFrom('f.c', 'f.h', 'a', 'e.c'))
    .map(([directories, name]) => [...directories, name].join('/')),
  { minLength: 1, maxLength: 20 },
)

const selected = (globs: readonly string[], paths: readonly string[]) => {
  const compiled = compileGlobs(globs)
  if (!compiled.ok) return undefined
  return paths.filter((path) => compiled.matcher.matches(Buffer.from(path)))
}

it('a filter by directory takes from an answer just what is there, or what is elsewhere', () => {
  let narrowed = 0
  fc.assert(
    fc.property(directory, globs, paths, (directory, path, all) => {
      const paths = all.filter((one) => one !== directory)
      const form = { ...emptyForm, q: 'x', path }
      const before = selected(path, paths)
      if (!before) return
      const isInside = (path: string) => path.startsWith(`${directory}/`)
      const only = onlyDirectory(form, directory)
      if (only) {
        narrowed++
        expect(selected(only.path, paths)).toEqual(before.filter(isInside))
      }
      expect(selected(withoutDirectory(form, directory).path, paths)).toEqual(
        before.filter((path) => !isInside(path)),
      )
    }),
    { numRuns: 5_000 },
  )
  expect(narrowed).toBeGreaterThan(500)
})
