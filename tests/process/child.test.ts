import { spawnSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ChildOptions, startChild } from '../../src/process/child.ts'
import { makeTree } from '../support/tree.ts'

const sh = (script: string, options: Partial<ChildOptions> = {}) =>
  startChild('/bin/sh', ['-c', script], { cwd: '/', ...options })

async function outputOf({ stdout }: { stdout: AsyncIterable<Buffer> }): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdout) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a child', () => {
  it.each([0, 1, 2, 127])('tells its exit code: %i', async (code) => {
    const child = sh(`echo out; echo err >&2; exit ${code}`)
    expect(await outputOf(child)).toBe('out\n')
    expect(await child.ended).toEqual({ kind: 'exited', code, stderr: 'err\n' })
  })

  it('tells by which signal it was killed', async () => {
    const child = sh('kill -SEGV $$')
    await outputOf(child)
    expect(await child.ended).toMatchObject({ kind: 'killed', signal: 'SIGSEGV', ours: false })
  })

  it('has an empty environment and nothing to read', async () => {
    expect(await outputOf(startChild('/usr/bin/env', [], { cwd: '/' }))).toBe('')
    expect(await outputOf(startChild('/bin/cat', [], { cwd: '/' }))).toBe('')
  })

  it('is started without a shell', async () => {
    const args = ['a b', '$HOME', '; echo x', "'", '*', '-n\n']
    const child = startChild('/usr/bin/printf', ['%s|', ...args], { cwd: '/' })
    expect(await outputOf(child)).toBe(args.map((arg) => `${arg}|`).join(''))
  })

  it('keeps 4 KB of what it complains, however much that is', async () => {
    const child = sh('/usr/bin/head -c 1000000 /dev/zero >&2; echo done')
    expect(await outputOf(child)).toBe('done\n')
    const ended = await child.ended
    expect('stderr' in ended && ended.stderr.length).toBe(4_096)
  })

  it('is given descriptors, which stay open here', async () => {
    const tree = makeTree({ a: 'first', b: 'second' })
    const descriptors = [openSync(tree.at('a'), 'r'), openSync(tree.at('b'), 'r')]
    const child = sh('cat /proc/self/fd/4 /proc/self/fd/3', { descriptors })
    expect(await outputOf(child)).toBe('secondfirst')
    await child.ended
    for (const descriptor of descriptors) closeSync(descriptor)
  })

  it.each<[string, string, string, string]>([
    ['is absent', '/nowhere', '/', 'ENOENT'],
    ['is not executable', '/etc/passwd', '/', 'EACCES'],
    ['is a directory', '/tmp', '/', 'EACCES'],
    ['has no directory to run in', '/bin/true', '/nowhere', 'ENOENT'],
    ['has a file to run in', '/bin/true', '/etc/passwd', 'ENOTDIR'],
  ])('that %s is not started, and that is no exception', async (_, file, cwd, code) => {
    const child = startChild(file, [], { cwd })
    await outputOf(child).catch(() => {})
    expect(await child.ended).toEqual({ kind: 'not-started', code })
    child.kill()
  })

  it('with a NUL in an argument is not started, nor one with too large a one', async () => {
    const nul = startChild('/bin/echo', ['a\0b'], { cwd: '/' })
    expect(await nul.ended).toEqual({ kind: 'not-started', code: 'ERR_INVALID_ARG_VALUE' })
    const large = startChild('/bin/echo', ['x'.repeat(200_000)], { cwd: '/' })
    expect(await large.ended).toEqual({ kind: 'not-started', code: 'E2BIG' })
  })
})

describe('a child that is killed', () => {
  it.each([
    ['silent', 'exec sleep 60'],
    ['talking', 'while :; do echo y; done'],
    ['deaf', "trap '' TERM INT HUP; while :; do :; done"],
  ])('%s, ends at once', async (_, script) => {
    const child = sh(script)
    const began = performance.now()
    child.kill()
    expect(await child.ended).toMatchObject({ kind: 'killed', signal: 'SIGKILL', ours: true })
    expect(performance.now() - began).toBeLessThan(1_000)
    child.kill()
  })

  it('by its signal, ends at once, and leaves no listener behind', async () => {
    const stop = new AbortController()
    const children = [
      sh('exec sleep 60', { signal: stop.signal }),
      sh('exit 0', { signal: stop.signal }),
    ]
    await children[1]!.ended
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
    stop.abort()
    expect(await children[0]!.ended).toMatchObject({ kind: 'killed', ours: true })
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
  })

  it('before it was started, never says a word', async () => {
    const child = sh('echo x; exec sleep 60', { signal: AbortSignal.abort() })
    expect(await child.ended).toMatchObject({ kind: 'killed', ours: true })
    expect(await outputOf(child).catch(() => '')).toBe('')
  })

  it('and has left a child of its own, which holds its output open, ends at once', async () => {
    const child = sh('sleep 5 & exit 0')
    const began = performance.now()
    setTimeout(() => child.kill(), 100)
    await child.ended
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

it.skipIf(process.platform !== 'linux')(
  'a child for which there are no descriptors left is not started, and the process lives on',
  async () => {
    const script = `
      import { openSync } from 'node:fs'
      import { startChild } from '${new URL('../../src/process/child.ts', import.meta.url).pathname}'
      const file = openSync('/dev/null', 'r')
      const held = []
      try { for (;;) held.push(openSync('/dev/null', 'r')) } catch {}
      const results = []
      for (let i = 0; i < 3; i++) {
        const child = startChild('/bin/true', [], { cwd: '/' })
        for await (const _ of child.stdout);
        results.push(await child.ended)
      }
      console.log(JSON.stringify(results))`
    const node = [process.execPath, '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync('/usr/bin/prlimit', ['--nofile=64', ...node], {
      encoding: 'utf8',
    })
    expect(stderr.replaceAll(/.*(?:Warning|trace-warnings).*\n/g, '')).toBe('')
    const ends = JSON.parse(stdout) as { kind: string; code: string }[]
    expect(ends).toHaveLength(3)
    for (const end of ends) expect(end.kind).toBe('not-started')
    expect(ends.map(({ code }) => code)).toContain('EMFILE')
  },
)

it('a child reads what it is given, and may end without reading it', async () => {
  const input = [Buffer.from('first '), Buffer.from('second')]
  expect(await outputOf(startChild('/bin/cat', [], { cwd: '/', input }))).toBe('first second')
  const deaf = sh('exit 3', { input: [Buffer.alloc(10_000_000)] })
  expect(await outputOf(deaf)).toBe('')
  expect(await deaf.ended).toMatchObject({ kind: 'exited', code: 3 })
})
