import { describe, expect, it } from 'vitest'
import { readCommand } from '../../src/config.ts'
import { makeGitTree } from '../support/git.ts'
import { startServer } from '../support/server.ts'
import { all, readHtml, textOf } from './html.ts'

const made = () => {
  const tree = makeGitTree({ 'a b.c': 'one\n' })
  const id = tree.commit('One')
  return { tree, id }
}

const outOf = async (server: Awaited<ReturnType<typeof startServer>>, path: string) => {
  const answer = await server.get(path)
  return all(readHtml(await answer.text()), 'a.out').map((link) => [
    textOf(link),
    link.attributes.href,
    link.attributes['data-range'],
  ])
}

describe('links out', () => {
  it('lead to the file at its commit, and follow what is committed and where it was cloned from', async () => {
    const { tree, id } = made()
    const server = await startServer({ repo: tree })
    expect(await outOf(server, 'view/repo/a%20b.c')).toEqual([])
    tree.git('remote', 'add', 'origin', 'https://me:token@github.com/o/r.git')
    const link = (commit: string) => {
      const url = `https://github.com/o/r/blob/${commit}/a%20b.c`
      return [['GitHub', url, `${url}#L{line}-L{last}`]]
    }
    expect(await outOf(server, 'view/repo/a%20b.c')).toEqual(link(id))
    tree.write('a b.c', 'two\n')
    const second = tree.commit('Two')
    expect(await outOf(server, 'view/repo/a%20b.c')).toEqual(link(second))
    expect(await outOf(server, `view/repo@${id}/a%20b.c`)).toEqual(link(id))
    const text = await (await server.get('view/repo/a%20b.c')).text()
    expect(text).not.toContain('token')
  })

  it('are what the settings say, and an editor opens the live file', async () => {
    const { tree, id } = made()
    const server = await startServer(
      { repo: tree },
      { codeHosts: { repo: 'https://x.example/{commit}/{path}' }, editor: 'ed://{path}:{line}' },
    )
    const out = await outOf(server, 'view/repo/a%20b.c')
    expect(out.map(([name, url]) => [name, url])).toEqual([
      ['x.example', `https://x.example/${id}/a%20b.c`],
      ['Open in editor', `ed://${tree.root}/a%20b.c:1`],
    ])
    expect((await outOf(server, `view/repo@${id}/a%20b.c`)).map(([name]) => name)).toEqual([
      'x.example',
    ])
  })

  it('to an editor are refused where others read', () => {
    const args = ['--editor', 'vscode://file{path}:{line}']
    expect(() => readCommand([...args, '--public'], {})).toThrow('editor')
    expect(readCommand(args, {}).kind).toBe('serve')
    expect(() => readCommand(['--editor', 'javascript:{path}'], {})).toThrow('editor')
    expect(() => readCommand(['--code-hosts', 'a=b'], {})).toThrow('code-hosts')
  })
})
