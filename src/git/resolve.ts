import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { isReachable } from './commit.ts'
import type { Look } from './look.ts'
import { type Refs, readRefs } from './refs.ts'
import { parseRevision } from './revision.ts'
import { resolve } from './tree.ts'

/** A commit that may be read. */
export interface Resolved {
  readonly refs: Refs
  /** Its whole id. */
  readonly commit: string
  /** The id of the tree that it has at the directory that was asked for; `undefined` if it has none there. */
  readonly tree: string | undefined
}

/**
 * The commit that a user means, if there is one and something leads to it.
 *
 * @param text as in an address: the beginning of an id, a branch, a tag, or `HEAD`
 * @param directory as bytes, without a `/` at its end; empty for the top
 */
export async function resolveCommit(
  look: Look,
  text: string,
  directory: Buffer = Buffer.alloc(0),
): Promise<Result<Resolved>> {
  const revision = parseRevision(text)
  if (!revision) return failed(noRevision(text))
  const refs = await readRefs(look)
  const found = await resolve(look, refs, revision, directory)
  if (!found || !(await isReachable(look, refs, found.commit))) return failed(noRevision(text))
  return succeeded({ refs, commit: found.commit, tree: found.at })
}

const noRevision = (text: string): Failure => ({
  kind: 'not-found',
  message: `${text.slice(0, 100)} is no commit here that a branch or tag leads to, and no branch or tag. A revision is the beginning of an id (four digits at least), or the name of a branch or tag.`,
})
