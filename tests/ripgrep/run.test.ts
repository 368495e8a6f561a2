import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLauncher } from '../../src/process/launcher.ts'
import { type RunItem, run } from '../../src/ripgrep/run.ts'
import { fakeRg } from '../search/fake-rg.ts'
import { descendants, until } from '../support/processes.ts'

const begin = `echo '{"type":"begin","data":{"path":{"text":"./a"}}}'`
const summary = `echo '{"type":"summary","data":{"stats":{"searches":7}}}'`

/** Nothing runs but the launcher, which is a Node. */
const isAlone = () =>
  process.platform !== 'linux' ||
  descendants().every(({ name }) => name === 'node' || name === 'MainThread')

const launcher = openLauncher()!
beforeAll(() => until(() => launcher.isReady))
afterAll(() => launcher.close())

describe.each([
  ['from here', undefined],
  ['by the launcher', launcher],
])('a run of ripgrep, started %s', (_, launcher) => {
  const started = (script: string, signal = new AbortController().signal) =>
    run({ rgPath: fakeRg(script), launcher, args: [], cwd: '/', signal, eventBytes: 10_000 })

  async function itemsOf(script: string, signal?: AbortSignal): Promise<RunItem[]> {
    const all: RunItem[] = []
    for await (const items of started(script, signal)) all.push(...items)
    return all
  }

  it.each<[string, string, object]>([
    ['with a summary', `${begin}; ${summary}`, { kind: 'complete', searches: 7 }],
    ['with a summary and exit code 2', `${summary}; exit 2`, { kind: 'complete', searches: 7 }],
    ['with a complaint only', 'echo "rg: no" >&2; exit 2', { kind: 'refused', message: 'no' }],
    [
      'with a complaint after its output has been closed',
      'exec >&-; sleep 0.2; echo "rg: late" >&2; exit 2',
      { kind: 'refused', message: 'late' },
    ],
    ['with a complaint after an event', `${begin}; echo no >&2; exit 2`, { kind: 'crashed' }],
    ['with a complaint and exit code 1', 'echo no >&2; exit 1', { kind: 'crashed' }],
    ['without a word', 'exit 2', { kind: 'crashed' }],
    ['without a summary', `${begin}; exit 0`, { kind: 'crashed' }],
    ['by a signal', `${begin}; kill -BUS $$`, { kind: 'crashed', reason: 'SIGBUS' }],
  ])('is judged when it ends %s', async (_, script, outcome) => {
    const items = await itemsOf(script)
    expect(items.at(-1)).toMatchObject({ type: 'ended', outcome })
    expect(items.filter(({ type }) => type === 'ended')).toHaveLength(1)
  })

  it('that is none is told apart from one that fails', async () => {
    const items: RunItem[] = []
    const nowhere = { rgPath: '/nowhere', launcher, args: [], cwd: '/', eventBytes: 10_000 }
    for await (const some of run({ ...nowhere, signal: new AbortController().signal })) {
      items.push(...some)
    }
    expect(items).toEqual([{ type: 'ended', outcome: { kind: 'not-started', code: 'ENOENT' } }])
  })

  it('is over when its loop has been left', async () => {
    const began = performance.now()
    for await (const _ of started(`${begin}; exec sleep 8`)) break
    expect(isAlone()).toBe(true)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('is over when it has said what is no event', async () => {
    const began = performance.now()
    const items = await itemsOf('echo what?; exec sleep 8')
    expect(items).toMatchObject([{ type: 'ended', outcome: { kind: 'crashed' } }])
    expect(isAlone()).toBe(true)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('is stopped by its signal, and what it has said before stands', async () => {
    const stop = new AbortController()
    const items: RunItem[] = []
    for await (const some of started(`${begin}; exec sleep 8`, stop.signal)) {
      items.push(...some)
      stop.abort()
    }
    expect(items).toMatchObject([
      { type: 'event', event: { type: 'begin' } },
      { type: 'ended', outcome: { kind: 'stopped' } },
    ])
  })
})
