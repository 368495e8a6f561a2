import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { compileGlobs } from '../../src/query/glob.ts'

/** A tree on disk. Its paths are latin1 strings of their bytes, so that any name can be written here. */
function makeTree(paths: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'ripline-glob-'))
  afterAll(() => rmSync(root, { recursive: true }))
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
  it.each<[sentence: string, ...globs: string[][]]>([
    ['no glob, all files', []],
    ['no slash, any depth', ['*'], ['a*'], ['*.ts'], ['**'], ['**a'], ['a**'], ['*日']],
    ['a slash anchors', ['/*.ts'], ['*/*.ts'], ['src/*'], ['/**'], ['//*'], ['\\/*'], ['src\\/*']],
    [
      '** is any number of directories',
      ['src/**'],
      ['src/**/*.ts'],
      ['src/**/**/*.ts'],
      ['**/http/**'],
    ],
    ['** within a component is *', ['src/***'], ['s**c/*'], ['src/**a'], ['src/a**/*']],
    [
      'a slash at the end, only directories',
      ['*/'],
      ['!*/'],
      ['src/**/'],
      ['**/'],
      ['*\\/'],
      ['!s*/'],
    ],
    [
      'an excluded directory goes as a whole',
      ['!s*', 'src/**'],
      ['src/**', '!s*'],
      ['!**/ht*', '**/*.ts'],
    ],
    [
      'the last match decides',
      ['*.ts', '!*.test.*'],
      ['!*.test.*', '*.ts'],
      ['*.ts', '!src/*', '!/b*'],
    ],
    ['an exclamation mark alone', ['!'], ['!!*'], ['!/'], ['/'], ['\\!*'], ['*!']],
    ['blanks and comments', [''], ['  '], ['#*'], ['!#*'], ['\\#*'], [' #*'], ['', '*.ts']],
    [
      'blanks at the end',
      ['*  '],
      ['*\\ '],
      ['* \\ '],
      ['*\u00a0'],
      ['*\u0085'],
      ['*\ufeff'],
      ['*\n'],
      [' *'],
    ],
    ['escapes', ['\\**'], ['\\?*'], ['\\\\*'], ['\\é*'], ['[\\]'], ['[\\]]'], ['\\{*,b\\}']],
    ['? is a byte', ['?'], ['??'], ['???'], ['*?'], ['\ud800*']],
    ['a class is a byte', ['[é]'], ['[é][é]'], ['[!é]'], ['[a-é][^b]'], ['[ÿ-日]*'], ['[a-日]*']],
    [
      'a class may be a slash',
      ['[!a]'],
      ['[^a]'],
      ['src[!a]*'],
      ['src[/]*'],
      ['src[.-0]*'],
      ['!src[/]*'],
    ],
    ['brackets in a class', ['[]]'], ['[!]]'], ['[]-a]'], ['[[]'], ['[[]]'], ['[!-a]'], ['[!!]']],
    [
      'hyphens in a class',
      ['[a-]'],
      ['[-a]'],
      ['[--a]'],
      ['[a-b-c]'],
      ['[+--]'],
      ['[!-]'],
      ['[a-a]'],
    ],
    [
      'alternates',
      ['{a,b}'],
      ['{src,b}/{*.ts,http}'],
      ['{{a,b},{src,!}}'],
      ['a,[b]'],
      ['[{]a,b[}]'],
    ],
    [
      'empty alternates',
      ['{,a}'],
      ['{a,}'],
      ['{}'],
      ['a{}'],
      ['{{},a}'],
      ['{}**'],
      ['{}**/a'],
      ['!{}'],
    ],
    [
      '** in alternates',
      ['{src/**,b}'],
      ['{**/a,b}'],
      ['{a/**,b}/*'],
      ['src/{**,a}'],
      ['src{/**,a}'],
    ],
    [
      '** after an escape in alternates',
      ['{a\\,**,b}'],
      ['{a\\{**/b,b}'],
      ['{a\\,**/b,b}'],
      ['a\\,**'],
    ],
  ])('%s', (_, ...lists) => {
    for (const globs of lists) {
      expect.soft(weSelect(awkward, globs), JSON.stringify(globs)).toEqual(rgLists(awkward, globs))
    }
  })
})

describe('a glob without wildcards also means all below what it names', () => {
  const tree = makeTree([
    'http',
    'src/http/a.ts',
    'src/http/b/c.ts',
    'src/main.ts',
    'tests/http/a.ts',
  ])
  it.each([
    [['src/http'], ['src/http/a.ts', 'src/http/b/c.ts']],
    [['/src/http/'], ['src/http/a.ts', 'src/http/b/c.ts']],
    [['src/\\http'], ['src/http/a.ts', 'src/http/b/c.ts']],
    [['http'], ['http', 'src/http/a.ts', 'src/http/b/c.ts', 'tests/http/a.ts']],
    [['http/'], ['src/http/a.ts', 'src/http/b/c.ts', 'tests/http/a.ts']],
    [['/http'], ['http']],
    [['http/b'], []],
    [['src/htt'], []],
    [['src/http/a.ts'], ['src/http/a.ts']],
    [['!http'], ['src/main.ts']],
    [['!http/'], ['http', 'src/main.ts']],
    [
      ['src', '!b'],
      ['src/http/a.ts', 'src/main.ts'],
    ],
    [
      ['!src/http', 'src'],
      ['src/http/a.ts', 'src/http/b/c.ts', 'src/main.ts'],
    ],
    [['!src/http', 'src/http/a.ts'], []],
    [['src/htt?'], []],
    [['src/{http}'], []],
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

const word = (seed: number) => ((seed * 2654435761) >>> 0).toString(36)

describe('a glob of 256 bytes selects as with rg, however hostile', () => {
  const long = `${'a'.repeat(200)}/`.repeat(10)
  const random = Array.from(
    { length: 300 },
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
    [
      'more states than are kept',
      ['*[a-m]?????', '**/*[a-f][!~][!~][!~][!~][!~][!~]', '!*[0-5]????'],
    ],
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
