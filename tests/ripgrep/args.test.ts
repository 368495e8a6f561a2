import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchArgs } from '../../src/ripgrep/args.ts'
import { queryOf } from '../search/answer.ts'
import { makeTree } from '../support/tree.ts'

const text = fc.string({ unit: 'binary' })

describe('the arguments of a search', () => {
  it('hold what the user wrote in one place only', () => {
    fc.assert(
      fc.property(text, text, fc.array(fc.string()), (pattern, replace, paths) => {
        const args = searchArgs(queryOf(pattern, { replace }), paths)
        const others = searchArgs(queryOf('another', { replace: 'other' }), paths)
        const place = others.indexOf('--regexp=another')
        expect(others[place - 1]).toBe('--replace=other')
        expect(args).toEqual(
          others.with(place, `--regexp=${pattern}`).with(place - 1, `--replace=${replace}`),
        )
        expect(args.slice(place + 1)).toEqual(['--', ...paths])
        expect(searchArgs(queryOf(pattern), paths)).toEqual(args.toSpliced(place - 1, 1))
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

  it.each(['--pre=./pre', '-f/etc/passwd', '--', '-', '', '--help', '$0 --files', ' x ', '@x'])(
    'have %j put in the place of what is found, whatever it looks like',
    (replace) => {
      const tree = makeTree({ 'a.txt': 'one x two\n' })
      tree.write('pre', '#!/bin/sh\n/usr/bin/touch canary\n')
      chmodSync(tree.at('pre'), 0o755)
      const args = searchArgs(queryOf('x', { replace }), ['./a.txt'])
      const { status, stdout } = spawnSync(rgPath, args, { cwd: tree.root, encoding: 'utf8' })
      expect(status).toBe(0)
      const text = replace.replace('$0', 'x')
      expect(JSON.parse(stdout.split('\n')[1]!)).toMatchObject({
        data: { submatches: [{ match: { text: 'x' }, replacement: { text } }] },
      })
      expect(existsSync(`${tree.root}/canary`)).toBe(false)
    },
  )

  it('name an encoding only where it is one to be decoded', () => {
    const query = queryOf('x')
    expect(searchArgs(query, [], { charset: 'koi8-r' })).toContain('--encoding=koi8-r')
    expect(searchArgs(query, [], { charset: 'utf-8' })).toEqual(searchArgs(query, []))
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
