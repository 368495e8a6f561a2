import type { Cell, CorpusResults, QueryResult } from './results.ts'
import { geometricMean, rounded } from './statistics.ts'

/** One line of what is to be reached: what was measured, beside the most or the least it may be. */
export interface Target {
  readonly name: string
  readonly atMost?: number
  readonly atLeast?: number
  readonly measured?: number
  /** The queries or the reason behind it. */
  readonly note?: string
}

type Measured = Omit<CorpusResults, 'targets'>

/** The targets of the index, as ratios of medians of this run. */
export function targetsOf(results: Measured): readonly Target[] {
  return [
    ...ofQueries(results.queries),
    ...ofIndexes(results),
    ...ofLoad(results),
    {
      name: 'repeat of a finished search: to its first time',
      atMost: 0.1,
      ...mean(results.repeats.map(({ first, again }) => again / first)),
    },
  ]
}

function ofQueries(queries: readonly QueryResult[]): readonly Target[] {
  const selective = queries.filter(({ kind }) => kind === 'selective')
  const ours = 'ripline JSON lines'
  const toFloor = worst(selective, (query) => ratio(query, ours, 'floor'))
  const extra = queries.flatMap((query) => {
    const hit = cell(query, ours)?.firstHit
    const least = cell(query, 'floor')?.firstHit
    return hit === undefined || least === undefined ? [] : { query, value: hit - least }
  })
  return [
    {
      name: 'selective queries, JSON lines to Zoekt API: geometric mean',
      atMost: 1,
      ...mean(selective.flatMap((query) => ratio(query, ours, 'Zoekt API') ?? [])),
    },
    { name: 'selective queries, JSON lines to the floor: worst', atMost: 2, ...toFloor },
    {
      name: 'pattern without literals, JSON lines to rg',
      atMost: 1.05,
      ...worst(
        queries.filter(({ name }) => name === 'regex without literals'),
        (query) => ratio(query, ours, 'rg'),
      ),
    },
    {
      name: 'class-only patterns of a fixed shape, JSON lines to rg: worst',
      atMost: 0.1,
      ...worst(
        queries.filter(({ kind }) => kind === 'shape'),
        (query) => ratio(query, ours, 'rg'),
      ),
    },
    {
      name: 'common literal, first 2,000 lines, JSON lines to rg stopped there',
      atMost: 1,
      ...worst(
        queries.filter(({ limit }) => limit !== undefined),
        (query) => ratio(query, ours, 'rg, stopped'),
      ),
    },
    { name: 'first hit over the floor, ms: worst', atMost: 15, ...worstOf(extra) },
    {
      name: "first hit to rg's whole time: worst",
      atMost: 0.25,
      ...worst(queries, (query) => {
        const hit = cell(query, ours)?.firstHit
        const whole = cell(query, 'rg')?.whole
        return hit === undefined || whole === undefined ? undefined : hit / whole
      }),
    },
    {
      name: 'candidates to true files, selective queries: geometric mean',
      atMost: 1.5,
      ...mean(
        selective.flatMap((query) => {
          const candidates = cell(query, ours)?.candidates
          return candidates === undefined || query.files === 0 ? [] : candidates / query.files
        }),
      ),
    },
  ]
}

function ofIndexes({ peers, bytes }: Measured): readonly Target[] {
  const built = (name: string) => {
    const index = peers.find((peer) => peer.name === name)?.built
    return index && 'seconds' in index ? index : undefined
  }
  const ours = built('ripline')
  const theirs = built('csearch')
  const resident = peers.find(({ name }) => name === 'ripline')?.memory?.resident
  return [
    {
      name: 'index build to cindex',
      atMost: 1,
      ...(ours && theirs ? { measured: rounded(ours.seconds / theirs.seconds) } : {}),
    },
    {
      name: 'index size to the text',
      atMost: 0.25,
      ...(ours ? { measured: rounded(ours.bytes / bytes) } : {}),
    },
    {
      name: 'resident memory of the server, MB',
      atMost: 150,
      ...(resident === undefined ? {} : { measured: rounded(resident / 1e6, 0) }),
    },
  ]
}

function ofLoad({ load }: Measured): readonly Target[] {
  const perSecond = (contender: string, mix: string) =>
    load.find(
      (result) => result.contender === contender && result.mix === mix && result.clients === 16,
    )?.perSecond
  return (
    [
      ['distinct', 0.6],
      ['skewed', 3],
    ] as const
  ).map(([mix, atLeast]) => {
    const ours = perSecond('ripline JSON lines', mix)
    const theirs = perSecond('Zoekt API', mix)
    return {
      name: `throughput of 16 clients, ${mix} queries, JSON lines to Zoekt API`,
      atLeast,
      ...(ours && theirs ? { measured: rounded(ours / theirs) } : {}),
    }
  })
}

/** Whether a target is met; `undefined` if it was not measured. */
export function isMet({ measured, atMost, atLeast }: Target): boolean | undefined {
  if (measured === undefined) return undefined
  return (
    measured <= (atMost ?? Number.POSITIVE_INFINITY) &&
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY)
  )
}

const cell = (query: QueryResult, contender: string): Cell | undefined =>
  query.cells.find((candidate) => candidate.contender === contender)

/** Ratio of two whole times. */
export function ratio(query: QueryResult, ours: string, theirs: string): number | undefined {
  const one = cell(query, ours)?.whole
  const other = cell(query, theirs)?.whole
  return one === undefined || other === undefined ? undefined : one / other
}

function mean(values: readonly number[]): { measured?: number } {
  return values.length === 0 ? {} : { measured: rounded(geometricMean(values)) }
}

function worst(
  queries: readonly QueryResult[],
  value: (query: QueryResult) => number | undefined,
): { measured?: number; note?: string } {
  return worstOf(
    queries.flatMap((query) => {
      const one = value(query)
      return one === undefined ? [] : { query, value: one }
    }),
  )
}

function worstOf(values: readonly { query: QueryResult; value: number }[]): {
  measured?: number
  note?: string
} {
  const most = values.toSorted((a, b) => b.value - a.value)[0]
  return most ? { measured: rounded(most.value), note: most.query.name } : {}
}
