import { chmodSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, wordsOf } from './html.ts'

let server: TestServer
let tree: GitTree
let first: string
let second: string
let third: string

beforeAll(async () => {
  tree = makeGitTree({ 'old name.c': 'one\ntwo\nthree\nfour\nfive\n', 'empty.txt': '' })
  first = tree.commit('First')
  tree.git('mv', 'old name.c', 'code.c')
  second = tree.commit('Renamed')
  tree.write('code.c', 'one\nTWO\nthree\nfour\nfive\nsix\n')
  third = tree.commit('Third <b>\u202e')
  // Not committed: a line before, one taken away, one changed.
  tree.write('code.c', 'zero\r\none\r\nTWO\r\nthree\r\nfive\r\nSIX\r\n')
  tree.write('new.c', 'new\n')
  server = await startServer({ repo: tree })
})

const page = async (path: string) => readHtml(await (await server.get(path)).text())

/** Line numbers with the id and subject of what stands beside each, as far down as it goes on. */
async function blamed(path: string): Promise<readonly string[]> {
  let last = ''
  return all(await page(path), '.code .row').map((row) => {
    const link = all(row, 'a.commit')[0]
    const text = wordsOf(one(row, 'span.blame'))
    if (link) last = /@([0-9a-f]+)$/.exec(link.attributes.href!)![1]!
    else if (text !== '') last = text
    return last
  })
}

/** The same as git says it. */
const ofGit = (revision: string, path: string) =>
  tree
    .git('blame', '-l', '-s', '--root', revision, '--', path)
    .split('\n')
    .map((line) => line.split(' ')[0]!)

describe('blame', () => {
  it('is that of git, at a revision', async () => {
    for (const [revision, path] of [
      [third, 'code.c'],
      [second, 'code.c'],
      [first, 'old name.c'],
    ] as const) {
      const found = await blamed(`view/repo@${revision}/${encodeURIComponent(path)}?blame=1`)
      expect(found).toEqual(ofGit(revision, path))
      expect(found.length).toBeGreaterThan(4)
    }
  })

  it('of a live file says what is not committed', async () => {
    expect(await blamed('view/repo/code.c?blame=1')).toEqual([
      'Not committed',
      first,
      third,
      first,
      first,
      'Not committed',
    ])
    const root = await page('view/repo/new.c?blame=1')
    expect(wordsOf(one(root, '#blame-note'))).toContain('has not been committed')
  })

  it('says who, when and why, once for each run, and leads to the commit and to before it', async () => {
    const rows = all(await page(`view/repo@${third}/code.c?blame=1`), '.code .row')
    const cell = one(rows[1]!, 'a.commit')
    expect(wordsOf(cell)).toMatch(/^\d+ years? ago Ada Writer Third <b>‹U\+202E›$/)
    expect(cell.attributes.title).toBe('2024-01-01 00:03 UTC, Ada Writer: Third <b>‹U+202E›')
    expect(cell.attributes.href).toBe(`/commit/repo@${third}`)
    expect(one(rows[1]!, 'a.before').attributes.href).toBe(`/view/repo@${second}/code.c?blame=1#L2`)
    expect(all(rows[3]!, 'a')).toHaveLength(1)
    expect(all(rows[0]!, 'a.before')).toHaveLength(0)
  })

  it('can be had and left by a link', async () => {
    const href = async (path: string) => one(await page(path), 'a#blame').attributes.href
    expect(await href('view/repo/code.c')).toBe('/view/repo/code.c?blame=1')
    expect(await href('view/repo/code.c?blame=1')).toBe('/view/repo/code.c')
    expect(all(await page('view/repo/code.c'), '.blame')).toEqual([])
  })

  it('of an empty file says so', async () => {
    const root = await page(`view/repo@${first}/empty.txt?blame=1`)
    expect(wordsOf(one(root, '#blame-note'))).toBe('There is no line to blame.')
  })

  it('that takes too long is what was found in time, and says so', async () => {
    // The real git, which never comes to an end once it has told of two runs.
    const slow = makeTree({
      git: `#!/bin/sh
case "$*" in *' blame '*) git "$@" | head -n 24; sleep 60;; *) exec git "$@";; esac
`,
    })
    chmodSync(`${slow.root}/git`, 0o755)
    const hasty = await startServer(
      { repo: tree },
      { gitPath: `${slow.root}/git`, limits: { gitSeconds: 4 } },
    )
    const answer = await hasty.get(`view/repo@${third}/code.c?blame=1`)
    const root = readHtml(await answer.text())
    expect(wordsOf(one(root, '#blame-note'))).toContain('within 4 seconds (max-git-seconds)')
    const cells = all(root, '.code .row .blame').map(wordsOf)
    expect(cells.filter((cell) => cell.startsWith('Not looked up')).length).toBeGreaterThan(0)
    expect(cells.filter((cell) => cell.includes('Ada Writer')).length).toBeGreaterThan(0)
    expect(cells).toHaveLength(6)
    expect(hasty.slots.running).toBe(0)
  })
})
