import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createHighlighter,
  type Highlighter,
  type HighlighterOptions,
  highlighterOptions,
} from '../../src/highlight/highlighter.ts'
import { childProcesses } from '../support/processes.ts'

const open = new Set<Highlighter>()
afterEach(async () => {
  for (const highlighter of open) await highlighter.close()
  open.clear()
})

const start = (options: Partial<HighlighterOptions> = {}): Highlighter => {
  const patient = { waitMs: 60_000, startMs: 60_000, workMs: 60_000 }
  const highlighter = createHighlighter({ ...highlighterOptions, ...patient, ...options })
  open.add(highlighter)
  return highlighter
}

const code = readFileSync('src/highlight/highlighter.ts', 'utf8')
let last = 0
const wanted = (text: string, grammar = 'typescript') => {
  return { text, digest: String(++last), grammar, from: 0, to: text.length }
}

/** highlight.js takes the square of the length of each line for it: half a minute and more. */
const hostile = `${'$'.repeat(1_900)}\n`.repeat(500)

describe('highlighting', () => {
  it('tells the runs of a part of a text, counted from its beginning', async () => {
    const text = '// first\n\nlet a = 1 // 😀\n'
    const from = text.indexOf('let')
    const found = await start().highlight({ ...wanted(text), from })
    expect(found).toEqual({
      kind: 'runs',
      runs: {
        ends: Uint32Array.of(3, 8, 9, 10, 15, 16),
        kinds: Uint8Array.of(2, 0, 4, 0, 1, 0),
      },
    })
  })

  it('is begun with the first text, and ended when there has been none for a while', async () => {
    const highlighter = start({ idleMs: 100 })
    expect(highlighter.processes).toBe(0)
    await highlighter.highlight(wanted(code))
    expect(highlighter.processes).toBe(1)
    await expect.poll(() => highlighter.processes, { timeout: 20_000 }).toBe(0)
    expect((await highlighter.highlight(wanted(code))).kind).toBe('runs')
  })

  it('of a text that takes too long is given up, once, and the next text is done', async () => {
    const highlighter = start({ workMs: 1_500, processes: 1 })
    const evil = wanted(hostile, 'java')
    expect(await highlighter.highlight(evil)).toEqual({ kind: 'slow' })
    expect((await highlighter.highlight(wanted(code))).kind).toBe('runs')
    const began = highlighter.processes
    expect(await highlighter.highlight(evil)).toEqual({ kind: 'slow' })
    expect(highlighter.processes).toBe(began)
  })

  it('is not waited for longer than a page may', async () => {
    const highlighter = start({ waitMs: 300 })
    expect(await highlighter.highlight(wanted(hostile, 'java'))).toEqual({ kind: 'late' })
  })

  it('goes on with another process if its own is killed', async () => {
    const highlighter = start({ processes: 1 })
    const work = highlighter.highlight(wanted(hostile, 'java'))
    await expect.poll(() => highlightProcesses().length).toBe(1)
    for (const pid of highlightProcesses()) process.kill(pid, 'SIGKILL')
    expect(await work).toEqual({ kind: 'failed' })
    expect((await highlighter.highlight(wanted(code))).kind).toBe('runs')
  })

  it('of a text without a grammar fails, and the next is done', async () => {
    const highlighter = start()
    expect(await highlighter.highlight(wanted(code, 'nonsense'))).toEqual({ kind: 'failed' })
    expect((await highlighter.highlight(wanted(code))).kind).toBe('runs')
  })

  it('tells no more runs than it may', async () => {
    const text = '1 '.repeat(500)
    const highlighter = start({ mostRuns: 999 })
    expect((await highlighter.highlight(wanted(text))).kind).toBe('many')
    const part = await highlighter.highlight({ ...wanted(text), to: 500 })
    expect(part.kind).toBe('runs')
  })

  it('of many texts at once is bounded', async () => {
    const highlighter = start({ queue: 5 })
    const all = await Promise.all(
      Array.from({ length: 20 }, () => {
        const found = highlighter.highlight(wanted(code))
        expect(highlighter.processes).toBeLessThanOrEqual(2)
        return found
      }),
    )
    const kindsOf = all.map(({ kind }) => kind)
    // Each process takes one, and five wait.
    expect(kindsOf.filter((kind) => kind === 'runs').length).toBe(7)
    expect(kindsOf.filter((kind) => kind === 'busy').length).toBe(13)
    expect(highlighter.processes).toBe(2)
  })

  it('is done once for all who ask for the same', async () => {
    const highlighter = start({ queue: 1, processes: 1 })
    const same = wanted(code)
    const first = highlighter.highlight(same)
    const others = Array.from({ length: 20 }, () => highlighter.highlight(same))
    for (const found of [await first, ...(await Promise.all(others))]) {
      expect(found).toBe(await first)
    }
  })

  it('keeps what it has found, as long as there is room', async () => {
    const highlighter = start({ keptBytes: 400_000 })
    const first = wanted(code)
    const found = await highlighter.highlight(first)
    expect(await highlighter.highlight(first)).toBe(found)
    for (let i = 0; i < 200; i++) await highlighter.highlight(wanted(code))
    expect(await highlighter.highlight(first)).not.toBe(found)
  })

  it('leaves no process behind', async () => {
    const highlighter = start()
    const work = highlighter.highlight(wanted(hostile, 'java'))
    await expect.poll(() => highlightProcesses().length).toBe(1)
    await highlighter.close()
    expect(highlightProcesses()).toEqual([])
    expect((await work).kind).toBe('failed')
    expect((await highlighter.highlight(wanted(code))).kind).toBe('busy')
  })
})

const highlightProcesses = (): readonly number[] =>
  childProcesses().flatMap(({ pid }) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command.includes('highlight-process') ? [pid] : []
    } catch {
      return [] // it has gone meanwhile
    }
  })
