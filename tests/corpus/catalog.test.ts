import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Catalog,
  findFile,
  keyAt,
  pathBelowRoot,
  positionOf,
} from '../../src/corpus/catalog.ts'
import { classOf, pathClasses } from '../../src/corpus/classify.ts'
import { openInside, readAt } from '../../src/corpus/door.ts'
import { keyText } from '../../src/corpus/order.ts'
import { absentByRepository, listCorpus, scanListed, withAbsent } from '../../src/corpus/scan.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import {
  commitAll,
  filesOf,
  git,
  optionsOf,
  pathsOf,
  repositoryOf,
  scan,
  scanUnprivileged,
} from './scanning.ts'

/** What ripgrep lists, run by hand in a tree. */
function rgLists(root: string, ...flags: string[]): string[] {
  const args = ['--no-config', '--files', '--null', ...flags]
  const { stdout } = spawnSync(rgPath, args, { cwd: root, env: {}, maxBuffer: 1 << 28 })
  return stdout.toString('latin1').split('\0').slice(0, -1).sort()
}

/** What `find` counts, run by hand in a tree. */
function findCounts(root: string, ...expression: string[]): number {
  const args = ['.', ...expression, '-printf', 'x']
  const { stdout, status } = spawnSync('find', args, { cwd: root, encoding: 'utf8' })
  expect(status).toBe(0)
  return stdout.length
}

const paths = (catalog: Catalog) =>
  filesOf(catalog)
    .map((file) => pathBelowRoot(file).toString('latin1'))
    .sort()

const states = (catalog: Catalog) =>
  Object.fromEntries(filesOf(catalog).map(({ path, state }) => [path.toString(), state]))

const absent = (catalog: Catalog, name: string) => repositoryOf(catalog, name).absent

describe('ignore files', () => {
  it('of a checkout are respected as ripgrep respects them', async () => {
    const { root, name } = makeTree({
      '.gitignore': '*.o\n/build/\n!keep.o\nsecret/\n',
      '.ignore': '*.log\n',
      '.rgignore': '*.tmp\n',
      'a.c': '',
      'a.o': '',
      'a.log': '',
      'a.tmp': '',
      'keep.o': '',
      'build/out.c': '',
      'src/build/in.c': '',
      'src/.gitignore': '!a.o\nb.c\n',
      'src/a.o': '',
      'src/b.c': '',
      'secret/key.c': '',
      '.git/info/exclude': 'excluded.c\n',
      'excluded.c': '',
    })
    git(root, 'init', '--quiet')
    writeFileSync(join(root, '.git/info/exclude'), 'excluded.c\n')
    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['a.c', 'keep.o', 'src/a.o', 'src/build/in.c'] })
    expect(paths(catalog)).toEqual(rgLists(root))
    expect(absent(catalog, name)).toEqual({ ignored: 7, hidden: 4, links: 0, special: 0 })
  })

  it('of a plain directory: .ignore is respected, .gitignore is not, as in ripgrep', async () => {
    const { root, name } = makeTree({
      '.gitignore': '*.o\n',
      '.ignore': '*.log\n',
      'a.o': '',
      'a.log': '',
    })
    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['a.o'] })
    expect(paths(catalog)).toEqual(rgLists(root))
    expect(absent(catalog, name)).toEqual({ ignored: 1, hidden: 2, links: 0, special: 0 })
  })

  it('of a parent directory and of the host are not', async () => {
    const { root, at } = makeTree({
      '.gitignore': '*\n',
      '.ignore': '*\n',
      '.rgignore': '*\n',
      'home/.gitconfig': '[core]\nexcludesFile = ~/ignore\n',
      'home/ignore': '*\n',
      'home/.config/git/ignore': '*\n',
      'home/rgrc': '--glob=!*\n',
      'checkout/a.c': '',
    })
    git(root, 'init', '--quiet')
    git(join(root, 'checkout'), 'init', '--quiet')
    // ripgrep is given an empty environment; here it has all that a host could put into one.
    const home = at('home').toString()
    const rg = at('rg').toString()
    const hostEnvironment = `HOME=${home} XDG_CONFIG_HOME=${home}/.config RIPGREP_CONFIG_PATH=${home}/rgrc`
    writeFileSync(rg, `#!/bin/sh\n${hostEnvironment} exec ${rgPath} "$@"\n`, { mode: 0o755 })
    const catalog = await scan(join(root, 'checkout'), { rgPath: rg })
    expect(pathsOf(catalog)).toEqual({ checkout: ['a.c'] })
  })

  it.each(['!*', '!.*', '!.env', '!.git', '!.git/', '!.git/**', '!/.git/config', '!**/.env'])(
    'un-hide nothing with a rule %s',
    async (rule) => {
      for (const ignoreFile of ['.gitignore', '.ignore', '.rgignore', 'sub/.ignore']) {
        const { root, name } = makeTree({
          [ignoreFile]: `${rule}\n`,
          'a.c': '',
          '.env': 'SECRET',
          '.config/key': 'SECRET',
          'sub/.env': 'SECRET',
          'sub/b.c': '',
        })
        git(root, 'init', '--quiet')
        const catalog = await scan(root)
        expect(pathsOf(catalog)).toEqual({ [name]: ['a.c', 'sub/b.c'] })
        expect(absent(catalog, name)).toEqual({ ignored: 0, hidden: 4, links: 0, special: 0 })
      }
    },
  )

  it.each(['.*', '/.*', '.', './', '**/.*'])('lose nothing with a rule %s', async (rule) => {
    const { root, name } = makeTree({ '.ignore': `${rule}\n`, 'a.c': '', 'sub/b.c': '' })
    expect(pathsOf(await scan(root))).toEqual({ [name]: ['a.c', 'sub/b.c'] })
  })

  it('that are not files are no harm: a directory, a dangling link, a link to nowhere good', async () => {
    const { root, name } = makeTree({ 'a.c': '', 'b.c': '', 'sub/c.c': '' })
    mkdirSync(join(root, '.gitignore'))
    symlinkSync('nowhere', join(root, '.ignore'))
    symlinkSync('/', join(root, 'sub/.ignore'))
    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['a.c', 'b.c', 'sub/c.c'] })
  })
})

describe('hidden files', () => {
  const dotted = {
    'a.c': '',
    '.editorconfig': 'root = true\n',
    '.github/workflows/ci.yml': '',
    '.env': 'SECRET',
    'sub/.eslintrc': '',
    'sub/.env': 'SECRET',
  }
  const tracked = (root: string) => {
    git(root, 'init', '--quiet')
    git(root, 'add', 'a.c', '.editorconfig', '.github', 'sub/.eslintrc')
    git(root, 'commit', '--quiet', '--message=all')
  }

  it('are out', async () => {
    const { root, name } = makeTree(dotted)
    tracked(root)
    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['a.c'] })
    expect(absent(catalog, name)).toEqual({ ignored: 0, hidden: 5, links: 0, special: 0 })
  })

  it('that git tracks are let in with --hidden; an untracked .env stays out', async () => {
    const { root, name } = makeTree(dotted)
    tracked(root)
    const catalog = await scan(root, { hidden: true })
    expect(pathsOf(catalog)).toEqual({
      [name]: ['.editorconfig', '.github/workflows/ci.yml', 'a.c', 'sub/.eslintrc'],
    })
    expect(absent(catalog, name)).toEqual({ ignored: 0, hidden: 2, links: 0, special: 0 })
  })

  it('of nested checkouts are judged by these, wherever they stand', async () => {
    const { root } = makeTree({
      'outer/.outer': '',
      'outer/inner/.inner': '',
      'outer/inner/.env': 'SECRET',
      'outer/.tools/own/.own': '',
      'outer/.tools/own/.env': 'SECRET',
      'outer/.tools/own/b.c': '',
    })
    commitAll(join(root, 'outer'))
    for (const [directory, file] of [
      ['outer/inner', '.inner'],
      ['outer/.tools/own', '.own'],
    ] as const) {
      git(join(root, directory), 'init', '--quiet')
      git(join(root, directory), 'add', file)
    }
    expect(pathsOf(await scan(join(root, 'outer'), { hidden: true }))).toEqual({
      outer: ['.outer'],
      'outer/.tools/own': ['.own'],
      'outer/inner': ['.inner'],
    })
  })

  it('of a plain directory are all let in with --hidden, and none is lost', async () => {
    const { root, name } = makeTree({ '.top': '', '.config/a': '', 'one/.b': '', 'one/c': '' })
    expect(pathsOf(await scan(root, { hidden: true }))).toEqual({
      [name]: ['.config/a', '.top'],
      one: ['.b', 'c'],
    })
  })

  it('of git are never let in, in any letter case', async () => {
    const files = {
      'a.c': '',
      '.b': '',
      '.GIT/config': 'SECRET',
      '.Git/HEAD': 'SECRET',
      'sub/.gIT/x': 'SECRET',
      '.ignore': '!*\n!.git\n!.GIT\n',
    }
    const plain = makeTree(files)
    const checkout = makeTree(files)
    git(checkout.root, 'init', '--quiet')
    git(checkout.root, 'add', '.b')
    expect(paths(await scan(plain.root, { hidden: true }))).toEqual(['.b', '.ignore', 'a.c'])
    expect(paths(await scan(plain.root))).toEqual(['a.c'])
    expect(paths(await scan(checkout.root, { hidden: true }))).toEqual(['.b', 'a.c'])
    expect(paths(await scan(checkout.root))).toEqual(['a.c'])
  })

  it('stay out of a checkout that git cannot read', async () => {
    const { root, name } = makeTree({ 'a.c': '', '.env': 'SECRET', '.git/HEAD': 'garbage' })
    expect(pathsOf(await scan(root, { hidden: true }))).toEqual({ [name]: ['a.c'] })
  })

  it('cost no program: a checkout’s configuration runs nothing', async () => {
    const { root, at } = makeTree({ 'a.c': '', '.b': '' })
    commitAll(root)
    const canary = `${at('canary')}`
    for (const key of ['core.fsmonitor', 'core.hooksPath', 'alias.ls-files', 'core.pager']) {
      git(root, 'config', key, `!touch ${canary}; touch ${canary}`)
    }
    await scan(root, { hidden: true })
    expect(existsSync(canary)).toBe(false)
  })
})

describe('what is not a regular file', () => {
  it('is neither followed nor opened: links, loops, FIFOs, sockets, devices', async () => {
    const outside = makeTree({ 'secret.c': 'SECRET', 'sub/other.c': 'SECRET' })
    const { root, name } = makeTree({ 'a.c': 'x', 'dir/b.c': 'x', 'links/.keep': '' })
    const at = (path: string) => join(root, path)
    symlinkSync('a.c', at('link.c'))
    symlinkSync('dir', at('linked'))
    symlinkSync('..', at('dir/loop'))
    symlinkSync('self', at('self'))
    symlinkSync('nowhere', at('dangling'))
    symlinkSync(outside.root, at('out'))
    symlinkSync(`${outside.at('secret.c')}`, at('dir/out.c'))
    symlinkSync('/dev/zero', at('zero.c'))
    symlinkSync('../a.c', at('links/only.c'))
    expect(spawnSync('mkfifo', [at('fifo.c'), at('dir/fifo')]).status).toBe(0)
    const server = createServer().listen(at('socket.c'))
    afterAll(() => server.close())
    // Only root may make one.
    const device = spawnSync('mknod', [at('null.c'), 'c', '1', '3']).status === 0 ? 1 : 0

    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['a.c', 'dir/b.c'] })
    expect(paths(catalog)).toEqual(rgLists(root))
    expect(absent(catalog, name)).toEqual({
      ignored: 0,
      hidden: 1,
      links: findCounts(root, '-type', 'l'),
      special: findCounts(root, '(', '-type', 'p', '-o', '-type', 's', '-o', '-type', 'c', ')'),
    })
    expect(absent(catalog, name)).toMatchObject({ links: 9, special: 3 + device })
  })

  it('makes nothing wait that git or ripgrep would open: a FIFO as .git or in its place', async () => {
    const { root } = makeTree({ 'a/x.c': '', 'b/y.c': '', 'b/.hidden': '' })
    spawnSync('mkfifo', [join(root, 'a/.git')])
    git(join(root, 'b'), 'init', '--quiet')
    expect(pathsOf(await scan(root, { hidden: true }))).toEqual({ a: ['x.c'], b: ['y.c'] })
  })
})

describe('an ignore file that ends no listing', () => {
  const mkfifo = (path: string) => expect(spawnSync('mkfifo', [path]).status).toBe(0)

  it('costs its own directory, and the operator is told', async () => {
    const { root } = makeTree({
      'good/a.c': '',
      'good/sub/b.c': '',
      'fifo [1]/c.c': '',
      'fifo [1]/sub/d.c': '',
      'zero/e.c': '',
      'zero/.git/HEAD': '',
      'exclude/f.c': '',
    })
    mkfifo(join(root, 'fifo [1]/.ignore'))
    symlinkSync('/dev/zero', join(root, 'zero/.gitignore'))
    git(join(root, 'exclude'), 'init', '--quiet')
    rmSync(join(root, 'exclude/.git/info/exclude'))
    mkfifo(join(root, 'exclude/.git/info/exclude'))
    const options = optionsOf([root])
    const [listing] = await listCorpus(options)
    expect(listing!.trouble).toMatch(/^listing \S+ (would never have ended|took more memory)/)
    for (const path of ['fifo [1]/.ignore', 'zero/.gitignore', 'exclude/.git/info/exclude']) {
      expect(listing!.trouble).toContain(path)
    }
    expect(listing!.trouble).toContain('; left out: ')
    const looked = scanListed([listing!], options, undefined)!
    const { catalog } = withAbsent(looked, await absentByRepository([listing!], options))
    expect(paths(catalog)).toEqual(['good/a.c', 'good/sub/b.c'])
    const counts = catalog.repositories.map(({ name, absent }) => [name, absent!.ignored])
    expect(counts).toEqual([
      ['exclude', 1],
      ['fifo [1]', 2],
      ['good', 0],
      ['zero', 1],
    ])
  }, 60_000)

  it('at the root is named, since nothing can be listed', async () => {
    const fifo = makeTree({ 'a.c': '' })
    mkfifo(join(fifo.root, '.gitignore'))
    await expect(scan(fifo.root)).rejects.toThrow(
      `listing ${fifo.root} would never have ended, see .gitignore`,
    )
    const zero = makeTree({ 'a.c': '' })
    symlinkSync('/dev/zero', join(zero.root, '.ignore'))
    await expect(scan(zero.root)).rejects.toThrow(
      /^listing \S+ took more memory or time than allowed \(SIG\w+\), see \.ignore$/,
    )
  }, 60_000)
})

describe('a file that is listed and not searched', () => {
  const utf16 = (text: string, mark: readonly number[], swap: boolean) => {
    const bytes = Buffer.from(text, 'utf16le')
    return Buffer.concat([Buffer.from(mark), swap ? bytes.swap16() : bytes])
  }

  it('is binary if a NUL stands anywhere in it, late as early; UTF-16 with its mark is text', async () => {
    const late = Buffer.alloc(3_000_000, 'text\n')
    late[2_999_999] = 0
    const { root } = makeTree({
      'empty.txt': '',
      'first.bin': '\0',
      'late.bin': late,
      'utf16le.txt': utf16('line\nline\n', [0xff, 0xfe], false),
      'utf16be.txt': utf16('line\nline', [0xfe, 0xff], true),
      'utf16-unmarked.bin': utf16('line\n', [], false),
      'utf16-nul.bin': utf16('a\0b\n', [0xff, 0xfe], false),
      'mark.txt': '\ufefftext\n',
      'latin1.txt': Buffer.from('caf\xe9\n', 'latin1'),
      'control.txt': '\x01\x02\x7f\n',
      'image.bin': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    })
    const catalog = await scan(root)
    for (const { path, state, lines, encoding } of filesOf(catalog)) {
      const name = path.toString()
      expect([name, state]).toEqual([name, name.endsWith('.bin') ? 'binary' : 'searched'])
      if (name.startsWith('utf16') && state === 'searched') {
        expect([name, lines, encoding]).toEqual([name, 2, name.slice(0, 7).replace('16', '-16')])
      }
    }
    // ripgrep's own rule, on a walk, for all that has no mark
    const searched = spawnSync(rgPath, ['--no-config', '--count', '--include-zero', '', '.'], {
      cwd: root,
      encoding: 'utf8',
    }).stdout
    for (const { path, state, lines } of filesOf(catalog)) {
      const line = `./${path}:${lines}\n`
      if (lines > 0)
        expect([path.toString(), searched.includes(line)]).toEqual([
          path.toString(),
          state === 'searched',
        ])
    }
  })

  it('is large from one byte above the limit', async () => {
    const { root } = makeTree({ 'at.txt': 'x'.repeat(5_000), 'above.txt': 'x'.repeat(5_001) })
    writeFileSync(join(root, 'sparse.txt'), '')
    truncateSync(join(root, 'sparse.txt'), 1e12)
    expect(states(await scan(root, { maxFileBytes: 5_000 }))).toEqual({
      'above.txt': 'large',
      'at.txt': 'searched',
      'sparse.txt': 'large',
    })
  })

  it('is unreadable if it cannot be opened, or its directory not entered', async () => {
    const { root } = makeTree({ 'a.c': 'x', 'locked.c': 'x', 'dir/in.c': 'x', 'shut/in.c': 'x' })
    chmodSync(join(root, 'locked.c'), 0)
    chmodSync(join(root, 'dir'), 0o744)
    chmodSync(join(root, 'shut'), 0)
    const catalog = await scanUnprivileged(root)
    chmodSync(join(root, 'shut'), 0o755)
    expect(states(catalog)).toEqual({
      'a.c': 'searched',
      'dir/in.c': process.getuid?.() === 0 ? 'unreadable' : 'searched',
      'locked.c': 'unreadable',
    })
  })
})

describe('the list', () => {
  it('is all that ripgrep lists, and the rest is counted: equal to counts by hand', async () => {
    const { root, name } = messyTree()
    const catalog = await scan(root)
    expect(paths(catalog)).toEqual(rgLists(root))
    const unhidden = rgLists(root, '--no-ignore').length
    const all = rgLists(root, '--no-ignore', '--hidden', '--glob=!.git').length
    expect(catalog.columns.count).toBeGreaterThan(50)
    expect(absent(catalog, name)).toEqual({
      ignored: unhidden - catalog.columns.count,
      hidden: all - unhidden,
      links: findCounts(
        root,
        '(',
        '-name',
        '.?*',
        '-o',
        '-name',
        'out',
        ')',
        '-prune',
        '-o',
        '-type',
        'l',
      ),
      special: 0,
    })
    // and all of them together, with find
    const { ignored, hidden } = absent(catalog, name)!
    expect(ignored * hidden).toBeGreaterThan(0)
    expect(catalog.columns.count + ignored + hidden).toBe(
      findCounts(root, '-name', '.git', '-prune', '-o', '-type', 'f'),
    )
  })

  it('counts for each of many repositories its own', async () => {
    const { root } = makeTree({
      'one/a.c': '',
      'one/.hidden': '',
      'one/in/b.c': '',
      'one/in/.hidden1': '',
      'one/in/.hidden2': '',
      'one/in/c.o': '',
      'one/in/.gitignore': '*.o\n',
      'two/d.c': '',
    })
    git(join(root, 'one'), 'init', '--quiet')
    git(join(root, 'one/in'), 'init', '--quiet')
    symlinkSync('a.c', join(root, 'one/link'))
    symlinkSync('d.c', join(root, 'two/link'))
    symlinkSync('d.c', join(root, 'two/link2'))
    const catalog = await scan(root)
    const counts = catalog.repositories.map(({ name, absent }) => [name, Object.values(absent!)])
    expect(counts).toEqual([
      ['one', [0, 1, 1, 0]],
      ['one/in', [1, 3, 0, 0]],
      ['two', [0, 0, 2, 0]],
    ])
  })

  it('keeps the bytes of names that are not UTF-8', async () => {
    const tree = makeTree({ 'a.c': 'x' })
    const names = ['caf\xe9.c', '\xff\xfe', 'dir\xc3/\xe9\n.c', 'half \xf0\x9f.txt']
    for (const name of names) tree.write(Buffer.from(name, 'latin1'), 'x')
    const catalog = await scan(tree.root)
    expect(paths(catalog)).toEqual(['a.c', ...names].sort())
    expect(new Set(filesOf(catalog).map(({ state }) => state))).toEqual(new Set(['searched']))
    everyFileIsFound(catalog)
  })

  it('is ordered by repository, then class, then path, by value where there are numbers', async () => {
    const repository = (name: string) => ({
      [`${name}/README.md`]: '',
      [`${name}/file10.c`]: '',
      [`${name}/file9.c`]: '',
      [`${name}/File9b.c`]: '',
      [`${name}/file09.c`]: '',
      [`${name}/src/a.c`]: '',
      [`${name}/src-gen/a.c`]: '',
      [`${name}/src.c`]: '',
      [`${name}/tests/a.c`]: '',
      [`${name}/vendor/a.c`]: '',
      [`${name}/go.sum`]: '',
      [`${name}/app.min.js`]: '',
    })
    const { root } = makeTree({
      ...repository('lib10'),
      ...repository('lib9'),
      ...repository('Lib9'),
      ...repository('abc'),
    })
    const catalog = await scan(root)
    const order = [
      ...['file09.c', 'file9.c', 'File9b.c', 'file10.c', 'README.md'],
      ...['src/a.c', 'src-gen/a.c', 'src.c'],
      ...['tests/a.c', 'vendor/a.c', 'go.sum', 'app.min.js'],
    ]
    expect(Object.entries(pathsOf(catalog))).toEqual(
      ['abc', 'Lib9', 'lib9', 'lib10'].map((name) => [name, order]),
    )
  })

  it('is sorted by keys that are unique, in every form in which they travel', async () => {
    const catalog = await scan([
      messyTree().root,
      ['more', oddTree().root],
      ['even', oddTree().root],
    ])
    const { count } = catalog.columns
    const keys = Array.from({ length: count }, (_, i) => keyAt(catalog, i))
    const texts = keys.map(keyText)
    expect(keys).toEqual([...new Set(keys)].sort())
    expect(texts.map((text) => Buffer.from(text))).toEqual(
      texts.map((text) => Buffer.from(text)).sort(Buffer.compare),
    )
    everyFileIsFound(catalog)
    for (const { repository, path, index } of filesOf(catalog)) {
      expect(repository.from <= index && index < repository.to).toBe(true)
      expect(pathClasses[catalog.columns.pathClass[index]!]).toBe(classOf(path.toString()))
    }
  })

  it('is the same however the files lie on disk', async () => {
    const names = ['b', 'a/b', 'a.c', 'a/a1', 'a/a10', 'a/a9', 'A', 'tests/x', 'é', 'a b']
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(names, { minLength: names.length }),
        async (shuffled) => {
          const tree = makeTree(Object.fromEntries(shuffled.map((name) => [name, name])))
          const listed = pathsOf(await scan([['x', tree.root]]))
          tree.remove()
          expect(listed).toEqual({
            x: ['A', 'a/a1', 'a/a9', 'a/a10', 'a/b', 'a b', 'a.c', 'b', 'é', 'tests/x'],
          })
        },
      ),
      { numRuns: 5 },
    )
  })

  it('holds 100,000 files', async () => {
    const { root, name } = makeTree()
    for (let directory = 0; directory < 100; directory++) {
      const first = join(root, `d${directory}/f0.c`)
      mkdirSync(join(root, `d${directory}`))
      writeFileSync(first, 'one\ntwo\n')
      // Hard links are made more quickly than files.
      for (let file = 1; file < 1_000; file++) {
        linkSync(first, join(root, `d${directory}/f${file}.c`))
      }
    }
    writeFileSync(join(root, 'top.c'), 'three')
    const catalog = await scan(root)
    expect(catalog.columns.count).toBe(100_001)
    expect(catalog.columns.lines.reduce((sum, lines) => sum + lines)).toBe(200_001)
    expect(paths(catalog)).toEqual(rgLists(root))
    const listed = pathsOf(catalog)[name]!
    expect([listed[0], listed[1_000], listed[10_999], listed[100_000]]).toEqual([
      'd0/f0.c',
      'd1/f0.c',
      'd10/f999.c',
      'top.c',
    ])
  }, 120_000)
})

/** Whatever the catalog lists, the door opens, with the bytes that were counted, and `findFile` finds. */
function everyFileIsFound(catalog: Catalog) {
  for (const file of filesOf(catalog)) {
    expect(findFile(catalog, file.repository, file.path)).toEqual(file)
    expect(positionOf(catalog, keyText(keyAt(catalog, file.index)))).toBe(file.index)
    const door = openInside(file.repository.root, pathBelowRoot(file))
    if (typeof door === 'string') throw new Error(`${file.path}: ${door}`)
    expect([door.bytes, door.modifiedMs]).toEqual([file.bytes, file.modifiedMs])
    expect(readAt(door, 0, door.bytes)).toHaveLength(file.bytes)
    door.close()
  }
}

/** A checkout with a bit of everything that is left out. */
function messyTree(): Tree {
  const files: Record<string, string> = {}
  for (const directory of ['', 'src/', 'src/lib/', 'docs/', 'out/', 'out/deep/', '.cache/']) {
    for (let i = 0; i < 15; i++) {
      files[`${directory}file${i}.c`] = `${i}\n`
      if (i % 3 === 0) files[`${directory}file${i}.o`] = 'x'
      if (i % 5 === 0) files[`${directory}.file${i}`] = 'x'
    }
  }
  const tree = makeTree({ ...files, '.gitignore': '*.o\nout/\n', 'docs/.ignore': 'file1*\n' })
  git(tree.root, 'init', '--quiet')
  for (const path of ['link', 'src/link', 'src/link.o', 'out/link', '.cache/link']) {
    symlinkSync('file1.c', join(tree.root, path))
  }
  mkdirSync(join(tree.root, 'src/only/links'), { recursive: true })
  symlinkSync('../../file1.c', join(tree.root, 'src/only/links/link'))
  return tree
}

/** Names that are awkward to put in order. */
function oddTree(): Tree {
  const tree = makeTree()
  const parts = ['a', 'A', 'a0', 'a00', 'a1', 'a01', 'a10', 'a9', ' ', '-', '!', '{{x}}', '+', '#%']
  const bytes = ['é', '\xe9', '\xff', '\x01', '\x7f', '日本', '😀', 'a\n', '\\', '\u202e']
  const names = [...parts, ...bytes.map((name) => name)]
  for (const name of names) {
    const raw = /^[\xe9\xff]$/.test(name) ? Buffer.from(name, 'latin1') : Buffer.from(name)
    tree.write(Buffer.concat([raw, Buffer.from('.c')]), 'x\n')
    tree.write(Buffer.concat([raw, Buffer.from('/'), raw]), 'x\n')
  }
  tree.write(`${'9'.repeat(200)}.c`, '')
  tree.write(`${'9'.repeat(199)}.c`, '')
  tree.write(`${'0'.repeat(200)}1.c`, '')
  return tree
}
