import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { textAt } from './directory.ts'
import type { Look } from './look.ts'
import { isWholeId, type Revision } from './revision.ts'
import type { ObjectFormat } from './run.ts'

/** The names of a repository, as they are now. */
export interface Refs {
  readonly format: ObjectFormat
  /** By their whole names (`refs/heads/main`): branches, tags, and what is known of other repositories' branches. */
  readonly ids: ReadonlyMap<string, string>
  readonly head: Head
  /** Another one when a name or an id is. */
  readonly digest: string
}

/** What is checked out. */
export interface Head {
  /** `undefined` where nothing has been committed yet. */
  readonly id: string | undefined
  /** `main`; `undefined` if it is a commit and no branch that is checked out. */
  readonly branch: string | undefined
}

/** What others may read of: neither stashes nor notes, which nobody has published. */
const kinds = ['refs/heads', 'refs/tags', 'refs/remotes'] as const

/** Reads all names at once. No object is looked at, so that what is missing or damaged keeps nothing from being named. */
export async function readRefs(look: Look): Promise<Refs> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', ...kinds]
  const listed = (await look.refs(args)).toString('utf8')
  const ids = new Map<string, string>()
  for (const line of listed.split('\n')) {
    const space = line.indexOf(' ')
    const id = line.slice(0, space)
    if (isWholeId(id)) ids.set(line.slice(space + 1), id)
  }
  const text = textAt(join(look.git.own, 'HEAD'))?.trim() ?? ''
  const name = /^ref: (refs\/.+)$/.exec(text)?.[1]
  const id = name === undefined ? (isWholeId(text) ? text : undefined) : ids.get(name)
  const anyId = id ?? ids.values().next().value ?? ''
  return {
    format: anyId.length === 64 ? 'sha256' : 'sha1',
    ids,
    head: { id, branch: name?.replace(/^refs\/heads\//, '') },
    digest: createHash('sha256').update(`${text}\n${listed}`).digest('base64url'),
  }
}

/**
 * The id that a name stands for, of a commit or of a tag that leads to one. As git has it, tags come before branches,
 * and these before those of other repositories.
 */
export function idOf({ ids, head }: Refs, revision: Revision): string | undefined {
  if (revision.kind === 'head') return head.id
  if (revision.kind === 'id' && isWholeId(revision.digits)) return revision.digits
  const { name } = revision
  const whole = /^refs\/(?:heads|tags|remotes)\//.test(name) ? [name] : []
  const names = [...whole, ...['tags', 'heads', 'remotes'].map((kind) => `refs/${kind}/${name}`)]
  const found = names.find((one) => ids.has(one))
  return found === undefined ? undefined : ids.get(found)
}
