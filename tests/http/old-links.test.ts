import { beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { makeTree } from '../support/tree.ts'
import { all, one, readHtml, textOf } from './html.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({
    datasette: makeTree({
      'datasette/app.py': 'class Datasette:\n    def plugin_config(self):\n        a.b(c)\n',
      'docs/plugins.rst': 'plugin_config( and Plugin_Config(\n',
      'setup.py': 'x\n',
      'names/{{curlies}} +#%?.txt': 'one\ntwo\n',
    }),
    'plugins/auth': makeTree({
      'auth/__init__.py': 'def plugin_config(): axb\n',
      'setup.py': 'y\n',
    }),
  })
})

const locationOf = async (path: string, status = 301): Promise<string> => {
  const answer = await server.get(path)
  expect([path, answer.status]).toEqual([path, status])
  return answer.headers.get('location')!
}

/** `PATH:LINE` of each matching line. */
const found = async (path: string): Promise<readonly string[]> => {
  const root = readHtml(await (await server.get(path)).text())
  return all(root, 'section.file').flatMap((file) =>
    all(file, '.row[data-kind=match]').map(
      (row) => `${file.attributes['data-path']}:${row.attributes['data-line']}`,
    ),
  )
}

describe('an old search', () => {
  it.each<[string, string, readonly string[]]>([
    // A regular expression, and upper is not lower case, unless it says otherwise.
    [
      'pattern=a.b',
      '/search?q=a.b&regex=1&case=sensitive',
      ['datasette/app.py:3', 'auth/__init__.py:1'],
    ],
    ['pattern=a.b&literal=on', '/search?q=a.b&case=sensitive', ['datasette/app.py:3']],
    ['pattern=a.b&literal=1&ignore=1', '/search?q=a.b&case=ignore', ['datasette/app.py:3']],
    [
      'pattern=PLUGIN_config&ignore=on',
      '/search?q=PLUGIN_config&regex=1&case=ignore',
      ['datasette/app.py:2', 'docs/plugins.rst:1', 'auth/__init__.py:1'],
    ],
    [
      'pattern=plugin_config%5C%28&glob=*.rst',
      '/search?q=plugin_config%5C%28&regex=1&case=sensitive&path=*.rst',
      ['docs/plugins.rst:1'],
    ],
    [
      'pattern=plugin_config&glob=*.py&glob=!auth/**&glob=',
      '/search?q=plugin_config&regex=1&case=sensitive&path=*.py&path=%21auth%2F**',
      ['datasette/app.py:2'],
    ],
    [
      'pattern=+plugin_config+&glob=+*.rst+',
      '/search?q=plugin_config&regex=1&case=sensitive&path=*.rst',
      ['docs/plugins.rst:1'],
    ],
    [
      'glob=*.py&pattern=class+%5CS%2B',
      '/search?q=class+%5CS%2B&regex=1&case=sensitive&path=*.py',
      ['datasette/app.py:1'],
    ],
  ])('?%s leads to the same search here', async (query, location, lines) => {
    expect(await locationOf(`-/ripgrep?${query}`)).toBe(location)
    expect(await found(location)).toEqual(lines)
  })

  it.each(['', '?', '?pattern=', '?pattern=+++', '?literal=on&glob=*.py', '?patern=x'])(
    'for nothing leads home: %s',
    async (query) => {
      expect(await locationOf(`-/ripgrep${query}`)).toBe('/')
    },
  )

  it.each(['%ff', 'pattern=%c3%28'])('that cannot be read is 400: ?%s', async (query) => {
    expect((await server.get(`-/ripgrep?${query}`)).status).toBe(400)
  })

  it('with a pattern that is refused leads to the page that says so', { retry: 3 }, async () => {
    const location = await locationOf('-/ripgrep?pattern=plugin_config(')
    const answer = await server.get(location)
    expect(answer.status).toBe(400)
    expect(one(readHtml(await answer.text()), '[role=alert]').attributes['data-kind']).toBe(
      'bad-pattern',
    )
  })
})

describe('an old file', () => {
  it.each([
    ['docs/plugins.rst', '/view/datasette/docs/plugins.rst'],
    ['datasette/app.py', '/view/datasette/datasette/app.py'],
    ['datasette%2Fapp.py', '/view/datasette/datasette/app.py'],
    ['auth/__init__.py', '/view/plugins/auth/auth/__init__.py'],
    ['plugins/auth/setup.py', '/view/plugins/auth/setup.py'],
    ['setup.py', '/view/datasette/setup.py'],
    [
      'names/%7B%7Bcurlies%7D%7D%20%2B%23%25%3F.txt',
      '/view/datasette/names/%7B%7Bcurlies%7D%7D%20%2B%23%25%3F.txt',
    ],
    ['docs/plugins.rst?x=y', '/view/datasette/docs/plugins.rst'],
  ])('%s leads to the file here; the browser keeps its #L12', async (path, location) => {
    expect(await locationOf(`-/ripgrep/view/${path}`)).toBe(location)
    const root = readHtml(await (await server.get(location)).text())
    expect(textOf(one(root, '#L1 code')).length).toBeGreaterThan(0)
  })

  it.each([
    '',
    'nothing.py',
    'docs',
    'docs/',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%2e%2e/secret',
    'datasette/nothing.py',
  ])('that is not here is 404: %s', async (path) => {
    const answer = await server.get(`-/ripgrep/view/${path}`)
    const root = readHtml(await answer.text())
    expect([answer.status, one(root, '[role=alert]').attributes['data-kind']]).toEqual([
      404,
      'not-found',
    ])
  })
})
