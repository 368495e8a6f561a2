import { rgPath } from '@vscode/ripgrep'
import { onTestFinished } from 'vitest'
import { type OpenTree, openTrees, type TreesOptions } from '../../src/corpus/trees.ts'
import type { Failure, Result } from '../../src/failure.ts'
import { findGitDirectory } from '../../src/git/directory.ts'
import { catalogOf } from '../support/catalog.ts'
import type { GitTree } from '../support/git.ts'

/** The trees of one checkout's commits, as one server keeps them. */
export interface Committed {
  /** The files of a commit; waits until they are written. */
  open(revision: string, signal?: AbortSignal): Promise<OpenTree>
  /** Once, without waiting for more than there is. */
  tryOpen(revision: string, signal?: AbortSignal): Promise<Result<OpenTree>>
  /** Why there are none. */
  refusal(revision: string): Promise<Failure>
  close(): Promise<void>
}

/** @param directory where trees are kept */
export async function committed(
  tree: GitTree,
  directory: string,
  options: Partial<TreesOptions> = {},
): Promise<Committed> {
  const trees = openTrees({
    ...{ directory, rgPath, hidden: false, maxFileBytes: 10_000, maxFiles: 10_000 },
    ...{ maxBytes: 100_000_000, mostBytes: 1_000_000_000, waitMs: 60_000 },
    ...options,
  })
  onTestFinished(() => trees.close())
  const { hidden = false } = options
  const live = await catalogOf([tree], { hidden })
  const [repository] = live.repositories
  const git = findGitDirectory(tree.root, '', 'checkout')
  if (typeof git === 'string') throw new Error(git)
  const tryOpen = (revision: string, signal = new AbortController().signal) => {
    const id = tree.git('rev-parse', `${revision}^{tree}`)
    const format = id.length === 64 ? ('sha256' as const) : ('sha1' as const)
    const source = { program: 'git', git, format, tree: id }
    const commit = 'c'.repeat(40)
    const wanted = { live, repository: repository!, source, commit, revision, exclude: undefined }
    return trees.open(wanted, signal)
  }
  return {
    tryOpen,
    async open(revision, signal) {
      const opened = await tryOpen(revision, signal)
      if (!opened.ok) throw new Error(opened.failure.message)
      return opened.value
    },
    async refusal(revision) {
      const opened = await tryOpen(revision)
      if (opened.ok) throw new Error('it was opened')
      return opened.failure
    },
    close: () => trees.close(),
  }
}
