import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A child of this process, dead or alive. */
export interface ChildProcessInfo {
  readonly pid: number
  readonly name: string
  /** `R` running, `S` sleeping, `Z` dead and not yet reaped, … */
  readonly state: string
}

/** This process's children, as Linux knows them. */
export function childProcesses(): readonly ChildProcessInfo[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat)!
      return Number(parent) === process.pid
        ? [{ pid: Number(entry), name: name!, state: state! }]
        : []
    } catch {
      return [] // it has gone meanwhile
    }
  })
}

/** The ripgreps that this process has started and that are not reaped yet. */
export const ripgreps = (): readonly ChildProcessInfo[] =>
  childProcesses().filter(({ name }) => name === 'rg')

/** Descriptors that this process has open. */
export const openDescriptors = (): number => readdirSync('/proc/self/fd').length

/** Waits until it is so; returns after how many milliseconds, and throws after so many. */
export async function until(isSo: () => boolean, mostMs = 10_000): Promise<number> {
  const began = performance.now()
  while (!isSo()) {
    if (performance.now() - began > mostMs) throw new Error(`not so after ${mostMs} ms: ${isSo}`)
    await sleep(1)
  }
  return performance.now() - began
}
