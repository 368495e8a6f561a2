import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Catalog, fileAt } from '../../src/corpus/catalog.ts'
import { answerOf, queryOf, searchIn } from '../search/answer.ts'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { makeTree } from '../support/tree.ts'
import { committed } from './committed.ts'

const pathsOf = (catalog: Catalog, state?: string): string[] =>
  Array.from({ length: catalog.columns.count }, (_, i) => fileAt(catalog, i))
    .filter((file) => state === undefined || file.state === state)
    .map(({ path }) => path.toString('latin1'))
    .sort()

const cacheOf = () => `${makeTree().root}/revisions`

/** All that is below a directory; bytes one character each. */
const everything = (root: string): readonly string[] =>
  spawnSync('find', ['.', '-mindepth', '1', '-printf', '%P\\0'], { cwd: root, encoding: 'latin1' })
    .stdout.split('\0')
    .filter((path) => path !== '')
    .sort()

/** Puts a tree into the store as it stands, whatever git would say to it. */
function literalTree(tree: GitTree, entries: readonly (readonly [string, string, string])[]) {
  const bytes = Buffer.concat(
    entries.flatMap(([mode, name, id]) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  )
  const ran = spawnSync('git', ['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], {
    ...{ cwd: tree.root, input: bytes, encoding: 'utf8' },
  })
  if (ran.status !== 0) throw new Error(ran.stderr)
  return ran.stdout.trim()
}

const blob = (tree: GitTree, content: string | Buffer) => {
  tree.write('.blob', content)
  return tree.git('hash-object', '-w', '.blob')
}

const components = fc.constantFrom('a', 'b', 'ü', 'x y', 'A', '-n', 'c\nd', '[', '.h', 'test', '*')
const contents = fc.oneof(
  fc
    .array(fc.constantFrom('foo', 'Foo', 'bar', '\n', '\r\n', ' ', 'é', '\ufeff'))
    .map((parts) => parts.join('')),
  fc.constant('foo\0bar'),
  fc.constant(''),
  fc.constant('foo\n'.repeat(3_000)),
)
const files = fc.dictionary(
  fc.array(components, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  contents,
  { minKeys: 1, maxKeys: 8 },
)

describe('the files of a commit', () => {
  it('are searched with the answer of ripgrep in a work tree of it', async () => {
    const tree = makeGitTree()
    const trees = await committed(tree, cacheOf())
    let nth = 0
    await fc.assert(
      fc.asyncProperty(files, async (then) => {
        tree.git('read-tree', '--empty')
        spawnSync('find', ['.', '-mindepth', '1', '-not', '-path', './.git*', '-delete'], {
          cwd: tree.root,
        })
        for (const [name, content] of Object.entries(then)) {
          try {
            tree.write(name, content)
          } catch {
            // One that is a directory of another's way.
          }
        }
        const id = tree.commit('then')
        const { catalog, release } = await trees.open(id)
        const place = `${makeTree().root}/${nth++}`
        tree.git('worktree', 'add', '--quiet', '--detach', place, id)
        const args = ['--no-config', '--json', '--max-filesize=10000', '--no-ignore-parent', '-S']
        const ran = spawnSync(rgPath, [...args, 'foo', './'], { cwd: place, encoding: 'utf8' })
        const expected = ran.stdout
          .split('\n')
          .filter((line) => line.startsWith('{"type":"match"'))
          .map((line) => JSON.parse(line).data)
          .map(({ path, lines, line_number }) => [
            path.text.slice(2),
            line_number,
            (lines.text ?? Buffer.from(lines.bytes, 'base64').toString()).replace(/\r?\n$/, ''),
          ])
        // Of a file with a NUL it prints what comes before.
        const binary = new Set(pathsOf(catalog, 'binary'))
        const answer = await answerOf(searchIn(catalog, queryOf('foo')))
        const found = answer.files.flatMap(({ file, lines }) =>
          lines.map(({ number, text }) => [file.path.toString(), number, text]),
        )
        const byPath = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort()
        const isSearched = ([path]: readonly unknown[]) =>
          !binary.has(Buffer.from(path as string).toString('latin1'))
        expect(byPath(found)).toEqual(byPath(expected.filter(isSearched)))
        release()
      }),
      { numRuns: 10 },
    )
  }, 120_000)

  it('bear the repository’s name, the commit, and what is left out', async () => {
    const tree = makeGitTree({ 'a.txt': 'a\n', '.env': 's\n', 'big.txt': 'x'.repeat(20_000) })
    spawnSync('ln', ['-s', 'a.txt', 'link'], { cwd: tree.root })
    tree.commit('One')
    const { catalog } = await (await committed(tree, cacheOf())).open('HEAD')
    expect(catalog.repositories).toMatchObject([
      {
        ...{ name: tree.name, revision: 'c'.repeat(40) },
        absent: { hidden: 1, links: 1, special: 0, ignored: 0 },
      },
    ])
    expect(pathsOf(catalog)).toEqual(['a.txt', 'big.txt'])
    expect(pathsOf(catalog, 'large')).toEqual(['big.txt'])
  })

  it('are the hidden ones too where these are let in, but never those of git', async () => {
    const tree = makeGitTree({ 'a.txt': 'a\n', '.env': 'e\n', 'b/.git.txt': 'g\n' })
    tree.commit('One')
    const { catalog } = await (await committed(tree, cacheOf(), { hidden: true })).open('HEAD')
    expect(pathsOf(catalog)).toEqual(['.env', 'a.txt', 'b/.git.txt'])
  })

  it('are written as they are in the store, whatever attributes say', async () => {
    const tree = makeGitTree({
      '.gitattributes': 'a.txt text eol=crlf export-subst ident\nb.txt export-ignore\n',
      ...{ 'a.txt': '$Id$ $Format:%H$\n', 'b.txt': 'b\n' },
    })
    tree.commit('One')
    const cache = cacheOf()
    const { catalog } = await (await committed(tree, cache)).open('HEAD')
    expect(pathsOf(catalog)).toEqual(['a.txt', 'b.txt'])
    expect(readFileSync(`${catalog.repositories[0]!.root}/a.txt`, 'utf8')).toBe(
      '$Id$ $Format:%H$\n',
    )
  })

  it('of a repository with SHA-256 are as good', async () => {
    const tree = makeGitTree({ 'a.txt': 'a\n' }, ['--object-format=sha256'])
    tree.commit('One')
    const { catalog } = await (await committed(tree, cacheOf())).open('HEAD')
    expect(pathsOf(catalog, 'searched')).toEqual(['a.txt'])
  })

  it('that are not there are counted and not invented', async () => {
    const tree = makeGitTree({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    tree.commit('One')
    const lost = tree.git('rev-parse', 'HEAD:b.txt')
    spawnSync('rm', ['-f', `${tree.root}/.git/objects/${lost.slice(0, 2)}/${lost.slice(2)}`])
    const { catalog } = await (await committed(tree, cacheOf())).open('HEAD')
    expect(pathsOf(catalog, 'searched')).toEqual(['a.txt'])
    expect(pathsOf(catalog, 'unreadable')).toEqual(['b.txt'])
  })
})

describe('a hostile tree', () => {
  it('writes nothing outside, and what is refused is counted', async () => {
    const tree = makeGitTree({ 'good.txt': 'good\n' })
    const above = makeTree()
    const cache = `${above.root}/cache/revisions`
    mkdirSync(`${above.root}/cache`)
    const evil = blob(tree, 'evil\n')
    const inner = literalTree(tree, [['100644', 'in.txt', evil]])
    const absolute = `${above.root}/absolute`
    const id = literalTree(tree, [
      ...[
        '../x',
        '../../x',
        'a/../../x',
        '.git/config',
        '.GIT/config',
        'b/.git/hooks/post-commit',
      ].map((name) => ['100644', name, evil] as const),
      ...['..', '.', '/x', absolute, 'a//b', 'c/'].map((name) => ['100644', name, evil] as const),
      ['120000', 'link', blob(tree, above.root)],
      // Through the link, if it were one.
      ['40000', 'link', inner],
      ['160000', 'module', evil],
      ['100644', 'twice', evil],
      ['100644', 'twice', blob(tree, 'other\n')],
      ['100644', 'both', evil],
      ['40000', 'both', inner],
      ['40000', 'first', inner],
      ['100644', 'first', evil],
      ['100644', 'con\nfig', evil],
      ['100755', 'q"\\', evil],
      ['100644', '\xff\xfe', evil],
      ['100644', 'n'.repeat(300), evil],
      ['100644', 'good.txt', evil],
    ])
    tree.git('tag', 'evil', tree.git('commit-tree', '-m', 'evil', id))
    const before = everything(above.root)
    const { catalog } = await (await committed(tree, cache)).open('evil')
    const own = catalog.repositories[0]!.root.slice(above.root.length + 1)
    const outside = everything(above.root).filter((path) => !`${path}/`.startsWith(`${own}/`))
    expect(outside).toEqual([...before, 'cache/revisions'].sort())
    expect(pathsOf(catalog, 'searched')).toEqual([
      ...['both', 'con\nfig', 'first/in.txt', 'good.txt', 'link/in.txt', 'q"\\', 'twice'],
      '\xff\xfe',
    ])
    expect(pathsOf(catalog)).toHaveLength(8)
    const { hidden, links, special } = catalog.repositories[0]!.absent!
    expect({ hidden, links, special }).toEqual({ hidden: 12, links: 1, special: 5 })
    const answer = await answerOf(searchIn(catalog, queryOf('evil')))
    expect(answer.files).toHaveLength(8)
  })

  it('that git itself refuses is no commit to search', async () => {
    const tree = makeGitTree()
    const id = literalTree(tree, [['100644', '', blob(tree, 'x\n')]])
    tree.git('tag', 'nameless', tree.git('commit-tree', '-m', 'nameless', id))
    const cache = cacheOf()
    const failure = await (await committed(tree, cache)).refusal('nameless')
    expect(failure).toMatchObject({ kind: 'bad-parameter', parameter: 'rev' })
    expect(readdirSync(cache)).toEqual([])
  })

  it('that has more entries than there is time for is too large at once', async () => {
    const tree = makeGitTree()
    let id = literalTree(tree, [['100644', 'a', blob(tree, 'x\n')]])
    for (let depth = 0; depth < 12; depth++) {
      id = literalTree(
        tree,
        [...'abcdefghij'].map((name) => ['40000', name, id] as const),
      )
    }
    tree.git('tag', 'bomb', tree.git('commit-tree', '-m', 'bomb', id))
    const cache = cacheOf()
    const trees = await committed(tree, cache)
    expect(await trees.refusal('bomb')).toMatchObject({
      ...{ kind: 'bad-parameter', parameter: 'rev' },
      message: expect.stringContaining('max-revision-files'),
    })
    expect(readdirSync(cache)).toEqual([])
  })
})

describe('a tree that is too large', () => {
  const tree = () => {
    const made = makeGitTree({ 'a.txt': 'x'.repeat(9_000), 'b.txt': 'y', 'c.txt': 'z' })
    made.commit('One')
    return made
  }
  it.each([
    ['max-revision-bytes', { maxBytes: 12_000 }],
    ['max-revision-files', { maxFiles: 2 }],
  ])('says so before anything is written: %s', async (name, limits) => {
    const cache = cacheOf()
    const failure = await (await committed(tree(), cache, limits)).refusal('HEAD')
    expect(failure).toMatchObject({
      ...{ kind: 'bad-parameter', parameter: 'rev', value: 'HEAD' },
      message: expect.stringContaining(name),
    })
    expect(readdirSync(cache)).toEqual([])
  })

  it('is none where revisions are not searched', async () => {
    const cache = cacheOf()
    const failure = await (await committed(tree(), cache, { maxBytes: 0 })).refusal('HEAD')
    expect(failure.message).toContain('max-revision-bytes is 0')
    expect(existsSync(cache)).toBe(false)
  })
})

/** Three commits, a file each. */
function threeCommits() {
  const tree = makeGitTree()
  for (const name of ['one', 'two', 'three']) {
    tree.write('a.txt', `${name}\n`)
    tree.commit(name)
    tree.git('tag', name)
  }
  return tree
}

const old = (cache: string, name: string) => {
  const then = new Date(Date.now() - 3_600_000)
  utimesSync(`${cache}/${name}`, then, then)
}

describe('the cache', () => {
  it('writes a tree once, and no others may read it', async () => {
    const cache = cacheOf()
    const trees = await committed(threeCommits(), cache)
    const first = await trees.open('one')
    const again = await trees.open('one')
    expect(again.catalog.columns).toBe(first.catalog.columns)
    expect(readdirSync(cache)).toHaveLength(1)
    expect(statSync(cache).mode & 0o777).toBe(0o700)
    expect(statSync(first.catalog.repositories[0]!.root).mode & 0o777).toBe(0o700)
  })

  it('lets go of what was not used for longest, and of nothing that is in use', async () => {
    const cache = cacheOf()
    // Room for two: a block each.
    const trees = await committed(threeCommits(), cache, { mostBytes: 2 * 4_096 })
    ;(await trees.open('one')).release()
    const [one] = readdirSync(cache)
    ;(await trees.open('two')).release()
    expect(await trees.refusal('three')).toMatchObject({ kind: 'busy' })
    expect(readdirSync(cache)).toHaveLength(2)
    old(cache, one!)
    await trees.open('three')
    expect(readdirSync(cache)).toHaveLength(2)
    expect(readdirSync(cache)).not.toContain(one)
    // Somebody else has removed it: it is written again, when there is room.
    for (const name of readdirSync(cache)) old(cache, name)
    const { catalog } = await trees.open('one')
    expect(pathsOf(catalog, 'searched')).toEqual(['a.txt'])
  })

  it('is found again by the next server, and mended where it was damaged', async () => {
    const cache = cacheOf()
    const tree = threeCommits()
    const first = await committed(tree, cache)
    const { root } = (await first.open('one')).catalog.repositories[0]!
    await first.close()
    const made = statSync(`${root}/a.txt`).ino
    const second = await committed(tree, cache)
    await second.open('one')
    expect(statSync(`${root}/a.txt`).ino).toBe(made)
    await second.close()
    spawnSync('sh', ['-c', `chmod u+w '${root}/a.txt' && echo two > '${root}/a.txt'`])
    const third = await committed(tree, cache)
    const { catalog } = await third.open('one')
    const answer = await answerOf(searchIn(catalog, queryOf('one')))
    expect(answer.files).toHaveLength(1)
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('is shared by servers that write the same at once', async () => {
    const cache = cacheOf()
    const tree = threeCommits()
    const servers = await Promise.all([committed(tree, cache), committed(tree, cache)])
    const opened = await Promise.all(servers.map((one) => one.open('two')))
    for (const { catalog } of opened) {
      expect((await answerOf(searchIn(catalog, queryOf('two')))).files).toHaveLength(1)
    }
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('is none where it cannot be written', async () => {
    const place = makeTree({ file: 'x' })
    const trees = await committed(threeCommits(), `${place.root}/file/revisions`)
    expect(await trees.refusal('one')).toMatchObject({
      ...{ kind: 'bad-parameter', parameter: 'rev' },
      message: expect.stringContaining('--cache'),
    })
  })

  it('removes what was left behind, and nothing that somebody is at work on', async () => {
    const cache = cacheOf()
    const names = [
      `writing-10-${'a'.repeat(16)}`,
      `writing-10-${'b'.repeat(16)}`,
      `removing-${'c'.repeat(16)}`,
      'whatever',
    ]
    for (const name of names) {
      mkdirSync(`${cache}/${name}`, { recursive: true, mode: 0o700 })
      writeFileSync(`${cache}/${name}/x`, 'x')
    }
    spawnSync('chmod', ['700', cache])
    for (const name of names) if (!name.includes('bbb')) old(cache, name)
    await committed(threeCommits(), cache)
    await expect
      .poll(() => readdirSync(cache).sort(), { timeout: 20_000 })
      .toEqual(['whatever', names[1]])
  })

  it('has whole trees only, however often a server is killed', async () => {
    const cache = cacheOf()
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`d${i % 20}/f${i}.txt`, `text ${i}\n`]),
    )
    const tree = makeGitTree(files)
    tree.commit('One')
    for (let round = 0; round < 6; round++) {
      const script = `
        import { openTrees } from '${new URL('../../src/corpus/trees.ts', import.meta.url)}'
        const [root, id, directory] = process.argv.slice(1)
        const trees = openTrees({ directory, rgPath: 'rg', hidden: false, maxFileBytes: 1e4,
          maxFiles: 1e4, maxBytes: 1e8, mostBytes: 1e9, waitMs: 6e4 })
        const repository = { name: 'x', kind: 'bare', root, prefix: '', from: 0, to: 0, generation: '' }
        const git = { own: root + '/.git', common: root + '/.git' }
        const source = { program: 'git', git, format: 'sha1', tree: id }
        process.stdout.write('begun')
        const live = { columns: { paths: new Uint8Array(), pathEnds: new Uint32Array() } }
        await trees.open({ live, repository, source, commit: id, revision: 'HEAD' },
          new AbortController().signal)
        process.exit()`
      const args = ['--input-type=module-typescript', '-e', script]
      const id = tree.git('rev-parse', 'HEAD^{tree}')
      const child = spawn(process.execPath, [...args, tree.root, id, cache], { stdio: 'pipe' })
      const gone = new Promise((resolve) => child.once('close', resolve))
      await new Promise((resolve) => child.stdout.once('data', resolve))
      // Each time somewhat later, and in the end not at all.
      if (round < 5) {
        await sleep(round * 120)
        child.kill('SIGKILL')
      }
      await gone
      const kept = existsSync(cache) ? readdirSync(cache) : []
      for (const name of kept.filter((one) => /^[0-9a-f]{24}-/.test(one))) {
        const whole = everything(`${cache}/${name}`).filter((path) => path.endsWith('.txt'))
        expect(whole).toEqual(Object.keys(files).sort())
      }
      for (const name of kept) if (name.startsWith('writing-')) old(cache, name)
    }
    const trees = await committed(tree, cache)
    expect((await trees.open('HEAD')).catalog.columns.count).toBe(400)
    await expect
      .poll(() => readdirSync(cache).filter((name) => !/^[0-9a-f]{24}-/.test(name)))
      .toEqual([])
  })
})

describe('whoever asks', () => {
  it('is told how far it is when it takes too long, and has it in the end', async () => {
    const trees = await committed(threeCommits(), cacheOf(), { waitMs: 1 })
    let opened = await trees.tryOpen('one')
    expect(opened).toMatchObject({
      failure: { kind: 'busy', isUnderway: true, message: expect.stringContaining('at one are') },
    })
    // One at a time, as long as somebody will come again for it.
    expect(await trees.tryOpen('two')).toMatchObject({
      failure: { kind: 'busy', isUnderway: true, message: expect.stringContaining('at one are') },
    })
    while (!opened.ok) opened = await trees.tryOpen('one')
    expect(pathsOf(opened.value.catalog)).toEqual(['a.txt'])
  })

  it('and has left makes way for somebody who has not', async () => {
    const trees = await committed(threeCommits(), cacheOf())
    const leaving = new AbortController()
    const left = trees.tryOpen('one', leaving.signal)
    leaving.abort()
    expect(await left).toMatchObject({ ok: false })
    expect(pathsOf((await trees.open('two')).catalog)).toEqual(['a.txt'])
  })
})
