import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRevision } from '../../src/git/revision.ts'
import { makeGitTree } from '../support/git.ts'

describe('a revision', () => {
  it.each([
    ['HEAD', 'head'],
    ['abcd', 'id'],
    ['ABCDEF0123', 'id'],
    ['a'.repeat(40), 'id'],
    ['f'.repeat(64), 'id'],
    ['abc', 'name'],
    ['main', 'name'],
    ['feature/one', 'name'],
    ['v6.1', 'name'],
    ['refs/heads/main', 'name'],
    ['größe', 'name'],
    ['a-b_c+d@e', 'name'],
  ])('%s is understood', (text, kind) => expect(parseRevision(text)?.kind).toBe(kind))

  it.each([
    '',
    '-h',
    '--output=x',
    'HEAD~1',
    'HEAD^',
    'HEAD^{/regex}',
    ':/text',
    ':path',
    'HEAD:../x',
    '@',
    '@{-1}',
    'main@{yesterday}',
    'a..b',
    'a...b',
    '^main',
    'a b',
    'a\0b',
    'a\nb',
    'a\x7f',
    '/main',
    'main/',
    'a//b',
    '.hidden',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'main.',
    'a*',
    'a?',
    'a[b',
    'a\\b',
    'x'.repeat(10_000),
    'a'.repeat(256),
  ])('%j is refused', (text) => expect(parseRevision(text)).toBeUndefined())

  it('lets through no name that git would refuse as one', () => {
    const { git } = makeGitTree()
    const part = fc.oneof(
      fc.constantFrom('a', '.', '..', '/', '-', '@', '{', '~', '^', ':', '.lock', '*', '\\', ' '),
      fc.string({ minLength: 1, maxLength: 3 }),
    )
    const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (name) => {
        const parsed = parseRevision(name)
        if (!parsed || parsed.kind === 'head') return
        expect(name).not.toMatch(/^-|\0/)
        expect(() => git('check-ref-format', `refs/heads/${name}`)).not.toThrow()
      }),
      { numRuns: 300 },
    )
  })
})
