import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeRg } from '../http/fake-rg.ts'
import { bin, unprivileged } from '../start/program.ts'
import { gitIn } from '../support/git.ts'
import { descendants } from '../support/processes.ts'
import { startServer } from '../support/server.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { mount } from './mount.ts'
import {
  ask,
  expectWell,
  printed,
  type Served,
  smallCorpus,
  startServed,
  whileAlive,
} from './survived.ts'

type LimitName = 'nofile' | 'nproc' | 'fsize'

/**
 * Sets a soft limit of running processes, which anybody may set back whose they are.
 *
 * @param asTheirs a command that runs another as their user: not every root may do this to others
 * @returns what sets it back
 */
function limit(
  pids: readonly number[],
  what: LimitName,
  to: number | string,
  asTheirs: readonly string[] = [],
): () => void {
  const run = (...args: readonly string[]) => {
    const [file, ...rest] = [...asTheirs, 'prlimit', ...args]
    const { status, stdout, stderr } = spawnSync(file!, rest, { encoding: 'utf8' })
    // A scan may end meanwhile.
    if (status !== 0 && !stderr.includes('No such process')) throw new Error(stderr)
    return stdout.trim()
  }
  const set = (value: number | string) => {
    for (const pid of pids) run(`--pid=${pid}`, `--${what}=${value}:`)
  }
  const before = run(`--pid=${pids[0]}`, `--${what}`, '--noheadings', '--raw', '--output=SOFT')
  set(to)
  return () => set(before)
}

const helpersOf = (pid: number): readonly number[] =>
  descendants(pid)
    .filter(({ name }) => name !== 'rg')
    .map(({ pid }) => pid)

/** Over one connection, which is there before anything is short. */
function overOneConnection(server: Served & { readonly url: string }): Served {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const get = async (path: string): Promise<Response> => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(server.url + path, { agent }, resolve)
        .on('error', reject)
        .end()
    })
    const body = Buffer.concat(await answer.toArray())
    const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    return new Response(body, { status: answer.statusCode!, headers })
  }
  return { ...server, get }
}

/** A corpus that an index is made of, and of which there is a commit. */
function committedCorpus(): Tree {
  const tree = smallCorpus()
  // Words that are nowhere else make an index of some size.
  for (let i = 0; i < 200; i++) {
    const words = Array.from({ length: 300 }, (_, j) => ((i * 300 + j) * 7_919).toString(36))
    tree.write(`more/${i}.txt`, `straw\n${words.join(' ')}\n`)
  }
  tree.write('large.txt', 'hay\n'.repeat(20_000))
  const made = gitIn(tree)
  made.git('init', '--quiet', '--initial-branch=main')
  made.commit('One')
  return tree
}

/** A disk for the cache on which nothing can be written, and then again it can. */
interface Disk {
  readonly cache: string
  /** What is done to the running program so that it is so… */
  spoil(pid: number): void
  /** …and to have it end. */
  mend(): void
}

/** A file system of its own where one may mount any; else the largest file that may be written is a small one. */
function fullDisk(): Disk {
  const cache = `${makeTree().root}/cache`
  mkdirSync(cache, { mode: 0o700 })
  if (!mount.isAllowed) {
    let lift = () => {}
    return {
      cache,
      spoil: (pid) => {
        lift = limit([pid, ...helpersOf(pid)], 'fsize', 20_000)
      },
      mend: () => lift(),
    }
  }
  mount.memory(cache, 65_536)
  return {
    cache,
    spoil() {},
    mend: () => {
      spawnSync('mount', ['-o', 'remount,size=100m', cache])
    },
  }
}

/** A file system that is read-only where one may mount any; else a directory in which the program may not write. */
function readOnlyDisk(): Disk {
  const cache = `${makeTree().root}/cache`
  mkdirSync(cache, { mode: 0o700 })
  if (!mount.isAllowed) {
    chmodSync(cache, 0o500)
    return { cache, spoil() {}, mend: () => chmodSync(cache, 0o700) }
  }
  mount.memory(cache, 1_000_000, 'mode=700,ro')
  return {
    cache,
    spoil() {},
    mend: () => {
      spawnSync('mount', ['-o', 'remount,rw,size=100m', cache])
    },
  }
}

const troubleOf = async (server: Served) =>
  (await (await server.get('status?format=json')).json()).index.trouble

/** How a program is answered that comes again as long as it is told to, for what is being written. */
async function settledAnswer(server: Served, query: string) {
  for (;;) {
    const answer = await server.get(`api/search?${query}`)
    const text = await answer.text()
    if (answer.status === 200) return { status: 200, kind: '', message: '' }
    const { kind, message, isUnderway } = JSON.parse(text).error
    if (!isUnderway) return { status: answer.status, kind, message }
    await sleep(50)
  }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('faults', () => {
  it('EMFILE: descriptors exhausted', { timeout: 60_000 }, async () => {
    const tree = smallCorpus()
    const server = overOneConnection(await startServed(tree, ['--no-index']))
    await expectWell(server)
    const pids = [server.pid, ...helpersOf(server.pid)]
    const lift = limit(pids, 'nofile', 10)
    await whileAlive(server, async () => {
      // What was opened before may do for one or two.
      for (let i = 0; i < 8; i++) await (await server.get('api/search?q=needle')).text()
      const { status, retryAfter, end } = await ask(server)
      expect([status, end, Number(retryAfter) > 0]).toEqual([503, 'busy', true])
      for (const door of ['raw', 'view', 'image', 'api/lines']) {
        const answer = await server.get(`${door}/r/a.txt`)
        const told = [answer.status, answer.headers.get('retry-after'), await answer.text()]
        expect([door, ...told]).toEqual([
          door,
          503,
          '2',
          expect.stringContaining('short of resources'),
        ])
      }
    })
    lift()
    await expectWell(server)
  })

  it('EAGAIN: processes exhausted', { timeout: 60_000 }, async () => {
    const tree = smallCorpus()
    // Root may start as many as it likes, and others may not read what root has made.
    spawnSync('chmod', ['-R', 'a+rX', tree.root])
    const server = await startServed(tree, ['--no-index'], unprivileged)
    await expectWell(server)
    const pids = [server.pid, ...helpersOf(server.pid)]
    // As the same user: not every root may do this to others.
    const asTheirs = unprivileged.command?.slice(0, -2)
    const lift = limit(pids, 'nproc', 1, asTheirs)
    await whileAlive(server, async () => {
      // Those that were started ahead are there still.
      for (let i = 0; i < 8; i++) await (await server.get('api/search?q=needle')).text()
      const { status, retryAfter, end } = await ask(server)
      expect([status, end, Number(retryAfter) > 0]).toEqual([503, 'busy', true])
    })
    lift()
    await expectWell(server)
  })

  it.each([
    ['disk full: index', fullDisk, /the index could not be built: (ENOSPC|EFBIG)/],
    ['read-only cache directory: index', readOnlyDisk, /EROFS|EACCES/],
  ])('%s', { timeout: 60_000 }, async (_row, diskOf, words) => {
    const tree = committedCorpus()
    const disk = diskOf()
    // A ripgrep that holds the listing back, so that the disk is full before the index is begun.
    const rg = fakeRg(`case "$*" in *--files*) held;; esac; exec '${rgPath}' "$@"`)
    const args = ['--cache', disk.cache, '--rg', rg.path]
    const server = await startServed(tree, args)
    disk.spoil(server.pid)
    rg.open()
    await whileAlive(server, () =>
      expect.poll(() => troubleOf(server), { timeout: 30_000 }).toMatch(words),
    )
    // Without an index searches read the files.
    await expectWell(server)
    expect(await ask(server, 'q=straw')).toMatchObject({
      ...{ end: 'complete', lines: printed(tree.root, 'straw') },
    })
    // Nothing half is left.
    const left = readdirSync(disk.cache, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
    disk.mend()
    await expectWell(server)
  })

  it.each([
    [
      'disk full: files of a revision',
      fullDisk,
      // A disk that is full passes; a limit of what one may write does not.
      mount.isAllowed ? /^503 busy/ : /^400 bad-parameter/,
    ],
    ['read-only cache directory: files of a revision', readOnlyDisk, /^400 bad-parameter/],
  ])('%s', { timeout: 60_000 }, async (_row, diskOf, expected) => {
    const tree = committedCorpus()
    const disk = diskOf()
    const args = ['--no-index', '--cache', disk.cache]
    const server = await startServed(tree, args)
    disk.spoil(server.pid)
    const query = 'q=straw&rev=main&limit=1000'
    const settled = () => settledAnswer(server, query)
    const spoiled = await whileAlive(server, settled)
    expect(`${spoiled.status} ${spoiled.kind}`).toMatch(expected)
    expect(spoiled.message).toMatch(
      /cannot be written .*: (the disk is full|the file system is read-only|EFBIG|the cache directory may)/,
    )
    await expectWell(server)
    disk.mend()
    expect(await settled()).toMatchObject({ status: 200 })
    expect((await ask(server, query)).lines).toEqual(printed(tree.root, 'straw'))
    await expectWell(server)
  })

  it.each([
    ['a year ahead', 365 * 86_400_000],
    ['a year back', -365 * 86_400_000],
  ])('clock jumps %s', async (_where, ms) => {
    const rg = fakeRg('case "$*" in *hang*) exec sleep 1000;; esac; real "$@"')
    const tree = smallCorpus()
    const limits = { seconds: 2, slots: 1, waitSeconds: 1, cacheBytes: 0, searchesPerMinute: 3 }
    const options = { rgPath: rg.path, launcher: true, trustProxy: ['127.0.0.1'], limits }
    const { get } = await startServer(tree, options)
    const server = { get, pid: process.pid, root: tree.root }
    const asOther = { headers: { 'x-forwarded-for': '192.0.2.1' } }
    const rate = async () => (await get('api/search?q=needle', asOther)).status
    for (let i = 0; i < 3; i++) expect(await rate()).toBe(200)
    const hanging = ask(server, 'q=hang')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
    // Time limits, waits and rates go on as if nothing had been.
    expect(await whileAlive(server, () => hanging)).toMatchObject({ stoppedBy: 'time' })
    expect(await rate()).toBe(429)
    const answer = await (await get('api/search?q=needle')).text()
    const { ledger } = JSON.parse(answer.trim().split('\n').at(-1)!)
    expect(ledger.elapsedMs).toBeGreaterThanOrEqual(0)
    expect(ledger.elapsedMs).toBeLessThan(2_000)
    await expectWell(server)
    const { uptimeSeconds } = await (await get('status?format=json')).json()
    expect(uptimeSeconds).toBeGreaterThanOrEqual(0)
    expect(uptimeSeconds).toBeLessThan(3_600)
  })

  it('heap at 128 MB under load', { timeout: 120_000 }, async () => {
    const tree = smallCorpus()
    const row = 'let straw = [1, 2, 3]; // straw and straw, ünïcode\n'
    for (let i = 0; i < 400; i++) tree.write(`more/${i}.js`, row.repeat(300))
    tree.write('more/long.txt', `${'straw '.repeat(1_000_000)}\n`)
    const node = { command: [process.execPath, '--max-old-space-size=128', bin] }
    const server = await startServed(tree, ['--max-cache-bytes', '50000000'], node)
    const hostile = [
      'q=.&regex=1',
      'q=(s|t|r|a|w)%2B&regex=1&context=10',
      'q=(?s).*&regex=1&multiline=1',
      // A million matches in one line.
      'q=straw&path=long.txt',
    ]
    const normal = ['q=straw', 'q=needle', 'q=let+straw&context=5', 'q=nothing+like+it']
    await whileAlive(server, async () => {
      let next = 0
      const client = async () => {
        for (let i = next++; i < 200; i = next++) {
          const some = i % 5 === 0 ? hostile : normal
          const query = `${some[i % some.length]}&limit=${2_000 - (i % 50)}`
          const answer = await server.get(`${i % 2 === 0 ? 'api/' : ''}search?${query}`)
          // Where the machine is busy a client may be too slow to send its request.
          if (answer.status === 408) continue
          expect([200, 503]).toContain(answer.status)
          expect(await answer.text()).toMatch(
            /"type":"done"|data-end=|"kind":"busy"|data-kind="busy"/,
          )
        }
      }
      await Promise.all(Array.from({ length: 32 }, client))
    })
    await expectWell(server)
  })
})
