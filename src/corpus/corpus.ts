import { setTimeout as sleep } from 'node:timers/promises'
import { createBell } from '../bell.ts'
import type { Catalog } from './catalog.ts'
import { type Changes, createChanges } from './changes.ts'
import { hearChanges } from './hear.ts'
import type { ScanMessage } from './message.ts'
import { type Scan, type ScanOptions, withAbsent } from './scan.ts'
import { scanOnce } from './scanner.ts'

/** After a change nobody waits longer than this, and a scan, for the files that have come. */
const mostRestMs = 250
/** What changes a file often changes others, too. */
const settleMs = 50
/** After a change everything is listed, and what is not in the catalog counted, at least as soon as this. */
const mostUncountedMs = 10_000

/** All that one server serves: the current catalog, replaced whole as the files change. */
export interface Corpus {
  /** The catalog of now; `undefined` until the first listing is done. A request keeps the one it began with. */
  readonly catalog: Catalog | undefined
  /** How many complete catalogs there have been, each of other files than the one before. */
  readonly served: number
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
  /** Shortest rest between two listings of everything; 0 for a corpus that never changes. */
  readonly rescanMs: number
  /** Told once of what goes wrong while there is something to serve. */
  readonly warn?: (trouble: string) => void
}

/** A listing of everything. */
interface Whole {
  readonly started: number
  /** The number of the scan that its account of what is not in the catalog is of. */
  of: number
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
  const { signal } = closing
  const closed = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})

  const replaced = createBell()
  const heard = rescanMs === 0 ? undefined : hearChanges()
  const changes = heard?.changes ?? createChanges()
  /** How many scans have been served, and of which it has been counted what is not in its catalog. */
  let served = 0
  let counted = 0
  const uncounted = createBell()

  const serve = (next: Scan) => {
    served++
    scan = next
    catalog = next.catalog
    looked = catalog.columns.count
    heard?.follow(next.directories)
    complete.resolve()
    replaced.ring()
    uncounted.ring()
  }
  /** The same files, of which something else is known now. */
  const amend = (next: Scan) => {
    scan = next
    catalog = next.catalog
  }
  const report = (found: string | undefined) => {
    if (catalog && found !== undefined && found !== trouble) warn?.(found)
    trouble = found
  }

  /** What two loops make is served one after the other, each made of what was served before. */
  let turn = Promise.resolve()
  const inTurn = (work: () => void | Promise<void>): Promise<void> => {
    turn = turn.then(work)
    return turn
  }

  /**
   * Brings a scan up to date and serves it.
   *
   * @param changed since; `undefined` if that is not known, so that everything is listed
   */
  const renew = async (from: Scan, changed: readonly string[] | undefined) => {
    const started = performance.now()
    let next: Scan | undefined
    const request = { options, scan: from, changed, isAwaited: true, counts: false }
    for await (const message of scanOnce(request, signal)) {
      if (message.type === 'scan') next = message.scan
      else if (message.type === 'unchanged') {
        const { scannedAtMs } = message
        next = { ...from, catalog: { ...from.catalog, scannedAtMs } }
      } else if (message.type === 'trouble') report(message.message)
    }
    if (signal.aborted) return
    // The next listing of everything is tried sooner.
    if (!next) return uncounted.ring()
    if (next.catalog.columns === scan?.catalog.columns) amend(next)
    else serve(next)
    changes.forgetBefore(started)
  }

  const hear = (
    message: Exclude<ScanMessage, { type: 'trouble' }>,
    whole: Whole,
  ): void | Promise<void> => {
    switch (message.type) {
      case 'scan': {
        const next = message.scan
        if (!next.catalog.complete) {
          catalog = next.catalog
          heard?.follow(next.directories)
          return listed.resolve()
        }
        // What has changed since it began may be in what is served, and not in it.
        const since = heard ? heard.meanwhile.paths : []
        if (scan && since?.length !== 0) return renew(next, since)
        const isFirst = !scan
        serve(next)
        whole.of = served
        if (isFirst) counted = served
        return changes.forgetBefore(whole.started)
      }
      case 'unchanged': {
        const { scannedAtMs } = message
        if (scan) amend({ ...scan, catalog: { ...scan.catalog, scannedAtMs } })
        return changes.forgetBefore(whole.started)
      }
      case 'absent':
        if (scan) amend(withAbsent(scan, message.absent))
        counted = whole.of
        return
      case 'progress':
        looked = message.looked
    }
  }

  /** Lists everything from time to time, whatever has been heard. */
  const keepListing = async () => {
    for (;;) {
      const whole = { started: performance.now(), of: served }
      heard?.beginMeanwhile()
      isScanning = true
      let found: string | undefined
      const request = { options, scan, isAwaited: false, counts: counted < served }
      for await (const message of scanOnce(request, signal)) {
        if (message.type === 'trouble') found = message.message
        else await inTurn(() => hear(message, whole))
      }
      isScanning = false
      if (signal.aborted) return
      report(found)
      if (!catalog) {
        // There is nothing to serve.
        const error = new Error(trouble)
        listed.reject(error)
        complete.reject(error)
        return
      }
      if (rescanMs === 0 && scan) return
      // A corpus that takes seconds is scanned less often, so that it costs a few percent of one core at most.
      const tookMs = performance.now() - whole.started
      const restMs = Math.max(rescanMs || 1_000, 20 * (tookMs - 1_000))
      const due = counted < served ? Promise.resolve() : uncounted.heard()
      const countMs = Math.min(10 * tookMs, mostUncountedMs)
      await Promise.race([rest(restMs), due.then(() => rest(countMs))])
      if (signal.aborted) return
    }
  }

  /** Lists what has changed, soon after it has been heard. */
  const keepFresh = async () => {
    const isComplete = complete.promise.then(
      () => true,
      () => false,
    )
    if (!heard || !(await Promise.race([isComplete, closed]))) return
    let soonest = 0
    for (;;) {
      await Promise.race([heard.stirred(), closed])
      await rest(Math.max(settleMs, soonest - performance.now()))
      if (signal.aborted) return
      const started = performance.now()
      await inTurn(() => renew(scan!, heard.take()))
      // Where changes do not end, for two thirds of one core's time.
      soonest = performance.now() + Math.min((performance.now() - started) / 2, mostRestMs)
    }
  }
  const over = Promise.all([keepListing(), keepFresh()])

  return {
    get catalog() {
      return catalog
    },
    get served() {
      return served
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
      return heard?.isWhole ?? rescanMs === 0
    },
    get listed() {
      return listed.promise.then(() => catalog!)
    },
    get complete() {
      return complete.promise.then(() => scan!.catalog)
    },
    async after({ columns }) {
      while (!scan || scan.catalog.columns === columns) await replaced.heard()
      return scan.catalog
    },
    async close() {
      closing.abort()
      heard?.close()
      await over
    },
  }
}
