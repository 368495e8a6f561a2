import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { all, everyElement, readHtml } from './html.ts'

let tree: Tree

beforeAll(() => {
  tree = makeTree({
    LICENSE: 'Free.\n',
    'src/{{a}} +#%.txt': 'needle\n\n\n\n\n\n\nneedle\nNeedle\n',
    'src/b.txt': 'needle\n'.repeat(6),
    'src/long.txt': 'hay\n'.repeat(6_000),
    'src/blob.bin': '\0',
  })
  tree.write(Buffer.from('d\xe9/\xff.txt', 'latin1'), 'needle\n')
})

const start = (basePath: string): Promise<TestServer> =>
  startServer({ 'a/repo': tree }, { basePath, limits: { lines: 4, linesPerFile: 3 } })

describe.each(['/', '/code/', '/deep/er/path/'])('under %s', (basePath) => {
  it('every link and asset of every page leads somewhere', async () => {
    const server = await start(basePath)
    const pages = [
      '',
      'search?q=needle',
      'search?q=NEEDLE&word=1&path=*.txt',
      'search?q=(&regex=1',
      'view/a/repo/',
      'view/a/repo/src/b.txt',
      'view/a/repo/src/long.txt?L=5500',
      'view/a/repo/src/blob.bin',
      'view/a/repo/nothing/here',
      'nothing',
    ].map((path) => basePath + path)
    const seen = new Set<string>()
    for (const path of pages) {
      const headers = path.includes('b.txt') ? { referer: `${server.url}search?q=x` } : {}
      const root = readHtml(await (await server.get(path, { headers })).text())
      for (const { tag, attributes } of everyElement(root)) {
        const url = attributes.href ?? attributes.src
        if (url === undefined || url.startsWith('#')) continue
        if (url === 'https://github.com/BurntSushi/ripgrep') continue
        const target = new URL(url, new URL(path, server.url))
        expect([path, tag, target.href.startsWith(server.url)]).toEqual([path, tag, true])
        seen.add(target.pathname + target.search)
      }
      for (const form of all(root, 'form')) {
        // The box of every page searches; a long file is found in on its own page.
        const isOfFile = form.attributes.class === 'find-in-file'
        const action = isOfFile ? path.split('?')[0] : `${basePath}search`
        expect(form.attributes.action).toBe(action)
      }
    }
    expect(seen.size).toBeGreaterThan(25)
    for (const path of seen) {
      const answer = await server.get(path)
      expect([path, answer.status]).toEqual([path, 200])
      await answer.arrayBuffer()
    }
    const events = await (await server.get(`${basePath}api/search?q=needle`)).text()
    for (const [, url] of events.matchAll(/"url":"([^"]+)"/g)) {
      expect(url!.startsWith(`${basePath}view/a/repo/`)).toBe(true)
      expect((await server.get(url!)).status).toBe(200)
    }
    await server.close()
  })

  it.each([
    ['search?q=', ''],
    ['view/a/repo', 'view/a/repo/'],
    ['view/a/repo/src', 'view/a/repo/src/'],
    ['-/ripgrep', ''],
    ['-/ripgrep?pattern=x', 'search?q=x&regex=1&case=sensitive'],
    ['-/ripgrep/view/src/b.txt', 'view/a/repo/src/b.txt'],
  ])('%s leads to %s', async (path, target) => {
    const server = await start(basePath)
    const answer = await server.get(basePath + path)
    expect(answer.headers.get('location')).toBe(basePath + target)
    expect((await server.get(basePath + target)).status).toBe(200)
    await server.close()
  })

  it('the page at its address is home, also without the last /; elsewhere is nothing', async () => {
    const server = await start(basePath)
    const home = await server.get(basePath)
    expect([home.status, (await home.text()).includes('autofocus')]).toEqual([200, true])
    expect(await (await server.get(`${basePath}robots.txt`)).text()).toContain(
      `Disallow: ${basePath}search`,
    )
    if (basePath !== '/') {
      const bare = await server.get(basePath.slice(0, -1))
      expect([bare.status, bare.headers.get('location')]).toEqual([301, basePath])
      for (const path of [
        '/',
        '/search?q=needle',
        '/view/a/repo/',
        `${basePath}code/`,
        `/x${basePath}`,
      ]) {
        const answer = await server.get(path)
        const root = readHtml(await answer.text())
        expect([path, answer.status]).toEqual([path, 404])
        expect(all(root, '.ways a').map(({ attributes }) => attributes.href)).toEqual([basePath])
      }
    }
    await server.close()
  })
})
