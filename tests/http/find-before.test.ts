import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { newestWith } from '../../src/http/find-before.ts'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { all, type Element, one, readHtml, textOf, wordsOf } from './html.ts'

const code = Array.from({ length: 40 }, (_, i) => `  step(${i + 1}) // of forty`)
const text = (lines: readonly string[]) => `${lines.join('\n')}\n`

let server: TestServer
let tree: GitTree
let last: string

/** The link that remembers a line. */
const linkTo = async (path: string, line: number, from = server): Promise<string> => {
  const answer = await from.get(`api/lines/${path}?from=${line}&to=${line}&link=1`)
  return ((await answer.json()) as { link: string }).link.slice(1)
}
/** On a busy machine git may not be in time, and then the page says so. */
const page = async (path: string, from = server): Promise<Element> => {
  const answer = await from.get(path, { redirect: 'follow' })
  expect([path, answer.status]).toEqual([path, 200])
  const html = await answer.text()
  return html.includes('reload to look again') ? page(path, from) : readHtml(html)
}

beforeAll(async () => {
  tree = makeGitTree({
    'old name.ts': text(code),
    'open.ts': text(code),
  })
  tree.commit('One')
  tree.git('mv', 'old name.ts', 'name.ts')
  last = tree.commit('Renamed')
  server = await startServer({ repo: tree })
})

describe('lines that are gone', () => {
  it('are shown as git has them last, with a link to them', async () => {
    const link = await linkTo('repo/name.ts', 12)
    tree.write('name.ts', text(code.toSpliced(8, 10)))
    for (let i = 0; i < 5; i++) {
      tree.write('other.ts', `${i}`)
      tree.write('name.ts', text([...code.toSpliced(8, 10), `new(${i})`]))
      tree.commit(`Change ${i}`)
    }
    const root = await page(link)
    expect(wordsOf(one(root, '#drift'))).toBe('Line 12 of this link is gone since.')
    expect(wordsOf(one(root, '.former summary'))).toBe(
      `What it was, line 12 at ${last.slice(0, 12)}`,
    )
    expect(textOf(one(root, '.former pre'))).toBe(code[11])
    const then = await page(one(root, '.former a').attributes.href!.slice(1))
    expect(textOf(one(then, '#L12 code'))).toBe(code[11])
  })

  it('are shown by the name that the file had then', async () => {
    tree.write('name.ts', text(code))
    const link = (await linkTo('repo/name.ts', 30)).replace('name.ts', 'new%20name.ts')
    tree.git('mv', 'name.ts', 'new name.ts')
    tree.write('new name.ts', text(code))
    tree.commit('Renamed again')
    tree.write('new name.ts', text(code.slice(0, 20)))
    tree.commit('Shorter')
    const fresh = await startServer({ repo: tree })
    const root = await page(link, fresh)
    expect(textOf(one(root, '.former pre'))).toBe(code[29])
    expect((await fresh.get(one(root, '.former a').attributes.href!.slice(1))).status).toBe(200)
  })

  it('are not shown of what was hidden then', async () => {
    const secret = code.with(11, '  password(8)')
    const other = makeGitTree({ '.env.ts': text(secret) })
    other.commit('One')
    other.git('mv', '.env.ts', 'open.ts')
    other.write('open.ts', text(code.toSpliced(11, 1)))
    other.commit('Shown')
    expect(other.git('log', '--follow', '--format=%s', 'open.ts')).toBe('Shown\nOne')
    other.write('open.ts', text(secret))
    const fresh = await startServer({ repo: other })
    const link = await linkTo('repo/open.ts', 12, fresh)
    other.write('open.ts', text(code.slice(20)))
    const root = await page(link, fresh)
    expect(wordsOf(one(root, '#drift'))).toBe('Line 12 of this link is gone since.')
    expect(all(root, '.former')).toEqual([])
  })

  it('are nothing more where git knows nothing of them', async () => {
    tree.write('never.ts', text(code))
    const fresh = await startServer({ repo: tree })
    const never = await linkTo('repo/never.ts', 12, fresh)
    tree.write('never.ts', 'nothing\n')
    const root = await page(never, fresh)
    expect(wordsOf(one(root, '#drift'))).toBe('Line 12 of this link is gone since.')
    expect(all(root, '.former')).toEqual([])
  })
})

it('a link to the lines of a branch remembers them, one to those of a commit has no need to', async () => {
  expect(await linkTo('repo@main/open.ts', 1)).toContain('&h=')
  expect(await linkTo(`repo@${last}/open.ts`, 1)).not.toContain('h=')
})

describe('the newest version with a line', () => {
  const newest = async (versions: readonly boolean[]) => {
    let found: number | undefined
    const read: number[] = []
    const indexes = versions.map((_, index) => index)
    await newestWith(indexes, async (index) => {
      read.push(index)
      if (versions[index]) found = index
      return versions[index]!
    })
    expect(new Set(read).size).toBe(read.length)
    return { found, read: read.length }
  }

  it('is found among those that have it without a gap to the oldest, in few steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3_000), fc.integer({ min: 1, max: 3_000 }), async (lack, have) => {
        const versions = [...Array(lack).fill(false), ...Array(have).fill(true)]
        const { found, read } = await newest(versions)
        expect(found).toBe(lack)
        expect(read).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(lack + have + 1)) + 2)
      }),
    )
  })

  it('is one that has it, if any of a few does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 50 }), async (versions) => {
        const { found } = await newest(versions)
        expect(found === undefined ? versions.includes(true) : !versions[found]).toBe(false)
      }),
    )
  })
})
