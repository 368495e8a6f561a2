import { symlinkSync, unlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type GitTree, makeGitTree } from '../support/git.ts'
import { getMade, jsonLines, startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, wordsOf } from './html.ts'

let server: TestServer
let tree: GitTree
let first: string
let second: string

beforeAll(async () => {
  tree = makeGitTree({
    'src/code.c': 'int one; /* needle */\n',
    'src/gone.c': 'needle gone\n',
    'src/ünïcode.txt': 'needle\n',
    'src/new\nline.txt': 'needle\n',
    'src/run': '#!/bin/sh\necho needle\n',
    'odd/blob.bin': 'needle\0\n',
    'odd/large.txt': 'needle\n'.repeat(300),
    'later.txt': 'needle later\n',
    'now-ignored.txt': 'needle ignored\n',
    '.env': 'needle hidden\n',
  })
  tree.write(Buffer.from('src/f\xe8.txt', 'latin1'), 'needle not utf-8\n')
  symlinkSync('code.c', `${tree.root}/src/link.c`)
  first = tree.commit('One')
  tree.git('tag', 'v1')
  tree.git('branch', 'feature/one')
  unlinkSync(`${tree.root}/src/gone.c`)
  unlinkSync(`${tree.root}/now-ignored.txt`)
  tree.write('src/code.c', 'int one;\nint two; /* needle */\n')
  second = tree.commit('Two')
  tree.write('src/code.c', 'int three; /* needle of now */\n')
  tree.write('.ignore', 'later.txt\nnow-ignored.txt\n')
  const other = makeGitTree({ 'a.txt': 'needle\n' })
  other.commit('Other')
  server = await startServer(
    { repo: tree, other, plain: makeTree({ 'b.txt': 'needle\n' }) },
    { limits: { fileBytes: 1_000 } },
  )
})

const search = async (query: string) => jsonLines(await getMade(server, `api/search?${query}`))
const pathsOf = async (query: string) => {
  const events = await search(query)
  expect(events.at(-1)).toMatchObject({ type: 'done' })
  return events.filter(({ type }) => type === 'file').map(({ path }) => path)
}
const failureOf = async (query: string) => {
  const answer = await server.get(`api/search?${query}`)
  const { error } = (await answer.json()) as { error: Record<string, unknown> }
  return { ...error, status: answer.status }
}

const visibleThen = [
  ...['src/code.c', 'src/f\ufffd.txt', 'src/gone.c', 'src/new\nline.txt', 'src/run'],
  'src/ünïcode.txt',
]

describe('a search at a revision', () => {
  it.each([
    ['an id', () => first],
    ['the beginning of one', () => first.slice(0, 8)],
    ['a tag', () => 'v1'],
    ['a branch with a slash', () => 'feature/one'],
  ])('finds what the files held then: %s', async (_what, revision) => {
    expect((await pathsOf(`q=needle&repo=repo&rev=${revision()}`)).sort()).toEqual(visibleThen)
  })

  it.each(['q=repo:repo+rev:v1+needle', 'q=repo:repo@v1+needle', 'q=needle&repo=re*@v1'])(
    'is asked for in many ways: %s',
    async (query) => {
      expect((await pathsOf(query)).sort()).toEqual(visibleThen)
    },
  )

  it('searches what is committed and not what is there', async () => {
    expect(await pathsOf('q=needle&repo=repo&rev=HEAD&path=code.c')).toEqual(['src/code.c'])
    const events = await search('q=needle&repo=repo&rev=HEAD&path=code.c')
    expect(events[0]).toMatchObject({
      revision: second,
      url: `/view/repo@${second}/src/code.c`,
      lines: [
        { number: 1, text: 'int one;' },
        { number: 2, text: 'int two; /* needle */' },
      ],
    })
    expect(events.at(-1).ledger).toMatchObject({ revision: second, end: 'complete', files: 1 })
    expect((await server.get(events[0].url.slice(1))).status).toBe(200)
  })

  it('says what is left out, and not what that is', async () => {
    const { ledger } = (await search('q=needle&repo=repo&rev=v1')).at(-1)
    expect(ledger.leftOut).toMatchObject({
      ...{ binary: 1, large: 1, links: 1, hidden: 1, special: 0, ignored: 2, unreadable: 0 },
    })
  })

  it('finds names, also of files that are not searched', async () => {
    expect(await pathsOf('q=o&type=file&repo=repo&rev=v1&path=odd')).toEqual([
      'odd/blob.bin',
      'odd/large.txt',
    ])
  })

  it('goes on where it was cut, and not at another revision', async () => {
    const found: string[] = []
    let after = ''
    for (let part = 0; part < 20; part++) {
      const events = await search(`q=needle&repo=repo&rev=v1&limit=1${after}`)
      found.push(...events.filter(({ type }) => type === 'file').map(({ path }) => path))
      const { cursor } = events.at(-1).ledger
      if (cursor === null) break
      after = `&after=${cursor}`
      expect(await failureOf(`q=needle&repo=repo&limit=1${after}`)).toMatchObject({ status: 400 })
    }
    expect(found.sort()).toEqual(visibleThen)
  })

  it('is not of several repositories, of none, or of a directory', async () => {
    const parameter = 'rev'
    expect(await failureOf('q=needle&rev=v1')).toMatchObject({ status: 400, parameter })
    expect(await failureOf('q=needle&rev=v1&repo=plain')).toMatchObject({ status: 400, parameter })
    expect(await failureOf('q=needle&rev=v1&repo=absent')).toMatchObject({
      ...{ status: 400, parameter: 'repo' },
    })
    expect(await pathsOf('q=needle&rev=v1&repo=!other')).toHaveLength(visibleThen.length)
  })

  it.each(['nothing', 'HEAD~1', '--help', 'a..b', '0000000', '../x', 'x\n'])(
    'of no revision is a failure that points at it: %s',
    async (revision) => {
      const query = `q=${encodeURIComponent(`repo:repo rev:"${revision}" needle`)}`
      expect(await failureOf(query)).toMatchObject({
        ...{ status: 400, kind: 'bad-parameter', parameter: 'rev', position: 10 },
      })
    },
  )

  it('has replacements that fit the commit', async () => {
    const patch = await (
      await getMade(server, 'patch?q=needle&replace=pin&repo=repo&rev=HEAD&path=code.c')
    ).text()
    expect(patch).toContain(`of repo as of ${second}.`)
    expect(patch).toContain('-int two; /* needle */\n+int two; /* pin */')
  })

  it('says why a file was not found, but not whether it is hidden or ignored', async () => {
    const why = async (file: string) => {
      const answer = await server.get(`api/why?q=needle&repo=repo&rev=v1&file=${file}`)
      // biome-ignore lint/suspicious/noExplicitAny: as the assertion says
      return ((await answer.json()) as any).reasons.map(({ kind }: { kind: string }) => kind)
    }
    expect(await why('repo/src/gone.c')).toEqual(['found'])
    expect(await why('repo/odd/blob.bin')).toEqual(['binary'])
    expect(await why('repo/later.txt')).toEqual(['not-at-revision'])
    expect(await why('repo/never.txt')).toEqual(['not-at-revision'])
    expect(await why('repo/.env')).toEqual(['hidden'])
  })
})

describe('the page of a search at a revision', () => {
  it('says whose files these are, and leads to those of now', async () => {
    const answer = await server.get('search?q=needle+rev:v1&repo=repo')
    expect(answer.status).toBe(200)
    const root = readHtml(await answer.text())
    expect(wordsOf(one(root, 'p.at'))).toContain(`At v1: ${first.slice(0, 10)}`)
    expect(one(root, 'a#live').attributes.href).toBe('/search?q=needle&repo=repo')
    const chips = all(root, 'a.chip').map(({ attributes }) => attributes['data-filter'])
    expect(chips).toEqual(['repo', 'rev'])
    const [file] = all(root, 'section.file')
    expect(all(file!, 'a.n')[0]!.attributes.href).toContain(`/view/repo@${first}/`)
    expect(wordsOf(one(root, '#command'))).toMatch(
      new RegExp(`^git worktree add --quiet --detach ../repo-${first.slice(0, 10)} ${first} && cd`),
    )
  })

  it('offers what is near at the same revision', async () => {
    const root = readHtml(await (await server.get('search?q=NEEDLE+GONE&rev=v1&repo=repo')).text())
    const links = all(root, '.suggestions a').map(({ attributes }) => attributes.href!)
    expect(links.find((url) => url.includes('case=ignore'))).toContain('repo=repo')
    expect(links.find((url) => url.includes('case=ignore'))).toContain('rev=v1')
  })
})

describe('what is ignored', () => {
  it('is not to be had from before as soon as it is ignored', async () => {
    const fresh = makeGitTree({ 'a.txt': 'needle\n', 'secret.txt': 'needle\n' })
    const old = fresh.commit('One')
    unlinkSync(`${fresh.root}/secret.txt`)
    fresh.commit('Two')
    const other = await startServer({ repo: fresh })
    const found = async () =>
      (await jsonLines(await getMade(other, 'api/search?q=needle&rev=HEAD')))
        .filter(({ type }) => type === 'file')
        .map(({ path }) => path)
    const before = async () =>
      (await jsonLines(await getMade(other, `api/search?q=needle&rev=${old}`)))
        .filter(({ type }) => type === 'file')
        .map(({ path }) => path)
    expect(await found()).toEqual(['a.txt'])
    expect(await before()).toEqual(['a.txt', 'secret.txt'])
    fresh.write('.gitignore', 'secret.txt\n')
    await expect.poll(before, { timeout: 10_000 }).toEqual(['a.txt'])
  })
})
