import { createHash } from 'node:crypto'
import { type Catalog, findFile, pathBelowRoot, type Repository } from '../corpus/catalog.ts'
import { openInside, readAt } from '../corpus/door.ts'
import type { Commit } from '../git/commit.ts'
import type { ObjectFormat } from '../git/run.ts'
import { visible } from './marks.ts'
import type { Server } from './server.ts'
import { ago } from './words.ts'

/** How long the page of a commit's file may be kept: what is said of the file as it is now may then be as old. */
export const keepSeconds = 300

/** A commit as `views/commit-name.eta` shows it, in one line. */
export interface CommitName {
  readonly short: string
  readonly url: string
  readonly author: string
  readonly when: string
  /** In full. */
  readonly date: string
  readonly iso: string
  readonly subject: string
}

/** The line under the path of what is shown as a commit has it. */
export interface Pinned {
  readonly commit: CommitName
  /** The file or directory as it is now; `undefined` if it is not there. */
  readonly latest: string | undefined
  /** Whether the file is another one now. */
  readonly isOther: boolean
  /** What else is to be said, in words. */
  readonly note: string | undefined
}

export function commitName(
  { links }: Server,
  repository: { readonly name: string },
  commit: Pick<Commit, 'id' | 'author' | 'authoredAt' | 'subject'>,
  nowMs: number,
): CommitName {
  const iso = isoOf(commit.authoredAt)
  return {
    short: commit.id.slice(0, 10),
    url: links.commit(repository.name, commit.id),
    author: visible(commit.author),
    when: ago(commit.authoredAt, nowMs),
    date: iso === '' ? 'at no known time' : `${iso.replace('T', ' ').slice(0, 16)} UTC`,
    iso,
    subject: visible(commit.subject) || '(without a message)',
  }
}

/** Empty for what is no time. */
function isoOf(seconds: number): string {
  const date = new Date(seconds * 1_000)
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 19)}Z`
}

/** How the file of a path is now, beside what a commit has there. */
export type Now = 'same' | 'other' | 'absent'

/** @param id of the content that the commit has */
export function nowOf(
  { config }: Server,
  catalog: Catalog,
  repository: Repository,
  path: Buffer,
  id: string,
  format: ObjectFormat,
): Now {
  const file = findFile(catalog, repository, path)
  if (!file) return 'absent'
  const door = openInside(repository.root, pathBelowRoot(file))
  if (typeof door === 'string') return 'absent'
  try {
    if (door.bytes > config.limits.fileBytes) return 'other'
    const bytes = readAt(door, 0, door.bytes)
    if (blobId(bytes, format) === id) return 'same'
    // A checkout may have other line ends than its commits.
    if (!bytes.includes('\r\n')) return 'other'
    const plain = Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    return blobId(plain, format) === id ? 'same' : 'other'
  } finally {
    door.close()
  }
}

const blobId = (bytes: Buffer, format: ObjectFormat): string =>
  createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
