import { type TreeSource, type WholeEntry, wholeTree } from '../git/whole-tree.ts'
import { ancestors } from './discover.ts'
import { mayBeSeen } from './policy.ts'

/** The files of a commit's tree that are written, or would be, to be searched. */
export interface TreeFiles {
  readonly files: readonly TreeFile[]
  /** What is not among them, by reason. */
  readonly hidden: number
  readonly links: number
  /** Submodules, and names that no file system has, such as one twice. */
  readonly special: number
  /** What the files take on a disk. */
  readonly diskBytes: number
}

export interface TreeFile {
  /** From the top; bytes one character each. */
  readonly path: string
  /** Of its content. */
  readonly id: string
  /** `undefined` if its content is not there. */
  readonly bytes: number | undefined
}

export interface TreeLimits {
  readonly hidden: boolean
  /** Of these no content is written. */
  readonly maxFileBytes: number
  readonly maxFiles: number
  /** Of all files, on disk. */
  readonly maxBytes: number
}

/** A tree that is not written, and why. */
export interface TooLarge {
  readonly tooLarge: 'files' | 'bytes'
  /** What was counted until then: there may be more. */
  readonly counted: number
}

/** What a file takes besides its bytes, as most file systems have it. */
const blockBytes = 4_096
const onDisk = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes

/** Whether a file's content is written: what is not searched for its size only has that size. */
export const isWritten = ({ bytes }: TreeFile, { maxFileBytes }: TreeLimits): boolean =>
  bytes !== undefined && bytes <= maxFileBytes

/** Lists a tree and judges its paths, as those on a disk are; writes nothing. */
export async function listTreeFiles(
  source: TreeSource,
  limits: TreeLimits,
): Promise<TreeFiles | TooLarge> {
  const files: TreeFile[] = []
  const paths = new Set<string>()
  const directories = new Set<string>()
  const left = { hidden: 0, links: 0, special: 0 }
  let entries = 0
  let diskBytes = 0
  for await (const entry of wholeTree(source)) {
    // Also of what is not written: a tree that has no end has not to have a single file.
    if (++entries > 4 * limits.maxFiles) return { tooLarge: 'files', counted: entries }
    const reason = reasonAgainst(entry, limits)
    if (reason) {
      left[reason]++
      continue
    }
    const { path, id, bytes } = entry
    const above = ancestors(path)
    const isTaken =
      paths.has(path) || directories.has(path) || above.some((one) => paths.has(bare(one)))
    if (isTaken) {
      left.special++
      continue
    }
    for (const one of above) {
      if (directories.has(bare(one))) break
      directories.add(bare(one))
      diskBytes += blockBytes
    }
    paths.add(path)
    const file = { path, id, bytes }
    files.push(file)
    diskBytes += isWritten(file, limits) ? onDisk(bytes!) : 0
    if (files.length > limits.maxFiles) return { tooLarge: 'files', counted: files.length }
    if (diskBytes > limits.maxBytes) return { tooLarge: 'bytes', counted: diskBytes }
  }
  return { files, ...left, diskBytes }
}

const bare = (prefix: string): string => prefix.slice(0, -1)

function reasonAgainst(
  { mode, path }: WholeEntry,
  { hidden }: TreeLimits,
): 'hidden' | 'links' | 'special' | undefined {
  if (!mayBeSeen(path, () => hidden)) return 'hidden'
  if (mode === '120000') return 'links'
  return mode.startsWith('100') && canBeNamed(path) ? undefined : 'special'
}

/** A tree can hold longer names than a disk; before a path stands that of the cache. */
const canBeNamed = (path: string): boolean =>
  path.length <= 3_000 && path.split('/').every(({ length }) => length <= 255)
