import { GitTrouble, type Look } from './look.ts'
import { idOf, type Refs } from './refs.ts'
import { isWholeId, type Revision } from './revision.ts'
import type { ObjectFormat } from './run.ts'

/** What a commit has at a path. */
export interface TreeEntry {
  /** `link`: a symbolic one, whose content is where it leads. `submodule`: a commit of another repository. */
  readonly kind: 'file' | 'link' | 'directory' | 'submodule'
  readonly id: string
  /** Its name as bytes, one character each. */
  readonly name: string
  /** Of a file or link; `undefined` if it is not there, as in a clone without all objects. */
  readonly bytes: number | undefined
}

/**
 * The ids of the commit that a revision means and of the object that it has at a path.
 *
 * @param path of a directory, as bytes; empty for the top
 * @returns `undefined` if the revision is no commit here; `at` if there is nothing at the path
 */
export async function resolve(
  look: Look,
  refs: Refs,
  revision: Revision,
  path: Buffer,
): Promise<{ readonly commit: string; readonly at: string | undefined } | undefined> {
  const id = idOf(refs, revision) ?? (revision.kind === 'id' ? revision.digits : undefined)
  if (id === undefined) return undefined
  const wanted = [Buffer.from(`${id}^{commit}`), Buffer.concat([Buffer.from(`${id}:`), path])]
  // Without -z git older than 2.38 does, too.
  const isNul = path.includes(0x0a)
  const end = Buffer.from(isNul ? '\0' : '\n')
  const input = Buffer.concat(wanted.flatMap((line) => [line, end]))
  const told = await look.objects(
    refs.format,
    ['cat-file', '--batch-check=%(objectname) %(objecttype)', ...(isNul ? ['-z'] : [])],
    { input },
  )
  // A name that was not found is repeated, and may hold anything: only what begins with an id is an answer.
  const text = told.toString('latin1')
  const [, commit] = /^([0-9a-f]{40,64}) commit\n/.exec(text) ?? []
  if (commit === undefined) return undefined
  const [, at] = /^([0-9a-f]{40,64}) tree\n$/.exec(text.slice(text.indexOf('\n') + 1)) ?? []
  return { commit, at }
}

/** Bytes of a listing: a directory of some hundred thousand names. */
const mostBytes = 32 * 2 ** 20

/** What stands in a tree, in git's order. @param tree its id */
export async function listTree(
  look: Look,
  format: ObjectFormat,
  tree: string,
): Promise<readonly TreeEntry[]> {
  const listed = await look.objects(format, ['ls-tree', '-z', '--long', tree], { mostBytes })
  return listed
    .toString('latin1')
    .split('\0')
    .flatMap((line) => {
      const [, mode, type, id, size, name] = /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? []
      if (id === undefined || name === undefined) return []
      const kind =
        type === 'tree'
          ? 'directory'
          : type === 'commit'
            ? 'submodule'
            : mode === '120000'
              ? 'link'
              : 'file'
      return [{ kind, id, name, bytes: /^\d+$/.test(size!) ? Number(size) : undefined } as const]
    })
}

/** A content, whole. @param most bytes; a longer one is refused */
export async function readBlob(
  look: Look,
  format: ObjectFormat,
  id: string,
  most: number,
): Promise<Buffer> {
  if (!isWholeId(id)) throw new GitTrouble({ kind: 'not-found', message: 'This is no object.' })
  return look.objects(format, ['cat-file', 'blob', id], { mostBytes: most })
}
