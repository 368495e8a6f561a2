import { afterEach, describe, expect, it } from 'vitest'
import { openWorkers, type WorkerOptions, type Workers } from '../../src/process/worker.ts'
import { childProcesses, openDescriptors, until } from '../support/processes.ts'
import { makeTree } from '../support/tree.ts'

const source = (name: string) => new URL(`../../src/process/${name}.ts`, import.meta.url).href

const tree = makeTree({
  // It does as it is told, well or badly.
  'obedient.mjs': `
    import { writeSync } from 'node:fs'
    import { encodeFrame } from '${source('frames')}'
    import { serve } from '${source('serve')}'

    let answered = 0
    const say = (text) => writeSync(1, text)
    const deeds = {
      echo: ({ head, blocks }) => ({ head: { pid: process.pid, text: head.text }, blocks }),
      fill: ({ head }) => ({ head: {}, blocks: [new Uint8Array(head.bytes)] }),
      work: () => { for (;;); },
      wait: () => new Promise(() => {}),
      exit: () => process.exit(0),
      fail: () => { throw new Error('as told') },
      abort: () => process.abort(),
      hoard: () => { for (const all = []; ; ) all.push({ all: [all.length] }) },
      flood: () => { for (;;) say('x'.repeat(65_536)) },
      promise: () => say(JSON.stringify({ head: { nth: answered }, sizes: [2 ** 50] }) + '\\n'),
      say: ({ head }) => { say(head.text); return deeds.wait() },
      complain: () => { for (let i = 0; i < 1_000; i++) writeSync(2, 'x'.repeat(65_536)); return { head: 'done', blocks: [] } },
      twice: () => {
        say(encodeFrame({ head: { nth: answered, answer: 'first' }, blocks: [] })[0])
        return { head: 'again', blocks: [] }
      },
    }
    await serve((request) => { answered++; return deeds[request.head.do](request) })
  `,
  'mute.mjs': 'setInterval(() => {}, 60_000)',
  'short.mjs': '',
  'deaf.mjs': `console.log('{"head":{"nth":0},"sizes":[]}'); setInterval(() => {}, 60_000)`,
})

/** What the process is to do. */
interface Deed {
  readonly do: string
  readonly text?: string
  readonly bytes?: number
}

interface Echo {
  readonly pid: number
  readonly text: string
}

const opened = new Set<Workers<Deed, Echo>>()
afterEach(async () => {
  for (const workers of opened) await workers.close()
  opened.clear()
})

function open(options: Partial<WorkerOptions> = {}) {
  const workers = openWorkers<Deed, Echo>({
    script: `${tree.root}/obedient.mjs`,
    heapMb: 64,
    processes: 1,
    queue: 50,
    startMs: 60_000,
    requestMs: 60_000,
    idleMs: 60_000,
    mostAnswerBytes: 100_000,
    ...options,
  })
  opened.add(workers)
  const ask = (deed: Deed, ...blocks: Uint8Array[]) => workers.ask({ head: deed, blocks })
  const echo = async (text = '') => {
    const answered = await ask({ do: 'echo', text })
    if (answered.kind !== 'answer') throw new Error(answered.kind)
    expect(answered.frame.head.text).toBe(text)
    return answered.frame.head.pid
  }
  return { workers, ask, echo }
}

const isThere = (pid: number) => childProcesses().some((one) => one.pid === pid)

describe('a worker', () => {
  it('is started by the first request, and answers each with its own answer', async () => {
    const { workers, ask, echo } = open()
    expect(workers.processes).toBe(0)
    const pids = await Promise.all(['a', 'b', 'c\n'].map(echo))
    expect(new Set(pids).size).toBe(1)
    const blocks = [Buffer.from('one\n'), new Uint8Array(0), Buffer.alloc(70_000, 7)]
    const answered = await ask({ do: 'echo' }, ...blocks)
    expect(answered.kind === 'answer' && answered.frame.blocks).toEqual(
      blocks.map((block) => new Uint8Array(block)),
    )
    expect(workers.processes).toBe(1)
  })

  it('is one of as many as there may be', async () => {
    const { workers, ask, echo } = open({ processes: 2 })
    const waiting = ask({ do: 'wait' })
    const pids = await Promise.all(Array.from({ length: 5 }, () => echo()))
    expect(new Set(pids).size).toBe(1)
    expect(workers.processes).toBe(2)
    await workers.close()
    expect(await waiting).toEqual({ kind: 'broken' })
  })

  it('ends when there is nothing to do, and the next request starts another', async () => {
    const { workers, echo } = open({ idleMs: 50 })
    const pid = await echo()
    await until(() => workers.processes === 0)
    expect(isThere(pid)).toBe(false)
    expect(await echo()).not.toBe(pid)
  })

  it('has so many wait, and no more', async () => {
    const { ask } = open({ queue: 3 })
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => ask({ do: 'echo', text: `${i}` })),
    )
    const told = all.map((one) => (one.kind === 'answer' ? one.frame.head.text : one.kind))
    expect(told).toEqual([...['0', '1', '2', '3'], ...Array(6).fill('busy')])
  })

  it('may complain at length', async () => {
    const { ask } = open()
    expect(await ask({ do: 'complain' })).toMatchObject({ kind: 'answer' })
  })
})

describe('a worker that goes wrong costs the request that it is at, and the next has another:', () => {
  it.each<[string, Deed, string]>([
    ['works on', { do: 'work' }, 'slow'],
    ['waits for what does not come', { do: 'wait' }, 'slow'],
    ['exits', { do: 'exit' }, 'broken'],
    ['throws', { do: 'fail' }, 'broken'],
    ['aborts', { do: 'abort' }, 'broken'],
    ['takes too much memory', { do: 'hoard' }, 'broken'],
    ['writes without end', { do: 'flood' }, 'large'],
    ['promises a block without end', { do: 'promise' }, 'large'],
    ['answers at too great length', { do: 'fill', bytes: 100_000 }, 'large'],
    ['says what is no frame', { do: 'say', text: 'nonsense\n' }, 'broken'],
    ['says nothing', { do: 'say', text: '\n' }, 'broken'],
    ['says what is JSON and no frame', { do: 'say', text: '{}\n' }, 'broken'],
    ['says null', { do: 'say', text: '{"head":null,"sizes":[]}\n' }, 'broken'],
    [
      'says sizes that are none',
      { do: 'say', text: '{"head":{"nth":1},"sizes":[-1]}\n' },
      'broken',
    ],
    ['answers another', { do: 'say', text: '{"head":{"nth":7},"sizes":[]}\n' }, 'broken'],
    ['does not finish', { do: 'say', text: '{"head":{"nth":1},"sizes":[9]}\n' }, 'slow'],
  ])('%s', async (_, deed, kind) => {
    // A start is no part of it.
    const { workers, ask, echo } = open(kind === 'slow' ? { requestMs: 2_000 } : {})
    const [bad, pid] = await Promise.all([ask(deed), echo('next')])
    expect(bad).toEqual({ kind })
    expect(isThere(pid)).toBe(true)
    expect(workers.processes).toBe(1)
  })

  it.each(['SIGKILL', 'SIGABRT', 'SIGTERM'])('is ended from elsewhere (%s)', async (signal) => {
    const { workers, ask, echo } = open()
    const pid = await echo()
    const waiting = ask({ do: 'wait' })
    process.kill(pid, signal)
    expect(await waiting).toEqual({ kind: 'broken' })
    const next = await echo()
    expect(next).not.toBe(pid)
    // And when it has nothing to do.
    process.kill(next, signal)
    await until(() => workers.processes === 0)
    expect(await echo()).not.toBe(next)
  })

  it('is stopped', async () => {
    const { ask, echo } = open({ requestMs: 2_000 })
    const pid = await echo()
    process.kill(pid, 'SIGSTOP')
    expect(await ask({ do: 'echo' })).toEqual({ kind: 'slow' })
    expect(await echo()).not.toBe(pid)
    expect(isThere(pid)).toBe(false)
  })

  it('answers twice: the second answer is not taken for that of the next', async () => {
    const { ask, echo } = open()
    const [first, next] = await Promise.all([ask({ do: 'twice' }), ask({ do: 'wait' })])
    expect(first).toMatchObject({ kind: 'answer', frame: { head: 'first' } })
    expect(next).toEqual({ kind: 'broken' })
    await echo()
  })
})

describe('a worker that is no use', () => {
  it.each([
    ['is absent', 'absent.mjs', 'broken'],
    ['ends at once', 'short.mjs', 'broken'],
    ['is never ready', 'mute.mjs', 'broken'],
    ['does not listen', 'deaf.mjs', 'slow'],
  ])('because it %s says so to each', async (_, script, kind) => {
    const { workers, ask } = open({
      script: `${tree.root}/${script}`,
      startMs: 1_000,
      requestMs: 300,
    })
    const megabytes = Buffer.alloc(10_000_000)
    const all = await Promise.all([ask({ do: 'echo' }, megabytes), ask({ do: 'echo' })])
    expect(all).toEqual([{ kind }, { kind }])
    await until(() => workers.processes === 0)
  })
})

describe('workers that are closed', () => {
  it('answer nobody any more, and leave nothing behind', async () => {
    const before = [openDescriptors(), childProcesses().length]
    const { workers, ask, echo } = open({ processes: 2 })
    const pid = await echo()
    const running = [ask({ do: 'work' }), ask({ do: 'wait' })]
    const waiting = [ask({ do: 'echo' }), ask({ do: 'echo' })]
    await workers.close()
    expect([workers.processes, isThere(pid)]).toEqual([0, false])
    expect(await Promise.all(running)).toEqual([{ kind: 'broken' }, { kind: 'broken' }])
    expect(await Promise.all(waiting)).toEqual([{ kind: 'busy' }, { kind: 'busy' }])
    expect(await ask({ do: 'echo' })).toEqual({ kind: 'busy' })
    await until(() => openDescriptors() <= before[0]! && childProcesses().length <= before[1]!)
  })

  it('may be closed again, or before they were used', async () => {
    const { workers } = open()
    await Promise.all([workers.close(), workers.close()])
    expect(workers.processes).toBe(0)
  })
})
