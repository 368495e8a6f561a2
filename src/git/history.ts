import { randomUUID } from 'node:crypto'
import { type Commit, commitFormat, parseCommit } from './commit.ts'
import type { Look, Part } from './look.ts'
import type { ObjectFormat } from './run.ts'

/** A commit of a history. */
export interface HistoryEntry {
  readonly commit: Commit
  /** What the file was called then; `undefined` if the commit does not say, as a merge. */
  readonly path: string | undefined
  /** Whether it was there no more after the commit. */
  readonly isRemoved: boolean
  /** What the commit did to the range, as a patch. */
  readonly patch: string | undefined
}

export interface History {
  /** The latest first. */
  readonly entries: readonly HistoryEntry[]
  readonly hasMore: boolean
  readonly cutBy: Part['cutBy']
}

export interface HistoryRequest {
  /** Whole id of the commit that it begins with. */
  readonly commit: string
  /** As text; empty for everything. */
  readonly path: string
  readonly isDirectory: boolean
  /** Lines of the file as that commit has it, 1-based. */
  readonly range: { readonly from: number; readonly to: number } | undefined
  /** Entries that are passed over, and the most that are wanted. */
  readonly skip: number
  readonly most: number
}

/** What has become of a file, a directory, or some lines: renames are followed, but for directories. */
export async function readHistory(
  look: Look,
  format: ObjectFormat,
  { commit, path, isDirectory, range, skip, most }: HistoryRequest,
): Promise<History> {
  // It stands before each commit, and in nothing that the repository holds.
  const mark = `\0\0${randomUUID()}\0`
  const common = [
    ...['log', '--no-color', '--no-notes', `--skip=${skip}`, `--max-count=${most + 1}`],
    `--format=${mark.replaceAll('\0', '%x00')}${commitFormat}`,
  ]
  const what = range
    ? [`-L${range.from},${range.to}:${path}`, commit]
    : isDirectory
      ? [commit, ...(path === '' ? [] : ['--', path])]
      : ['--follow', '--name-status', '-z', commit, '--', path]
  // Lines that are not there are no trouble of the repository's.
  const codes = range ? [128] : []
  const { bytes, cutBy } = await look.part(format, [...common, ...what], { codes })
  const parts = bytes.toString('utf8').split(mark).slice(1)
  const entries = parts.flatMap((part): HistoryEntry[] => {
    const fields = part.split('\0')
    const details = parseCommit(fields)
    if (!details) return []
    const rest = fields.slice(8)
    const patch = range ? rest.join('\0').trimStart() : undefined
    // `\nR100`, the old name, the new one.
    const status = rest.findIndex((field) => /^\n?[A-Z]\d*$/.test(field))
    const isTwo = /^\n?[RC]/.test(rest[status] ?? '')
    const named = range || status === -1 ? undefined : rest[status + (isTwo ? 2 : 1)]
    const isRemoved = status !== -1 && /^\n?D$/.test(rest[status]!)
    return [{ commit: details, path: named, isRemoved, patch }]
  })
  // What was cut has been told in part only.
  if (cutBy) entries.pop()
  return { entries: entries.slice(0, most), hasMore: entries.length > most, cutBy }
}
