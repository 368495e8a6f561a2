import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from './catalog.ts'
import type { ScanMessage } from './message.ts'
import type { Scan, ScanOptions } from './scan.ts'
import { scanOnce } from './scanner.ts'

/** All that one server serves: the current catalog, replaced whole as the files change. */
export interface Corpus {
  /** The catalog of now; `undefined` until the first listing is done. A request keeps the one it began with. */
  readonly catalog: Catalog | undefined
  /** Files looked at so far by the first scan. */
  readonly looked: number
  /** What last went wrong while scanning, for the operator. */
  readonly trouble: string | undefined
  /** Resolves with the first catalog; rejects if there can be none. Neither, if the corpus is closed before. */
  readonly listed: Promise<Catalog>
  /** Resolves with the first catalog whose every file has been looked at. */
  readonly complete: Promise<Catalog>
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
  let trouble: string | undefined
  const listed = Promise.withResolvers<Catalog>()
  const complete = Promise.withResolvers<Catalog>()
  // Whoever awaits them sees the rejection; nobody has to.
  listed.promise.catch(() => {})
  complete.promise.catch(() => {})
  const closing = new AbortController()

  let replaced = Promise.withResolvers<void>()

  const hear = (message: Exclude<ScanMessage, { type: 'trouble' }>) => {
    switch (message.type) {
      case 'scan':
        catalog = message.scan.catalog
        listed.resolve(catalog)
        if (!catalog.complete) break
        scan = message.scan
        looked = catalog.columns.count
        complete.resolve(catalog)
        replaced.resolve()
        replaced = Promise.withResolvers()
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
    for (;;) {
      const started = performance.now()
      let found: string | undefined
      for await (const message of scanOnce(options, scan, closing.signal)) {
        if (message.type === 'trouble') found = message.message
        else hear(message)
      }
      if (closing.signal.aborted) return
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
      const rest = Math.max(rescanMs || 1_000, 20 * (performance.now() - started - 1_000))
      await sleep(rest, undefined, closing).catch(() => {})
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
    get trouble() {
      return trouble
    },
    listed: listed.promise,
    complete: complete.promise,
    async after({ columns }) {
      while (!scan || scan.catalog.columns === columns) await replaced.promise
      return scan.catalog
    },
    close() {
      closing.abort()
      return over
    },
  }
}
