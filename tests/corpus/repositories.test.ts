import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeTree } from '../support/tree.ts'
import { commitAll, git, pathsOf, repositoryOf, scan } from './scanning.ts'

const kinds = async (...args: Parameters<typeof scan>) =>
  Object.fromEntries((await scan(...args)).repositories.map(({ name, kind }) => [name, kind]))

describe('a root is one repository', () => {
  it('if it is a checkout', async () => {
    const { root, name } = makeTree({ 'README.md': 'x', 'src/a.c': 'x', 'src/deep/b.c': 'x' })
    commitAll(root)
    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['README.md', 'src/a.c', 'src/deep/b.c'] })
    expect(repositoryOf(catalog, name)).toMatchObject({ kind: 'checkout', root, prefix: '' })
  })

  it('if it is a plain directory with files', async () => {
    const { root, name } = makeTree({ 'notes.txt': 'x', 'src/a.c': 'x', 'doc/b.md': 'x' })
    expect(pathsOf(await scan(root))).toEqual({ [name]: ['doc/b.md', 'notes.txt', 'src/a.c'] })
    expect(await kinds(root)).toEqual({ [name]: 'directory' })
  })

  it('if it is a worktree, whose .git is a file', async () => {
    const { root } = makeTree({ 'main/a.c': 'x' })
    commitAll(join(root, 'main'))
    git(join(root, 'main'), 'worktree', 'add', '--quiet', '../feature')
    expect(await kinds(join(root, 'feature'))).toEqual({ feature: 'checkout' })
    expect(pathsOf(await scan(join(root, 'feature')))).toEqual({ feature: ['a.c'] })
  })

  it('with what is changed and untracked in it: the files are what stands there now', async () => {
    const { root, name, write } = makeTree({ 'a.c': 'old', 'gone.c': 'x' })
    commitAll(root)
    write('a.c', 'new\nlines\n')
    write('untracked.c', 'x')
    rmSync(join(root, 'gone.c'))
    const catalog = await scan(root)
    expect(pathsOf(catalog)).toEqual({ [name]: ['a.c', 'untracked.c'] })
    expect([...catalog.columns.bytes]).toEqual([10, 1])
  })

  it('if it is a bare repository: shown, with nothing of git in it', async () => {
    const { root } = makeTree({ 'a.c': 'x' })
    commitAll(root)
    git(root, 'clone', '--quiet', '--bare', '.', 'bare.git')
    const catalog = await scan(join(root, 'bare.git'))
    expect(pathsOf(catalog)).toEqual({ 'bare.git': [] })
    expect(catalog.repositories).toMatchObject([
      { kind: 'bare', absent: { ignored: 0, hidden: 0, links: 0, special: 0 } },
    ])
  })

  it('if there is nothing in it: a checkout without files, or an empty directory', async () => {
    const checkout = makeTree()
    git(checkout.root, 'init', '--quiet')
    expect(pathsOf(await scan(checkout.root))).toEqual({ [checkout.name]: [] })
    expect(await kinds(checkout.root)).toEqual({ [checkout.name]: 'checkout' })
    const empty = makeTree()
    expect(pathsOf(await scan(empty.root))).toEqual({ [empty.name]: [] })
  })
})

describe('a root is many repositories', () => {
  it('if it holds checkouts', async () => {
    const { root } = makeTree({ 'beta/b.c': 'x', 'alpha/a.c': 'x' })
    commitAll(join(root, 'alpha'))
    commitAll(join(root, 'beta'))
    expect(pathsOf(await scan(root))).toEqual({ alpha: ['a.c'], beta: ['b.c'] })
  })

  it('if it holds only directories', async () => {
    const { root } = makeTree({ 'one/a.c': 'x', 'two/deep/er/b.c': 'x' })
    expect(pathsOf(await scan(root))).toEqual({ one: ['a.c'], two: ['deep/er/b.c'] })
  })

  it('laid out by host and owner', async () => {
    const { root } = makeTree({
      'github.com/ann/tool/a.c': 'x',
      'github.com/ann/site/index.html': 'x',
      'git.example.org/bob/lib/b.c': 'x',
    })
    for (const path of ['github.com/ann/tool', 'github.com/ann/site', 'git.example.org/bob/lib']) {
      commitAll(join(root, path))
    }
    expect(pathsOf(await scan(root))).toEqual({
      'git.example.org/bob/lib': ['b.c'],
      'github.com/ann/site': ['index.html'],
      'github.com/ann/tool': ['a.c'],
    })
  })

  it('and loses no file that lies beside the checkouts', async () => {
    const { root, name } = makeTree({
      'README.md': 'x',
      'org/NOTES.md': 'x',
      'org/repo/a.c': 'x',
      'scripts/run.sh': 'x',
    })
    commitAll(join(root, 'org/repo'))
    expect(pathsOf(await scan(root))).toEqual({
      [name]: ['README.md'],
      org: ['NOTES.md'],
      'org/repo': ['a.c'],
      scripts: ['run.sh'],
    })
  })

  it('of which some are bare, some empty, and some not checkouts at all', async () => {
    const { root } = makeTree({ 'code/a.c': 'x', 'plain/b.c': 'x' })
    commitAll(join(root, 'code'))
    git(root, 'clone', '--quiet', '--bare', 'code', 'mirror.git')
    mkdirSync(join(root, 'fresh'))
    git(join(root, 'fresh'), 'init', '--quiet')
    expect(await kinds(root)).toEqual({
      code: 'checkout',
      fresh: 'checkout',
      'mirror.git': 'bare',
      plain: 'directory',
    })
    expect(pathsOf(await scan(root))).toEqual({
      code: ['a.c'],
      fresh: [],
      'mirror.git': [],
      plain: ['b.c'],
    })
  })

  it('one for each root', async () => {
    const one = makeTree({ 'a.c': 'x' })
    const two = makeTree({ 'b.c': 'x' })
    expect(
      pathsOf(
        await scan([
          ['two', two.root],
          ['one', one.root],
        ]),
      ),
    ).toEqual({ one: ['a.c'], two: ['b.c'] })
  })
})

describe('a checkout in a checkout', () => {
  it('is a repository of its own: nested, a submodule, a submodule of that', async () => {
    const { root, name } = makeTree({ 'lib/l.c': 'x', 'inner/i.c': 'x', 'outer/o.c': 'x' })
    const at = (path: string) => join(root, path)
    commitAll(at('lib'))
    commitAll(at('inner'))
    git(at('inner'), 'submodule', '--quiet', 'add', '../lib', 'vendor/lib')
    commitAll(at('inner'))
    commitAll(at('outer'))
    git(at('outer'), 'submodule', '--quiet', 'add', '../inner', 'deps/inner')
    git(at('outer'), 'submodule', '--quiet', 'update', '--init', '--recursive')
    git(at('outer'), 'init', '--quiet', 'tools/own')
    makeIn(at('outer/tools/own'))
    const outer = await scan(at('outer'))
    expect(pathsOf(outer)).toEqual({
      outer: ['o.c'],
      'outer/deps/inner': ['i.c'],
      'outer/deps/inner/vendor/lib': ['l.c'],
      'outer/tools/own': ['own.c'],
    })
    expect(new Set(outer.repositories.map(({ kind }) => kind))).toEqual(new Set(['checkout']))
    // and below a root that is many, without that root's name
    expect(Object.keys(pathsOf(await scan(root)))).toEqual([
      'inner',
      'inner/vendor/lib',
      'lib',
      'outer',
      'outer/deps/inner',
      'outer/deps/inner/vendor/lib',
      'outer/tools/own',
    ])
    expect(Object.keys(pathsOf(await scan([[name, root]])))[0]).toBe(`${name}/inner`)

    function makeIn(directory: string) {
      git(directory, 'init', '--quiet')
      renameSync(at('lib/l.c'), join(directory, 'own.c'))
      git(at('lib'), 'checkout', '--quiet', '--', 'l.c')
    }
  })
})

describe('the name of a repository', () => {
  it('is what NAME=DIR says, also for the many that a root holds', async () => {
    const one = makeTree({ 'a.c': 'x' })
    const many = makeTree({ 'x/a.c': 'x', 'y/b.c': 'x', 'y/z/c.c': 'x' })
    commitAll(join(many.root, 'y'))
    git(join(many.root, 'y/z'), 'init', '--quiet')
    const catalog = await scan([
      ['the/one', one.root],
      ['all', many.root],
    ])
    expect(Object.keys(pathsOf(catalog))).toEqual(['all/x', 'all/y', 'all/y/z', 'the/one'])
  })

  it('is the directory’s, with spaces, in any script', async () => {
    const { root } = makeTree({ 'my project/a.c': 'x', 'проект/b.c': 'x', '日本語/c.c': 'x' })
    expect(pathsOf(await scan(root))).toEqual({
      'my project': ['a.c'],
      проект: ['b.c'],
      日本語: ['c.c'],
    })
    expect(Object.keys(pathsOf(await scan(join(root, 'проект'))))).toEqual(['проект'])
    expect(Object.keys(pathsOf(await scan(join(root, 'my project'))))).toEqual(['my project'])
  })

  it('has no @, which stands before a revision in our URLs, and is text', async () => {
    const tree = makeTree({ '@scope/a.c': 'x', 'lib@2/b.c': 'x' })
    tree.write(Buffer.from('caf\xe9/c.c', 'latin1'), 'x')
    expect(pathsOf(await scan(tree.root))).toEqual({
      _scope: ['a.c'],
      caf_: ['c.c'],
      lib_2: ['b.c'],
    })
    expect(Object.keys(pathsOf(await scan(join(tree.root, 'lib@2'))))).toEqual(['lib_2'])
  })

  it('stays one of its own where that makes two of them equal', async () => {
    const { root } = makeTree({ 'a_1/under.c': 'x', 'a@1/at.c': 'x' })
    expect(pathsOf(await scan(root))).toEqual({ a_1: ['at.c'], 'a_1~2': ['under.c'] })
  })

  it('is that of the link through which a root is given; and the link may be moved on', async () => {
    const { root } = makeTree({ 'v1/a.c': 'x', 'v2/b.c': 'x' })
    const current = join(root, 'current')
    symlinkSync('v1', current)
    const before = await scan(current)
    expect(pathsOf(before)).toEqual({ current: ['a.c'] })
    expect(before.repositories[0]!.root).toBe(join(root, 'v1'))
    rmSync(current)
    symlinkSync('v2', current)
    expect(pathsOf(await scan(current))).toEqual({ current: ['b.c'] })
    // the link itself, in a root, is followed no more than any other
    expect(Object.keys(pathsOf(await scan(root)))).toEqual(['v1', 'v2'])
  })

  it.each([
    ['of one name twice', () => [makeTree({ 'x/a.c': '' }).root, makeTree({ 'x/b.c': '' }).root]],
    ['that is given twice', () => Array(2).fill(makeTree({ 'x/a.c': '', 'y/b.c': '' }).root)],
    [
      'of which one contains the other',
      () => {
        const { root } = makeTree({ 'x/a.c': '', 'y/b.c': '' })
        return [root, join(root, 'x')]
      },
    ],
  ])('is refused for roots %s, with the way out', async (_, roots) => {
    await expect(scan(roots())).rejects.toThrow(
      /^two repositories are called x: \S+ and \S+; name one of them with NAME=DIR$/,
    )
  })

  it('given to one of two overlapping roots makes them two views of the same files', async () => {
    const { root } = makeTree({ 'x/a.c': 'x', 'y/b.c': 'x' })
    expect(pathsOf(await scan([root, ['again', join(root, 'x')]]))).toEqual({
      again: ['a.c'],
      x: ['a.c'],
      y: ['b.c'],
    })
  })
})
