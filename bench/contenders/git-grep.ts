import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Contender, Peer, Place } from '../contender.ts'
import type { Query } from '../queries.ts'

/** `git grep`, as in a checkout: git knows the files, so that it walks no directories. */
export const gitGrep: Peer = {
  name: 'git grep',
  about:
    "The machine's git, started anew for each question as `git grep -n -I`. A repository outside TREE lists its files (`git add --intent-to-add --force .`), as the index of a checkout would, without their contents.",
  async start(place) {
    const { program } = place.peers
    const git = program('git')
    if (!git) return { missing: 'git is not on the PATH' }
    const directory = join(place.scratch, `${place.corpus.name}.git`)
    const tree = [`--git-dir=${directory}`, `--work-tree=${place.corpus.directory}`]
    const options = { cwd: place.corpus.directory, maxBuffer: 1e9 }
    execFileSync(git, ['init', '--quiet', '--bare', directory])
    execFileSync(git, [`--git-dir=${directory}`, 'config', 'core.bare', 'false'])
    execFileSync(git, [...tree, 'add', '--intent-to-add', '--force', '.'], {
      ...options,
      stdio: 'ignore',
    })
    return {
      version: execFileSync(git, ['--version']).toString().trim(),
      contenders: [contender(place, git, tree)],
      stop: async () => undefined,
    }
  },
}

const contender = (place: Place, git: string, tree: readonly string[]): Contender => ({
  name: 'git grep',
  spell: (query) =>
    query.multiline
      ? { cannot: 'looks at one line at a time' }
      : { text: `git grep ${queryArgs(query).join(' ')}` },
  async ask(query) {
    const run = await place.runner.run({
      program: git,
      args: [...tree, '--no-pager', 'grep', ...queryArgs(query)],
      cwd: place.corpus.directory,
      marker: '\n',
    })
    return {
      firstHit: run.firstHit,
      whole: run.whole,
      lines: run.hits,
      bytes: run.bytes,
      ...(run.status !== null && run.status > 1 ? { incomplete: run.said.trim() } : {}),
    }
  },
})

const queryArgs = (query: Query): readonly string[] => [
  '-n',
  '-I',
  query.syntax === 'literal' ? '-F' : '-P',
  ...(query.case === 'ignore' ? ['-i'] : []),
  ...(query.word ? ['-w'] : []),
  '-e',
  query.spelled?.pcre ?? query.pattern,
]
