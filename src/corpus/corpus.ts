import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from './catalog.ts'
import { type Changes, createChanges } from './changes.ts'
import type { ScanMessage } from './message.ts'
import { type Scan, type ScanOptions, withAbsent } from './scan.ts'
import { scanOnce } from './scanner.ts'
import { openWatch } from './watch.ts'

/** So many changed files make a scan worth while; until then they are searched each time. */
const manyChanges = 64
/** After a change nobody waits longer than this, and a scan, for the files that have come. */
const mostRestMs = 500
/** What changes a file often changes others, too. */
const settleMs = 50
/** What is not in the catalog is counted at least this often, even if files keep coming. */
const mostUncountedMs = 10_000

/** All that one server serves: the current catalog, replaced whole as the files change. */
export interface Corpus {
  /** The catalog of now; `undefined` until the first listing is done. A request keeps the one it began with. */
  readonly catalog: Catalog | undefined
  /** Files looked at so far by the last scan. */
  readonly looked: number
  /** Whether a scan is running. */
  readonly isScanning: boolean
  /** What last went wrong while scanning, for the operator. */
  readonly trouble: string | undefined
  /** Resolves with a catalog as soon as there is one; rejects if there can be none. Neither, if the corpus is closed before. */
  readonly listed: Promise<Catalog>
  /** Resolves likewise with one whose every file has been looked at. */
  readonly complete: Promise<Catalog>
  /** What has changed since the scan that a catalog rests on, as far as that has been heard. */
  changedSince(catalog: Catalog): Changes
  /** Whether every change is heard of at once, or there is none; else the next scan tells. */
  readonly isWatched: boolean
  /** Resolves with a complete catalog of other files than this one, when there is one. */
  after(catalog: Catalog): Promise<Catalog>
  close(): Promise<void>
}

export interface CorpusOptions extends ScanOptions {
  /** Shortest rest between two scans; 0 for a corpus that never changes. */
  readonly rescanMs: number
  /** Told once of what goes wrong while there is something to serve. */
  readonly warn?: (trouble: string) => void
}

/** Starts to scan, in a process of its own, and returns at once. */
export function openCorpus({ rescanMs, warn, ...options }: CorpusOptions): Corpus {
  let catalog: Catalog | undefined
  let scan: Scan | undefined
  let looked = 0
  let isScanning = true
  let trouble: string | undefined
  // Without the catalog: a promise would hold it for as long as the server runs.
  const listed = Promise.withResolvers<void>()
  const complete = Promise.withResolvers<void>()
  // Whoever awaits them sees the rejection; nobody has to.
  listed.promise.catch(() => {})
  complete.promise.catch(() => {})
  const closing = new AbortController()

  let replaced = Promise.withResolvers<void>()
  const changes = createChanges()
  let stirred = Promise.withResolvers<void>()
  const watch =
    rescanMs === 0
      ? undefined
      : openWatch(
          (path, isListing) => {
            changes.add(path)
            // What a file holds is read in any case; what files there are is not known before the next scan.
            if (isListing || changes.count > manyChanges) stirred.resolve()
          },
          () => stirred.resolve(),
        )
  const hear = (message: Exclude<ScanMessage, { type: 'trouble' }>) => {
    switch (message.type) {
      case 'scan':
        catalog = message.scan.catalog
        watch?.follow(message.scan.directories)
        listed.resolve()
        if (!catalog.complete) break
        scan = message.scan
        looked = catalog.columns.count
        complete.resolve()
        replaced.resolve()
        replaced = Promise.withResolvers()
        break
      case 'absent':
        if (!scan) break
        scan = withAbsent(scan, message.absent)
        catalog = scan.catalog
        break
      case 'progress':
        looked = message.looked
        break
      case 'unchanged':
        if (catalog) catalog = { ...catalog, scannedAtMs: message.scannedAtMs }
        break
    }
  }
  const keepScanning = async () => {
    let countedAt = Number.NEGATIVE_INFINITY
    for (;;) {
      const started = performance.now()
      isScanning = true
      stirred = Promise.withResolvers()
      let found: string | undefined
      const enough = new AbortController()
      const signal = AbortSignal.any([closing.signal, enough.signal])
      for await (const message of scanOnce(options, scan, signal)) {
        if (message.type === 'trouble') found = message.message
        else hear(message)
        if (message.type === 'absent') countedAt = performance.now()
        // What follows is only the count: files that have come are not kept waiting for it.
        if (message.type === 'scan' && performance.now() - countedAt < mostUncountedMs) {
          void stirred.promise.then(() => enough.abort())
        }
      }
      isScanning = false
      if (closing.signal.aborted) return
      if (found === undefined && scan) changes.forgetBefore(started)
      if (catalog && found !== undefined && found !== trouble) warn?.(found)
      trouble = found
      if (!catalog) {
        // There is nothing to serve.
        const error = new Error(trouble)
        listed.reject(error)
        complete.reject(error)
        return
      }
      if (rescanMs === 0 && scan) return
      // A corpus that takes seconds is scanned less often, so that it costs a few percent of one core at most.
      const tookMs = performance.now() - started
      const rest = Math.max(rescanMs || 1_000, 20 * (tookMs - 1_000))
      // After a change it is scanned sooner: where changes do not end, for half of one core's time.
      const soonest = performance.now() + Math.min(tookMs, mostRestMs)
      const soon = stirred.promise.then(() =>
        sleep(Math.max(settleMs, soonest - performance.now()), undefined, closing),
      )
      soon.catch(() => {})
      await Promise.race([sleep(rest, undefined, closing), soon]).catch(() => {})
      if (closing.signal.aborted) return
    }
  }
  const over = keepScanning()

  return {
    get catalog() {
      return catalog
    },
    get looked() {
      return looked
    },
    get isScanning() {
      return isScanning
    },
    get trouble() {
      return trouble
    },
    changedSince: (of) => changes.of(of),
    get isWatched() {
      return watch?.isWhole ?? rescanMs === 0
    },
    get listed() {
      return listed.promise.then(() => catalog!)
    },
    get complete() {
      return complete.promise.then(() => scan!.catalog)
    },
    async after({ columns }) {
      while (!scan || scan.catalog.columns === columns) await replaced.promise
      return scan.catalog
    },
    close() {
      closing.abort()
      watch?.close()
      return over
    },
  }
}
