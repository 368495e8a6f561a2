import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { launchBrowser } from '../tests/browser.ts'
import { measureChange } from './change.ts'
import {
  type Contender,
  type Corpus,
  isMissing,
  type Peer,
  type Place,
  type Started,
} from './contender.ts'
import { csearch } from './contenders/csearch.ts'
import { datasette } from './contenders/datasette.ts'
import { gitGrep } from './contenders/git-grep.ts'
import { hound } from './contenders/hound.ts'
import { ripgrep } from './contenders/ripgrep.ts'
import { ripline, startRipline } from './contenders/ripline.ts'
import { zoekt } from './contenders/zoekt.ts'
import { buildAll, readBuilds } from './indexes.ts'
import { measureLoad } from './load.ts'
import { measureQuery } from './measure.ts'
import { isAsked, type Options } from './options.ts'
import { measurePage } from './pages.ts'
import { memoryOf, memoryOfChildren } from './processes.ts'
import { queriesFor } from './queries.ts'
import { measureRepeat } from './repeat.ts'
import type { CorpusResults, PeerResult, QueryResult } from './results.ts'
import { rounded } from './statistics.ts'
import { targetsOf } from './targets.ts'
import { listFiles, rareWords } from './words.ts'

const allPeers = [ripline, ripgrep, gitGrep, csearch, zoekt, hound, datasette]

type Shared = Pick<Place, 'runner' | 'rg' | 'scratch'> & { readonly date: string }

/** Everything about one corpus: builds, starts, questions, load, pages; then all servers are stopped. */
export async function measureCorpus(
  corpus: Corpus,
  options: Options,
  { date, ...shared }: Shared,
): Promise<CorpusResults> {
  const queries = queriesFor(corpus.name).filter(({ name }) => isAsked(name, options.queries))
  const probe = queriesFor(corpus.name).find(({ name }) => name === 'rare literal')!
  const place: Place = { corpus, peers: options.peers, probe, ...shared }
  const peers = allPeers.filter(({ name }) => isAsked(name, options.only))
  const builds = options.builds ? await buildAll(peers, place, date) : await readBuilds(place)
  const text = await sizeOfText(place)
  const started = new Map<Peer, Started>()
  const missing = new Map<Peer, string>()
  try {
    for (const peer of peers) {
      say(`${corpus.name}: starting ${peer.name}`)
      const outcome = await peer.start(place).catch((error) => {
        say(`${peer.name} did not start: ${error}`)
        return { missing: 'it did not start' }
      })
      if (isMissing(outcome)) missing.set(peer, outcome.missing)
      else started.set(peer, outcome)
    }
    const contenders = [...started.values()].flatMap(({ contenders }) => contenders)
    const asked: QueryResult[] = []
    for (const query of queries) {
      say(`${corpus.name}: ${query.name}`)
      asked.push(await measureQuery(query, contenders, options, place))
    }
    const pages = await measurePages(contenders, queries, asked, options)
    const peerResults: PeerResult[] = []
    for (const peer of peers) {
      peerResults.push(await about(peer, started.get(peer), missing.get(peer), builds[peer.name]))
    }
    const load = await loadAll(contenders, options, place)
    const results = { name: corpus.name, ...text, peers: peerResults, queries: asked, pages }
    await started.get(ripline)?.stop()
    const whole = { ...results, ...(await asInUse(started, load, queries, options, place)) }
    return { ...whole, targets: targetsOf(whole) }
  } finally {
    for (const { stop } of started.values()) await stop()
  }
}

async function sizeOfText(place: Place): Promise<{ files: number; bytes: number }> {
  const files = listFiles(place)
  let bytes = 0
  for (const path of files) bytes += (await stat(join(place.corpus.directory, path))).size
  return { files: files.length, bytes }
}

async function about(
  peer: Peer,
  started: Started | undefined,
  missing: string | undefined,
  built: PeerResult['built'],
): Promise<PeerResult> {
  const { name, about } = peer
  const base = { name, about, ...(built === undefined ? {} : { built }) }
  if (!started) return { ...base, missing: missing ?? 'it did not start' }
  const { version, pid, firstAnswer, ready } = started
  const memory = pid === undefined ? undefined : await memoryOf(pid)
  return {
    ...base,
    version,
    contenders: started.contenders.map(({ name }) => name),
    ...(firstAnswer === undefined ? {} : { firstAnswer: rounded(firstAnswer, 0) }),
    ...(ready === undefined ? {} : { ready: rounded(ready, 0) }),
    ...(memory === undefined
      ? {}
      : { memory: { ...memory, children: await memoryOfChildren(pid!) } }),
  }
}

async function measurePages(
  contenders: readonly Contender[],
  queries: ReturnType<typeof queriesFor>,
  asked: readonly QueryResult[],
  { paints, rounds }: Options,
) {
  const hasHits = ({ name }: { name: string }) =>
    (asked.find((query) => query.name === name)?.lines ?? 0) > 0
  const query = ['medium literal', 'rare literal']
    .flatMap((wanted) => queries.find(({ name }) => name === wanted) ?? [])
    .find(hasHits)
  if (!query) return []
  const browser = paints ? await launchBrowser() : undefined
  try {
    const results = []
    for (const contender of contenders.filter(({ hitSelector }) => hitSelector)) {
      say(`page of ${contender.name}`)
      results.push(await measurePage(contender, query, browser, rounds))
    }
    return results
  } finally {
    await browser?.close()
  }
}

const underLoad = (contenders: readonly Contender[]): readonly Contender[] =>
  contenders.filter(({ name }) => name === 'ripline JSON lines' || name === 'Zoekt API')

async function loadAll(contenders: readonly Contender[], options: Options, place: Place) {
  if (options.loadSeconds === 0) return []
  const words = await rareWords(place)
  const results = []
  for (const contender of underLoad(contenders)) {
    say(`${place.corpus.name}: many clients of ${contender.name}`)
    results.push(...(await measureLoad(contender, words, options.loadSeconds, 'distinct')))
  }
  return results
}

/** What needs ripline as it is used, with its cache of finished answers and its watch for changes. */
async function asInUse(
  started: ReadonlyMap<Peer, Started>,
  distinct: CorpusResults['load'],
  queries: ReturnType<typeof queriesFor>,
  options: Options,
  place: Place,
): Promise<Pick<CorpusResults, 'load' | 'repeats' | 'change'>> {
  if (!started.has(ripline)) return { load: distinct, repeats: [] }
  say(`${place.corpus.name}: ripline as it is used`)
  const server = await startRipline(place, [])
  try {
    const ours = server.contenders[0]!
    const repeats = []
    for (const query of queries.filter(({ kind }) => kind === 'selective')) {
      repeats.push(await measureRepeat(ours, query, options.rounds))
    }
    const load = [...distinct]
    if (options.loadSeconds > 0) {
      const words = await rareWords(place, 7)
      const theirs = underLoad(started.get(zoekt)?.contenders ?? [])
      for (const contender of [ours, ...theirs]) {
        say(`${place.corpus.name}: many clients of ${contender.name}, some words often`)
        load.push(...(await measureLoad(contender, words, options.loadSeconds, 'skewed')))
      }
    }
    const change = options.changes
      ? { change: await measureChange(ours, place.corpus, options.rounds) }
      : {}
    return { load, repeats, ...change }
  } finally {
    await server.stop()
  }
}

const say = (text: string): void => console.error(text)
