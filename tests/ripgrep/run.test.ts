import { afterAll, describe, expect, it } from 'vitest'
import { type Launcher, openAhead } from '../../src/process/ahead.ts'
import { type RunItem, run } from '../../src/ripgrep/run.ts'
import { fakeRg } from '../search/fake-rg.ts'
import { descendants } from '../support/processes.ts'

const begin = `echo '{"type":"begin","data":{"path":{"text":"./a"}}}'`
const summary = `echo '{"type":"summary","data":{"stats":{"searches":7}}}'`

const isAlone = () => descendants().every(({ name }) => name !== 'sleep')

const bounds = { memoryBytes: 1 << 29, cpuSeconds: 20 }
const launchers: Launcher[] = []
function openOne(program: string): Launcher {
  const options = { program, variable: 'RIPGREP_CONFIG_PATH', bounds, running: 1 }
  launchers.push(openAhead(options)!)
  return launchers.at(-1)!
}
afterAll(() => {
  for (const launcher of launchers) launcher.close()
})

describe.each([
  ['now', () => undefined],
  ['ahead', openOne],
])('a run of ripgrep, started %s', (_, open) => {
  const started = (script: string, signal = new AbortController().signal) => {
    const waits = '[ "$RIPGREP_CONFIG_PATH" ] && cat "$RIPGREP_CONFIG_PATH"'
    const rgPath = fakeRg(`${waits}; ${script}`)
    const options = { rgPath, launcher: open(rgPath), args: [], cwd: '/', signal, bounds }
    return run({ ...options, eventBytes: 10_000 })
  }

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
    const signal = new AbortController().signal
    const nowhere = { rgPath: '/nowhere', launcher: open('/nowhere'), signal, bounds }
    for await (const some of run({ ...nowhere, args: [], cwd: '/', eventBytes: 10_000 })) {
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
