import { readdir, readFile, readlink } from 'node:fs/promises'

/** Bytes of a process, from the kernel's own account. */
export interface Memory {
  readonly resident: number
  /** Of `resident`, what is not a mapped file. */
  readonly anonymous: number
  /** The most that was ever resident. */
  readonly peak: number
}

/** The memory of a process; `undefined` if it has gone, or on a system without /proc. */
export async function memoryOf(pid: number): Promise<Memory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined)
  if (status === undefined) return undefined
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024
  return {
    resident: kilobytes('VmRSS'),
    anonymous: kilobytes('RssAnon'),
    peak: kilobytes('VmHWM'),
  }
}

/** One process, as the kernel knows it. */
export interface OneProcess {
  readonly pid: number
  readonly name: string
  readonly state: string
  readonly resident: number
  /** Processor time so far, in hundredths of a second. */
  readonly ticks: number
}

/** A process and everything below it. */
export async function family(pid: number): Promise<readonly OneProcess[]> {
  const all = new Map<number, OneProcess & { readonly parent: number }>()
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(
    numbers.map((name) => readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')),
  )
  for (const stat of stats) {
    const [, id, name, rest] = /^(\d+) \((.*)\) (.*)/s.exec(stat) ?? []
    if (rest === undefined) continue
    const fields = rest.split(' ')
    all.set(Number(id), {
      ...{ pid: Number(id), name: name!, state: fields[0]!, parent: Number(fields[1]) },
      ...{ ticks: Number(fields[11]) + Number(fields[12]), resident: Number(fields[21]) * 4_096 },
    })
  }
  const isOf = (one: number): boolean => {
    const parent = all.get(one)?.parent
    return one === pid || (parent !== undefined && parent > 1 && isOf(parent))
  }
  return [...all.values()].filter((one) => isOf(one.pid))
}

/** Descriptors that a process has open. */
export const descriptorsOf = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`)).length

/** What all processes below this one have resident. */
export const memoryOfChildren = async (pid: number): Promise<number> =>
  (await family(pid)).reduce((sum, one) => sum + (one.pid === pid ? 0 : one.resident), 0)

/** Processor time that a process has used so far. */
export async function cpuSeconds(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  const fields = afterName(stat)
  // Linux tells user space in hundredths of a second whatever its own clock.
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The fields of /proc/PID/stat from the state on; the name before them may hold spaces and brackets. */
const afterName = (stat: string): readonly string[] =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ')

/** The process that listens on a port of this machine. */
export async function pidListening(port: number): Promise<number | undefined> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const sockets = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === '0A' && fields[1]?.endsWith(`:${wanted}`)) {
        sockets.add(`socket:[${fields[9]}]`)
      }
    }
  }
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue
    for (const descriptor of await readdir(`/proc/${name}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${name}/fd/${descriptor}`).catch(() => '')
      if (sockets.has(target)) return Number(name)
    }
  }
  return undefined
}
