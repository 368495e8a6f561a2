import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'

/**
 * A directory of trees, which several servers may share. `KEY-BYTES` is a tree that has been written, from its first
 * to its last file, and is never changed again; the time of its directory is that of its last use. `writing-…` and
 * `removing-…` are on their way in and out. Who is at work on one keeps its time young: so what was left behind by
 * somebody who was killed is told, on whatever machine that was. What else is there is left alone.
 */

/** Whoever writes says so more often than this. */
const abandonedMs = 15_000
/** A tree that has been used within this time is not removed. Whoever searches one says so more often. */
export const inUseMs = 60_000

interface KeptTree {
  readonly name: string
  readonly bytes: number
  /** How long ago it was last used. */
  readonly ageMs: number
}

const treeName = /^([0-9a-f]{24})-(\d{1,15})$/
const writingName = /^writing-(\d{1,15})-[0-9a-f]{16}$/
const removingName = /^removing-[0-9a-f]{16}$/

/** The tree of a key, if it has been written. */
export function findTree(directory: string, key: string): string | undefined {
  return readdirSync(directory).find((name) => treeName.exec(name)?.[1] === key)
}

/** Begins a tree. @returns its name until it is whole */
export function beginTree(directory: string, bytes: number): string {
  const name = `writing-${bytes}-${randomBytes(8).toString('hex')}`
  mkdirSync(`${directory}/${name}`, { mode: 0o700 })
  return name
}

/** Makes a whole tree of what was begun. If somebody else has meanwhile, theirs stays, which is the same. */
export function finishTree(directory: string, writing: string, key: string): string {
  const name = `${key}-${writingName.exec(writing)![1]}`
  try {
    renameSync(`${directory}/${writing}`, `${directory}/${name}`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    removeTree(directory, writing)
  }
  return name
}

/** Says that somebody is at work on a tree, or uses it. @throws if it has gone */
export function touchTree(path: string): void {
  const now = new Date()
  utimesSync(path, now, now)
}

/** Removes what bears a name, so that nobody finds half of it. */
export function removeTree(directory: string, name: string): void {
  const removing = `${directory}/removing-${randomBytes(8).toString('hex')}`
  try {
    renameSync(`${directory}/${name}`, removing)
  } catch {
    // Somebody else removes it.
    return
  }
  rmSync(removing, { recursive: true, force: true })
}

/** Removes what those have left behind who were killed. @returns how many are at work */
export function removeAbandoned(directory: string): number {
  let others = 0
  for (const name of readdirSync(directory)) {
    const isWriting = writingName.test(name)
    if (!isWriting && !removingName.test(name)) continue
    if (ageMs(`${directory}/${name}`) < abandonedMs) others++
    else if (isWriting) removeTree(directory, name)
    else rmSync(`${directory}/${name}`, { recursive: true, force: true })
  }
  return others
}

/**
 * Removes trees, those first that have not been used for longest, until there is room for another one.
 *
 * @param most bytes of all trees together
 * @returns whether there is room now
 */
export function makeRoom(directory: string, bytes: number, most: number): boolean {
  const names = readdirSync(directory)
  const trees = names.flatMap((name): KeptTree[] => {
    const [, , size] = treeName.exec(name) ?? []
    const age = ageMs(`${directory}/${name}`)
    return size === undefined ? [] : [{ name, bytes: Number(size), ageMs: age }]
  })
  const writing = names.map((name) => Number(writingName.exec(name)?.[1] ?? 0))
  let total = [...writing, ...trees.map((tree) => tree.bytes)].reduce(
    (sum, one) => sum + one,
    bytes,
  )
  for (const tree of trees.sort((a, b) => b.ageMs - a.ageMs)) {
    if (total <= most || tree.ageMs < inUseMs) break
    removeTree(directory, tree.name)
    total -= tree.bytes
  }
  return total <= most
}

/** What has gone is old. A clock that was put back makes nothing old. */
function ageMs(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat ? Math.max(0, Date.now() - stat.mtimeMs) : Number.POSITIVE_INFINITY
}
