import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { startServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'

/** For a longer run: SWAP_SECONDS=60 npx vitest run tests/http/swaps.test.ts */
const seconds = Number(process.env.SWAP_SECONDS ?? 2)

const secret = 'xyzzy-secret'
const rows = (word: string) =>
  Array.from({ length: 300 }, (_, i) => `needle ${i} ${word}\n`).join('')

describe('whatever is swapped while it is read, a secret is not shown', () => {
  it.each<[string, (root: string, outside: string) => string]>([
    [
      'a file, for a link',
      (root, outside) => `
        fs.symlinkSync('${outside}/b.txt', '${root}/.link')
        fs.renameSync('${root}/d/b.txt', '${root}/.file')
        fs.renameSync('${root}/.link', '${root}/d/b.txt')
        fs.renameSync('${root}/.file', '${root}/d/b.txt')`,
    ],
    [
      'a directory, for a link',
      (root, outside) => `
        fs.renameSync('${root}/d', '${root}/.d')
        fs.symlinkSync('${outside}', '${root}/d')
        fs.unlinkSync('${root}/d')
        fs.renameSync('${root}/.d', '${root}/d')`,
    ],
  ])('%s', { timeout: 60_000 + seconds * 2_000 }, async (_what, swap) => {
    const outside = makeTree({ 'b.txt': rows(secret), 'README.md': `# ${secret}\n` })
    const tree = makeTree({
      'a.txt': 'needle a\n',
      'd/b.txt': rows('public'),
      'd/README.md': '# r\n',
    })
    const server = await startServer({ repo: tree })
    const loop = spawn(
      process.execPath,
      [
        ...['--input-type=module', '-e'],
        `import * as fs from 'node:fs'; for (;;) { ${swap(tree.root, outside.root)} }`,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const doors = [
      ...['view/repo/d/b.txt', 'raw/repo/d/b.txt', 'view/repo/d/', 'view/repo/d/README.md'],
      ...['search?q=needle', 'api/search?q=needle', 'api/outline/repo/d/b.txt'],
      ...[
        'api/block?repo=repo&path=d/b.txt&from=1&to=300',
        'search?q=needle&context=5&path=d/b.txt',
      ],
    ]
    const statuses = new Map<number, number>()
    try {
      const end = performance.now() + seconds * 1_000
      const worker = async (first: number) => {
        for (let i = first; performance.now() < end; i++) {
          const door = doors[i % doors.length]!
          const answer = await server.get(door)
          expect(await answer.text()).not.toContain(secret)
          expect([door, answer.status < 500 || answer.status === 503]).toEqual([door, true])
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        }
      }
      await Promise.all([0, 2, 4, 6].map(worker))
      expect(loop.exitCode).toBe(null)
      expect(statuses.get(200)).toBeGreaterThan(0)
    } finally {
      loop.kill('SIGKILL')
      await once(loop, 'close')
    }
  })
})
