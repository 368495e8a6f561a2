import { execFileSync } from 'node:child_process'
import type { Answer, Contender, Peer, Place, Spelling } from '../contender.ts'
import type { Query } from '../queries.ts'

/** ripgrep as a person starts it, in four ways. */
export const ripgrep: Peer = {
  name: 'rg',
  about:
    'The ripgrep of the npm package `@vscode/ripgrep`, started anew for each question, in TREE; by hand is `rg -n PATTERN`, without context. The floor is `rg -n` on exactly the files that match, named on its command line.',
  start: async (place) => ({
    version: execFileSync(place.rg, ['--version']).toString().split('\n')[0]!,
    contenders: [byHand(place), asJson(place), stopped(place), floor(place)],
    stop: async () => undefined,
  }),
}

const plain = ['--no-config', '--line-number', '--no-heading', '--with-filename']

/** A query as ripgrep's own options. */
export const queryArgs = (query: Query): readonly string[] => [
  query.case === 'ignore' ? '--ignore-case' : '--case-sensitive',
  ...(query.syntax === 'literal' ? ['--fixed-strings'] : []),
  ...(query.word ? ['--word-regexp'] : []),
  ...(query.multiline ? ['--multiline'] : []),
  ...(query.pcre2 ? ['--pcre2'] : []),
  `--regexp=${query.pattern}`,
]

const shown = (query: Query, options: string): Spelling => ({
  text: `rg ${options} ${queryArgs(query).join(' ')}`,
})

const byHand = ({ runner, rg, corpus }: Place): Contender => ({
  name: 'rg',
  spell: (query) => shown(query, '-n'),
  ask: async (query) => {
    const args = [...plain, ...queryArgs(query), './']
    return heard(await runner.run({ program: rg, args, cwd: corpus.directory, marker: '\n' }))
  },
})

const asJson = ({ runner, rg, corpus }: Place): Contender => ({
  name: 'rg --json -C2',
  spell: (query) => shown(query, '--json -C2'),
  ask: async (query) => {
    const args = ['--no-config', '--json', '--context=2', ...queryArgs(query), './']
    const marker = '\n{"type":"match"'
    const answer = heard(await runner.run({ program: rg, args, cwd: corpus.directory, marker }))
    return query.multiline ? { ...answer, lines: undefined } : answer
  },
})

const stopped = ({ runner, rg, corpus }: Place): Contender => ({
  name: 'rg, stopped',
  spell: (query) =>
    query.limit === undefined
      ? { cannot: 'is asked only where a limit is' }
      : shown(query, `-n (stopped after ${query.limit} lines)`),
  ask: async (query) => {
    const args = [...plain, ...queryArgs(query), './']
    const command = { program: rg, args, cwd: corpus.directory, marker: '\n' }
    const answer = heard(await runner.run({ ...command, stopAfter: query.limit! }))
    return { ...answer, lines: undefined }
  },
})

/** Longest list of files that one command line can hold, well below what Linux allows. */
const longestList = 1_500_000

function floor({ runner, rg, corpus }: Place): Contender {
  const known = new Map<string, readonly string[]>()
  const matching = (query: Query): readonly string[] => {
    const args = [
      ...['--no-config', '--files-with-matches', '--null', '--sort=path'],
      ...[...queryArgs(query), './'],
    ]
    try {
      const list = execFileSync(rg, args, { cwd: corpus.directory, maxBuffer: 1e9 }).toString()
      return list.split('\0').filter((path) => path !== '')
    } catch {
      return []
    }
  }
  return {
    name: 'floor',
    spell: (query) =>
      query.kind === 'absent'
        ? { cannot: 'has no files to be started on' }
        : shown(query, '-n (on the matching files)'),
    async prepare(query) {
      known.set(query.name, matching(query))
    },
    async ask(query) {
      const files = known.get(query.name)!
      if (files.length === 0) throw new Error('no file matches')
      if (files.join(' ').length > longestList) throw new Error('too many files for a command line')
      const args = [...plain, ...queryArgs(query), '--', ...files]
      const command = { program: rg, args, cwd: corpus.directory, marker: '\n' }
      const { limit } = query
      const run = await runner.run(limit === undefined ? command : { ...command, stopAfter: limit })
      return limit === undefined ? heard(run) : { ...heard(run), lines: undefined }
    },
  }
}

const heard = (run: Awaited<ReturnType<Place['runner']['run']>>): Answer => ({
  firstHit: run.firstHit,
  whole: run.whole,
  lines: run.hits,
  bytes: run.bytes,
  ...(run.status === 2 ? { incomplete: run.said.trim() } : {}),
})
