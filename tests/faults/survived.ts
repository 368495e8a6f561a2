import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rgPath } from '@vscode/ripgrep'
import { expect } from 'vitest'
import { type Options, type Program, start } from '../start/program.ts'
import { descendants } from '../support/processes.ts'
import { makeTree, type Tree } from '../support/tree.ts'

/**
 * What every row of the list of faults holds a server to: it says the right status and ending; `/healthz` answers while
 * the fault lasts and afterwards; the next normal search finds what ripgrep itself prints; nothing is left running, and
 * no slot taken.
 */
export interface Served {
  get(path: string, init?: RequestInit): Promise<Response>
  /** Whose descendants run its searches. */
  readonly pid: number
  /** The one directory that it serves. */
  readonly root: string
}

/** A corpus whose normal search has some lines, in some files, at some depth. */
export const smallCorpus = (): Tree =>
  makeTree({
    'a.txt': 'a needle\nhay\nanother needle, and a needle\n',
    'deep/er/b.txt': 'hay\n\tneedle – ünïcode 😀\r\n',
    'deep/c.c': 'int needle;\n',
    'd.txt': 'hay\n',
  })

/** How a search was answered. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  /** What its last event says: `complete` and the like, or the kind of a failure; `cut off` where there is none. */
  readonly end: string
  readonly stoppedBy: string | null
  readonly leftOut: Readonly<Record<string, number>>
  /** Those that match, as `PATH:NUMBER:TEXT`, in order of these. */
  readonly lines: readonly string[]
  readonly cursor: string | null
}

/** Searches, as a program and as a browser does, who are answered alike. */
export async function ask(server: Served, query = 'q=needle'): Promise<Answer> {
  // At the same time, so that it is one search.
  const [answer, page] = await Promise.all([
    server.get(`api/search?${query}`).then(answerOf),
    server.get(`search?${query}`).then(endOfPage),
  ])
  expect(page).toEqual({ status: answer.status, end: answer.end })
  return answer
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response
  const events = (await response.text().catch(() => ''))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const last = events.at(-1)
  return {
    status,
    retryAfter: headers.get('retry-after'),
    end: last?.ledger?.end ?? last?.error?.kind ?? 'cut off',
    stoppedBy: last?.ledger?.stoppedBy ?? null,
    leftOut: last?.ledger?.leftOut ?? {},
    lines: events.flatMap(linesOf).sort(),
    cursor: last?.ledger?.cursor ?? null,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: an event, as CONTRACTS has it
const linesOf = ({ type, path, lines }: any): readonly string[] =>
  type !== 'file'
    ? []
    : lines
        .filter(({ kind }: { kind: string }) => kind === 'match')
        .map(({ number, text }: { number: number; text: string }) => `${path}:${number}:${text}`)

/** A page without an account of its end, or a failure, was cut off. */
async function endOfPage(response: Response): Promise<{ status: number; end: string }> {
  const text = await response.text().catch(() => '')
  const [, end = 'cut off'] =
    /<section id="ledger"[^>]* data-end="([^"]+)"/.exec(text) ??
    /role="alert"[^>]* data-kind="([^"]+)"/.exec(text) ??
    []
  return { status: response.status, end }
}

/** What ripgrep prints there when it is run by hand, as `PATH:NUMBER:TEXT`. */
export function printed(root: string, pattern = 'needle'): readonly string[] {
  const args = ['--no-config', '--line-number', '--no-heading', '--color=never', '--crlf', '-F']
  const { stdout } = spawnSync(rgPath, [...args, `--regexp=${pattern}`, '--', './'], {
    cwd: root,
    env: {},
    encoding: 'utf8',
  })
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\.\//, '').replace(/\r$/, ''))
    .sort()
}

/** Lets a fault take its course; meanwhile the server is asked again and again whether it is alive. */
export async function whileAlive<T>(server: Served, fault: () => Promise<T>): Promise<T> {
  let isOver = false
  const statuses: number[] = []
  const watching = (async () => {
    do {
      statuses.push((await server.get('healthz')).status)
      await sleep(20)
    } while (!isOver)
  })()
  try {
    return await fault()
  } finally {
    isOver = true
    await watching
    expect([...new Set(statuses)]).toEqual([200])
  }
}

/** After the fault all is as if it had never been. */
export async function expectWell(server: Served): Promise<void> {
  expect((await server.get('healthz')).status).toBe(200)
  const lines = printed(server.root)
  expect(lines.length).toBeGreaterThan(0)
  expect(await ask(server)).toMatchObject({ status: 200, end: 'complete', lines })
  await expectIdle(server)
}

const idle = { running: 0, waiting: 0, processes: 0, slow: 0 }

/** No search runs or waits, no slot is taken, and no process is left. */
export async function expectIdle(server: Served): Promise<void> {
  const searches = async () => (await (await server.get('status?format=json')).json()).searches
  await expect.poll(searches, { timeout: 10_000 }).toMatchObject(idle)
  await expect.poll(() => leftOf(server.pid), { timeout: 10_000 }).toEqual([])
}

/** What runs below a server, or has not been reaped, but for its own helpers and what waits in its rooms. */
export function leftOf(pid: number): readonly string[] {
  const all = descendants(pid).map((one) => ({ ...one, words: wordsOf(one.pid) }))
  const isDead = ({ state }: (typeof all)[number]) => state === 'Z'
  const shells = all.filter(({ words }) => words[2]?.includes('mkfifo'))
  const servers = new Set(shells.map(({ words }) => dirname(words[3]!)))
  const waiting = all
    .filter((one) => !shells.includes(one) && shells.some((shell) => shell.pid === one.parent))
    .filter((one) => !isDead(one))
    .slice(0, 3 * servers.size)
  const ours = new Set([...shells, ...waiting])
  return all
    .filter((one) => !ours.has(one) || isDead(one))
    .filter((one) => isDead(one) || (one.words[0] !== process.execPath && one.words.length > 0))
    .map(({ name, words }) => [name, ...words].join(' '))
}

/** The command line of a process; empty if it has gone. */
export function wordsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}

/** The program, started as a user does, with no answer kept and a repository named `r`. */
export async function startServed(
  { root }: Tree,
  args: readonly string[] = [],
  options?: Options,
): Promise<Served & { readonly program: Program; readonly url: string }> {
  const plain = ['--port', '0', '--max-cache-bytes', '0']
  const program = start([...plain, ...args, `r=${root}`], options)
  const url = await program.url
  const get = (path: string, init?: RequestInit) => fetch(url + path, init)
  return { program, url, get, pid: program.process.pid!, root }
}
