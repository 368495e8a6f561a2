import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { catalogOf } from '../support/catalog.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { type Answer, answer, ledgerOf, queryOf } from './answer.ts'
import { fakeRg } from './fake-rg.ts'

const needle = queryOf('needle', { context: 1 })

/** Path, number and text of every line of an answer. */
const linesOf = ({ files }: Answer): string[] =>
  files.flatMap(({ file, lines }) =>
    lines.map(({ number, text }) => `${file.path.toString()}:${number}:${text}`),
  )

describe('a file that has changed since it was listed', () => {
  const secrets = makeTree({ 'b.txt': 'needle SECRET\n', 'in/b.txt': 'needle SECRET\n' })

  async function shownAfter(change: (tree: Tree) => void, options = {}): Promise<Answer> {
    const tree = makeTree({
      'a.txt': 'needle a\n',
      'b.txt': 'one\nneedle b\nthree\n',
      'c.txt': 'needle c\n',
      'sub/b.txt': 'needle sub\n',
      'sub/c.txt': 'hay\n',
    })
    const catalog = await catalogOf([tree])
    change(tree)
    return answer(catalog, needle, options)
  }
  const others = ['a.txt:1:needle a', 'c.txt:1:needle c', 'sub/b.txt:1:needle sub']
  const b = (tree: Tree) => tree.at('b.txt')

  it.each<[string, (tree: Tree) => void, object]>([
    ['removed', (tree) => rmSync(b(tree)), { unreadable: 1 }],
    ['emptied', (tree) => writeFileSync(b(tree), ''), {}],
    [
      'a link to a secret outside',
      (tree) => {
        rmSync(b(tree))
        symlinkSync(secrets.at('b.txt'), b(tree))
      },
      { changed: 1 },
    ],
    [
      'a link to a file inside',
      (tree) => {
        rmSync(b(tree))
        symlinkSync('a.txt', b(tree))
      },
      { changed: 1 },
    ],
    [
      'a directory',
      (tree) => {
        rmSync(b(tree))
        mkdirSync(b(tree))
        tree.write('b.txt/x.txt', 'needle x\n')
        tree.write('b.txt/y.txt', 'needle y\n')
      },
      {},
    ],
    ['binary', (tree) => writeFileSync(b(tree), 'needle\n\0needle\n'), { binary: 1 }],
    ['too large', (tree) => writeFileSync(b(tree), `needle\n${'x'.repeat(5_000)}`), { large: 1 }],
  ])('and is %s now is not shown, and the rest is exact', async (_, change, leftOut) => {
    const found = await shownAfter(change, { limits: { fileBytes: 4_096 } })
    expect(JSON.stringify(found.events)).not.toContain('SECRET')
    expect(linesOf(found)).toEqual(others)
    const none = { binary: 0, large: 0, unreadable: 0, changed: 0, slow: 0 }
    const ledger = ledgerOf(found)
    expect(ledger).toMatchObject({ end: 'complete', leftOut: { ...none, ...leftOut } })
    expect(ledger.searched.files).toBe(5 - Object.keys(leftOut).length)
  })

  it.each<[string, string, string[]]>([
    [
      'has grown',
      'one\nneedle b\nthree\nneedle more\n',
      ['2:needle b', '3:three', '4:needle more'],
    ],
    ['has shrunk', 'needle b', ['1:needle b']],
    ['has other lines', 'zero\none\ntwo\nneedle b\n', ['3:two', '4:needle b']],
  ])('and %s is shown as it is now', async (_, content, lines) => {
    const found = await shownAfter((tree) => writeFileSync(b(tree), content))
    expect(linesOf(found).filter((line) => line.startsWith('b.txt:'))).toEqual(
      (content.startsWith('one') ? ['1:one', ...lines] : lines).map((line) => `b.txt:${line}`),
    )
  })

  it('by way of its directory, which leads outside now, is not shown', async () => {
    const found = await shownAfter((tree) => {
      renameSync(tree.at('sub'), tree.at('.away'))
      symlinkSync(secrets.at('in'), tree.at('sub'))
    })
    expect(JSON.stringify(found.events)).not.toContain('SECRET')
    expect(linesOf(found).filter((line) => line.startsWith('sub/'))).toEqual([])
    expect(ledgerOf(found)).toMatchObject({ leftOut: { changed: 1, unreadable: 1 } })
  })

  it('and is a pipe now that nobody writes to costs the time of the search, and no more', async () => {
    const tree = makeTree({ 'a.txt': 'needle\n', 'b.txt': 'needle\n', 'c.txt': 'needle\n' })
    const catalog = await catalogOf([tree])
    rmSync(b(tree))
    spawnSync('mkfifo', [b(tree).toString()])
    const limits = { seconds: 0.5 }
    const first = await answer(catalog, needle, { limits })
    expect(ledgerOf(first)).toMatchObject({ stoppedBy: 'time', files: 1 })
    const second = await answer(catalog, needle, { limits, after: ledgerOf(first).cursor })
    expect(ledgerOf(second)).toMatchObject({ stoppedBy: 'time', files: 0, leftOut: { slow: 1 } })
    const third = await answer(catalog, needle, { limits, after: ledgerOf(second).cursor })
    expect(ledgerOf(third)).toMatchObject({ end: 'complete', files: 1 })
  })
})

describe('a file that changes between what ripgrep read and what is shown', () => {
  const rows = (version: string) =>
    Array.from({ length: 10 }, (_, i) => `needle ${version} ${i + 1}\n`).join('')

  /** A tree, its catalog, and a ripgrep in whose back the file is written anew. */
  async function rewriting(before = rows('first'), after = rows('other, longer')) {
    const tree = makeTree({ 'a.txt': before, 'b.txt': 'needle b\n' })
    const script = `
      case "$*" in
        */a.txt*) ;;
        *) exec $rg "$@";;
      esac
      $rg "$@" > ${tree.root}/.out
      printf '${after.replaceAll('\n', '\\n')}' > ${tree.root}/a.txt
      cat ${tree.root}/.out`
    return { catalog: await catalogOf([tree]), rgPath: fakeRg(script) }
  }

  it('is searched again, as it is now', async () => {
    const { catalog, rgPath } = await rewriting()
    const found = await answer(catalog, needle, { rgPath })
    expect(linesOf(found)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `a.txt:${i + 1}:needle other, longer ${i + 1}`),
      'b.txt:1:needle b',
    ])
    expect(ledgerOf(found)).toMatchObject({ end: 'complete', leftOut: { changed: 0 } })
  })

  it.each(['ASCII', 'ünïcode'])(
    'is searched again also if its lines are as long: %s',
    async (text) => {
      const after = `${rows(text).replaceAll('needle', 'thread')}needle ${text}\n`
      const { catalog, rgPath } = await rewriting(rows(text), after)
      const found = await answer(catalog, queryOf('needle'), { rgPath })
      expect(linesOf(found)).toEqual([`a.txt:11:needle ${text}`, 'b.txt:1:needle b'])
      expect(ledgerOf(found)).toMatchObject({ end: 'complete', leftOut: { changed: 0 } })
    },
  )

  it('is searched again behind the line where the answer goes on', async () => {
    const { catalog, rgPath } = await rewriting()
    const first = await answer(catalog, needle, { limits: { lines: 5 } })
    const after = ledgerOf(first).cursor
    const found = await answer(catalog, needle, { rgPath, after, limits: { linesPerFile: 2 } })
    expect(found.files[0]!.lines.filter(({ kind }) => kind === 'match')).toMatchObject([
      { number: 6, text: 'needle other, longer 6' },
      { number: 7, text: 'needle other, longer 7' },
    ])
    expect(found.files[0]!.more).toBeTypeOf('string')
  })
})

describe('an answer that is continued after files have changed', () => {
  const rows = 'needle\nhay\nneedle\nneedle\n'
  async function cut(lines: number) {
    const tree = makeTree({ 'a.txt': rows, 'b.txt': rows, 'c.txt': rows })
    const first = await answer(await catalogOf([tree]), needle, { limits: { lines } })
    return { tree, ledger: ledgerOf(first) }
  }
  const shown = ({ files }: Answer) =>
    files.map(({ file, matches }) => `${file.path}:${matches.map(({ start }) => start.line)}`)

  it('goes on where it was cut, and says that nothing has changed', async () => {
    const { tree, ledger } = await cut(4)
    expect(ledger.changedSince).toBe(false)
    const found = await answer(await catalogOf([tree]), needle, { after: ledger.cursor })
    expect(shown(found)).toEqual(['b.txt:3,4', 'c.txt:1,3,4'])
    expect(ledgerOf(found).changedSince).toBe(false)
  })

  it.each<[string, number, (tree: Tree) => void, string[]]>([
    ['the file it was cut in has gone', 4, (tree) => rmSync(tree.at('b.txt')), ['c.txt:1,3,4']],
    [
      'the file before the cut has gone',
      3,
      (tree) => rmSync(tree.at('a.txt')),
      ['b.txt:1,3,4', 'c.txt:1,3,4'],
    ],
    [
      'a file has come before the cut',
      3,
      (tree) => tree.write('A.txt', rows),
      ['b.txt:1,3,4', 'c.txt:1,3,4'],
    ],
    [
      'a file has come behind the cut',
      4,
      (tree) => tree.write('b2.txt', rows),
      ['b.txt:3,4', 'b2.txt:1,3,4', 'c.txt:1,3,4'],
    ],
    [
      'the file it was cut in has grown',
      4,
      (tree) => tree.write('b.txt', `${rows}needle\n`),
      ['b.txt:3,4,5', 'c.txt:1,3,4'],
    ],
    [
      'all the rest has gone',
      4,
      (tree) => ['b.txt', 'c.txt'].map((name) => rmSync(tree.at(name))),
      [],
    ],
  ])('goes on behind the cut, and says so: %s', async (_, lines, change, expected) => {
    const { tree, ledger } = await cut(lines)
    change(tree)
    const found = await answer(await catalogOf([tree]), needle, { after: ledger.cursor })
    expect(shown(found)).toEqual(expected)
    expect(ledgerOf(found)).toMatchObject({ end: 'complete', changedSince: true })
  })
})

describe('while another process changes files, what is shown is what stands in the corpus', () => {
  /** Searches for some seconds while a script runs in a loop; returns how many answers there were. */
  async function whileRunning(
    script: string,
    catalog: Catalog,
    check: (found: Answer) => void,
    seconds = 3,
  ): Promise<number> {
    const loop = spawn(
      process.execPath,
      ['--input-type=module', '-e', `import * as fs from 'node:fs'; for (;;) { ${script} }`],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    let answers = 0
    try {
      for (const end = performance.now() + seconds * 1_000; performance.now() < end; answers++) {
        check(await answer(catalog, needle))
      }
      expect(loop.exitCode).toBe(null)
    } finally {
      loop.kill('SIGKILL')
      await once(loop, 'close')
    }
    return answers
  }
  const rows = (word: string) =>
    Array.from(
      { length: 300 },
      (_, i) => `the same line ${i}\n${i % 3 === 0 ? `needle ${word}\n` : ''}`,
    ).join('')

  it('also where a link to a secret takes the place of a file', { timeout: 60_000 }, async () => {
    const secrets = makeTree({ 'secret.txt': rows('SECRET') })
    const tree = makeTree({ 'a.txt': 'needle a\n', 'b.txt': rows('public'), 'c.txt': 'needle c\n' })
    const catalog = await catalogOf([tree])
    const whole = linesOf(await answer(catalog, needle))
    const rest = ['a.txt:1:needle a', 'c.txt:1:needle c']
    const seen = { whole: 0, without: 0 }
    await whileRunning(
      `fs.symlinkSync('${secrets.root}/secret.txt', '${tree.root}/.link')
       fs.renameSync('${tree.root}/b.txt', '${tree.root}/.file')
       fs.renameSync('${tree.root}/.link', '${tree.root}/b.txt')
       fs.renameSync('${tree.root}/.file', '${tree.root}/b.txt')`,
      catalog,
      (found) => {
        const lines = linesOf(found)
        expect(JSON.stringify(found.events)).not.toContain('SECRET')
        expect([whole, rest]).toContainEqual(lines)
        const { changed, unreadable } = ledgerOf(found).leftOut
        expect(changed + unreadable).toBe(lines.length === whole.length ? 0 : 1)
        seen[lines.length === whole.length ? 'whole' : 'without']++
      },
    )
    expect(seen.whole).toBeGreaterThan(0)
  })

  it('also where a directory is swapped for one outside', { timeout: 60_000 }, async () => {
    const secrets = makeTree({ 'x/b.txt': rows('SECRET'), 'x/c.txt': rows('SECRET') })
    const tree = makeTree({
      'a.txt': 'needle a\n',
      'd/b.txt': rows('public'),
      'd/c.txt': rows('public'),
    })
    const catalog = await catalogOf([tree])
    const whole = linesOf(await answer(catalog, needle))
    await whileRunning(
      `fs.renameSync('${tree.root}/d', '${tree.root}/.d')
       fs.symlinkSync('${secrets.root}/x', '${tree.root}/d')
       fs.unlinkSync('${tree.root}/d')
       fs.renameSync('${tree.root}/.d', '${tree.root}/d')`,
      catalog,
      (found) => {
        expect(JSON.stringify(found.events)).not.toContain('SECRET')
        expect(whole).toEqual(expect.arrayContaining(linesOf(found)))
        expect(linesOf(found)).toContain('a.txt:1:needle a')
      },
    )
  })

  it('also where a file is replaced, and each line is that of one version', {
    timeout: 60_000,
  }, async () => {
    const versions = [rows('one'), `a line more\n${rows('another')}`, '']
    const tree = makeTree({ 'a.txt': 'needle a\n', 'b.txt': versions[0]!, 'c.txt': 'needle c\n' })
    const catalog = await catalogOf([tree])
    const known = new Set(['a.txt:1:needle a', 'c.txt:1:needle c'])
    for (const version of versions) {
      for (const [i, text] of version.split('\n').entries()) known.add(`b.txt:${i + 1}:${text}`)
    }
    await whileRunning(
      `for (const version of ${JSON.stringify(versions)}) {
         fs.writeFileSync('${tree.root}/.new', version)
         fs.renameSync('${tree.root}/.new', '${tree.root}/b.txt')
       }`,
      catalog,
      (found) => {
        expect(linesOf(found).filter((line) => !known.has(line))).toEqual([])
        expect(linesOf(found)).toEqual(
          expect.arrayContaining(['a.txt:1:needle a', 'c.txt:1:needle c']),
        )
      },
    )
  })

  it('also where a file grows and is cut off again', { timeout: 60_000 }, async () => {
    const content = rows('b')
    const line = content.indexOf('\n') + 1
    const tree = makeTree({ 'a.txt': 'needle a\n', 'b.txt': content, 'c.txt': 'needle c\n' })
    const catalog = await catalogOf([tree])
    await whileRunning(
      `for (let i = 0; i < 50; i++) fs.appendFileSync('${tree.root}/b.txt', '${'needle more\\n'.repeat(50)}')
       fs.truncateSync('${tree.root}/b.txt', ${content.length})
       fs.truncateSync('${tree.root}/b.txt', ${line})`,
      catalog,
      (found) => {
        const strange = linesOf(found).filter((line) => {
          const text = line.slice(line.lastIndexOf(':') + 1)
          // The system appends page by page: for a moment a file does end within a line.
          return (
            !/^(?:the same line \d+|needle [abc])$/.test(text) && !'needle more'.startsWith(text)
          )
        })
        expect(strange).toEqual([])
        expect(linesOf(found)).toEqual(
          expect.arrayContaining(['a.txt:1:needle a', 'c.txt:1:needle c']),
        )
        expect(ledgerOf(found).end).toBe('complete')
      },
    )
  })
})
