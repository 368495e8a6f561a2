import { writeSync } from 'node:fs'
import { giveWay } from '../process/priority.ts'
import { decode, encode, type ScanMessage, type ScanRequest } from './message.ts'
import { absentByRepository, listCorpus, scanChanged, scanListed, withAbsent } from './scan.ts'
import { ListError } from './walk.ts'

// The process that scans the corpus once: it reads a request, lists, tells a catalog that can be searched at once,
// looks at every file, and tells the complete catalog. Its memory and its synchronous file calls are its own.

const tell = (message: ScanMessage) => {
  // At once: a stream would wait for the end of what is done synchronously.
  for (const part of encode(message)) {
    for (let at = 0; at < part.length; ) at += writeSync(1, part, at)
  }
  // Somebody waits for the first catalog; for what follows nobody does.
  if (message.type === 'scan') giveWay()
}

/** How often the server hears how far a scan is. */
const reportMs = 250

let reported = performance.now()
const tellProgress = (position: number) => {
  if (performance.now() - reported < reportMs) return
  tell({ type: 'progress', looked: position })
  reported = performance.now()
}

async function scanWhole(request: ScanRequest): Promise<void> {
  const { options, scan: previous, counts } = request
  if (previous && !request.isAwaited) giveWay()
  const listings = await listCorpus(options)
  const scan = scanListed(
    ...([listings, options, previous] as const),
    (scan) => tell({ type: 'scan', scan }),
    tellProgress,
  )
  if (!scan) tell({ type: 'unchanged', scannedAtMs: Date.now() })
  // The first account is whole; later ones follow what has changed.
  else if (previous) tell({ type: 'scan', scan })
  else tell({ type: 'scan', scan: withAbsent(scan, await absentByRepository(listings, options)) })
  if (previous && counts) {
    tell({ type: 'absent', absent: await absentByRepository(listings, options) })
  }
  for (const { trouble } of listings) if (trouble) tell({ type: 'trouble', message: trouble })
}

async function answer(request: ScanRequest): Promise<void> {
  const { options, scan: previous, changed } = request
  const renewed = previous && changed && (await scanChanged(options, previous, changed))
  if (!renewed) return scanWhole(request)
  if (renewed !== 'unchanged') tell({ type: 'scan', scan: renewed })
  else tell({ type: 'unchanged', scannedAtMs: previous.catalog.scannedAtMs })
}

for await (const request of decode<ScanRequest>(process.stdin)) {
  try {
    await answer(request)
  } catch (error) {
    if (!(error instanceof ListError)) throw error
    tell({ type: 'trouble', message: error.message })
  }
}
