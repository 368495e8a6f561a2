import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Automaton,
  type Expression,
  lazyAutomaton,
  type Sequence,
} from '../../src/query/automaton.ts'
import { compileGlobs } from '../../src/query/glob.ts'

const temporary = mkdtempSync(join(tmpdir(), 'ripline-glob-'))
afterAll(() => rmSync(temporary, { recursive: true }))

/** A tree on disk. Its paths are latin1 strings of their bytes, so that any name can be written here. */
function makeTree(paths: readonly string[]) {
  const root = mkdtempSync(join(temporary, 'tree-'))
  const onDisk = (path: string) => Buffer.from(`${root}/${path}`, 'latin1')
  for (const path of paths) {
    mkdirSync(onDisk(dirname(path)), { recursive: true })
    writeFileSync(onDisk(path), '')
  }
  return { root, paths }
}
type Tree = ReturnType<typeof makeTree>

/** The latin1 string of a text's bytes, as the trees want it. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

/** As rg quotes a glob in its messages. */
const trimmed = (glob: string) =>
  glob.endsWith('\\ ') ? glob : glob.replace(/\p{White_Space}+$/u, '')

/** The oracle: what rg lists, or its message. */
function rgLists({ root }: Tree, globs: readonly string[]): string[] | string {
  const flags = ['--no-config', '--no-ignore', '--files', '--null']
  const args = [...flags, ...globs.map((glob) => `--glob=${glob}`)]
  const { status, stdout, stderr } = spawnSync(rgPath, args, { cwd: root, env: {} })
  if (status === 2) return stderr.toString()
  return stdout.toString('latin1').split('\0').slice(0, -1).sort()
}

/** What we select of the tree, or our message in rg's frame. */
function weSelect({ paths }: Tree, globs: readonly string[]): string[] | string {
  const compiled = compileGlobs(globs)
  if (!compiled.ok) {
    return `rg: error parsing glob '${trimmed(compiled.error.glob)}': ${compiled.error.message}\n`
  }
  const { matches } = compiled.matcher
  return paths.filter((path) => matches(Buffer.from(path, 'latin1'))).sort()
}

/** Our one difference in rg's own words: a glob without wildcards, and the same with `/**` behind it. */
function withAllBelow(globs: readonly string[]): string[] {
  return globs.flatMap((glob) => {
    const [, sign, name] = /^(!?)(.*?)(?:\\?\/)?$/su.exec(trimmed(glob))!
    if (!name || glob.startsWith('#') || !/^(?:[^\\*?[{]|\\.)*$/su.test(name)) return [glob]
    return [glob, `${sign}${name.includes('/') ? '' : '**/'}${name}/**`]
  })
}

/** Names that are awkward in a glob or on a disk; none is hidden. */
const names = [
  ...'a b ab ba A a.b a. a.ts a.test.ts src http aaaaaaaaaaaaaaaaaaaa'.split(' '),
  ...'! !a # #a - , a,b * ** ? \\ \\* ^ [ ] [a] { } {a,b} ~ &&'.split(' '),
  ...[' ', ' a', 'a ', 'a\n', '\xff', '\xa9', ...['é', '日', '\u00a0'].map(utf8)],
]
const directories = [
  ['a', 'b', 'src', utf8('é'), 'a.b', '!a', ' ', '\xff'],
  ['ab', 'http', 'b', '[a]', '**'],
  ['a', 'src', 'a.ts'],
]
function paths(parent = '', depth = 0): string[] {
  const here = directories[depth] ?? []
  const files = names.filter(
    (name, i) => !here.includes(name) && (i + parent.length) % (depth + 1) === 0,
  )
  return [
    ...files.map((name) => parent + name),
    ...here.flatMap((name) => paths(`${parent}${name}/`, depth + 1)),
  ]
}

const awkward = makeTree(paths())

describe('a list of globs selects what `rg --files` lists with them', () => {
  // Lists are divided by |, their globs by blanks; ␣ is a blank in a glob.
  it.each([
    ['no slash is any depth', '* | a* | *.ts | ** | **a | a** | *日'],
    ['a slash anchors', '/*.ts | */*.ts | src/* | /** | //* | \\/* | src\\/*'],
    [
      '** is any directories',
      'src/** | src/**/*.ts | src/**/**/*.ts | **/**/*.ts | **/** | **/http/**',
    ],
    ['** inside a component is *', 'src/*** | s**c/* | src/**a | src/a**/* | **/**a'],
    [
      'a slash at the end is directories only',
      '*/ | !*/ | src/**/ | **/ | *\\/ | !s*/ | */ !*/ | !*/ *',
    ],
    [
      'an excluded directory goes as a whole',
      '!s* src/** | src/** !s* | !**/ht* **/*.ts | !a*/ !*.ts',
    ],
    [
      'the last that matches decides',
      '*.ts !*.test.* | !*.test.* *.ts | *.ts !src/* !/b* | !s* s* **',
    ],
    ['an exclamation mark', '! | !!* | !/ | / | \\!* | *! | !\\!*'],
    ['blanks and comments are no globs', ' | ␣␣ | #* | # *.ts | !#* | \\#* | ␣#* | ␣ *.ts'],
    ['blanks at the end', '*␣␣ | *\\␣ | *␣\\␣ | *\u00a0 | *\u0085 | *\ufeff | *\n | ␣*'],
    ['escapes', '\\** | \\?* | \\\\* | \\é* | [\\] | [\\]] | \\{*,b\\} | \\[a*'],
    ['? is a byte', '? | ?? | ??? | *? | \ud800*'],
    ['a class is a byte', '[é] | [é][é] | [!é] | [a-é][^b] | [ÿ-日]* | [a-日]*'],
    ['a class may be a slash', '[!a] | [^a] | src[!a]* | src[/]* | src[.-0]* | !src[/]*'],
    ['brackets in a class', '[]] | [!]] | []-a] | [[] | [[]] | [!-a] | [!!]'],
    ['hyphens in a class', '[a-] | [-a] | [--a] | [a-b-c] | [+--] | [+--a] | [!-] | [a-a]'],
    ['alternates', '{a,b} | {src,b}/{*.ts,http} | {{a,b},{src,!}} | a,[b] | [{]a,b[}]'],
    ['empty alternates', 'a{,b} | a{{},b} | {,a} | {a,} | {} | a{} | {}** | {}**/a | !{}'],
    [
      '** in alternates',
      '{src/**,b} | {**/a,b} | {a/**,b}/* | src/{**,a} | src{/**,a} | src{**/a,b}',
    ],
    ['** after an escape in alternates', '{a\\,**,b} | {a\\{**/b,b} | {a\\,**/b,b} | a\\,**'],
  ])('%s', (_, lists) => {
    for (const list of lists.split(' | ')) {
      const globs = list.split(' ').map((glob) => glob.replaceAll('␣', ' '))
      expect.soft(weSelect(awkward, globs), list).toEqual(rgLists(awkward, globs))
    }
    expect(weSelect(awkward, [])).toEqual(rgLists(awkward, []))
  })
})

describe('a glob without wildcards also means all below what it names', () => {
  const http = ['src/http/a.ts', 'src/http/b/c.ts']
  const tree = makeTree([...http, 'http', 'src/[id]/d.ts', 'src/main.ts', 'tests/http/a.ts'])
  it.each([
    [['src/http'], http],
    [['/src/http/'], http],
    [['src/\\http'], http],
    [['src/\\[id]'], ['src/[id]/d.ts']],
    [['src/[id]'], []],
    [['src/htt?'], []],
    [['src/{http}'], []],
    [['src/htt'], []],
    [['http/b'], []],
    [['http'], ['http', ...http, 'tests/http/a.ts']],
    [['http/'], [...http, 'tests/http/a.ts']],
    [['/http'], ['http']],
    [['src/http/a.ts'], ['src/http/a.ts']],
    [['!http'], ['src/[id]/d.ts', 'src/main.ts']],
    [['!http/'], ['http', 'src/[id]/d.ts', 'src/main.ts']],
    [['/src', '!*.ts', 'b'], ['src/http/b/c.ts']],
    [
      ['src', '!b', '!\\[id]'],
      ['src/http/a.ts', 'src/main.ts'],
    ],
    [
      ['!src/http', 'http'],
      ['http', ...http, 'tests/http/a.ts'],
    ],
    [['!src/http', 'src/http/a.ts'], []],
  ])('%j', (globs, expected) => {
    expect(weSelect(tree, globs)).toEqual(expected)
    expect(rgLists(tree, withAllBelow(globs))).toEqual(expected)
  })
})

describe('a glob is refused as rg refuses it, and the place is told', () => {
  it.each([
    ['[', 0],
    ['ab[', 2],
    ['[]', 0],
    ['[!]', 0],
    ['[a-', 0],
    ['é[z-a]', 4],
    ['[b-c-a]', 5],
    ['[日-é]', 3],
    ['{a', 0],
    ['!/😀{a,b{c}', 4],
    ['{a,{b', 3],
    ['a}', 1],
    ['/a/}', 3],
    ['{a}}', 3],
    ['a\\', 1],
    ['!a\\\\/', 2],
    ['a\\  ', 1],
    [' {  ', 1],
    ['\\!}', 2],
  ])('%j', (glob, position) => {
    const globs = ['*', glob, '[']
    expect(weSelect(awkward, globs)).toBe(rgLists(awkward, globs))
    expect(compileGlobs(globs)).toMatchObject({ ok: false, error: { glob, position } })
  })
})

describe('a glob of 256 bytes selects as with rg, however hostile', () => {
  const long = `${'a'.repeat(200)}/`.repeat(10)
  const word = (seed: number) => ((seed * 2654435761) >>> 0).toString(36).repeat(3)
  const random = Array.from(
    { length: 400 },
    (_, i) => `${word(i)}/${word(i + 500)}/${word(i + 999)}`,
  )
  const tree = makeTree([`${long}a`, `${long}b/c`, 'a/b', ...random])
  it.each([
    ['stars', ['*'.repeat(256)]],
    ['stars between letters', ['*a'.repeat(128)]],
    ['directories at any depth', ['**/'.repeat(85)]],
    ['directories and stars', ['**/*'.repeat(64)]],
    ['marks that count', [`*a${'?'.repeat(199)}`, `!*a${'?'.repeat(254)}`]],
    ['classes that cross slashes', [`*a${'[!~]'.repeat(50)}`]],
    ['more states than are kept', [`*[a-m]${'?'.repeat(12)}`, `!*[0-7]*[f-p]${'[!~]'.repeat(16)}`]],
    ['ten such globs', Array.from('acegikmoqs', (c) => `*[${c}-z]*[0-${c}]${'[!~]'.repeat(15)}*`)],
    ['empty groups in each other', [`${'{'.repeat(128)}${'}'.repeat(128)}`]],
    ['groups in each other', [`${'{a,'.repeat(64)}b${'}'.repeat(64)}`]],
    ['groups with tails in each other', [`${'{a,b'.repeat(51)}${'}'.repeat(51)}`]],
    [
      'the deepest groups',
      [`${'{a'.repeat(85)}${'}'.repeat(85)}`, `${'{'.repeat(127)}a${'}'.repeat(127)}`],
    ],
    ['group after group', ['{a,b}*'.repeat(42)]],
    ['groups that may be anything', ['{**/,*,?}'.repeat(28)]],
    ['open classes', ['['.repeat(256)]],
    ['open groups', ['{'.repeat(256)]],
  ])('%s', (_, globs) => {
    expect(weSelect(tree, globs)).toEqual(rgLists(tree, globs))
  })

  it.each(['*', '**/', '*a', '{', '{a,', '[', '\\', '?{', '!', ' a '])(
    '100,000 times %j ends',
    (part) => {
      const compiled = compileGlobs([part.repeat(100_000)])
      if (compiled.ok) compiled.matcher.matches(Buffer.from('a/b'))
      else expect(compiled.error.message.length).toBeLessThan(100)
    },
  )
})

it('a path may be a part of a longer array', () => {
  const compiled = compileGlobs(['/a/*.ts'])
  const paths = Buffer.from('b/a/b.ts\0')
  expect(compiled.ok && compiled.matcher.matches(paths)).toBe(false)
  expect(compiled.ok && compiled.matcher.matches(paths, 2, 8)).toBe(true)
})

/** Globs near the names of the tree, most of them well formed. */
const name = fc.constantFrom(
  ...names.filter((name) => /^[ -~\n]*$/.test(name)),
  'é',
  '日',
  '\u00a0',
)
const noise = fc.string({ unit: fc.constantFrom(...'*?[]{}!^-,\\/#ab é\n'), maxLength: 3 })
const bracketed = fc
  .tuple(
    fc.constantFrom('', '!', '^', ']'),
    fc.string({ unit: fc.constantFrom(...'abcs-/.!é日]') }),
  )
  .map(([start, rest]) => `[${start}${rest}]`)
const { sequence } = fc.letrec<{ sequence: string; part: string; braced: string }>((tie) => ({
  sequence: fc
    .array(tie('part'), { maxLength: 4, depthIdentifier: 'glob' })
    .map((all) => all.join('')),
  part: fc.oneof(
    { depthSize: 'small', depthIdentifier: 'glob' },
    { weight: 5, arbitrary: fc.constantFrom('*', '**', '?', '/', '*/', '**/', '/**', 'src/', 'a') },
    { weight: 4, arbitrary: name },
    { weight: 1, arbitrary: name.map((name) => `\\${name}`) },
    { weight: 1, arbitrary: noise },
    { weight: 2, arbitrary: bracketed },
    { weight: 3, arbitrary: tie('braced') },
  ),
  braced: fc
    .array(tie('sequence'), { maxLength: 3, depthIdentifier: 'glob' })
    .map((branches) => `{${branches.join(',')}}`),
}))
const glob = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '!', '/', '!/', '\\'),
    sequence,
    fc.constantFrom('', '', '', '/', ' '),
  )
  .map((parts) => parts.join(''))

/** For a longer run: GLOB_RUNS=20000 npx vitest run tests/query/glob.test.ts */
const numRuns = Number(process.env.GLOB_RUNS ?? 300)

it('any list of globs selects, or is refused, as by rg', { timeout: 30_000 + numRuns * 50 }, () => {
  fc.assert(
    fc.property(fc.array(glob, { minLength: 1, maxLength: 3 }), (globs) => {
      expect(weSelect(awkward, globs)).toEqual(rgLists(awkward, withAllBelow(globs)))
    }),
    { numRuns },
  )
})

it('an automaton that forgets reads like one that remembers', () => {
  const set = fc
    .subarray(['a', 'b', 'c'])
    .map((of) => new Uint8Array(256).map((_, i) => +of.includes(String.fromCharCode(i))))
  const { sequence } = fc.letrec<{ sequence: Sequence; expression: Expression }>((tie) => ({
    sequence: fc.array(tie('expression'), { maxLength: 5 }),
    expression: fc.oneof(
      { maxDepth: 3 },
      fc.record({ kind: fc.constantFrom('one', 'many'), of: set }),
      fc.record({ kind: fc.constant('either'), of: fc.array(tie('sequence'), { maxLength: 3 }) }),
    ),
  }))
  const judge = (matching: readonly number[]) =>
    matching.reduce((bits, index) => bits | (1 << index), 0)
  const input = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 20, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(sequence, { maxLength: 3 }), input, (sequences, text) => {
      const read = ({ start, step, verdict }: Automaton) => {
        let state = start
        return [...Buffer.from(text)].map((byte) => {
          state = step(state, byte)
          return verdict(state)
        })
      }
      expect(read(lazyAutomaton(sequences, judge, 4))).toEqual(
        read(lazyAutomaton(sequences, judge)),
      )
    }),
  )
})

it('globs made to need a new state at every byte are known as intricate; ordinary ones are not', () => {
  const paths = fc.sample(fc.uint8Array({ min: 0x61, max: 0x7a, minLength: 40, maxLength: 40 }), {
    numRuns: 5_000,
    seed: 1,
  })
  const isIntricate = (globs: readonly string[]) => {
    const compiled = compileGlobs(globs)
    if (!compiled.ok) throw new Error(compiled.error.message)
    return paths.some((path) => {
      compiled.matcher.matches(path)
      return compiled.matcher.isIntricate
    })
  }
  // Each state remembers which of the last thirty bytes were in the class.
  const hostile = [`*[a-m]${'?'.repeat(30)}`]
  expect(isIntricate(hostile)).toBe(true)
  expect(isIntricate(['*.c', '!*test*', 'arch/**/*.S', '{a,b,c}*', '**/Kconfig*', 'net/**'])).toBe(
    false,
  )
})
