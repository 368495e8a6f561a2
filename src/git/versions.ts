import { randomUUID } from 'node:crypto'
import type { Look } from './look.ts'
import { isWholeId } from './revision.ts'
import type { ObjectFormat } from './run.ts'

/** A content that a file had, and the commit that gave it to it. */
export interface Version {
  /** Whole id. */
  readonly commit: string
  /** What the file was called then. */
  readonly path: string
  /** Of the content. */
  readonly blob: string
}

/** The latest versions of a file, the newest first; renames are followed. @param path as text */
export async function readVersions(
  look: Look,
  format: ObjectFormat,
  commit: string,
  path: string,
  most: number,
): Promise<readonly Version[]> {
  // It stands before each commit, and in nothing that the repository holds.
  const mark = `\0\0${randomUUID()}\0`
  const { bytes, cutBy } = await look.part(format, [
    ...['log', '--follow', '--raw', '--no-abbrev', '-z', '--no-color', '--no-notes'],
    ...[`--max-count=${most}`, `--format=${mark.replaceAll('\0', '%x00')}%H`],
    ...[commit, '--', path],
  ])
  const parts = bytes.toString('utf8').split(mark).slice(1)
  // What was cut has been told in part only.
  if (cutBy) parts.pop()
  return parts.flatMap((part): Version[] => {
    // The id, then `\n:100644 100644 OLD NEW R100`, the old name, the new one.
    const [id = '', ...fields] = part.split('\0')
    const at = fields.findIndex((field) => /^\n?:/.test(field))
    const [, mode, blob, letter] = /:\d+ (\d+) \S+ (\S+) ([A-Z])/.exec(fields[at] ?? '') ?? []
    const then = fields[at + (letter === 'R' || letter === 'C' ? 2 : 1)]
    const isFile = mode?.startsWith('100') && isWholeId(blob ?? '')
    return isFile && then !== undefined ? [{ commit: id.trim(), path: then, blob: blob! }] : []
  })
}
