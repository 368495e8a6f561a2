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
  close(): Promise<void>
}

export interface CorpusOptions extends ScanOptions {
  /** Shortest rest between two scans; 0 for a corpus that never changes. */
  readonly rescanMs: number
}

/** Starts to scan, in a process of its own, and returns at once. */
export function openCorpus({ rescanMs, ...options }: CorpusOptions): Corpus {
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

  const hear = (message: ScanMessage) => {
    switch (message.type) {
      case 'scan':
        catalog = message.scan.catalog
        trouble = undefined
        listed.resolve(catalog)
        if (!catalog.complete) break
        scan = message.scan
        looked = catalog.columns.count
        complete.resolve(catalog)
        break
      case 'progress':
        looked = message.looked
        break
      case 'unchanged':
        if (catalog) catalog = { ...catalog, scannedAtMs: message.scannedAtMs }
        trouble = undefined
        break
      case 'trouble':
        trouble = message.message
        break
    }
  }
  const keepScanning = async () => {
    for (;;) {
      const started = performance.now()
      for await (const message of scanOnce(options, scan, closing.signal)) hear(message)
      if (closing.signal.aborted) return
      if (!catalog) {
        // There is nothing to serve.
        const error = new Error(trouble ?? 'the scan said nothing')
        listed.reject(error)
        complete.reject(error)
        return
      }
      if (rescanMs === 0) return
      // A corpus that takes seconds is scanned less often, so that it costs a few percent of one core at most.
      const rest = Math.max(rescanMs, 20 * (performance.now() - started - 1_000))
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
    close() {
      closing.abort()
      return over
    },
  }
}
