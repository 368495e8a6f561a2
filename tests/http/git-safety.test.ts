import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { foreign, misleading, payloads } from './hostile.ts'
import { all, one, readHtml, textOf } from './html.ts'

let server: TestServer
let tree: GitTree
/** One for each payload, which is its message, its author's name and in its files. */
const commits: string[] = []
/** What git lets be the name of a branch. */
const branches: string[] = []

/** A commit whose lines are no better than its words: git itself would not make it. */
function commitOf(files: string, parent: string | undefined, payload: string): string {
  const text = [
    `tree ${files}`,
    ...(parent === undefined ? [] : [`parent ${parent}`]),
    `author ${payload} <${payload}@x> 1700000000 +0000`,
    `committer ${payload} <${payload}@x> ${'9'.repeat(20)} +9999`,
    '',
    `${payload}\n\n${payload}\n\nSigned-off-by: ${payload}\n`,
  ].join('\n')
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally']
  const ran = spawnSync('git', args, { cwd: tree.root, input: text, encoding: 'utf8' })
  expect(ran.stderr).toBe('')
  return ran.stdout.trim()
}

beforeAll(async () => {
  tree = makeGitTree({ 'file.txt': 'first\n' })
  for (const [i, payload] of payloads.entries()) {
    const name = payload.replaceAll('/', '\u2215')
    const lines = payloads.slice(0, i + 1).map((one) => `${one} needle`)
    tree.write('file.txt', `first\n${lines.join('\n')}\n`)
    tree.write(`names/${name}`, `${payload}\n`)
    tree.write(`names/${name} directory/README.md`, `# ${payload}\n`)
    symlinkSync(payload, `${tree.root}/names/${i} link`)
    tree.git('add', '--all')
    commits.push(commitOf(tree.git('write-tree'), commits.at(-1), payload))
    tree.git('update-ref', 'refs/heads/main', commits.at(-1)!)
    const branch = payload.replaceAll(/^-+|[\s\\~^:?*[\p{Cc}]/gu, '')
    const made = spawnSync('git', ['update-ref', `refs/heads/${branch}`, commits[i]!], {
      cwd: tree.root,
    })
    if (made.status === 0) branches.push(branch)
  }
  server = await startServer({ '<b>"re\'po" & co': tree })
}, 120_000)

const repo = encodeURIComponent('<b>"re\'po" & co')
const name = (i: number) => encodeURIComponent(payloads[i]!.replaceAll('/', '\u2215'))

/** @param statuses that it may have */
async function expectText(path: string, ...statuses: readonly number[]): Promise<string> {
  const answer = await server.get(path, { redirect: 'follow' })
  const html = await answer.text()
  expect([path, statuses.includes(answer.status) || answer.status]).toEqual([path, true])
  expect([path, foreign(html)]).toEqual([path, []])
  expect([path, misleading(html)]).toEqual([path, []])
  return html
}

it('names, messages and authors are text on every page of git', { timeout: 240_000 }, async () => {
  expect(branches.length).toBeGreaterThan(5)
  for (const [i, commit] of commits.entries()) {
    await expectText(`commit/${repo}@${commit}`, 200)
    await expectText(`view/${repo}@${commit}/names/`, 200)
    await expectText(`view/${repo}@${commit}/names/${name(i)}`, 200)
    await expectText(`view/${repo}@${commit}/names/${i}%20link`, 200)
    await expectText(`history/${repo}/names/${name(i)}`, 200)
  }
  for (const branch of branches) {
    const at = encodeURIComponent(branch)
    await expectText(`view/${repo}@${at}/names/`, 200)
    await expectText(`history/${repo}@${at}/file.txt`, 200)
  }
  for (const path of ['file.txt', '', 'names/']) await expectText(`history/${repo}/${path}`, 200)
  await expectText(`history/${repo}/file.txt?L=2-9`, 200)
  const refs = readHtml(await expectText(`refs/${repo}`, 200))
  const listed = all(refs, '.refs a').map(textOf)
  for (const branch of branches) {
    if (!/[\p{Cf}]/u.test(branch)) expect(listed).toContain(branch)
  }
})

it('and beside the code', { timeout: 120_000 }, async () => {
  for (const at of ['', `@${commits.at(-1)}`]) {
    const html = await expectText(`view/${repo}${at}/file.txt?blame=1`, 200)
    for (const [i, payload] of payloads.entries()) {
      expect(textOf(one(readHtml(html), `#L${i + 2} code`))).toBe(`${payload} needle`)
    }
  }
})

it('and so are revisions that there are not', { timeout: 120_000 }, async () => {
  for (const payload of payloads) {
    const text = encodeURIComponent(payload)
    for (const door of ['view', 'history', 'commit', 'raw', 'image']) {
      await expectText(`${door}/${repo}@${text}/x`, 404)
    }
    await expectText(`refs/${repo}?name=${text}`, 200)
    await expectText(`search?q=needle&repo=${repo}&rev=x${text}`, 400, 404)
    await expectText(`history/${repo}/file.txt?L=${text}`, 400)
  }
})
