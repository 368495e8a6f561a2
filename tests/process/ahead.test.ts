import { existsSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAhead } from '../../src/process/ahead.ts'
import { type Child, type ChildOptions, startChild } from '../../src/process/child.ts'
import { openLauncher } from '../../src/process/launcher.ts'
import { descendants, until } from '../support/processes.ts'
import { makeTree } from '../support/tree.ts'

const variable = 'RIPGREP_CONFIG_PATH'
const launcher = openLauncher()!
/** How many were started, and had not waited. */
let started = 0
const counting = {
  ...launcher,
  get isReady() {
    return launcher.isReady
  },
  start(file: string, args: readonly string[], options: ChildOptions): Child {
    if (!options.env) started++
    return launcher.start(file, args, options)
  },
}
const ahead = openAhead(counting, rgPath, variable)
const waitingRgs = () => descendants().filter(({ name }) => name === 'rg')

async function allWait(): Promise<void> {
  for (let i = 0; i < 1_000 && !ahead.isReady; i++) await search()
  for (let i = 0; i < 10; i++) await search()
  await until(() => waitingRgs().length === 4)
}

const search = () => startAndRead(ahead.start(rgPath, ['--files', '/dev/null'], { cwd: '/' }))

async function startAndRead({ stdout, ended }: Child): Promise<{ text: string; how: object }> {
  let text = ''
  for await (const chunk of stdout) text += String(chunk)
  return { text, how: await ended }
}

beforeAll(allWait)
afterAll(() => ahead.close())

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
        await until(() => ahead.isReady)
        const said = await startAndRead(ahead.start(rgPath, args, { cwd: '/' }))
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
      await until(() => ahead.isReady)
      const paths = Array.from({ length: count }, () => `${tree.root}/a.txt`)
      const args = ['--count', '--no-filename', 'needle', ...paths]
      const { text } = await startAndRead(ahead.start(rgPath, args, { cwd: '/' }))
      expect(text).toBe('1\n'.repeat(count))
      expect(started).toBe(before)
    }
  })

  it('leaves nothing to the next one of what it was given when it was killed', async () => {
    const tree = makeTree({ 'a.txt': 'needle\n', 'b.txt': 'other\n' })
    const many = Array.from({ length: 30_000 }, () => `${tree.root}/a.txt`)
    for (let i = 0; i < 20; i++) {
      await until(() => ahead.isReady)
      const child = ahead.start(rgPath, ['--count', 'needle', ...many], { cwd: '/' })
      if (i % 2 === 1) await new Promise((resolve) => setTimeout(resolve, i / 4))
      child.kill()
      const after = ['--no-filename', 'other', `${tree.root}/b.txt`]
      const { text } = await startAndRead(ahead.start(rgPath, after, { cwd: '/' }))
      expect(text).toBe('other\n')
    }
  })

  it('ends when its signal says so, before it has begun and afterwards', async () => {
    for (const isSooner of [true, false]) {
      await until(() => ahead.isReady)
      const stop = new AbortController()
      if (isSooner) stop.abort()
      // It reads what never comes.
      const args = ['--regexp=x', '--', '/dev/zero']
      const child = ahead.start(rgPath, args, { cwd: '/', signal: stop.signal })
      if (!isSooner) stop.abort()
      expect(await child.ended).toMatchObject({ kind: 'killed', ours: true })
    }
    await allWait()
  })

  it('comes behind the server where the processors are busy', () => {
    const own = getPriority()
    for (const { pid } of waitingRgs()) expect(getPriority(pid)).toBe(Math.min(own + 3, 19))
  })

  it('has nothing in its environment, and stands in no directory of the corpus', async () => {
    for (const { pid } of waitingRgs()) expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/')
    const { text } = await startAndRead(
      ahead.start(rgPath, ['--no-config', '-a', '-o', '.+', '/proc/self/environ'], { cwd: '/' }),
    )
    expect(text.replaceAll('\0', '').trim()).toBe(
      `${variable}=${launcher.directory}/${text.trim().at(-2)}`,
    )
  })
})

it('where the launcher dies, those that wait end, and others wait soon', async () => {
  await allWait()
  const [own] = descendants().filter(({ pid }) => waitingRgs().some((rg) => rg.parent === pid))
  const before = waitingRgs().map(({ pid }) => pid)
  process.kill(own!.pid, 'SIGKILL')
  await until(() => before.every((pid) => !existsSync(`/proc/${pid}`)))
  await allWait()
})

it('a program that does not wait is started when it is asked for', async () => {
  const mine = openAhead(launcher, '/bin/false', variable)
  for (let i = 0; i < 6; i++) {
    expect(await mine.start('/bin/false', [], { cwd: '/' }).ended).toMatchObject({ code: 1 })
  }
  expect(mine.isReady).toBe(false)
})
