import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { countArgs, nameArgs, searchArgs } from '../../src/ripgrep/args.ts'
import { queryOf } from '../search/answer.ts'
import { makeTree, type Tree } from '../support/tree.ts'

/** For a longer run: ARGS_RUNS=100000 npx vitest run tests/ripgrep/fuzz.test.ts */
const numRuns = Number(process.env.ARGS_RUNS ?? 300)

/** Stands in a file that is none of those searched. */
const secret = 'xyzzy-secret'
const paths = ['./a.txt', './b.txt']

let tree: Tree
beforeAll(() => {
  tree = makeTree({
    'a.txt': 'x --pre=./pre y\n$(/usr/bin/touch canary)\n',
    'b.txt': 'line\nanother -f ./secret\n',
    secret: `${secret}\nline\n`,
    config: '--pre=./pre\n',
    pre: '#!/bin/sh\n/usr/bin/touch canary\necho canary\n',
  })
  chmodSync(tree.at('pre'), 0o755)
})

/** Every option that ripgrep has. */
const options = [
  ...new Set(
    execFileSync(rgPath, ['--no-config', '--help'], { encoding: 'utf8' }).match(
      /--[a-z][a-z0-9-]+/g,
    ),
  ),
]

const exploits = [
  ...[
    '--pre=./pre',
    '--pre',
    './pre',
    '--pre-glob=*',
    '--hostname-bin=./pre',
    '--search-zip',
    '-z',
  ],
  ...['-f./secret', '-f', '--file=./secret', './secret', '--ignore-file=./secret', '--files'],
  ...['--hyperlink-format=file://{host}/{path}', '--no-json', '--help', '--version', '--type-list'],
  ...['$(/usr/bin/touch canary)', '`/usr/bin/touch canary`', ';/usr/bin/touch canary;', '|./pre'],
  ...['--', '-', '-e', '-eline', '--regexp=line', '@./config', '--generate=man', '--debug'],
]
const piece = fc.oneof(
  fc.constantFrom(...exploits),
  fc.constantFrom(...options),
  fc.constantFrom(' ', '=', '\n', '\r', '\t', "'", '"', '\\', '(', '[', '*', '.', 'line', 'x'),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
/** A NUL in an argument is refused before anything is started: tests/process/child.test.ts. */
const text = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('').replaceAll('\0', ''))

/** Runs ripgrep as a host would that wishes us ill. */
const run = (args: readonly string[]) =>
  spawnSync(rgPath, args, {
    cwd: tree.root,
    encoding: 'utf8',
    input: 'a line\n',
    env: { RIPGREP_CONFIG_PATH: 'config', PATH: tree.root },
    timeout: 10_000,
  })

const canaryRan = (): boolean => {
  const ran = existsSync(tree.at('canary'))
  if (ran) rmSync(tree.at('canary'))
  return ran
}

/** Nothing of ours was run, nothing else read, and what was said is what a search says. */
function check(args: readonly string[], typed: readonly string[], isJson: boolean): void {
  const { status, stdout } = run(args)
  expect(canaryRan()).toBe(false)
  expect([0, 1, 2]).toContain(status)
  if (!typed.some((part) => part.includes('xyzzy'))) expect(stdout).not.toContain(secret)
  if (!isJson) return
  const events = stdout.split('\n').filter((line) => line !== '')
  const types = events.map((line) => JSON.parse(line).type)
  if (status !== 2) expect(types.at(-1)).toBe('summary')
}

const query = fc.record({
  kind: fc.constantFrom('literal' as const, 'regex' as const),
  case: fc.constantFrom('smart' as const, 'sensitive' as const, 'ignore' as const),
  word: fc.boolean(),
  multiline: fc.boolean(),
  pcre2: fc.boolean(),
})

describe('what is typed', { timeout: 60_000 + numRuns * 100 }, () => {
  it('knows the options of this ripgrep', () => {
    expect(options.length).toBeGreaterThan(100)
  })

  it('is never an option, a command or a file: a search', () => {
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), query, (pattern, replace, parts) => {
        const args = searchArgs(queryOf(pattern, { ...parts, replace }), paths)
        check(args, [pattern, replace ?? ''], true)
      }),
      { numRuns },
    )
  })

  it('is never an option, a command or a file: a count, and a search of names', () => {
    fc.assert(
      fc.property(text, query, (pattern, parts) => {
        const asked = queryOf(pattern, parts)
        check(countArgs(asked, paths, undefined), [pattern], false)
        check(
          nameArgs({ ...asked, matcher: { ...asked.matcher, multiline: false } }, 9, true),
          [pattern],
          true,
        )
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    )
  })

  it.each<[string, string, (args: readonly string[]) => readonly string[]]>([
    [
      'the pattern stood by itself',
      '--pre=./pre',
      (args) => args.map((arg) => arg.replace(/^--regexp=/, '')),
    ],
    ['the configuration was read', 'line', (args) => args.filter((arg) => arg !== '--no-config')],
    [
      'a path could be taken for an option',
      'line',
      (args) => [...args.filter((arg) => arg !== '--'), '--pre=./pre'],
    ],
  ])('would be noticed if %s', (_what, pattern, broken) => {
    const args = broken(searchArgs(queryOf(pattern), paths))
    expect(() => check(args, [pattern], true)).toThrow()
  })
})
