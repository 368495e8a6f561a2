import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rgPath } from '@vscode/ripgrep'
import { beforeAll, describe, expect, it } from 'vitest'
import { type FakeRg, fakeRg } from '../http/fake-rg.ts'
import { descendants } from '../support/processes.ts'
import { startServer } from '../support/server.ts'
import type { Tree } from '../support/tree.ts'
import { ask, expectWell, type Served, smallCorpus, whileAlive } from './survived.ts'

const works = `exec '${rgPath}' "$@"`

let tree: Tree
let rg: FakeRg
/** Of two servers with the same ripgrep: one gives a search two seconds, the other a minute. */
let hasty: Served
let patient: Served
beforeAll(async () => {
  tree = smallCorpus()
  rg = fakeRg(works)
  const serve = async (seconds: number): Promise<Served> => {
    // An answer that is kept would be no search.
    const limits = { seconds, cacheBytes: 0 }
    const options = { rgPath: rg.path, launcher: true, pcre2: true, limits }
    const { get } = await startServer(tree, options)
    return { get, pid: process.pid, root: tree.root }
  }
  hasty = await serve(2)
  patient = await serve(60)
})

/** The first file that it is given, as it is named. */
const first = 'for first; do [ "$follows" ] && break; [ "$first" = -- ] && follows=1; done'
const begin = String.raw`printf '{"type":"begin","data":{"path":{"text":"%s"}}}\n' "$first"`
const match = String.raw`{"type":"match","data":{"path":{"text":"x"},"lines":{"text":"a needle\n"},"line_number":1,"absolute_offset":0,"submatches":[{"match":{"text":"needle"},"start":2,"end":8}]}}`

const crashed = { status: 200, end: 'incomplete', stoppedBy: 'crash' }
const stopped = { status: 200, end: 'stopped', stoppedBy: 'time' }
const internal = { status: 500, end: 'internal', lines: [] }

/** While ripgrep is like this the server says so, and afterwards it is as ever. */
async function expectSurvived(server: Served, expected: object, query?: string): Promise<void> {
  try {
    expect(await whileAlive(server, () => ask(server, query))).toMatchObject(expected)
  } finally {
    rg.become(works)
  }
  await expectWell(server)
}

describe('faults', () => {
  it.each([
    ['rg absent', () => rmSync(rg.path)],
    ['rg not executable', () => chmodSync(rg.path, 0o644)],
  ])('%s', async (_row, spoil) => {
    // With a match that may span lines, it is started by another program that bounds it.
    for (const query of ['q=needle', 'q=needle&multiline=1', 'q=needle&path=!*']) {
      spoil()
      await expectSurvived(patient, internal, query)
    }
  })

  it('rg wrong format', async () => {
    const ofAnotherMachine = readFileSync(rgPath).subarray(0, 20_000)
    ofAnotherMachine.writeUInt16LE(183, 18)
    for (const content of [ofAnotherMachine, 'needle needle\n', '']) {
      for (const query of ['q=needle', 'q=needle&multiline=1', 'q=needle&path=/a/']) {
        writeFileSync(rg.path, content)
        const { status, end } = await whileAlive(patient, () => ask(patient, query))
        // The system takes it for a script, or does not run it at all; a bad pattern it is not.
        expect(['200 incomplete', '500 internal']).toContain(`${status} ${end}`)
      }
    }
    rg.become(works)
    await expectWell(patient)
  })

  it.each([
    ['rg exits 2 with no output', 'exit 2', []],
    ['rg half a line then dies', `printf '{"type":"beg'; exit 0`, []],
    ['rg SIGSEGV', 'kill -SEGV $$', []],
    ['rg SIGBUS', 'kill -BUS $$', []],
    // What it has told before stands.
    [
      'rg memory abort',
      `${begin}; printf '%s\\n' '${match}'; echo 'memory allocation of 8 bytes failed' >&2; kill -ABRT $$`,
      ['a.txt:1:a needle'],
    ],
    ['rg prints an invalid JSON line', `${begin}; echo '{"type":"match",'; exec sleep 1000`, []],
  ])('%s', async (_row, script, lines) => {
    rg.become(`${first}; ${script}`)
    await expectSurvived(patient, { ...crashed, lines })
  })

  it('rg prints an unknown type of event', async () => {
    rg.become(`echo '{"type":"weather","data":{"sun":true}}'; ${works}`)
    await expectSurvived(patient, { status: 200, end: 'complete' })
  })

  it('rg silent for ever', async () => {
    rg.become('exec sleep 1000')
    await expectSurvived(hasty, stopped)
  })

  it('rg floods stderr (100 MB)', async () => {
    const flood = `head -c 100000000 /dev/zero | tr '\\0' x >&2`
    rg.become(`${flood}; ${works}`)
    const before = mostMemory()
    await expectSurvived(patient, { status: 200, end: 'complete' })
    rg.become(`printf 'rg: ' >&2; ${flood}; exit 2`)
    // By then the page may have begun.
    await expectSurvived(patient, { end: 'bad-pattern', lines: [] })
    expect(mostMemory() - before).toBeLessThan(80e6)
  })

  it.each([
    ['of matches', `${begin}; exec yes '${match}'`],
    ['of what means nothing', `exec yes '{"type":"weather"}'`],
  ])('rg floods stdout (without end): %s', async (_what, script) => {
    rg.become(`${first}; ${script}`)
    const before = mostMemory()
    await expectSurvived(hasty, stopped)
    expect(mostMemory() - before).toBeLessThan(100e6)
  })

  it.each([
    ['in a string', `printf '{"type":"match","data":{"lines":{"text":"'`],
    ['that is no JSON', ':'],
  ])('rg prints a single line without end: %s', async (_where, script) => {
    rg.become(`${first}; ${begin}; ${script}; exec tr '\\0' x </dev/zero`)
    const before = mostMemory()
    await expectSurvived(hasty, stopped)
    expect(mostMemory() - before).toBeLessThan(100e6)
  })
})

/** The most that any of our processes has had in memory, in bytes, summed up. */
function mostMemory(): number {
  const pids = [process.pid, ...descendants().map(({ pid }) => pid)]
  return pids.reduce((sum, pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return sum + 1_024 * Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0)
    } catch {
      return sum
    }
  }, 0)
}
