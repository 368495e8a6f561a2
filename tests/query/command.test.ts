import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLanguage } from '../../src/corpus/language.ts'
import { readCommand } from '../../src/query/command.ts'
import { formatForm } from '../../src/query/parameters.ts'
import { translatePosix } from '../../src/query/posix-regex.ts'

const read = (text: string) =>
  readCommand(text, {
    languageOf: (type) => findLanguage(type)?.id,
    ...{ maxContext: 10, hidden: false, maxFileBytes: [16_777_216] },
    repositories: new Map([
      ['eslint', 'eslint'],
      ['@babel', '_babel'],
      ['x/eslint', 'x/eslint'],
    ]),
  })

function understood(text: string): string {
  const command = read(text)
  if (!command) return 'text'
  if (!command.form) return `none: ${command.problem}`
  const leftOut = command.leftOut.length === 0 ? '' : ` | ${command.leftOut.join(', ')}`
  return formatForm(command.form) + leftOut
}

describe('a pasted command', () => {
  const cases = readFileSync(new URL('commands.txt', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [command, meaning] = line.split(' ==> ')
      return meaning === undefined ? [] : [[command!.trim(), meaning] as const]
    })

  it('has cases', () => expect(cases.length).toBeGreaterThan(50))

  it.each(cases)('%s ==> %s', (command, meaning) => expect(understood(command)).toBe(meaning))

  it('of any text is read without trouble', () => {
    const word = fc.constantFrom(
      ...['rg', 'grep', 'git', 'egrep', '-', '--', '-e', '-g', '--glob=', '-iwC', '-tjs', "'", '"'],
      ...['\\', '$x', '|', '#', '`', '(', ')', '[', ']', '{', '}', '*', 'src/', '..', '\n', ' '],
      ...['-E', '-P', '-F', '\\(', '\\{', '[[:alpha:]]', '-A', '5', 'foo', '--include'],
    )
    const command = fc
      .tuple(fc.constantFrom('rg ', 'grep ', 'git grep '), fc.array(word, { maxLength: 12 }))
      .map(([program, words]) => program + words.join(' '))
    fc.assert(
      fc.property(fc.oneof(command, fc.string({ unit: 'binary' })), (text) => {
        const reading = read(text)
        if (reading) expect(reading.form === undefined).toBe(reading.problem !== undefined)
      }),
      { numRuns: Number(process.env.PARSE_RUNS ?? 2_000) },
    )
  })

  it.each([
    ...['rg ', 'rg -e x ', 'grep ', 'git grep -- '].flatMap((start) =>
      ['a ', '"', "'a'", '\\', '-', '--x=', '/*a', '[', '(', '\\(', '* ', '$', 'A=1 '].map(
        (part) => [start, part],
      ),
    ),
    ['', 'A=1 '],
    ['', '$ '],
    ['', ' '],
  ])('%s and 100 kB of %s cost no more than its length', (start, part) => {
    // Anything quadratic takes minutes here, and the test's own time ends it.
    read(start + part.repeat(100_000 / part.length))
  })
})

/** Whether a tool finds a pattern in each of some lines. */
function matching(command: string, args: readonly string[], lines: readonly string[]) {
  const { stdout, status } = spawnSync(command, args, {
    input: lines.map((line) => `${line}\n`).join(''),
    env: { LC_ALL: 'C.UTF-8' },
    encoding: 'utf8',
  })
  return status === 2 ? 'refused' : stdout
}

describe.each(['basic', 'extended'] as const)('a %s expression', (syntax) => {
  const parts = [
    'a',
    'b',
    'ab',
    '.',
    '*',
    '+',
    '?',
    '(',
    ')',
    '|',
    '{',
    '}',
    '{2}',
    '{1,}',
    '^',
    '$',
  ]
  const escaped = ['\\(', '\\)', '\\|', '\\+', '\\?', '\\{2\\}', '\\.', '\\*', '\\<', '\\>', '\\b']
  const sets = [
    '[ab]',
    '[^a]',
    '[]a]',
    '[a-]',
    '[[:digit:]]',
    '[\\n]',
    '[a^]',
    '[&&b]',
    '\\w',
    '\\s',
  ]
  const source = fc
    .array(fc.constantFrom(...parts, ...escaped, ...sets), { minLength: 1, maxLength: 6 })
    .map((some) => some.join(''))

  it('finds the lines that grep finds', () => {
    const lines = [
      '',
      'a',
      'b',
      'ab',
      'aab',
      'abab',
      'a b',
      '(a)',
      'a|b',
      'a+',
      'a*',
      '*',
      '^a',
      '$',
    ]
    lines.push('a{2}', 'aa', '5', '\\n', 'n', ']', '[', '-', '&', 'a.b', '{', '}', 'b?', 'é', 'a$b')
    let compared = 0
    fc.assert(
      fc.property(source, (text) => {
        const translated = translatePosix(text, syntax)
        if (!translated.ok) return
        const flag = syntax === 'basic' ? '-G' : '-E'
        const expected = matching('grep', ['-n', flag, '-e', text], lines)
        if (expected === 'refused') return
        compared++
        const found = matching(
          rgPath,
          ['--no-config', '-nN', '-n', '-e', translated.pattern],
          lines,
        )
        expect([text, translated.pattern, found]).toEqual([text, translated.pattern, expected])
      }),
      { numRuns: 200 },
    )
    expect(compared).toBeGreaterThan(50)
  })
})
