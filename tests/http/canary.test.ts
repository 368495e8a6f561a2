import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'

const secret = 'xyzzy-hidden'

/** What a corpus may say in its ignore files, to have shown what is hidden. */
const rules = [
  ...['!*', '!.*', '!.env', '!**/.env', '!.git', '!.git/**', '!/.git/config', '!.config/'],
  ...['*\n!*\n!.*\n!.*/**', 'sub/\n!sub/.env'],
]
const ignoreFiles = ['.gitignore', '.ignore', '.rgignore']
const hidden = ['.env', '.git/config', '.config/key', 'sub/.env', 'sub/.git/config', '.e n v']

let server: TestServer
const trees: Record<string, Tree> = {}
beforeAll(async () => {
  for (const [i, rule] of rules.entries()) {
    const tree = makeTree({ 'a.txt': 'open\n', 'sub/b.txt': 'open\n', 'sub/c d.txt': 'open\n' })
    execFileSync('git', ['init', '--quiet', tree.root])
    for (const path of hidden) tree.write(path, `# ${secret}\n`)
    tree.write(ignoreFiles[i % ignoreFiles.length]!, `${rule}\n`)
    trees[`repo${i}`] = tree
  }
  server = await startServer(trees)
})

/** Two hundred globs that might reach what is hidden. */
const globs = (() => {
  const names = ['.env', '.git', '.git/config', 'config', '.config', 'key', '.*', '*', '**', '.e*']
  const before = ['', '/', '**/', './', '*/', 'sub/', '!', '{,.}', '[.]', '\\.']
  const after = ['', '/**']
  return before.flatMap((start) =>
    names.flatMap((name) => after.map((end) => `${start}${name}${end}`)),
  )
})()

describe('what is hidden', () => {
  it('is found by no search, whatever glob and whatever ignore file there is', {
    timeout: 300_000,
  }, async () => {
    expect(globs).toHaveLength(200)
    let understood = 0
    for (const glob of globs) {
      const path = `api/search?q=${secret}&case=sensitive&path=${encodeURIComponent(glob)}`
      const answer = await server.get(path)
      const text = await answer.text()
      expect([glob, /"type":"(file|lines)"/.test(text)]).toEqual([glob, false])
      if (answer.status === 200) understood += 1
    }
    expect(understood).toBeGreaterThan(100)
  })

  it.each(hidden)('has no page and is no file: %s', async (path) => {
    for (const name of Object.keys(trees)) {
      for (const door of ['view', 'raw', 'image', 'api/outline', 'history']) {
        const answer = await server.get(`${door}/${name}/${encodeURI(path)}`)
        expect([door, name, answer.status]).toEqual([door, name, 404])
        expect(await answer.text()).not.toContain(secret)
      }
    }
  })

  it('and what is not: search and pages agree on every path', { timeout: 120_000 }, async () => {
    // A checkout within another is a repository of its own; names and paths together are the same.
    const events = await jsonLines(await server.get('api/search?q=.&regex=1&type=file'))
    const listed = new Set(
      events.flatMap(({ type, repository, path }) =>
        type === 'file' ? [`${repository}/${path}`] : [],
      ),
    )
    expect(listed.size).toBeGreaterThan(20)
    for (const [name, tree] of Object.entries(trees)) {
      const onDisk = readdirSync(tree.root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${name}${`${entry.parentPath}/${entry.name}`.slice(tree.root.length)}`)
      for (const path of onDisk) {
        const { status } = await server.get(`raw/${encodeURI(path)}`)
        expect([path, status]).toEqual([path, listed.has(path) ? 200 : 404])
      }
    }
  })
})
