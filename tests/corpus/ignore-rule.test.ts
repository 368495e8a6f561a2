import { execFileSync, spawnSync } from 'node:child_process'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../src/corpus/ignore-rule.ts'
import { listArgs } from '../../src/ripgrep/args.ts'
import { makeTree, type Tree } from '../support/tree.ts'

const options = { rgPath, hidden: false }
const never = new AbortController().signal
const judged = ({ root }: Tree, path: string) => judge(root, path, options, never)

describe('the rule that ignores a path', () => {
  it('is named with its file and line, whether the file is there or not', async () => {
    const tree = makeTree({
      '.git/HEAD': 'ref: x\n',
      '.git/info/exclude': '# none\nlocal.txt\n',
      '.gitignore': '# comment\n*.log  \n/build/\n*.log\n!keep.log\n',
      'src/.ignore': '\ufeffgen"er\u00e9*\n',
      'src/.rgignore': 'x\\ \n',
      'there.log': '',
      'build/there.txt': '',
    })
    const rule = (file: string, line: number, text: string) => ({
      kind: 'ignored',
      rule: { file, line, text },
    })
    for (const name of ['there', 'absent']) {
      expect(await judged(tree, `${name}.log`)).toEqual(rule('.gitignore', 4, '*.log'))
      expect(await judged(tree, `build/${name}.txt`)).toEqual(rule('.gitignore', 3, '/build/'))
    }
    expect(await judged(tree, 'keep.log')).toEqual({ kind: 'not-ignored' })
    expect(await judged(tree, 'build')).toEqual({ kind: 'not-ignored' })
    expect(await judged(tree, 'a/b/absent.txt')).toEqual({ kind: 'not-ignored' })
    expect(await judged(tree, 'local.txt')).toEqual(rule('.git/info/exclude', 2, 'local.txt'))
    const bytes = Buffer.from('src/gen"eré.ts').toString('latin1')
    expect(await judged(tree, bytes)).toEqual(rule('src/.ignore', 1, 'gen"eré*'))
    expect(await judged(tree, 'src/x ')).toEqual(rule('src/.rgignore', 1, 'x\\ '))
  })

  it('counts only where ripgrep lets it: .gitignore in checkouts', async () => {
    const tree = makeTree({ '.gitignore': '*.log\n', 'in/.git/HEAD': '', 'in/.gitignore': '*.o\n' })
    expect(await judged(tree, 'a.log')).toEqual({ kind: 'not-ignored' })
    expect(await judged(tree, 'in/a.log')).toEqual({ kind: 'not-ignored' })
    expect((await judged(tree, 'in/a.o')).kind).toBe('ignored')
  })

  it('is not guessed where rules cannot be read', async () => {
    const tree = makeTree({
      '.ignore': 'dir/\n',
      'sub/.git': 'gitdir: ../elsewhere\n',
      'dir/sub/.git': 'gitdir: ../elsewhere\n',
    })
    execFileSync('mkfifo', [`${tree.root}/dir/.ignore`])
    expect(await judged(tree, 'sub/a.txt')).toEqual({ kind: 'unknown' })
    expect((await judged(tree, 'dir/sub/a.txt')).kind).toBe('ignored')
    expect((await judged(tree, 'other/a.txt')).kind).toBe('not-ignored')
    expect((await judged(tree, `${'a/'.repeat(80)}b`)).kind).toBe('unknown')
    const stop = new AbortController()
    stop.abort()
    expect(await judge(tree.root, 'dir/x', options, stop.signal)).toEqual({ kind: 'unknown' })
  })

  it('judges as a listing of the real tree does', async () => {
    const part = fc.constantFrom('a', 'b', 'c.x', 'd y', 'é')
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    const line = fc.oneof(
      fc.constantFrom(
        '*',
        '*.x',
        '**/b',
        'a/',
        '/a',
        '!a',
        '!*.x',
        'a/b',
        '?',
        '[ab]',
        '!/b/',
        '#a',
        '',
      ),
      path,
    )
    const rules = fc.array(line, { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`)
    const directory = fc.constantFrom('', 'a/', 'b/', 'a/b/')
    const file = fc.constantFrom('.gitignore', '.ignore', '.rgignore')
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(directory, file, rules), { maxLength: 3 }),
        fc.subarray(['', 'a/', 'a/b/']),
        async (paths, ignores, checkouts) => {
          const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)))
          const isFile = (place: string) => files.some((file) => place.startsWith(`${file}/`))
          const tree = makeTree(Object.fromEntries(files.map((path) => [path, ''])))
          for (const [place, name, text] of ignores) {
            if (!isFile(place)) tree.write(`${place}${name}`, text)
          }
          for (const place of checkouts) if (!isFile(place)) tree.write(`${place}.git/HEAD`, '')
          const listed = spawnSync(rgPath, listArgs({ hidden: false, ignored: false }), {
            cwd: tree.root,
          }).stdout.toString()
          for (const path of files) {
            const { kind } = await judged(tree, Buffer.from(path).toString('latin1'))
            const isListed = listed.split('\0').includes(`./${path}`)
            expect([path, kind]).toEqual([path, isListed ? 'not-ignored' : 'ignored'])
          }
          tree.remove()
        },
      ),
      { numRuns: 30 },
    )
  })
})
