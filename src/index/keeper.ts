import { setTimeout as sleep } from 'node:timers/promises'
import { type Catalog, type Columns, fileStates } from '../corpus/catalog.ts'
import type { Corpus } from '../corpus/corpus.ts'
import { buildInChild, listSegments } from './build-client.ts'
import type { Documents } from './documents.ts'
import { openSegment, type Segment } from './segment.ts'
import { removeSegment } from './store.ts'
import { type View, viewOf } from './view.ts'

/** The index of a corpus: it follows the catalog, in the background. */
export interface Index {
  /** What the index knows of the files of a catalog, but for those that have changed since. */
  viewFor(catalog: Catalog): View
  /** The same for a catalog of files that never change, as those of a commit: contents that files of now have, too. */
  fixedViewFor(catalog: Catalog): View
  readonly status: IndexStatus
  /** Resolves when the files of a catalog are in the index, as far as they can be, for the first time. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

export interface IndexStatus {
  /** Whether the files of a catalog have been in the index, as far as they can be. */
  readonly isReady: boolean
  readonly segments: number
  /** Documents in them, the bytes of their text, and the segments' own on disk. */
  readonly documents: number
  readonly textBytes: number
  readonly bytes: number
  /** When the newest of them was written, in ms since 1970; `undefined` if there is none. */
  readonly writtenAtMs: number | undefined
  /** Searched files of the last complete catalog that are in no segment; `undefined` until there is one. */
  readonly unindexed: number | undefined
  /** Documents that the running build has read, and how many it will have; `undefined` if none is running. */
  readonly building: { readonly done: number; readonly of: number } | undefined
  /** What last went wrong, for the operator. */
  readonly trouble: string | undefined
}

export interface IndexOptions {
  readonly corpus: Corpus
  /** Takes the segments. */
  readonly directory: string
  readonly maxFileBytes: number
  readonly warn?: (trouble: string) => void
}

/** So many files in no segment are searched each time rather than indexed. */
const fewUnindexed = 32
/** More segments would make every search look in too many places. */
const mostSegments = 6
/** After a failure nothing is tried for so long. */
const restMs = 60_000

/** Opens the index and keeps it; returns at once. */
export function openIndex({ corpus, directory, maxFileBytes, warn }: IndexOptions): Index {
  const segments = new Map<string, Segment>()
  const views = new WeakMap<Columns, View>()
  /** Digests of files that could not be made documents: they are not tried again. */
  const refused = new Set<number>()
  let latest: View | undefined
  let fresh: { readonly of: View; readonly version: number; readonly view: View } | undefined
  let building: IndexStatus['building']
  let trouble: string | undefined
  const ready = Promise.withResolvers<void>()
  let isReady = false
  const closing = new AbortController()
  const { signal } = closing

  /** Wakes whoever waits for another catalog. */
  let onWritten = () => {}
  /** What somebody has written to since it was opened is no index any more: it is built again. */
  const dropWritten = () => {
    for (const [name, segment] of segments) {
      if (segment.isUnchanged()) continue
      drop(name)
      onWritten()
    }
  }

  /** Without what has changed since the catalog's scan. */
  const freshView = (catalog: Catalog): View => {
    dropWritten()
    const view = viewFor(catalog)
    const { version, positions } = corpus.changedSince(catalog)
    if (positions.length === 0) return view
    if (fresh?.of === view && fresh.version === version) return fresh.view
    const documents =
      positions === 'all' ? new Uint32Array(view.documents.length) : view.documents.slice()
    if (positions !== 'all') for (const position of positions) documents[position] = 0
    fresh = { of: view, version, view: { ...view, documents } }
    return fresh.view
  }
  const viewFor = (catalog: Catalog): View => {
    const known = views.get(catalog.columns)
    if (known && known.segments.length === segments.size) {
      if (known.segments.every((segment) => [...segments.values()].includes(segment))) return known
    }
    const view = viewOf(catalog, [...segments.values()])
    views.set(catalog.columns, view)
    return view
  }
  const open = (name: string) => {
    const segment = openSegment(`${directory}/${name}`)
    if (segment && !segments.has(name)) segments.set(name, segment)
    else segment?.close()
  }
  const drop = (name: string) => {
    // A search reads its lists at once, so that none is reading here.
    segments.get(name)?.close()
    segments.delete(name)
    removeSegment(directory, name)
  }

  /** Brings the index up to a catalog. */
  const follow = async (catalog: Catalog) => {
    latest = viewFor(catalog)
    const plan = planBuild(catalog, latest, [...segments.keys()], refused)
    for (const name of plan.useless) drop(name)
    if (plan.documents.count === 0) return
    building = { done: 0, of: plan.documents.count }
    const options = { directory, maxFileBytes }
    const built = await buildInChild(plan.documents, options, signal, (done) => {
      building = { done, of: plan.documents.count }
    })
    if (built === undefined) return
    open(built)
    for (const name of plan.absorbed) if (name !== built) drop(name)
    latest = viewFor(catalog)
    for (const i of unindexedOf(catalog, latest)) refused.add(digestKey(catalog.columns, i))
  }

  /** What it resolves with, or `undefined` once the index is being closed. */
  const orClosed = <T>(promise: Promise<T>): Promise<T | undefined> => {
    // A promise of the end that all races share would hold what each of them ended with: every catalog there was.
    const { promise: closed, resolve } = Promise.withResolvers<undefined>()
    const close = () => resolve(undefined)
    if (signal.aborted) close()
    signal.addEventListener('abort', close, { once: true })
    return Promise.race([promise, closed]).finally(() => signal.removeEventListener('abort', close))
  }
  const keep = async () => {
    if (!(await orClosed(corpus.listed))) return
    for (const name of await listSegments(directory, signal)) open(name)
    let catalog = await orClosed(corpus.complete)
    while (catalog && !signal.aborted) {
      const written = Promise.withResolvers<void>()
      onWritten = written.resolve
      try {
        await follow(catalog)
        isReady = !signal.aborted
        trouble = undefined
      } catch (error) {
        const message = `the index could not be built: ${(error as Error).message}`
        if (message !== trouble) warn?.(message)
        trouble = message
        building = undefined
        ready.resolve()
        await sleep(restMs, undefined, { signal }).catch(() => {})
      }
      building = undefined
      ready.resolve()
      const another = corpus.after(catalog).then(() => {})
      await orClosed(Promise.race([another, written.promise]))
      catalog = signal.aborted ? undefined : await corpus.complete
    }
  }
  const over = keep().catch((error: Error) => {
    trouble = `there is no index: ${error.message}`
    if (!signal.aborted) warn?.(trouble)
    ready.resolve()
  })

  return {
    viewFor: freshView,
    fixedViewFor(catalog) {
      dropWritten()
      return viewFor(catalog)
    },
    get status() {
      const all = [...segments.values()]
      return {
        isReady,
        segments: all.length,
        documents: all.reduce((sum, { documents }) => sum + documents, 0),
        textBytes: all.reduce((sum, { textBytes }) => sum + textBytes, 0),
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
        writtenAtMs: all.length > 0 ? Math.max(...all.map((one) => one.writtenAtMs)) : undefined,
        unindexed: latest?.unindexed,
        building,
        trouble,
      }
    },
    ready: ready.promise,
    async close() {
      closing.abort()
      await over
      for (const segment of segments.values()) segment.close()
      segments.clear()
    },
  }
}

interface BuildPlan {
  readonly documents: Documents
  /** Segments whose documents are among these. */
  readonly absorbed: readonly string[]
  /** Segments of which no file is left. */
  readonly useless: readonly string[]
}

/**
 * What to build: the files in no segment, with those of every segment that is hardly larger than what is built anyway,
 * so that each file is read again only as often as the index doubles.
 */
function planBuild(
  catalog: Catalog,
  view: View,
  names: readonly string[],
  refused: ReadonlySet<number>,
): BuildPlan {
  const fresh = unindexedOf(catalog, view).filter(
    (i) => !refused.has(digestKey(catalog.columns, i)),
  )
  const useless = names.filter((_, i) => view.used[i] === 0)
  const kept = view.segments.length - useless.length
  if (fresh.length <= fewUnindexed && kept <= mostSegments) {
    return { documents: documentsAt(catalog, []), absorbed: [], useless }
  }
  const absorbed = new Set<number>()
  let count = fresh.length
  for (const i of view.used.map((_, i) => i).sort((a, b) => view.used[a]! - view.used[b]!)) {
    const used = view.used[i]!
    const isThin = used < view.segments[i]!.documents / 2
    if (used === 0 || !(used <= 2 * count || isThin)) continue
    absorbed.add(i)
    count += used
  }
  const positions = [...fresh]
  for (let i = 0; i < view.documents.length; i++) {
    const document = view.documents[i]! - 1
    if (document < 0) continue
    const segment = view.bases.findLastIndex((base) => base <= document)
    if (absorbed.has(segment)) positions.push(i)
  }
  return {
    documents: documentsAt(
      catalog,
      distinct(
        catalog.columns,
        positions.sort((a, b) => a - b),
      ),
    ),
    absorbed: [...absorbed].map((i) => names[i]!),
    useless,
  }
}

const searched = fileStates.indexOf('searched')

function unindexedOf({ columns }: Catalog, { documents }: View): readonly number[] {
  const positions: number[] = []
  for (let i = 0; i < columns.count; i++) {
    if (documents[i] === 0 && columns.state[i] === searched) positions.push(i)
  }
  return positions
}

/** 53 bits of a digest. Two files that share them only make one of them a candidate always. */
const digestKey = ({ digest }: Columns, i: number): number =>
  digest[4 * i]! * 2 ** 21 + (digest[4 * i + 1]! >>> 11)

/** Of files with the same bytes, the first. */
function distinct(columns: Columns, positions: readonly number[]): readonly number[] {
  const seen = new Set<number>()
  return positions.filter((i) => {
    const digest = digestKey(columns, i)
    if (seen.has(digest)) return false
    seen.add(digest)
    return true
  })
}

function documentsAt({ columns, repositories }: Catalog, positions: readonly number[]): Documents {
  const roots = [...new Set(repositories.map(({ root }) => root))]
  const root = new Uint32Array(positions.length)
  const pathEnds = new Uint32Array(positions.length)
  const paths: Uint8Array[] = []
  let end = 0
  for (const [document, i] of positions.entries()) {
    const repository = repositories[columns.repository[i]!]!
    const prefix = Buffer.from(repository.prefix, 'latin1')
    const path = columns.paths.subarray(i === 0 ? 0 : columns.pathEnds[i - 1]!, columns.pathEnds[i])
    paths.push(prefix, path)
    end += prefix.length + path.length
    root[document] = roots.indexOf(repository.root)
    pathEnds[document] = end
  }
  return { count: positions.length, roots, root, pathEnds, paths: Buffer.concat(paths) }
}
