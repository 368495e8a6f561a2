import { describe, expect, it } from 'vitest'
import { type GitRun, runGit } from '../../src/git/run.ts'
import { fakeRg } from '../http/fake-rg.ts'
import { makeTree } from '../support/tree.ts'

/** A run of a git that is this script. */
function running(script: string, run: Partial<GitRun> = {}): GitRun {
  const { root } = makeTree({ 'objects/x': '' })
  return {
    program: fakeRg(script).path,
    place: { kind: 'refs', git: { own: root, common: root } },
    args: [],
    mostBytes: 65_536,
    signal: AbortSignal.timeout(10_000),
    ...run,
  }
}

describe('git', () => {
  it('that tells without end is ended when it has told enough', async () => {
    const run = running('exec yes', { mostBytes: 100_000 })
    const { bytes, end } = await runGit(run)
    expect([bytes.length, end.kind, run.signal.aborted]).toEqual([100_000, 'cut', false])
  })

  it('is told to ask, fetch and run nothing, and whose settings count', async () => {
    const run = running('exec env')
    const { bytes } = await runGit(run)
    expect(bytes.toString().split('\n')).toEqual(
      expect.arrayContaining([
        'HOME=/nonexistent',
        'GIT_CONFIG_NOSYSTEM=1',
        'GIT_CONFIG_GLOBAL=/dev/null',
        'GIT_ATTR_NOSYSTEM=1',
        'GIT_TERMINAL_PROMPT=0',
        'GIT_OPTIONAL_LOCKS=0',
        'GIT_NO_REPLACE_OBJECTS=1',
        'GIT_NO_LAZY_FETCH=1',
        'GIT_ALLOW_PROTOCOL=none',
      ]),
    )
  })
})
