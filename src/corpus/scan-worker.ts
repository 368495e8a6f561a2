import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Catalog } from './catalog.ts'
import { ListError } from './list.ts'
import { listCorpus, lookAtCorpus, type Scan, type ScanOptions } from './scan.ts'

/**
 * The thread that scans: it lists the corpus, sends a catalog that can be searched at once, looks at every file,
 * sends the complete catalog, and begins again after a rest. Its synchronous file calls hold up nobody.
 */
export interface ScanWorkerData extends ScanOptions {
  /** Shortest rest between two scans; 0 for a corpus that never changes. */
  readonly rescanMs: number
}

export type ScanMessage =
  | { readonly type: 'catalog'; readonly catalog: Catalog }
  | { readonly type: 'progress'; readonly looked: number }
  | { readonly type: 'unchanged'; readonly scannedAtMs: number }
  /** The operator should know; the last catalog stands. `first`: there is none yet. */
  | { readonly type: 'trouble'; readonly message: string; readonly first: boolean }

const port = parentPort!
const options = workerData as ScanWorkerData
const tell = (message: ScanMessage) => port.postMessage(message)

let previous: Scan | undefined
for (;;) {
  const started = performance.now()
  try {
    previous = await scanOnce(previous)
  } catch (error) {
    if (!(error instanceof ListError)) throw error
    tell({ type: 'trouble', message: error.message, first: previous === undefined })
  }
  if (options.rescanMs === 0) break
  // A large corpus is looked at less often, so that scanning costs a few percent of one core at most.
  await sleep(Math.max(options.rescanMs, 20 * (performance.now() - started)))
}

async function scanOnce(before: Scan | undefined): Promise<Scan> {
  const listed = await listCorpus(options)
  if (before?.catalog.generation === listed.catalog.generation) {
    tell({ type: 'unchanged', scannedAtMs: listed.catalog.scannedAtMs })
    return before
  }
  if (!before) tell({ type: 'catalog', catalog: listed.catalog })
  const looked = await lookAtCorpus(listed, options, before, (count) =>
    tell({ type: 'progress', looked: count }),
  )
  tell({ type: 'catalog', catalog: looked.catalog })
  return looked
}
