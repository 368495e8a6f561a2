import { type Commit, commitFormat, parseCommit } from './commit.ts'
import type { Look } from './look.ts'
import type { Refs } from './refs.ts'

/** A name to read at, with the commit that it leads to. */
export interface NamedCommit {
  /** Without `refs/heads/` and the like. */
  readonly name: string
  readonly commit: Commit
}

export interface RefList {
  readonly branches: readonly NamedCommit[]
  readonly tags: readonly NamedCommit[]
  /** Of other repositories, as they were when last fetched. */
  readonly remotes: readonly NamedCommit[]
  /** Names that were not looked at, since there are too many. */
  readonly more: number
}

const kinds = { branches: 'refs/heads/', tags: 'refs/tags/', remotes: 'refs/remotes/' } as const

/** Those names that contain a text, the latest first. @param most names that are looked at */
export async function listRefs(
  look: Look,
  refs: Refs,
  text: string,
  most: number,
): Promise<RefList> {
  const wanted = [...refs.ids].filter(
    // What a remote's HEAD leads to is one of its branches.
    ([name]) => name.includes(text) && !/^refs\/remotes\/[^/]+\/HEAD$/.test(name),
  )
  const looked = wanted.slice(0, most)
  const input = Buffer.from(looked.map(([, id]) => `${id}^{commit}\n`).join(''))
  const check = ['cat-file', '--batch-check=%(objectname) %(objecttype)']
  const told = (await look.objects(refs.format, check, { input })).toString('latin1').split('\n')
  const ids = told.map((line) => /^([0-9a-f]{40,64}) commit$/.exec(line)?.[1])
  const commits = await readCommits(look, refs, new Set(ids.filter((id) => id !== undefined)))
  const named = looked.flatMap(([name, _id], index) => {
    const commit = commits.get(ids[index] ?? '')
    return commit ? [{ name, commit }] : []
  })
  const list = (kind: string): readonly NamedCommit[] =>
    named
      .filter(({ name }) => name.startsWith(kind))
      .map(({ name, commit }) => ({ name: name.slice(kind.length), commit }))
      .sort((a, b) => b.commit.committedAt - a.commit.committedAt || (a.name < b.name ? -1 : 1))
  return {
    branches: list(kinds.branches),
    tags: list(kinds.tags),
    remotes: list(kinds.remotes),
    more: wanted.length - looked.length,
  }
}

async function readCommits(
  look: Look,
  refs: Refs,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Commit>> {
  if (ids.size === 0) return new Map()
  const input = Buffer.from([...ids].map((id) => `${id}\n`).join(''))
  // Bodies are not shown in a list.
  const format = commitFormat.replace('%b', '')
  const args = [
    'log',
    '--no-walk=unsorted',
    '--no-color',
    '--no-notes',
    `--format=${format}`,
    '--stdin',
  ]
  const fields = (await look.objects(refs.format, args, { input })).toString('utf8').split('\0')
  const commits = new Map<string, Commit>()
  for (let at = 0; at + 8 <= fields.length; at += 8) {
    const commit = parseCommit(fields.slice(at, at + 8))
    if (commit) commits.set(commit.id, commit)
  }
  return commits
}
