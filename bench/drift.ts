/**
 * `node bench/drift.ts [COMMITS] CHECKOUT…`: lines of old versions of a repository's files, found again in the newest
 * by what a link remembers of them, against where git says that they are: `git blame --reverse`, or `git diff` between
 * the two versions, where these differ. Of lines that are gone by both, `git blame -M` tells which have been moved.
 * Without a checkout, on a history that is made up.
 *
 * Prints a table in Markdown; with DRIFT_TELL set also, to standard error, what is told for certain and otherwise by
 * git.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { findAgain, fingerprintOf } from '../src/drift/find.ts'
import { type HashedLines, hashLines } from '../src/drift/lines.ts'
import { makeHistory } from './drift-history.ts'

const linesWanted = 200
/** Of one file, unless there are too few. */
const linesPerFile = 8

interface Tally {
  drifted: number
  right: number
  probablyRight: number
  wrong: number
  probablyWrong: number
  missed: number
  gone: number
  goneMoved: number
  goneCertain: number
  goneProbably: number
}

const git = (repository: string, ...args: string[]): string =>
  execFileSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })

/** The same numbers every time (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

async function hashed(text: string): Promise<HashedLines> {
  const starts = text === '' ? [] : [0]
  for (let at = text.indexOf('\n'); at !== -1 && at + 1 < text.length; ) {
    starts.push(at + 1)
    at = text.indexOf('\n', at + 1)
  }
  return (await hashLines({ text, starts }))!
}

/** Where each line of the old version is in the new one, 1-based; 0 where it is no more. */
function blamed(repository: string, old: string, path: string): number[] {
  const head = git(repository, 'rev-parse', 'HEAD').trim()
  const found: number[] = []
  for (const line of git(
    repository,
    ...['blame', '-w', '--reverse', '--line-porcelain', `${old}..HEAD`, '--', path],
  ).split('\n')) {
    const [, commit, there, here] = /^([0-9a-f]{40}) (\d+) (\d+)/.exec(line) ?? []
    if (here) found[Number(here)] = commit === head ? Number(there) : 0
  }
  return found
}

/** For each line of the new version, 1-based, which line of the old one it is, moved or not; 0 for a new one. */
function origins(repository: string, old: string, path: string): number[] {
  const from = git(repository, 'rev-parse', old).trim()
  const found: number[] = []
  for (const line of git(
    repository,
    ...['blame', '-w', '-M1', '--line-porcelain', `${old}..HEAD`, '--', path],
  ).split('\n')) {
    const [, commit, there, here] = /^([0-9a-f]{40}) (\d+) (\d+)/.exec(line) ?? []
    if (here) found[Number(here)] = commit === from ? Number(there) : 0
  }
  return found
}

function diffed(repository: string, old: string, path: string, count: number): number[] {
  const found = Array.from({ length: count + 1 }, (_, i) => i)
  const diff = git(repository, 'diff', '--no-ext-diff', '-w', '-U0', old, 'HEAD', '--', path)
  for (const [, from, taken = '1', to, put = '1'] of diff.matchAll(
    /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm,
  )) {
    const first = taken === '0' ? Number(from) + 1 : Number(from)
    for (let i = 0; i < Number(taken); i++) found[first + i] = 0
    const behind = first + Number(taken)
    const now = (put === '0' ? Number(to) + 1 : Number(to)) + Number(put)
    for (let i = behind; i <= count; i++) found[i] = now + i - behind
  }
  return found
}

async function measure(repository: string, back: number): Promise<Tally> {
  const tally = {
    ...{ drifted: 0, right: 0, probablyRight: 0, wrong: 0, probablyWrong: 0, missed: 0 },
    ...{ gone: 0, goneMoved: 0, goneCertain: 0, goneProbably: 0 },
  }
  const commits = git(repository, 'rev-list', 'HEAD').trim().split('\n')
  const old = commits[Math.min(back, commits.length - 1)]!
  const below = random(back)
  const paths = git(repository, 'diff', '--name-only', '--diff-filter=M', '-z', old, 'HEAD')
    .split('\0')
    .filter((path) => path !== '')
  for (let i = paths.length - 1; i > 0; i--) {
    const other = below(i + 1)
    ;[paths[i], paths[other]] = [paths[other]!, paths[i]!]
  }
  const perFile = Math.max(linesPerFile, Math.ceil(linesWanted / paths.length))
  for (const path of paths) {
    if (tally.drifted >= linesWanted) break
    const [before, now] = [old, 'HEAD'].map((at) => git(repository, 'show', `${at}:${path}`))
    if (before!.includes('\0') || before!.length > 1_000_000) continue
    const [linesBefore, linesNow] = [await hashed(before!), await hashed(now!)]
    const count = linesBefore.hashes.length
    const places = blamed(repository, old, path)
    const others = diffed(repository, old, path, count)
    let moved: number[] | undefined
    const drifted = places.flatMap((place, line) => (place > 0 && place !== line ? [line] : []))
    const gone = places.flatMap((place, line) => (place === 0 && others[line] === 0 ? [line] : []))
    for (const [list, isGone] of [
      [drifted, false],
      [gone, true],
    ] as const) {
      for (let i = 0; i < perFile && list.length > 0; i++) {
        const [line] = list.splice(below(list.length), 1)
        const found = await findAgain(linesNow, line!, await fingerprintOf(linesBefore, line!))
        const certain = found.kind === 'there' && found.isCertain
        if (isGone) {
          tally.gone++
          if (certain) moved ??= origins(repository, old, path)
          if (certain && moved?.[found.line] === line) {
            tally.goneMoved++
            continue
          }
          if (certain) tally.goneCertain++
          else if (found.kind === 'there') tally.goneProbably++
        } else if (tally.drifted < linesWanted) {
          tally.drifted++
          const isRight =
            found.kind === 'there' && (found.line === places[line!] || found.line === others[line!])
          if (found.kind === 'gone') tally.missed++
          else if (isRight) tally[certain ? 'right' : 'probablyRight']++
          else tally[certain ? 'wrong' : 'probablyWrong']++
        } else continue
        if (process.env.DRIFT_TELL && certain && (isGone || found.line !== places[line!])) {
          const text = (whole: string, number: number) => whole.split('\n')[number - 1]
          console.error(
            `${path}:${line} → ${found.line}, git ${places[line!]}, ${others[line!]}: ${text(before!, line!)}`,
          )
        }
      }
    }
  }
  return tally
}

const args = process.argv.slice(2)
const commits = /^\d+$/.test(args[0] ?? '') ? [Number(args.shift())] : [100, 300, 1_000]
const made = args.length === 0 ? mkdtempSync(join(tmpdir(), 'ripline-drift-')) : undefined
if (made) makeHistory(made, 4_000)
console.log(
  '| history | commits back | drifted lines | right, certain | right, probably | wrong, certain | wrong, probably | said gone | gone | told certain: moved, by `blame -M` | told certain, otherwise | told probably |',
)
console.log(`|---|${'--:|'.repeat(11)}`)
for (const checkout of made ? [made] : args) {
  const name = made ? 'made up' : basename(resolve(checkout), '.git')
  for (const back of commits) {
    const t = await measure(checkout, back)
    const cells = [
      ...[name, back, t.drifted, t.right, t.probablyRight, t.wrong, t.probablyWrong, t.missed],
      ...[t.gone, t.goneMoved, t.goneCertain, t.goneProbably],
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
if (made) rmSync(made, { recursive: true })
