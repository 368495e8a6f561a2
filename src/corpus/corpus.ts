import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Catalog } from './catalog.ts'
import type { ScanMessage, ScanWorkerData } from './scan-worker.ts'

/** All that one server serves: the current catalog, replaced whole as the files change. */
export interface Corpus {
  /** The catalog of now; `undefined` until the first listing is done. A request keeps the one it began with. */
  readonly catalog: Catalog | undefined
  /** Files looked at so far by the first scan. */
  readonly looked: number
  /** What last went wrong while scanning, for the operator. */
  readonly trouble: string | undefined
  /** Resolves with the first catalog; rejects if there can be none. */
  readonly listed: Promise<Catalog>
  /** Resolves with the first catalog whose every file has been looked at. */
  readonly complete: Promise<Catalog>
  close(): Promise<void>
}

/** Starts to scan, in a thread of its own, and returns at once. */
export function openCorpus(options: ScanWorkerData): Corpus {
  let catalog: Catalog | undefined
  let looked = 0
  let trouble: string | undefined
  const listed = Promise.withResolvers<Catalog>()
  const complete = Promise.withResolvers<Catalog>()
  // Whoever awaits them sees the rejection; nobody has to.
  listed.promise.catch(() => {})
  complete.promise.catch(() => {})
  const giveUp = (error: Error) => {
    trouble = error.message
    listed.reject(error)
    complete.reject(error)
  }

  // The thread's file has our own ending: .ts from source, .js when built.
  const ending = extname(new URL(import.meta.url).pathname)
  const worker = new Worker(new URL(`./scan-worker${ending}`, import.meta.url), {
    workerData: options,
    execArgv: [],
  })
  worker.on('message', (message: ScanMessage) => {
    switch (message.type) {
      case 'catalog':
        catalog = message.catalog
        looked = message.catalog.complete ? message.catalog.columns.count : 0
        trouble = undefined
        listed.resolve(catalog)
        if (catalog.complete) complete.resolve(catalog)
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
        if (message.first) giveUp(new Error(message.message))
        break
    }
  })
  worker.on('error', giveUp)

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
    close: async () => {
      await worker.terminate()
    },
  }
}
