import { spawnSync } from 'node:child_process'
import { makeTree, type Tree } from './tree.ts'

/** A tree that git keeps, and the git of a test: the configuration of whoever runs it has no say. */
export interface GitTree extends Tree {
  /** Runs git there, and returns what it says. */
  git(...args: readonly string[]): string
  /** Commits everything, at a time of its own: each a minute after the one before. Returns the id. */
  commit(message: string): string
}

const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada Writer',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Cy Committer',
  GIT_COMMITTER_EMAIL: 'cy@example.org',
}

/** @param init arguments of `git init` */
export function makeGitTree(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  init: readonly string[] = [],
): GitTree {
  const tree = makeTree(files)
  const made = gitIn(tree)
  made.git('init', '--quiet', '--initial-branch=main', ...init)
  return made
}

/** The git of a tree that is there. */
export function gitIn(tree: Tree): GitTree {
  let minutes = 0
  const git = (...args: readonly string[]): string => {
    const date = `2024-01-01T${new Date(minutes * 60_000).toISOString().slice(11, 19)}Z`
    const ran = spawnSync('git', args, {
      cwd: tree.root,
      env: { ...environment, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    if (ran.status !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`)
    return ran.stdout.trim()
  }
  return {
    ...tree,
    git,
    commit(message) {
      minutes++
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', message)
      return git('rev-parse', 'HEAD')
    },
  }
}
