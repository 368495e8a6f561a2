import type { Look } from './look.ts'
import type { Refs } from './refs.ts'

/** A commit, in the words of whoever made it: every text here is a stranger's. */
export interface Commit {
  readonly id: string
  readonly parents: readonly string[]
  readonly author: string
  /** Seconds since 1970. */
  readonly authoredAt: number
  readonly committer: string
  readonly committedAt: number
  /** Its first paragraph, in one line. */
  readonly subject: string
  /** What follows that. */
  readonly body: string
}

/** What `--format` is given for `parseCommit`, fields ended by NUL. */
export const commitFormat = ['%H', '%P', '%an', '%at', '%cn', '%ct', '%s', '%b']
  .map((field) => `${field}%x00`)
  .join('')

const fieldCount = 8

/** @param fields as `commitFormat` has them, without their ends */
export function parseCommit(fields: readonly string[]): Commit | undefined {
  const [id, parents, author, authoredAt, committer, committedAt, subject, body] = fields
  if (fields.length < fieldCount) return undefined
  return {
    id: id!.trim(),
    parents: parents!.split(' ').filter((parent) => parent !== ''),
    author: author!,
    authoredAt: Number(authoredAt),
    committer: committer!,
    committedAt: Number(committedAt),
    subject: subject!,
    body: body!.trimEnd(),
  }
}

/** Of a message; what is longer is cut. */
const mostBytes = 262_144

export async function readCommit(look: Look, refs: Refs, id: string): Promise<Commit | undefined> {
  const args = ['log', '--no-walk', '--no-color', '--no-notes', `--format=${commitFormat}`, id]
  const { bytes } = await look.part(refs.format, args, { mostBytes })
  return parseCommit(bytes.toString('utf8').split('\0'))
}

/** Repositories and commits of which it is remembered whether a commit is reachable; the latest. */
const mostRemembered = 10_000
const remembered = new Map<string, boolean>()

/**
 * Whether a branch, a tag or what is checked out leads to a commit. One that nothing leads to any more may hold what
 * somebody has removed, and only whoever cleans the repository up decides when it goes.
 */
export async function isReachable(look: Look, refs: Refs, id: string): Promise<boolean> {
  const tips = [...new Set([...refs.ids.values(), ...(refs.head.id ? [refs.head.id] : [])])]
  if (tips.includes(id)) return true
  const key = `${look.git.common} ${refs.digest} ${id}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  const input = Buffer.from(`${id}\n${tips.map((tip) => `^${tip}\n`).join('')}`)
  const args = ['rev-list', '--max-count=1', '--ignore-missing', '--stdin']
  const left = await look.objects(refs.format, args, { input })
  const isSo = left.length === 0
  remembered.set(key, isSo)
  if (remembered.size > mostRemembered) remembered.delete(remembered.keys().next().value!)
  return isSo
}
