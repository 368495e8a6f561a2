import { createHash } from 'node:crypto'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import type { Failure } from '../failure.ts'
import { GitTrouble } from '../git/look.ts'
import { contents, type TreeSource } from '../git/whole-tree.ts'
import { arrange } from './arrange.ts'
import { type Catalog, fileStates } from './catalog.ts'
import { openInside, readAt } from './door.ts'
import { keepLook, leaveOutLarge } from './inspect.ts'
import { knownFiles } from './known.ts'
import { lookAt } from './look.ts'
import { absolute } from './path.ts'
import { isWritten, type TreeFile, type TreeFiles, type TreeLimits } from './tree-files.ts'

/** Hears what part of the work is done, of 1. */
export type OnProgress = (part: number) => void

/**
 * Writes the files of a tree, and looks at each on the way.
 *
 * @param directory empty, and nobody else's
 * @returns their catalog, of one repository without a name
 * @throws GitTrouble, or what the system says where it cannot write
 */
export async function writeTree(
  directory: string,
  source: TreeSource,
  { files }: TreeFiles,
  limits: TreeLimits,
  onProgress: OnProgress,
): Promise<Catalog> {
  const { catalog, columns, positionOf } = arranged(directory, files, limits)
  const made = new Set<string>()
  const makeAbove = (path: string) => {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const above = path.slice(0, end)
      if (made.has(above)) continue
      mkdirSync(absolute(directory, above), { mode: 0o700 })
      made.add(above)
    }
  }
  const put = (file: TreeFile, content: Buffer | undefined) => {
    const position = positionOf(file)
    try {
      makeAbove(file.path)
      const place = absolute(directory, file.path)
      // The name is new: neither a link nor a file of before is written through.
      writeFileSync(place, content ?? '', { flag: 'wx', mode: 0o400 })
      if (content) keepLook(columns, position, Buffer.from(file.path, 'latin1'), lookAt(content))
      else truncateSync(place, file.bytes)
    } catch (error) {
      if (!isOfName(error)) throw error
      columns.state[position] = unreadable
    }
  }
  const wanted = files.filter((file) => isWritten(file, limits))
  for (const file of files) {
    if (file.bytes === undefined) columns.state[positionOf(file)] = unreadable
    else if (!isWritten(file, limits)) put(file, undefined)
  }
  const ids = wanted.map(({ id }) => id)
  const part = partOf(wanted)
  let done = 0
  for await (const content of contents(source, ids)) {
    const file = wanted[done++]!
    if (content?.length === file.bytes) put(file, content)
    else columns.state[positionOf(file)] = unreadable
    onProgress(part(file))
  }
  if (done < wanted.length) throw new GitTrouble(brokeOff)
  return { ...catalog, complete: true }
}

/**
 * The catalog of a tree that has been written before, if it still is what git has. What has been lost or damaged since,
 * as by a system that went down, is told by the ids of the contents.
 */
export function checkTree(
  directory: string,
  source: TreeSource,
  { files }: TreeFiles,
  limits: TreeLimits,
  onProgress: OnProgress,
): Catalog | undefined {
  const { catalog, columns, positionOf } = arranged(directory, files, limits)
  const part = partOf(files)
  for (const file of files) {
    const path = Buffer.from(file.path, 'latin1')
    if (isWritten(file, limits)) {
      const content = contentAt(directory, path)
      if (content && idOf(content, source) === file.id) {
        keepLook(columns, positionOf(file), path, lookAt(content))
      } else return undefined
    } else if (file.bytes === undefined) columns.state[positionOf(file)] = unreadable
    onProgress(part(file))
  }
  return { ...catalog, complete: true }
}

/** What it takes to make a file, in bytes that could be written meanwhile. */
const bytesPerFile = 20_000

/** By file, one after the other, what part is done with it. */
function partOf(files: readonly TreeFile[]): (file: TreeFile) => number {
  const costOf = ({ bytes = 0 }: TreeFile) => bytes + bytesPerFile
  const whole = files.reduce((sum, file) => sum + costOf(file), 0)
  let done = 0
  return (file) => {
    done += costOf(file)
    return done / whole
  }
}

const unreadable = fileStates.indexOf('unreadable')

/** Files in catalog order, of which nothing is known but their sizes. */
function arranged(directory: string, files: readonly TreeFile[], limits: TreeLimits) {
  const listed = files.map(({ path, bytes = 0 }) => ({
    ...{ path, bytes, modifiedMs: 0, changedMs: 0, inode: 0 },
  }))
  const found = [{ name: '', kind: 'directory', prefix: '' } as const]
  const catalog = arrange([{ directory, found, files: [listed], trouble: undefined }])
  const { columns } = catalog
  leaveOutLarge(columns, limits.maxFileBytes)
  const [repository] = catalog.repositories
  const known = knownFiles(catalog)
  return {
    ...{ catalog, columns },
    positionOf: ({ path }: TreeFile) => known.positionOf(repository!, path)!,
  }
}

function contentAt(directory: string, path: Buffer): Buffer | undefined {
  const door = openInside(directory, path)
  if (typeof door === 'string') return undefined
  try {
    return readAt(door, 0, door.bytes)
  } finally {
    door.close()
  }
}

const idOf = (content: Buffer, { format }: TreeSource): string =>
  createHash(format).update(`blob ${content.length}\0`).update(content).digest('hex')

/** Whether it is a name that the file system does not take, and not the disk that is full or gone. */
const isOfName = (error: unknown): boolean =>
  ['ENAMETOOLONG', 'EILSEQ', 'EINVAL', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )

const brokeOff: Failure = { kind: 'internal', message: 'git told fewer contents than it was asked' }
