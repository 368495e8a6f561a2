import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { failed, type Result, succeeded } from '../failure.ts'
import type { TreeSource } from '../git/whole-tree.ts'
import type { Catalog, Columns, Repository } from './catalog.ts'
import { memoryOf } from './columns.ts'
import type { ListOptions } from './list.ts'
import { seenTree } from './seen-tree.ts'
import { inUseMs, touchTree } from './tree-cache.ts'
import { askTree } from './tree-client.ts'
import type { TreeLimits } from './tree-files.ts'
import type { TreeLeftOut, TreeMessage } from './tree-message.ts'
import { beingWritten, switchedOff, treeFailure, unjudged } from './tree-words.ts'

/** Files of commits, written to a disk so that they are searched as those of now are. */
export interface Trees {
  /**
   * The files of a commit as a catalog, of one repository that bears the name of the one they are of. It waits a while
   * for what has to be written first; whoever asks again finds it further.
   */
  open(wanted: WantedTree, signal: AbortSignal): Promise<Result<OpenTree>>
  close(): Promise<void>
}

export interface WantedTree {
  /** The catalog of now. */
  readonly live: Catalog
  /** A repository of it. */
  readonly repository: Repository
  readonly source: TreeSource
  /** The id of the commit. */
  readonly commit: string
  /** What the user calls it. */
  readonly revision: string
  /** What the exclude file of the repository says, where its `.git` is a file. */
  readonly exclude: string | undefined
}

/** A catalog whose files stay as long as it is not released. */
export interface OpenTree {
  readonly catalog: Catalog
  release(): void
}

export interface TreesOptions extends ListOptions, TreeLimits {
  /** Where the trees are kept; made when there is one. */
  readonly directory: string
  /** Of all trees together, on disk. */
  readonly mostBytes: number
  /** How long somebody waits for a tree that is being written. */
  readonly waitMs: number
}

/** A tree whose files are there. */
interface Kept {
  readonly path: string
  readonly columns: Columns
  readonly leftOut: TreeLeftOut
  users: number
}

/** A tree that is being written, or read again. */
interface Job {
  readonly key: string
  readonly what: string
  readonly stop: AbortController
  progress: { readonly part: number; readonly files: number } | undefined
  readonly beganMs: number
  waiting: number
  /** Somebody has been told to come again until then. */
  wantedUntilMs: number
  result: Promise<Result<Kept>>
}

/** Whoever was told to come again does so within this. */
const patienceMs = 30_000
/** What nobody wants any more is not ended before somebody may have loaded his page again. */
const graceMs = 5_000
/** How often it is said that a tree is being used. */
const touchMs = inUseMs / 4
/** Of columns that are kept in memory; the tree that was last used is, whatever it takes. */
const mostMemory = 64 * 2 ** 20
const sweepAgainMs = 20_000

export function openTrees(options: TreesOptions): Trees {
  const { directory, waitMs, mostBytes } = options
  const closing = new AbortController()
  /** The one that was used last stands last. */
  const kept = new Map<string, Kept>()
  let job: Job | undefined

  const sweep = async (ours?: string) => {
    if (!existsSync(directory)) return
    let isAlone = true
    for await (const message of askTree({ type: 'sweep', directory, ours }, [], closing.signal)) {
      if (message.type === 'swept') isAlone = message.others === 0
    }
    // Of somebody who was killed a moment ago it cannot be told yet.
    if (isAlone) return
    const waited = await sleep(sweepAgainMs, true, { signal: closing.signal, ref: false }).catch(
      () => false,
    )
    if (waited) await sweep()
  }
  let sweeping = sweep()

  const touching = setInterval(() => {
    for (const [key, { path, users }] of kept) {
      if (users > 0 && !isThere(path)) kept.delete(key)
    }
  }, touchMs)
  touching.unref()

  const keep = (key: string, tree: Kept) => {
    kept.delete(key)
    kept.set(key, tree)
    let memory = 0
    for (const { columns } of kept.values()) memory += memoryOf(columns).length
    for (const [oldest, { columns, users }] of kept) {
      if (memory <= mostMemory || oldest === key) break
      if (users > 0) continue
      kept.delete(oldest)
      memory -= memoryOf(columns).length
    }
  }

  const begin = (key: string, { source, repository, revision }: WantedTree): Job => {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, closing.signal])
    const { hidden, maxFileBytes, maxFiles, maxBytes } = options
    const limits = { hidden, maxFileBytes, maxFiles, maxBytes }
    const request = { type: 'open' as const, directory, key, source, limits, mostBytes }
    let writing: string | undefined
    const run = async (): Promise<Result<Kept>> => {
      let last: TreeMessage | undefined
      for await (const message of askTree(request, [], signal)) {
        if (message.type === 'progress') begun.progress = message
        else if (message.type === 'writing') writing = message.name
        else last = message
      }
      if (last?.type !== 'tree') return failed(treeFailure(last, begun.what, revision, options))
      const { name, columns, leftOut } = last
      const tree = { path: `${directory}/${name}`, columns, leftOut, users: 0 }
      keep(key, tree)
      return succeeded(tree)
    }
    const begun: Job = {
      ...{ key, stop, what: `${repository.name} at ${revision}`, progress: undefined },
      ...{ beganMs: performance.now(), waiting: 0, wantedUntilMs: 0 },
      result: Promise.resolve(failed(unjudged)),
    }
    begun.result = run().finally(() => {
      clearInterval(watching)
      if (job === begun) job = undefined
      if (signal.aborted && writing !== undefined && !closing.signal.aborted) {
        sweeping = sweep(writing).catch(() => {})
      }
    })
    const watching = setInterval(() => {
      if (begun.waiting === 0 && performance.now() > begun.wantedUntilMs + graceMs) stop.abort()
    }, 1_000)
    watching.unref()
    return begun
  }

  /** The tree, when it is there; or how far it is. */
  const find = async (
    key: string,
    wanted: WantedTree,
    signal: AbortSignal,
  ): Promise<Result<Kept>> => {
    const known = kept.get(key)
    if (known && isThere(known.path)) {
      keep(key, known)
      return succeeded(known)
    }
    kept.delete(key)
    if (job && job.key !== key) {
      if (job.waiting > 0 || performance.now() < job.wantedUntilMs) return failed(beingWritten(job))
      job.stop.abort()
      await job.result
      if (job) return failed(beingWritten(job))
    }
    job ??= begin(key, wanted)
    const mine = job
    mine.waiting++
    const over = new AbortController()
    try {
      const stop = AbortSignal.any([signal, closing.signal, over.signal])
      const late = sleep(waitMs, undefined, { signal: stop }).catch(() => undefined)
      const found = await Promise.race([mine.result, late])
      if (found) return found
      mine.wantedUntilMs = signal.aborted ? 0 : performance.now() + patienceMs
      return failed(beingWritten(mine))
    } finally {
      mine.waiting--
      over.abort()
    }
  }

  return {
    async open(wanted, signal) {
      if (options.maxBytes === 0 || mostBytes === 0) return failed(switchedOff)
      const { live, repository, commit, exclude } = wanted
      const key = keyOf(wanted, options)
      const found = await find(key, wanted, signal)
      if (!found.ok) return found
      const tree = found.value
      tree.users++
      let isReleased = false
      const release = () => {
        if (!isReleased) tree.users--
        isReleased = true
      }
      try {
        const { rgPath, hidden } = options
        const how = { rgPath, hidden, exclude }
        const seen = await seenTree(tree.columns, live, repository, how, closing.signal)
        if (!seen) {
          release()
          return failed(unjudged)
        }
        const { columns, ignored, digest } = seen
        const { path, leftOut } = tree
        const generation = `${key}${digest}`
        const its: Repository = {
          ...{ name: repository.name, kind: 'directory', root: path, prefix: '' },
          ...{ from: 0, to: columns.count, generation, revision: commit },
          absent: { ...leftOut, ignored },
        }
        const scannedAtMs = Date.now()
        const catalog = {
          ...{ generation, complete: true, scannedAtMs },
          repositories: [its],
          columns,
        }
        return succeeded({ catalog, release })
      } catch (error) {
        release()
        throw error
      }
    },
    async close() {
      closing.abort()
      clearInterval(touching)
      await Promise.allSettled([job?.result, sweeping])
    },
  }
}

/** A tree's contents and what is left out of it, whose it is, and how it is written. */
function keyOf(
  { repository: { root, prefix }, source }: WantedTree,
  options: TreesOptions,
): string {
  const { hidden, maxFileBytes } = options
  return createHash('sha256')
    .update(JSON.stringify([version, root, prefix, source.tree, hidden, maxFileBytes]))
    .digest('hex')
    .slice(0, 24)
}

/** Of how trees are written. */
const version = 1

function isThere(path: string): boolean {
  try {
    touchTree(path)
    return true
  } catch {
    return false
  }
}
