import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeHostOf, filledIn, isCodeHostSetting, isEditorSetting } from '../src/code-host.ts'

const commit = 'c'.repeat(40)
const lines = (origin: string | undefined, setting?: string) => {
  const host = codeHostOf(origin, setting)
  return host && filledIn(host.lines, commit, Buffer.from('a dir/b#.c'))
}

describe('where a repository is shown', () => {
  it.each([
    ['https://github.com/o/r.git', `https://github.com/o/r/blob/${commit}/P#L{line}-L{last}`],
    ['git@github.com:o/r.git', `https://github.com/o/r/blob/${commit}/P#L{line}-L{last}`],
    ['ssh://git@github.com:22/o/r', `https://github.com/o/r/blob/${commit}/P#L{line}-L{last}`],
    ['https://gitlab.com/g/s/r.git', `https://gitlab.com/g/s/r/-/blob/${commit}/P#L{line}-{last}`],
    [
      'https://gitlab.x.org:8443/g/r',
      `https://gitlab.x.org:8443/g/r/-/blob/${commit}/P#L{line}-{last}`,
    ],
    ['https://codeberg.org/o/r', `https://codeberg.org/o/r/src/commit/${commit}/P#L{line}-L{last}`],
    ['git@bitbucket.org:o/r.git', `https://bitbucket.org/o/r/src/${commit}/P#lines-{line}:{last}`],
    [
      'https://git.kernel.org/pub/linux.git',
      `https://git.kernel.org/pub/linux.git/tree/P?id=${commit}#n{line}`,
    ],
    ['https://git.sr.ht/~u/r', `https://git.sr.ht/~u/r/tree/${commit}/item/P#L{line}-{last}`],
  ])('is told from %s', (origin, expected) => {
    expect(lines(origin)).toBe(expected.replace('P', 'a%20dir/b%23.c'))
  })

  it.each([
    [undefined],
    [''],
    ['/srv/git/r.git'],
    ['../r'],
    ['file:///srv/r'],
    ['https://unknown.example/o/r'],
    ['https://github.com/../r'],
    ['https://github.com'],
    ['ext::sh -c touch% x'],
    ['javascript://github.com/%0aalert(1)'],
    ['https://github.com<script>/o/r'],
  ])('is not told from %s', (origin) => expect(lines(origin)).toBeUndefined())

  it('never tells a name or a password of the address', () => {
    const word = fc.stringMatching(/^[\w:.-]{1,20}$/).map((text) => `SECRET${text}`)
    fc.assert(
      fc.property(word, word, (user, password) => {
        for (const origin of [
          `https://${user}:${password}@github.com/o/r`,
          `https://${user}@github.com/o/r`,
          `ssh://${user}@github.com/o/r`,
          `https://a@b:${password}@github.com/o/r`,
        ]) {
          expect(JSON.stringify(codeHostOf(origin) ?? '')).not.toContain('SECRET')
        }
      }),
    )
    expect(lines('https://user:token@github.com/o/r')).toContain('https://github.com/o/r/')
  })

  it('is what a setting says', () => {
    const origin = 'https://code.example/o/r.git'
    expect(lines(origin, 'gitlab')).toContain('https://code.example/o/r/-/blob/')
    expect(lines(origin, 'none')).toBeUndefined()
    expect(lines('https://github.com/o/r', 'none')).toBeUndefined()
    const host = codeHostOf(undefined, 'https://x.example/{path}?c={commit}#{line}-{last}')
    expect(host).toEqual({
      name: 'x.example',
      file: 'https://x.example/{path}?c={commit}',
      line: 'https://x.example/{path}?c={commit}#{line}-{line}',
      lines: 'https://x.example/{path}?c={commit}#{line}-{last}',
    })
  })

  it.each([
    ['github', true],
    ['none', true],
    ['https://x.example/{path}', true],
    ['https://x.example/', false],
    ['javascript:alert({path})', false],
    ['toString', false],
    ['', false],
  ])('can be set to %s: %s', (text, isSo) => expect(isCodeHostSetting(text)).toBe(isSo))

  it.each([
    ['vscode://file{path}:{line}', true],
    ['idea://open?file={path}&line={line}', true],
    ['JavaScript:{path}', false],
    ['data:text/html,{path}', false],
    ['vscode://file', false],
    ['{path}', false],
  ])('an editor can be %s: %s', (text, isSo) => expect(isEditorSetting(text)).toBe(isSo))
})
