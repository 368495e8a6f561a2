import { writeSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { decode, encode, type ScanMessage, type ScanRequest } from './message.ts'
import { absentByRepository, fingerprintOf, listCorpus, lookAtCorpus, withAbsent } from './scan.ts'
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

const giveWay = () => setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

for await (const { options, scan: previous } of decode<ScanRequest>(process.stdin)) {
  if (previous) giveWay()
  try {
    const listings = await listCorpus(options)
    if (previous && fingerprintOf(listings) === previous.fingerprint) {
      tell({ type: 'unchanged', scannedAtMs: Date.now() })
    } else {
      const scan = await lookAtCorpus(listings, options, previous, tell)
      // The first account is whole; later ones follow what has changed.
      const early = previous !== undefined
      if (early) tell({ type: 'scan', scan })
      const absent = await absentByRepository(listings, options)
      if (early) tell({ type: 'absent', absent })
      else tell({ type: 'scan', scan: withAbsent(scan, absent) })
    }
    for (const { trouble } of listings) if (trouble) tell({ type: 'trouble', message: trouble })
  } catch (error) {
    if (!(error instanceof ListError)) throw error
    tell({ type: 'trouble', message: error.message })
  }
}
