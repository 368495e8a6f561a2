import { join } from 'node:path'
import { type GitDirectory, signatureOf } from './directory.ts'
import type { Look } from './look.ts'
import { type Head, readRefs } from './refs.ts'

/** What the page of a live file is told of its repository. */
export interface Standing {
  readonly head: Head
  /** The URL that it was cloned from. It may hold a password. */
  readonly origin: string | undefined
}

const mostKept = 1_000
const kept = new Map<string, { readonly signature: string; readonly standing: Standing }>()

/** What is known already, if nothing that it rests on has been written since. */
export function standingIfKnown(git: GitDirectory): Standing | undefined {
  const known = kept.get(git.own)
  return known && known.signature === signature(git, known.standing.head)
    ? known.standing
    : undefined
}

export async function readStanding(look: Look): Promise<Standing> {
  const { git } = look
  const { head } = await readRefs(look)
  const before = signature(git, head)
  const args = ['config', '--no-includes', '--get', 'remote.origin.url']
  const told = await look.refs(args, { codes: [1], mostBytes: 65_536 })
  const standing = { head, origin: told.toString('utf8').trim() || undefined }
  if (before === signature(git, head)) {
    kept.set(git.own, { signature: before, standing })
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
  }
  return standing
}

const signature = ({ own, common }: GitDirectory, { branch }: Head): string =>
  signatureOf([
    ...[join(own, 'HEAD'), join(common, 'config'), join(common, 'packed-refs')],
    ...(branch === undefined ? [] : [join(common, 'refs/heads', branch)]),
  ])
