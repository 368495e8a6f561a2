import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where git keeps what belongs to a work tree; absolute, without links. */
export interface GitDirectory {
  /** Its own: `HEAD` and what else only this work tree has. */
  readonly own: string
  /** What it shares with other work trees of the repository: objects, branches and tags. */
  readonly common: string
}

/** Why there is nothing to read. */
export type NoGitDirectory =
  /** It is no checkout, or its path is not UTF-8. */
  | 'none'
  /** It says that it is kept outside of what is served, and what is there does not know of it. */
  | 'elsewhere'

/**
 * Finds what `.git` leads to. Whoever can put files below a root could put a `.git` there that leads to any repository
 * on the host; so what is outside of the root is only used if it says itself that this is its work tree, as git has
 * it say of a linked work tree and of a submodule.
 *
 * @param root absolute, without links
 * @param prefix of the repository below it: empty, or ending in `/`; bytes one character each
 */
export function findGitDirectory(
  root: string,
  prefix: string,
  kind: 'checkout' | 'directory' | 'bare',
): GitDirectory | NoGitDirectory {
  const below = Buffer.from(prefix, 'latin1').toString('utf8')
  if (kind === 'directory' || Buffer.from(below).toString('latin1') !== prefix) return 'none'
  const tree = join(root, below)
  try {
    const dotGit = join(tree, '.git')
    const own = kind === 'bare' ? realpathSync(tree) : ownOf(tree, dotGit)
    if (own === undefined) return 'none'
    const line = textAt(join(own, 'commondir'))
    const common = line === undefined ? own : realpathSync(resolve(own, line.trim()))
    const isLinked = dirname(dirname(own)) === common && dirname(own) === join(common, 'worktrees')
    const isKnown =
      isInside(root, own) || (isLinked && pointsBack(own, dotGit)) || isModule(own, tree)
    const isShared = common === own || isInside(root, common) || isLinked
    return isKnown && isShared && isWhole(root, own, common) ? { own, common } : 'elsewhere'
  } catch {
    // Something on the way is not there.
    return 'none'
  }
}

/** A `.git` is a directory, or a file that names one. */
function ownOf(tree: string, dotGit: string): string | undefined {
  const stat = lstatSync(dotGit)
  if (!stat.isFile()) return realpathSync(dotGit)
  const named = /^gitdir: (.+?)\r?\n?$/s.exec(textAt(dotGit) ?? '')?.[1]
  return named === undefined ? undefined : realpathSync(resolve(tree, named))
}

/** Whether a linked work tree's directory names the `.git` file that led to it. */
function pointsBack(own: string, dotGit: string): boolean {
  const named = textAt(join(own, 'gitdir'))?.trim()
  return named !== undefined && realpathSync(resolve(own, named)) === dotGit
}

/** Whether the directory of a submodule names the work tree that led to it. */
function isModule(own: string, tree: string): boolean {
  const config = textAt(join(own, 'config')) ?? ''
  const named = /^\s*worktree\s*=\s*(\S.*?)\s*$/m.exec(config)?.[1]
  return named !== undefined && realpathSync(resolve(own, named.replaceAll('"', ''))) === tree
}

/** Whether what git reads there is there, and not a link that leads out. */
function isWhole(root: string, own: string, common: string): boolean {
  const isThere = (path: string) => {
    const real = realpathSync(path)
    return real === path || isInside(root, real)
  }
  const isThereIfAny = (path: string) =>
    lstatSync(path, { throwIfNoEntry: false }) === undefined || isThere(path)
  // A FIFO would keep git waiting.
  const isFile = (path: string) => isThere(path) && statSync(path).isFile()
  const isFileIfAny = (path: string) =>
    lstatSync(path, { throwIfNoEntry: false }) === undefined || isFile(path)
  return (
    isFile(join(own, 'HEAD')) &&
    isThere(join(common, 'objects')) &&
    isThere(join(common, 'refs')) &&
    isThereIfAny(join(common, 'objects/pack')) &&
    isFileIfAny(join(common, 'packed-refs')) &&
    isFileIfAny(join(common, 'config'))
  )
}

const isInside = (root: string, path: string): boolean =>
  path === root || path.startsWith(root === '/' ? '/' : `${root}/`)

/** Changes when one of these files is written, comes or goes. */
export const signatureOf = (paths: readonly string[]): string =>
  paths
    .map((path) => {
      const stat = lstatSync(path, { throwIfNoEntry: false })
      return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}` : ''
    })
    .join('\n')

const mostBytes = 65_536

/** A small regular file as text; a FIFO in its place would keep us waiting for ever. */
export function textAt(path: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch {
    return undefined
  }
  try {
    if (!fstatSync(descriptor).isFile()) return undefined
    const bytes = Buffer.alloc(mostBytes)
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, mostBytes, 0))
  } catch {
    return undefined
  } finally {
    closeSync(descriptor)
  }
}
