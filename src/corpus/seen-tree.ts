import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Catalog, Columns, Repository } from './catalog.ts'
import { columnsOver, copyFiles } from './columns.ts'
import { directoriesOf } from './discover.ts'
import { ignoreState, type KnownNames } from './ignore-state.ts'
import type { ListOptions } from './list.ts'
import { askTree } from './tree-client.ts'
import { blocksOf, type Paths, pathsIn } from './tree-message.ts'

/** Of a tree, the files that may be seen: what is ignored today is not to be had from yesterday, either. */
export interface SeenTree {
  readonly columns: Columns
  /** How many are not. */
  readonly ignored: number
  /** Another one for others; empty for all. */
  readonly digest: string
}

export interface SeenOptions extends ListOptions {
  /** What the exclude file of the repository says, where its `.git` is a file. */
  readonly exclude: string | undefined
}

interface Judged {
  readonly seen: SeenTree
  readonly state: string
  readonly judgedMs: number
}

/** How long the ignore files are taken to be as they were. */
const freshMs = 1_000

const judged = new WeakMap<Columns, Promise<Judged | undefined>>()
/** The directories of a tree's files, and what is known of those of now. */
const placesOf = new WeakMap<Columns, Places>()

interface Places {
  readonly directories: readonly string[]
  readonly known: KnownNames
}

/**
 * Asked again when the ignore files have changed.
 *
 * @param live the catalog of now, with the repository that the tree is of
 * @returns `undefined` if it could not be found out
 */
export async function seenTree(
  tree: Columns,
  live: Catalog,
  repository: Repository,
  options: SeenOptions,
  signal: AbortSignal,
): Promise<SeenTree | undefined> {
  const before = await judged.get(tree)
  if (before && performance.now() - before.judgedMs < freshMs) return before.seen
  const judging = judge(tree, live, repository, options, before, signal)
  judged.set(tree, judging)
  const found = await judging.catch(() => undefined)
  if (!found && judged.get(tree) === judging) judged.delete(tree)
  return found?.seen
}

async function judge(
  tree: Columns,
  live: Catalog,
  repository: Repository,
  { exclude, ...options }: SeenOptions,
  before: Judged | undefined,
  signal: AbortSignal,
): Promise<Judged | undefined> {
  let places = placesOf.get(tree)
  if (!places) {
    await turn()
    const directories = [...directoriesOf(pathsIn(blocksOf(pathsOf(tree))))]
    places = { directories, known: new Map() }
    placesOf.set(tree, places)
  }
  const judgedMs = performance.now()
  const state = `${exclude}\0${await ignoreState(repository, places.directories, places.known)}`
  if (before?.state === state) return { ...before, judgedMs }
  const { root, prefix, kind } = repository
  const request = { type: 'judge' as const, repository: { root, prefix, kind }, options, exclude }
  const now = pathsOf(live.columns, repository.from, repository.to)
  const blocks = [...blocksOf(pathsOf(tree)), ...blocksOf(now)]
  for await (const message of askTree(request, blocks, signal)) {
    if (message.type !== 'judged') return undefined
    return { seen: only(tree, message.seen), state, judgedMs }
  }
  return undefined
}

/** The paths of a catalog's files, from one position to before another. */
function pathsOf({ paths, pathEnds }: Columns, from = 0, to = pathEnds.length): Paths {
  const start = from === 0 ? 0 : pathEnds[from - 1]!
  const ends = pathEnds.slice(from, to).map((end) => end - start)
  return { bytes: paths.subarray(start, to === 0 ? 0 : pathEnds[to - 1]!), ends }
}

/** The files that are seen, in columns of their own if some are not. */
function only(tree: Columns, seen: Uint8Array): SeenTree {
  let count = 0
  let pathBytes = 0
  for (let i = 0; i < tree.count; i++) {
    if (seen[i] !== 1) continue
    count++
    pathBytes += tree.pathEnds[i]! - (i === 0 ? 0 : tree.pathEnds[i - 1]!)
  }
  if (count === tree.count) return { columns: tree, ignored: 0, digest: '' }
  const columns = columnsOver(count, pathBytes)
  let at = 0
  for (let from = 0; from < tree.count; ) {
    if (seen[from] !== 1) {
      from++
      continue
    }
    let to = from
    while (to < tree.count && seen[to] === 1) to++
    copyFiles(columns, at, tree, from, to)
    at += to - from
    from = to
  }
  const digest = createHash('sha256').update(seen).digest('base64url').slice(0, 8)
  return { columns, ignored: tree.count - count, digest }
}
