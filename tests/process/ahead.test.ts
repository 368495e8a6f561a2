import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { getPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Launcher, openAhead } from '../../src/process/ahead.ts'
import { type Child, type ChildOptions, startChild } from '../../src/process/child.ts'
import { fakeRg } from '../search/fake-rg.ts'
import { descendants, until } from '../support/processes.ts'
import { makeTree } from '../support/tree.ts'

const variable = 'RIPGREP_CONFIG_PATH'
const bounds = { memoryBytes: 1 << 29, cpuSeconds: 20 }
const opened: Launcher[] = []
function open(program: string): Launcher {
  const launcher = openAhead({ program, variable, bounds, running: 4 })!
  opened.push(launcher)
  return launcher
}
const ahead = open(rgPath)
afterAll(() => {
  for (const launcher of opened) launcher.close()
})

/** How many had not waited, but were started from here. */
let started = 0
/** Only whoever starts it from here wants to know its bounds. */
const options = (signal?: AbortSignal): ChildOptions => ({
  cwd: '/',
  ...(signal ? { signal } : {}),
  get bounds() {
    started++
    return {}
  },
})

const waitingRgs = () => descendants().filter(({ name }) => name === 'rg')
const allWait = () => until(() => waitingRgs().length === 3)

const start = (args: readonly string[], by = ahead, program = rgPath) =>
  by.start(program, args, options())

/** Waits until a program of ours waits for its arguments, or soon will. */
const waits = (path: string) =>
  until(() => descendants().some(({ pid }) => commandOf(pid).startsWith(`/bin/sh\0${path}\0`)))

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

async function startAndRead({ stdout, ended }: Child): Promise<{ text: string; how: object }> {
  let text = ''
  for await (const chunk of stdout) text += String(chunk)
  return { text, how: await ended }
}

beforeAll(allWait)

describe('a ripgrep that was started ahead', () => {
  /** What ends or begins a line, a comment, an option, or is white space to one reader and not to another. */
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom('\n', '\r', '\t', ' ', '#', '--files', '-', '=', '"', "'", '\\', '$(id)', ''),
    fc.constantFrom('\u0085', '\u00a0', '\u2028', '\ufeff', '\u180e', '\u200b', '\x1c', '\0', 'é'),
  )
  const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))

  it('has just the arguments that it is given', async () => {
    const before = started
    let runs = 0
    await fc.assert(
      fc.asyncProperty(text, text, text, async (pattern, name, replace) => {
        fc.pre(!/[/\0]/.test(name) && !['', '.', '..'].includes(name))
        fc.pre(!pattern.includes('\0') && !replace.includes('\0'))
        const tree = makeTree({ 'not-asked': `${pattern}\n` })
        mkdirSync(`${tree.root}/in`)
        const path = `${tree.root}/in/${name}`
        writeFileSync(path, `one\n${pattern}\ntwo ${pattern}\n`)
        const args = [
          '--no-config',
          '-n',
          '-F',
          `--replace=${replace}`,
          `--regexp=${pattern}`,
          '--',
          path,
        ]
        const said = await startAndRead(start(args))
        expect(said).toEqual(await startAndRead(startChild(rgPath, args, { cwd: '/' })))
        runs++
      }),
      { numRuns: 150 },
    )
    // Most have waited, and some cannot.
    expect(started - before).toBeGreaterThan(0)
    expect(started - before).toBeLessThan(runs * 0.8)
  })

  it('has as many arguments as it is given, also more than a pipe holds', async () => {
    const tree = makeTree({ 'a.txt': 'needle\n' })
    const before = started
    for (const count of [700, 4_000, 30_000]) {
      await allWait()
      const paths = Array.from({ length: count }, () => `${tree.root}/a.txt`)
      const { text } = await startAndRead(start(['--count', '--no-filename', 'needle', ...paths]))
      expect(text).toBe('1\n'.repeat(count))
      expect(started).toBe(before)
    }
  })

  it('leaves nothing to the next one of what it was given when it was killed', async () => {
    const tree = makeTree({ 'a.txt': 'needle\n', 'b.txt': 'other\n' })
    const many = Array.from({ length: 30_000 }, () => `${tree.root}/a.txt`)
    const after = ['--no-filename', 'other', `${tree.root}/b.txt`]
    for (let i = 0; i < 10; i++) {
      await allWait()
      const children = [0, 1, 2].map(() => start(['--count', 'needle', ...many]))
      if (i % 2 === 1) await sleep(i / 4)
      for (const child of children) child.kill()
      await Promise.all(children.map(({ ended }) => ended))
      for (let each = 0; each < 6; each++) {
        expect((await startAndRead(start(after))).text).toBe('other\n')
      }
    }
  })

  it('is found in the end where more are asked for at once than wait', async () => {
    const tree = makeTree({ 'a.txt': 'needle\n' })
    const children = Array.from({ length: 30 }, (_, i) =>
      start(['-o', '--no-filename', '-m', `${i + 1}`, 'needle', `${tree.root}/a.txt`]),
    )
    // Nobody wants these any more.
    for (const child of children.slice(20)) child.kill()
    for (const child of children.slice(20)) {
      expect(await child.ended).toMatchObject({ kind: 'killed', ours: true })
    }
    for (const child of children.slice(0, 20)) {
      expect(await startAndRead(child)).toEqual({
        text: 'needle\n',
        how: { kind: 'exited', code: 0, stderr: '' },
      })
    }
    await allWait()
  })

  it('that has ended is not found by a kill, nor is who has its room now', async () => {
    await allWait()
    const ended = Array.from({ length: 6 }, () => start(['--files', '/dev/null']))
    for (const child of ended) await startAndRead(child)
    await allWait()
    const others = [0, 1, 2].map(() => start(['--regexp=x', '--', '/dev/zero']))
    for (const child of ended) child.kill()
    await sleep(100)
    for (const child of others) child.kill()
    for (const child of others) {
      expect(await child.ended).toMatchObject({ kind: 'killed', ours: true })
    }
  })

  it('ends when its signal says so, before it has begun and afterwards', async () => {
    for (const isSooner of [true, false]) {
      await allWait()
      const stop = new AbortController()
      if (isSooner) stop.abort()
      // It reads what never comes.
      const child = ahead.start(rgPath, ['--regexp=x', '--', '/dev/zero'], options(stop.signal))
      if (!isSooner) stop.abort()
      expect(await child.ended).toMatchObject({ kind: 'killed', ours: true })
    }
    await allWait()
  })

  it('comes behind the server where the processors are busy, and all others if it is told to', async () => {
    const own = getPriority()
    for (const { pid } of waitingRgs()) expect(getPriority(pid)).toBe(Math.min(own + 3, 19))
    const child = start(['--regexp=x', '--', '/dev/zero'])
    child.slowDown()
    expect(waitingRgs().map(({ pid }) => getPriority(pid))).toContain(19)
    child.kill()
    await child.ended
  })

  it('has so much memory and time, and leaves no core file', async () => {
    await allWait()
    const { text } = await startAndRead(start(['--no-config', 'Max', '/proc/self/limits']))
    expect(text).toMatch(/^Max address space +536870912 +536870912 /m)
    expect(text).toMatch(/^Max cpu time +20 +20 /m)
    expect(text).toMatch(/^Max core file size +0 +0 /m)
  })

  it('has nothing in its environment, and stands in no directory of the corpus', async () => {
    await allWait()
    for (const { pid } of waitingRgs()) expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/')
    const { text } = await startAndRead(
      start(['--no-config', '-a', '-o', '.+', '/proc/self/environ']),
    )
    // Another shell than dash says where it stands, too.
    const names = text.split(/[\0\n]/).map((entry) => entry.split('=')[0])
    expect(names.filter((name) => name && !['PWD', 'SHLVL', '_'].includes(name))).toEqual([
      variable,
    ])
  })
})

describe('a program that was started ahead', () => {
  /** One that has read its arguments. */
  const program = (script: string) => fakeRg(`cat "$${variable}" > /dev/null; ${script}`)

  async function endOf(script: string) {
    const path = program(script)
    const mine = open(path)
    await waits(path)
    const before = started
    const how = await startAndRead(start(['x'], mine, path))
    expect(started).toBe(before)
    return how
  }

  it('tells how it ended', async () => {
    expect(await endOf('echo out; echo err >&2; exit 3')).toEqual({
      text: 'out\n',
      how: { kind: 'exited', code: 3, stderr: 'err\n' },
    })
    expect(await endOf('kill -SEGV $$')).toMatchObject({
      how: { kind: 'killed', signal: 'SIGSEGV', ours: false },
    })
  })

  it('may say more than anybody wants to know', async () => {
    const { text, how } = await endOf('head -c 3000000 /dev/zero >&2; echo out')
    expect(text).toBe('out\n')
    expect((how as { stderr: string }).stderr).toHaveLength(4_096)
  })

  it('is found by a kill, also when it has closed its output', async () => {
    for (const closing of ['', 'exec >&-; ', 'exec >&- 2>&-; ']) {
      const path = program(`echo out; ${closing}exec sleep 1000`)
      const mine = open(path)
      await waits(path)
      const child = start(['x'], mine, path)
      await child.stdout.take(1).toArray()
      await sleep(50)
      child.kill()
      expect(await child.ended).toMatchObject({ kind: 'killed', ours: true })
      await until(() => descendants().every(({ name }) => name !== 'sleep'))
    }
  })

  it('may be killed when it has told all, and costs no shell', async () => {
    const path = program('echo out; exec >&- 2>&-; exec sleep 0.02')
    const { root } = makeTree()
    const mine = openIn(root, path)
    for (let i = 0; i < 10; i++) {
      const child = start(['x'], mine, path)
      for await (const _ of child.stdout);
      await sleep(5)
      child.kill()
      await child.ended
    }
    // Each shell has had FIFOs of its own.
    const fifos = readdirSync(`${root}/${readdirSync(root)[0]}`)
    expect(fifos.filter((name) => Number.parseInt(name, 10) >= 6)).toEqual([])
  })

  it('is started when it is asked for if it does not wait, and not tried for long', async () => {
    const trace = makeTree({ starts: '' }).at('starts')
    const path = fakeRg(`echo >> ${trace}; exit 1`)
    const mine = open(path)
    for (let i = 0; i < 6; i++) {
      expect(await start(['x'], mine, path).ended).toMatchObject({ code: 1 })
    }
    await sleep(500)
    expect(readFileSync(trace, 'utf8').length).toBeLessThan(6 + 10)
  })

  it('is started when it is asked for if it hangs before it waits, and those end that hang', async () => {
    const path = fakeRg('[ "$RIPGREP_CONFIG_PATH" ] && exec sleep 1000; echo out')
    const hanging = () => descendants().filter(({ name }) => name === 'sleep').length
    const mine = open(path)
    await until(() => hanging() === 3)
    for (let i = 0; hanging() > 0 && i < 100; i++) {
      expect(await startAndRead(start(['x'], mine, path))).toMatchObject({ text: 'out\n' })
      await sleep(50)
    }
    expect(hanging()).toBe(0)
  })

  it('that is none costs nothing but the attempt', async () => {
    const mine = open('/nowhere')
    for (let i = 0; i < 6; i++) {
      expect(await start([], mine, '/nowhere').ended).toMatchObject({ code: 127 })
    }
  })
})

it('where their shells die, those that wait end, and others wait soon', async () => {
  await allWait()
  const shells = descendants().filter(({ pid }) => waitingRgs().some((rg) => rg.parent === pid))
  expect(shells).toHaveLength(3)
  const before = waitingRgs().map(({ pid }) => pid)
  const child = start(['--regexp=x', '--', '/dev/zero'])
  for (const { pid } of shells) process.kill(pid, 'SIGKILL')
  expect(await child.ended).toMatchObject({ kind: 'killed', ours: false })
  await until(() => before.every((pid) => !existsSync(`/proc/${pid}`)))
  const tree = makeTree({ 'a.txt': 'needle\n' })
  const { text } = await startAndRead(start(['--no-filename', 'needle', `${tree.root}/a.txt`]))
  expect(text).toBe('needle\n')
  await allWait()
})

it.skipIf(!existsSync('/dev/shm'))('they wait elsewhere where no file can be written', async () => {
  const program = fakeRg(says)
  const mine = openIn('/nowhere', program)
  await waits(program)
  const before = started
  expect(await startAndRead(start(['x'], mine, program))).toMatchObject({ text: 'x' })
  expect(started).toBe(before)
})

it('they wait elsewhere when their directory has been removed', async () => {
  const program = fakeRg(says)
  const { root } = makeTree()
  const mine = openIn(root, program)
  const say = () => startAndRead(start(['x'], mine, program))
  await say()
  for (const name of readdirSync(root)) rmSync(`${root}/${name}`, { recursive: true })
  // Those that wait there are still found to be of no use, and meanwhile others are started.
  for (let i = 0; i < 100 && readdirSync(root).length === 0; i++) {
    expect(await say()).toMatchObject({ text: 'x' })
    await sleep(20)
  }
  let before = -1
  for (let i = 0; started !== before && i < 100; i++) {
    await sleep(20)
    before = started
    expect(await say()).toMatchObject({ text: 'x' })
  }
  expect(started).toBe(before)
})

it('in the end nothing is left of them', async () => {
  await allWait()
  const { root } = makeTree()
  const mine = openIn(root, rgPath)
  await until(() => waitingRgs().length === 6)
  expect(readdirSync(root)).toHaveLength(1)
  mine.close()
  await until(() => waitingRgs().length === 3)
  expect(readdirSync(root)).toEqual([])
})

/** What it is given, however it is given it. */
const says =
  'if [ "$RIPGREP_CONFIG_PATH" ]; then cat "$RIPGREP_CONFIG_PATH"; else printf %s "$*"; fi'

function openIn(directory: string, program: string): Launcher {
  vi.stubEnv('TMPDIR', directory)
  const launcher = open(program)
  vi.unstubAllEnvs()
  return launcher
}
