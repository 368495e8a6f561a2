import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that this one has started, or one of those, dead or alive. */
export interface ChildProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** `R` running, `S` sleeping, `Z` dead and not yet reaped, … */
  readonly state: string
}

/** All processes, as Linux knows them. */
function processes(): readonly ChildProcessInfo[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat)!
      return [{ pid: Number(entry), parent: Number(parent), name: name!, state: state! }]
    } catch {
      return [] // it has gone meanwhile
    }
  })
}

/** This process's children. */
export const childProcesses = (): readonly ChildProcessInfo[] =>
  processes().filter(({ parent }) => parent === process.pid)

/** A process's children, theirs, and so on: what a launcher starts is its child. This one's unless said. */
export function descendants(of = process.pid): readonly ChildProcessInfo[] {
  const all = processes()
  const found = all.filter(({ parent }) => parent === of)
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid))
  return found
}

/** The ripgreps that this process has started and that are not reaped yet. */
export const ripgreps = (): readonly ChildProcessInfo[] =>
  descendants().filter(({ name }) => name === 'rg')

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
