import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Corpus } from './contender.ts'
import { type Peers, parsePeers } from './peers.ts'

/** What one run of the bench is asked to do. */
export interface Options {
  readonly corpora: readonly Corpus[]
  readonly peers: Peers
  readonly rounds: number
  /** Rounds of a contender that takes over three seconds. */
  readonly slowRounds: number
  /** Parts of names; empty means all. */
  readonly only: readonly string[]
  readonly queries: readonly string[]
  /** Seconds at each number of clients; 0 for none. */
  readonly loadSeconds: number
  readonly builds: boolean
  readonly paints: boolean
  readonly changes: boolean
  /** Where the results go, without an ending. */
  readonly out: string
  /** As typed, without what differs by machine. */
  readonly command: string
}

export const usage = `npm run bench -- [options]
  --corpus NAME=DIR   a tree to search; NAME (linux or packages) says which words are asked; repeatable
  --peers DIR         the peers: programs in DIR/bin or on the PATH, indexes in DIR/index/NAME;
                      with ,zoekt=URL ,hound=URL ,datasette=URL for servers that run already
  --rounds N          rounds that count (7)
  --slow-rounds N     of a contender that takes over three seconds (as many)
  --only A,B          only peers whose name holds one of these
  --queries A,B       only queries whose name holds one of these
  --load SECONDS      at each number of clients (5); 0 for none
  --build             build every index anew, and say what it cost
  --paint             measure the first painted hit in Chromium
  --change            measure how soon a changed file is found; writes into the corpora
  --out FILE          results go to FILE.json and FILE.md (bench/results/DATE)`

/** Reads the command line; throws what is wrong with it. */
export function parseOptions(args: readonly string[], today: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      corpus: { type: 'string', multiple: true, default: [] },
      peers: { type: 'string', default: '' },
      rounds: { type: 'string', default: '7' },
      'slow-rounds': { type: 'string' },
      only: { type: 'string', default: '' },
      queries: { type: 'string', default: '' },
      load: { type: 'string', default: '5' },
      build: { type: 'boolean', default: false },
      paint: { type: 'boolean', default: false },
      change: { type: 'boolean', default: false },
      out: { type: 'string', default: `bench/results/${today}` },
    },
  })
  const corpora = values.corpus.map((text) => {
    const [, name, directory] = /^(\w+)=(.+)$/.exec(text) ?? []
    if (!name || !directory) throw new Error(`--corpus ${text} is not NAME=DIR`)
    return { name, directory: realpathSync(directory) }
  })
  if (corpora.length === 0) throw new Error('no --corpus is named')
  if (corpora.length > 1 && values.peers.includes('://')) {
    throw new Error('a server that runs already has one corpus, and several are named')
  }
  return {
    corpora,
    peers: parsePeers(values.peers),
    rounds: positive('rounds', values.rounds),
    slowRounds: positive('slow-rounds', values['slow-rounds'] ?? values.rounds),
    only: list(values.only),
    queries: list(values.queries),
    loadSeconds: Number(values.load),
    builds: values.build,
    paints: values.paint,
    changes: values.change,
    out: resolve(values.out),
    command: shown(args),
  }
}

const list = (text: string): readonly string[] => text.split(',').filter((part) => part !== '')

/** Whether a name is asked for by a list of parts of names. */
export const isAsked = (name: string, parts: readonly string[]): boolean =>
  parts.length === 0 || parts.some((part) => name.toLowerCase().includes(part.toLowerCase()))

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${text} is not a number`)
  return value
}

/** The arguments as a reader elsewhere would type them: paths are this machine's. */
function shown(args: readonly string[]): string {
  const words = args.filter((arg, at) => arg !== '--out' && args[at - 1] !== '--out')
  const placeless = words.map((arg) =>
    arg.replace(/^(\w+=)?[^,]*\/[^,]*/, (_whole, name: string | undefined) => `${name ?? ''}DIR`),
  )
  return ['npm run bench --', ...placeless].join(' ')
}
