import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gitIn, makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'

const isSuperuser = process.getuid?.() === 0

/** A tree that is a directory of another. */
const within = (tree: Tree, name: string): Tree => ({ ...tree, root: `${tree.root}/${name}` })

const raw = async (server: TestServer, path: string): Promise<string> => {
  const answer = await server.get(`raw/${path}`)
  return answer.status === 200 ? await answer.text() : `${answer.status}`
}
const statusOf = async (server: TestServer, path: string) => (await server.get(path)).status

describe('a hostile repository', () => {
  it('runs nothing, whatever its configuration and attributes name', async () => {
    const tree = makeGitTree({ 'a.txt': 'one\n' })
    const first = tree.commit('One')
    tree.write('a.txt', 'two\n')
    const second = tree.commit('Two')
    tree.git('tag', 'v1')
    tree.write('a.txt', 'two\nthree\n')
    const canary = `${tree.root}/../${tree.name}-canary`
    const run = makeTree({ run: `#!/bin/sh\ntouch ${canary}\ncat\n` })
    chmodSync(`${run.root}/run`, 0o755)
    const program = `${run.root}/run`
    tree.write('.gitattributes', '* diff=evil filter=evil merge=evil\n')
    mkdirSync(`${tree.root}/.git/info`, { recursive: true })
    writeFileSync(`${tree.root}/.git/info/attributes`, '* diff=evil filter=evil\n')
    mkdirSync(`${tree.root}/.git/hooks`, { recursive: true })
    for (const hook of ['post-index-change', 'reference-transaction', 'fsmonitor-watchman']) {
      writeFileSync(`${tree.root}/.git/hooks/${hook}`, `#!/bin/sh\ntouch ${canary}\n`)
      chmodSync(`${tree.root}/.git/hooks/${hook}`, 0o755)
    }
    const evil = makeTree({ included: `[core]\n\tpager = ${program}\n` })
    writeFileSync(
      `${tree.root}/.git/config`,
      `[core]
	repositoryformatversion = 1
	fsmonitor = ${program}
	pager = ${program}
	editor = ${program}
	sshCommand = ${program}
	askPass = ${program}
	hooksPath = ${run.root}
	alternateRefsCommand = ${program}
	worktree = /
	attributesFile = ${tree.root}/.gitattributes
	gitProxy = ${program}
[extensions]
	partialClone = origin
[remote "origin"]
	url = ext::${program}
	promisor = true
	partialclonefilter = blob:none
	uploadpack = ${program}
	vcs = evil
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[diff]
	external = ${program}
[diff "evil"]
	command = ${program}
	textconv = ${program}
[filter "evil"]
	clean = ${program}
	smudge = ${program}
	process = ${program}
	required = true
[gpg]
	program = ${program}
[log]
	showSignature = true
[alias]
	log = !${program}
	blame = !${program}
	for-each-ref = !${program}
[pager]
	log = ${program}
	blame = ${program}
	for-each-ref = ${program}
	cat-file = ${program}
[credential]
	helper = !${program}
[trace2]
	normalTarget = ${canary}
[include]
	path = ${evil.root}/included
`,
    )
    // An object that would have to be fetched.
    const blob = execFileSync('git', ['hash-object', '--stdin'], { input: 'one\n' })
      .toString()
      .trim()
    rmSync(`${tree.root}/.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`)
    const server = await startServer({ repo: tree })
    const pages = [
      `view/repo@${second}/a.txt`,
      `view/repo@v1/a.txt?blame=1`,
      'view/repo/a.txt?blame=1',
      'history/repo/a.txt',
      'history/repo/a.txt?L=1',
      `commit/repo@${second}`,
      `commit/repo@${first}`,
      'refs/repo',
      'refs/repo?name=v',
    ]
    for (const path of pages) {
      const answer = await server.get(path)
      expect([path, [200, 404].includes(answer.status)]).toEqual([path, true])
      await answer.text()
    }
    expect(await raw(server, `repo@${second}/a.txt`)).toBe('two\n')
    expect(await raw(server, `repo@${first}/a.txt`)).toBe('404')
    expect(existsSync(canary)).toBe(false)
    // The trap works.
    execFileSync(program, { input: '' })
    expect(existsSync(canary)).toBe(true)
    rmSync(canary)
  })

  it('cannot lead out of what is served', async () => {
    const secret = makeGitTree({ 'secret.txt': 'secret\n' })
    secret.commit('Secret')
    const lead = (name: string, make: (root: string) => void) => {
      const tree = makeTree({ 'a.txt': 'a\n' })
      make(tree.root)
      return [name, tree] as const
    }
    const git = `${secret.root}/.git`
    const own = (root: string) => {
      gitIn({ ...secret, root }).git('init', '--quiet', '--initial-branch=main')
    }
    const ways = [
      lead('file', (root) => writeFileSync(`${root}/.git`, `gitdir: ${git}\n`)),
      lead('link', (root) => symlinkSync(git, `${root}/.git`)),
      lead('common', (root) => {
        own(root)
        writeFileSync(`${root}/.git/commondir`, `${git}\n`)
      }),
      ...['objects', 'refs'].map((name) =>
        lead(name, (root) => {
          own(root)
          rmSync(`${root}/.git/${name}`, { recursive: true })
          symlinkSync(`${git}/${name}`, `${root}/.git/${name}`)
        }),
      ),
      lead('fifo', (root) => {
        own(root)
        rmSync(`${root}/.git/HEAD`)
        execFileSync('mkfifo', [`${root}/.git/HEAD`])
      }),
    ]
    const server = await startServer(Object.fromEntries(ways))
    for (const [name] of ways) {
      expect([name, await raw(server, `${name}@main/secret.txt`)]).toEqual([name, '404'])
      const refs = await server.get(`refs/${name}`)
      expect([name, (await refs.text()).includes('Secret')]).toEqual([name, false])
    }
  })
})

describe('a repository of another kind', () => {
  it('is a linked work tree outside of the repository', async () => {
    const main = makeGitTree({ 'a.txt': 'main\n' })
    main.commit('One')
    const other = makeTree()
    rmSync(other.root, { recursive: true })
    main.git('worktree', 'add', '--quiet', '-b', 'work', other.root)
    other.write('a.txt', 'work\n')
    const work = gitIn(other)
    const id = work.commit('Two')
    writeFileSync(`${main.root}/.git/info/exclude`, 'excluded.txt\n')
    other.write('excluded.txt', 'secret\n')
    work.git('add', '--force', 'excluded.txt')
    const third = work.commit('Three')
    other.write('gone.txt', 'gone\n')
    const fourth = work.commit('Four')
    rmSync(`${other.root}/gone.txt`)
    const server = await startServer({ work: other })
    expect(await raw(server, `work@${id}/a.txt`)).toBe('work\n')
    expect(await raw(server, 'work@main/a.txt')).toBe('main\n')
    expect(await raw(server, `work@${third}/excluded.txt`)).toBe('404')
    expect(await raw(server, `work@${fourth}/gone.txt`)).toBe('gone\n')
    expect(await statusOf(server, 'view/work/a.txt?blame=1')).toBe(200)
  })

  it('is a submodule, and has one', async () => {
    const inner = makeGitTree({ 'in.txt': 'in\n' })
    const id = inner.commit('Inner')
    const outer = makeGitTree({ 'out.txt': 'out\n' })
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'sub')
    const first = outer.commit('With a submodule')
    const both = await startServer({ outer })
    const page = await (await both.get(`view/outer@${first}/sub`)).text()
    expect(page).toContain(`another repository, at its commit ${id}`)
    expect(page).toContain(`/view/outer/sub@${id}/`)
    expect(await raw(both, `outer/sub@${id}/in.txt`)).toBe('in\n')
    expect(await (await both.get(`commit/outer@${first}`)).text()).toContain('A submodule')
    // Alone, with what git knows of it outside of the root.
    const alone = await startServer({ sub: within(outer, 'sub') })
    expect(await raw(alone, `sub@${id}/in.txt`)).toBe('in\n')
  })

  it('is bare', async () => {
    const origin = makeGitTree({ 'a.txt': 'bare\n', '.env': 'secret\n' })
    const id = origin.commit('One')
    const parent = makeTree()
    origin.git('clone', '--quiet', '--bare', origin.root, `${parent.root}/bare.git`)
    const server = await startServer({ bare: within(parent, 'bare.git') })
    expect(await raw(server, `bare@${id}/a.txt`)).toBe('bare\n')
    expect(await raw(server, 'bare@main/a.txt')).toBe('bare\n')
    expect(await raw(server, 'bare@main/.env')).toBe('404')
    for (const path of ['view/bare@main/', `commit/bare@${id}`]) {
      const text = await (await server.get(path)).text()
      expect([path, text.includes('a.txt'), text.includes('.env')]).toEqual([path, true, false])
    }
    expect(await statusOf(server, 'refs/bare')).toBe(200)
    expect(await statusOf(server, 'history/bare/a.txt')).toBe(200)
  })

  it('has ids of SHA-256, a detached head, and packed names', async () => {
    const tree = makeGitTree({ 'a.txt': 'one\n' }, ['--object-format=sha256'])
    const first = tree.commit('One')
    tree.write('a.txt', 'two\n')
    const second = tree.commit('Two')
    expect(first).toHaveLength(64)
    tree.git('tag', 'v1', first)
    tree.git('pack-refs', '--all')
    tree.git('gc', '--quiet')
    tree.git('checkout', '--quiet', '--detach')
    const server = await startServer({ repo: tree })
    expect(await raw(server, `repo@${first}/a.txt`)).toBe('one\n')
    expect(await raw(server, `repo@${second.slice(0, 10)}/a.txt`)).toBe('two\n')
    expect(await raw(server, 'repo@v1/a.txt')).toBe('one\n')
    const refs = await (await server.get('refs/repo')).text()
    expect(refs).toContain(`The commit ${second} is checked out, and no branch.`)
    const root = await server.get(`commit/repo@${first}`)
    expect([root.status, (await root.text()).includes('a.txt')]).toEqual([200, true])
    const blamed = await (await server.get('view/repo/a.txt?blame=1')).text()
    expect(blamed).toContain(`/commit/repo@${second}`)
  })

  it('is empty', async () => {
    const tree = makeGitTree({ 'a.txt': 'a\n' })
    const server = await startServer({ repo: tree })
    expect(await statusOf(server, 'view/repo/a.txt')).toBe(200)
    expect(await statusOf(server, 'view/repo@HEAD/a.txt')).toBe(404)
    expect(await statusOf(server, 'history/repo/a.txt')).toBe(404)
    const refs = await server.get('refs/repo')
    expect([refs.status, (await refs.text()).includes('Nothing has been committed')]).toEqual([
      200,
      true,
    ])
    const blamed = await (await server.get('view/repo/a.txt?blame=1')).text()
    expect(blamed).toContain('has not been committed')
  })

  it('is shallow, and says that it may be older', async () => {
    const origin = makeGitTree({ 'a.txt': 'one\n' })
    const first = origin.commit('One')
    origin.write('a.txt', 'one\ntwo\n')
    origin.commit('Two')
    origin.write('b.txt', 'b\n')
    origin.commit('Three')
    const parent = makeTree()
    origin.git('clone', '--quiet', '--depth=1', `file://${origin.root}`, `${parent.root}/clone`)
    const server = await startServer({ repo: within(parent, 'clone') })
    const blamed = await (await server.get('view/repo/a.txt?blame=1')).text()
    expect(blamed).toContain('Three (or before)')
    expect(await statusOf(server, 'history/repo/a.txt')).toBe(200)
    expect(await statusOf(server, `view/repo@${first}/a.txt`)).toBe(404)
  })

  it('is a clone without all objects', async () => {
    const origin = makeGitTree({ 'a.txt': 'one\n' })
    const first = origin.commit('One')
    origin.write('a.txt', 'two\n')
    origin.commit('Two')
    origin.git('config', 'uploadpack.allowFilter', 'true')
    const parent = makeTree()
    origin.git(
      ...[
        'clone',
        '--quiet',
        '--filter=blob:none',
        `file://${origin.root}`,
        `${parent.root}/clone`,
      ],
    )
    const server = await startServer({ repo: within(parent, 'clone') })
    const page = await server.get(`view/repo@${first}/a.txt`)
    expect([page.status, (await page.text()).includes('does not have all objects')]).toEqual([
      200,
      true,
    ])
    expect(await raw(server, 'repo@main/a.txt')).toBe('two\n')
    expect(await statusOf(server, `view/repo@${first}/`)).toBe(200)
  })

  it('is being fetched into at the moment', async () => {
    const origin = makeGitTree({ 'a.txt': 'one\n' })
    const first = origin.commit('One')
    const parent = makeTree()
    origin.git('clone', '--quiet', origin.root, `${parent.root}/clone`)
    const clone = within(parent, 'clone')
    const server = await startServer({ repo: clone })
    for (const name of ['HEAD', 'index', 'packed-refs', 'refs/heads/main', 'config', 'shallow']) {
      writeFileSync(`${clone.root}/.git/${name}.lock`, '')
    }
    mkdirSync(`${clone.root}/.git/objects/pack`, { recursive: true })
    writeFileSync(`${clone.root}/.git/objects/pack/tmp_pack_x`, 'PACK')
    expect(await raw(server, `repo@${first}/a.txt`)).toBe('one\n')
    expect(await raw(server, 'repo@main/a.txt')).toBe('one\n')
    // New objects and names are there at once.
    origin.write('a.txt', 'two\n')
    const second = origin.commit('Two')
    for (const name of ['packed-refs', 'refs/heads/main', 'config', 'shallow', 'HEAD']) {
      rmSync(`${clone.root}/.git/${name}.lock`)
    }
    gitIn(clone).git('fetch', '--quiet')
    expect(await raw(server, `repo@${second}/a.txt`)).toBe('two\n')
    expect(await raw(server, 'repo@origin%2Fmain/a.txt')).toBe('two\n')
    // A name that is not written to its end is not there, and keeps no other from being there.
    writeFileSync(`${clone.root}/.git/refs/heads/broken`, first.slice(0, 10))
    expect(await raw(server, 'repo@broken/a.txt')).toBe('404')
    expect(await raw(server, 'repo@main/a.txt')).toBe('one\n')
  })

  it('has lost an object', async () => {
    const tree = makeGitTree({ 'a.txt': 'one\n' })
    const first = tree.commit('One')
    tree.write('a.txt', 'two\n')
    const second = tree.commit('Two')
    const file = `${tree.root}/.git/objects/${first.slice(0, 2)}/${first.slice(2)}`
    renameSync(file, `${file}.gone`)
    const server = await startServer({ repo: tree })
    expect(await raw(server, `repo@${second}/a.txt`)).toBe('two\n')
    for (const path of [`view/repo@${first}/a.txt`, 'history/repo/a.txt']) {
      expect([path, await statusOf(server, path)]).toEqual([path, 404])
    }
    expect(await statusOf(server, 'view/repo/a.txt?blame=1')).toBe(200)
  })

  it.runIf(isSuperuser)('belongs to somebody else', async () => {
    const tree = makeGitTree({ 'a.txt': 'one\n' })
    const first = tree.commit('One')
    execFileSync('chown', ['-R', '12345:12345', tree.root])
    const server = await startServer({ repo: tree })
    expect(await raw(server, `repo@${first}/a.txt`)).toBe('one\n')
    expect(await statusOf(server, 'refs/repo')).toBe(200)
  })

  it('leaves nothing behind in it', async () => {
    const tree = makeGitTree({ 'a.txt': 'one\n' })
    const first = tree.commit('One')
    const listed = () =>
      readdirSync(tree.root, { recursive: true, withFileTypes: true })
        .map(({ parentPath, name }) => `${parentPath}/${name}`)
        .sort()
    const before = listed()
    const server = await startServer({ repo: tree })
    for (const path of [
      `view/repo@${first}/a.txt?blame=1`,
      'view/repo/a.txt?blame=1',
      'history/repo/a.txt?L=1',
      `commit/repo@${first}`,
      'refs/repo',
    ]) {
      expect([path, await statusOf(server, path)]).toEqual([path, 200])
    }
    expect(listed()).toEqual(before)
  })
})
