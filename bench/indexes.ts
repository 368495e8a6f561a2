import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissing, type Peer, type Place } from './contender.ts'
import type { PeerResult } from './results.ts'

/** What building each peer's index cost when it was last done, by the peer's name. */
export type Builds = Readonly<Record<string, NonNullable<PeerResult['built']>>>

/** The costs noted beside the indexes: these stay, and are not built for each run. */
export async function readBuilds(place: Place): Promise<Builds> {
  const file = fileOf(place)
  if (!file) return {}
  return readFile(file, 'utf8').then(JSON.parse, () => ({}))
}

/** Builds the indexes of all peers, one after the other, and notes what each cost as soon as it is known. */
export async function buildAll(
  peers: readonly Peer[],
  place: Place,
  date: string,
): Promise<Builds> {
  let builds = await readBuilds(place)
  const file = fileOf(place)
  if (file) await mkdir(dirname(file), { recursive: true })
  for (const peer of peers) {
    if (!peer.build) continue
    console.error(`${place.corpus.name}: building ${peer.name}'s index`)
    const outcome = await peer.build(place)
    builds = { ...builds, [peer.name]: isMissing(outcome) ? outcome : { ...outcome, date } }
    if (file) await writeFile(file, `${JSON.stringify(builds, null, 2)}\n`)
  }
  return builds
}

function fileOf({ peers, corpus }: Place): string | undefined {
  const indexes = peers.indexes(corpus.name)
  return indexes && join(indexes, 'builds.json')
}
