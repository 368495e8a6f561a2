import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Load, Loaded } from './client.ts'
import type { Contender } from './contender.ts'
import { wordQuery } from './queries.ts'
import type { LoadResult } from './results.ts'
import { median, quantile, rounded } from './statistics.ts'
import { generator } from './words.ts'

const clientsAtOnce = [1, 4, 16, 64]

/**
 * Many clients at once, each asking for rare words. In the distinct mix no word is asked for twice; in the skewed one
 * a tenth of the words gets nine tenths of the questions.
 */
export async function measureLoad(
  contender: Contender,
  words: readonly string[],
  seconds: number,
  mix: LoadResult['mix'],
): Promise<readonly LoadResult[]> {
  const share = Math.floor(words.length / clientsAtOnce.length)
  const results: LoadResult[] = []
  for (const [turn, clients] of clientsAtOnce.entries()) {
    const own = words.slice(turn * share, (turn + 1) * share)
    const asked = mix === 'distinct' ? own : skewed(own.slice(0, skewedWords), own.length)
    const requests = asked.map((word) => contender.request!(wordQuery(word)))
    const { times, failures, elapsed, bytes } = await carried({ requests, clients, seconds })
    results.push({
      contender: contender.name,
      mix,
      clients,
      requests: times.length,
      failures,
      perSecond: rounded((times.length / elapsed) * 1_000, 1),
      p50: rounded(median(times)),
      p95: rounded(quantile(times, 0.95)),
      bytes,
    })
  }
  return results
}

const skewedWords = 1_000

function skewed(words: readonly string[], length: number): readonly string[] {
  const random = generator(length)
  const hot = Math.ceil(words.length / 10)
  return Array.from({ length }, () => {
    const isHot = random() < 0.9
    const from = isHot ? 0 : hot
    const to = isHot ? hot : words.length
    return words[from + Math.floor(random() * (to - from))]!
  })
}

async function carried(load: Load): Promise<Loaded> {
  const child = fork(new URL('client.ts', import.meta.url), { serialization: 'advanced' })
  child.send(load)
  const [loaded] = (await once(child, 'message')) as [Loaded]
  child.disconnect()
  await once(child, 'exit')
  return loaded
}
