import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { discover, type Found, ownerOf, type Root } from './discover.ts'
import { hostileIgnoreFiles } from './hostile.ts'
import { absolute, textOf } from './path.ts'
import { mayBeSeen } from './policy.ts'
import { trackedPaths } from './tracked.ts'
import { EndlessError, ListError, type WalkOptions, walk } from './walk.ts'

export interface ListOptions {
  readonly rgPath: string
  readonly hidden: boolean
}

/** The visible files of one root, and the repositories they belong to. */
export interface Listing {
  /** Where the root is now: absolute, without links. */
  readonly directory: string
  readonly found: readonly Found[]
  /** By position in `found`, in the order in which ripgrep came upon them. */
  readonly files: readonly (readonly ListedFile[])[]
  /** Words for the operator, if something had to be passed over. */
  readonly trouble: string | undefined
}

export interface ListedFile {
  /** Relative to the root; bytes one character each. */
  readonly path: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly changedMs: number
  readonly inode: number
}

export async function listRoot(root: Root, options: ListOptions): Promise<Listing> {
  const directory = realDirectory(root)
  const { proposed, trouble } = await propose(directory, options)
  const found = repositoriesOf(root, directory, proposed)
  const tracked = options.hidden ? await trackedBy(directory, found) : []

  const owner = ownerOf(found)
  const files: ListedFile[][] = found.map(() => [])
  for (const file of proposed) {
    const index = owner(file.path)
    // A bare repository's files are git's own.
    if (index === undefined || found[index]!.kind === 'bare') continue
    if (mayBeSeen(file.path, (path) => tracked[index]?.has(path) ?? true)) files[index]!.push(file)
  }
  return { directory, found, files, trouble }
}

interface Proposal {
  readonly proposed: readonly ListedFile[]
  readonly trouble: string | undefined
}

/** What ripgrep lists: if need be, without the directories whose ignore files it does not survive. */
async function propose(directory: string, options: ListOptions): Promise<Proposal> {
  try {
    const isStuck = () => hostileIgnoreFiles(directory).length > 0
    return { proposed: await listedFiles(directory, { ...options, isStuck }), trouble: undefined }
  } catch (error) {
    if (!(error instanceof EndlessError)) throw error
    const hostile = hostileIgnoreFiles(directory).map(textOf)
    const trouble = [error.message, ...hostile].join(', see ')
    const without = hostile.map(directoryOf)
    // The root itself cannot be left out, nor what cannot be said in an argument.
    const canGo = without.every((path) => path !== '' && !path.includes('\ufffd'))
    if (without.length === 0 || !canGo) throw new ListError(trouble)
    return {
      proposed: await listedFiles(directory, { ...options, without }),
      trouble: `${trouble}; left out: ${without.join(', ')}`,
    }
  }
}

/** What ripgrep lists and may be seen, but for which of the hidden are tracked. */
export async function listedFiles(
  directory: string,
  options: Omit<WalkOptions, 'ignored'>,
): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = []
  for await (const paths of walk(directory, { ...options, ignored: false })) {
    for (const path of paths) {
      // Which of the hidden are tracked is asked later, once the checkouts are known.
      const file = mayBeSeen(path, () => options.hidden) && listedFile(directory, path)
      if (file) files.push(file)
    }
  }
  return files
}

/** The directory that an ignore file is about. */
const directoryOf = (path: string): string =>
  path.replace(/(^|\/)(\.git\/info\/exclude|[^/]*)$/, '')

/** A root may be a link that is moved on to the next version of the corpus. */
export const realDirectory = ({ directory }: Root): string =>
  reaching(directory, () => realpathSync(directory))

const repositoriesOf = (root: Root, directory: string, files: readonly ListedFile[]) =>
  reaching(directory, () =>
    discover(
      root,
      directory,
      files.map(({ path }) => path),
    ),
  )

export function reaching<T>(directory: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    throw new ListError(`${directory} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function listedFile(directory: string, path: string): ListedFile | undefined {
  const full = absolute(directory, path)
  let stat: Stats | undefined
  try {
    stat = lstatSync(full, { throwIfNoEntry: false })
  } catch {
    // In a directory that can be listed and not entered: a file that will turn out to be unreadable.
    return { path, bytes: 0, modifiedMs: 0, changedMs: 0, inode: 0 }
  }
  // Gone, or swapped, since ripgrep listed it.
  if (!stat?.isFile()) return undefined
  return {
    path,
    bytes: stat.size,
    modifiedMs: stat.mtimeMs,
    changedMs: stat.ctimeMs,
    inode: stat.ino,
  }
}

/** Checkouts that git is asked about at once. */
const gits = 4

/** By position in `found`: for a checkout, what git tracks in it. */
async function trackedBy(
  directory: string,
  found: readonly Found[],
): Promise<readonly (ReadonlySet<string> | undefined)[]> {
  const tracked: (ReadonlySet<string> | undefined)[] = []
  for (let from = 0; from < found.length; from += gits) {
    const some = found.slice(from, from + gits)
    tracked.push(...(await Promise.all(some.map((one) => trackedPaths(directory, one)))))
  }
  return tracked
}
