import { cpus, loadavg, release, totalmem } from 'node:os'
import type { Machine } from './results.ts'
import { rounded } from './statistics.ts'

/** The machine that results are of, as it is now. */
export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryBytes: totalmem(),
  kernel: release(),
  node: process.version,
  loadBefore: rounded(loadavg()[0]!),
})
