import { spawnSync } from 'node:child_process'
import { beforeAll, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

/** In files that are hidden or ignored and yet committed, at every commit. */
const canary = 'canary_8d1f'

let server: TestServer
let commit: string

beforeAll(async () => {
  const tree = makeTree({
    '.gitignore': 'ignored.txt\n',
    '.env': `${canary}\n`,
    'ignored.txt': `${canary}\n`,
    'README.md': '![a](.env) ![b](ignored.txt) [c](.env)\n',
    'seen.c': 'int seen;\n',
  })
  const git = (...args: string[]) => {
    const who = [
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@x.example',
      '-c',
      'init.defaultBranch=main',
    ]
    const { status, stdout } = spawnSync('git', [...who, ...args], { cwd: tree.root })
    expect([args, status]).toEqual([args, 0])
    return stdout.toString().trim()
  }
  git('init', '--quiet')
  git('add', '--all', '--force')
  git('commit', '--quiet', '--message', 'one')
  commit = git('rev-parse', 'HEAD')
  server = await startServer({ repo: tree })
})

it.each(['.env', 'ignored.txt', '.git/config', '.git/HEAD'])(
  'no door leads to %s',
  async (path) => {
    for (const at of ['', '@main', `@${commit}`, '@HEAD']) {
      for (const door of ['view', 'raw', 'image', 'api/lines', 'api/outline', 'history']) {
        for (const query of ['', '?blame=1', '?plain=1', '?outline=1', '?L=1', '?format=html']) {
          const url = `${door}/repo${at}/${path}${query}`
          const answer = await server.get(url, { redirect: 'follow' })
          expect([url, answer.status]).toEqual([url, 404])
          expect(await answer.text()).not.toContain(canary)
        }
      }
    }
  },
)

it('nor is what they hold, or that they are there, told by what leads to them', async () => {
  const word = `q=${canary.slice(0, 6)}`
  const pages = [
    ...['view/repo/', 'view/repo@main/', 'view/repo/README.md', 'view/repo@main/README.md'],
    ...[
      'history/repo/',
      `commit/repo@${commit}`,
      'refs/repo',
      'files?q=env',
      'api/files?q=ignored',
    ],
    ...[`search?${word}`, `api/search?${word}&rev=main`, `search?${word}&rev=main&path=.env`],
    `why?${word}&file=repo/ignored.txt&rev=main`,
  ]
  for (const page of pages) {
    const text = await (await server.get(page, { redirect: 'follow' })).text()
    expect([page, text.includes(canary)]).toEqual([page, false])
  }
  // The door is open for the others.
  expect(await (await server.get('raw/repo@main/seen.c')).text()).toBe('int seen;\n')
})
