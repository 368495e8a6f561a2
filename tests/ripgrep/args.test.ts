import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchArgs } from '../../src/ripgrep/args.ts'
import { queryOf } from '../search/answer.ts'
import { makeTree } from '../support/tree.ts'

describe('the arguments of a search', () => {
  it('hold what the user wrote in one place only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (pattern, paths) => {
        const args = searchArgs(queryOf(pattern), paths)
        const others = searchArgs(queryOf('another'), paths)
        const place = others.indexOf('--regexp=another')
        expect(args).toEqual(others.with(place, `--regexp=${pattern}`))
        expect(args.slice(place + 1)).toEqual(['--', ...paths])
      }),
    )
  })

  it.each([
    '--pre=./pre',
    '-f/etc/passwd',
    '--hostname-bin=x',
    '--',
    '-',
    '-e',
    '--help',
    '-z',
    '@x',
  ])('have %j searched for, whatever it looks like', (pattern) => {
    const tree = makeTree({ 'a.txt': `x ${pattern} y\n`, 'b.txt': 'root\n' })
    tree.write('pre', '#!/bin/sh\n/usr/bin/touch canary\n')
    chmodSync(tree.at('pre'), 0o755)
    const args = searchArgs(queryOf(pattern), ['./a.txt', './b.txt'])
    const { status, stdout } = spawnSync(rgPath, args, { cwd: tree.root, encoding: 'utf8' })
    expect(status).toBe(0)
    expect(JSON.parse(stdout.split('\n')[1]!)).toMatchObject({
      type: 'match',
      data: { path: { text: './a.txt' }, submatches: [{ start: 2, end: 2 + pattern.length }] },
    })
    expect(existsSync(`${tree.root}/canary`)).toBe(false)
  })

  it('say each part of the query, and nothing that the host could add to', () => {
    const query = queryOf('x', { kind: 'regex', case: 'ignore', word: true, context: 3 })
    expect(searchArgs(query, ['./a'], { maxCount: 5 })).toEqual([
      ...['--no-config', '--json', '--max-count=5'],
      ...['--no-ignore', '--threads=1', '--no-mmap', '--crlf'],
      ...['--dfa-size-limit=10M', '--regex-size-limit=10M'],
      ...['--ignore-case', '--word-regexp', '--regexp=x', '--', './a'],
    ])
    expect(searchArgs(queryOf('x'), [])).toEqual(
      expect.arrayContaining(['--smart-case', '--fixed-strings']),
    )
    expect(searchArgs(queryOf('x', { case: 'sensitive' }), [])).toContain('--case-sensitive')
    expect(searchArgs(queryOf('x', { multiline: true }), [])).toContain('--multiline')
    expect(searchArgs(queryOf('x', { pcre2: true }), [])).toContain('--pcre2')
  })

  it.each(['\\A', 'a|\\z', '(?-m)^', '(?i-sm:$)'])(
    'ask for context where it matters: %s',
    (pattern) => {
      const query = (kind: 'literal' | 'regex') => queryOf(pattern, { kind, context: 2 })
      expect(searchArgs(query('regex'), [])).toContain('--context=2')
      expect(searchArgs(query('literal'), [])).not.toContain('--context=2')
    },
  )
})
