import type { Answer, Contender, Place } from './contender.ts'
import type { Options } from './options.ts'
import type { Query } from './queries.ts'
import type { Cell, QueryResult } from './results.ts'
import { median, rounded } from './statistics.ts'
import { truthOf } from './truth.ts'

/** Slower than this, a contender may be asked less often. */
const slowMs = 3_000

interface Asked {
  readonly contender: Contender
  /** How many rounds it takes part in. */
  readonly enough: number
  readonly answers: Answer[]
  /** Why it takes part no longer. */
  failed: string | undefined
}

/**
 * Asks every contender the same question, in turn, round after round, after one round that does not count. Who begins
 * changes from round to round, so that nobody always follows the same neighbour.
 */
export async function measureQuery(
  query: Query,
  contenders: readonly Contender[],
  { rounds, slowRounds }: Pick<Options, 'rounds' | 'slowRounds'>,
  place: Place,
): Promise<QueryResult> {
  const { lines, files } = await truthOf(query, place)
  const asked: Asked[] = []
  const cells = new Map<Contender, Cell>()
  for (const contender of contenders) {
    const first = await firstAnswer(contender, query)
    if ('answer' in first) {
      const isSlow = first.answer.whole > slowMs
      asked.push({
        contender,
        enough: isSlow ? slowRounds : rounds,
        answers: [],
        failed: undefined,
      })
    } else cells.set(contender, { contender: contender.name, ...first })
  }
  for (let round = 0; round < rounds; round++) {
    const start = round % Math.max(1, asked.length)
    for (const one of [...asked.slice(start), ...asked.slice(0, start)]) {
      if (round < one.enough) await askAgain(one, query)
    }
  }
  for (const { contender, answers, failed } of asked) {
    const cell = failed === undefined ? cellOf(contender, query, answers) : undefined
    cells.set(contender, cell ?? { contender: contender.name, cannot: failed! })
  }
  return {
    name: query.name,
    kind: query.kind,
    pattern: query.pattern,
    lines,
    files,
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    cells: contenders.map((contender) => cells.get(contender)!),
  }
}

async function firstAnswer(
  contender: Contender,
  query: Query,
): Promise<{ answer: Answer } | { cannot: string; spelled?: string }> {
  const spelling = contender.spell(query)
  if ('cannot' in spelling) return spelling
  try {
    await contender.prepare?.(query)
    const answer = await contender.ask(query)
    if (answer.refused === undefined) return { answer }
    return { cannot: `not supported (${answer.refused})`, spelled: spelling.text }
  } catch (error) {
    return { cannot: messageOf(error) }
  }
}

/** One contender that fails must not end the run of all. */
async function askAgain(one: Asked, query: Query): Promise<void> {
  if (one.failed !== undefined) return
  try {
    one.answers.push(await one.contender.ask(query))
  } catch (error) {
    one.failed = `failed: ${messageOf(error)}`
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

function cellOf(contender: Contender, query: Query, answers: readonly Answer[]): Cell {
  const spelling = contender.spell(query)
  const wholes = answers.map(({ whole }) => whole)
  const hits = answers.flatMap(({ firstHit }) => firstHit ?? [])
  const last = answers.at(-1)!
  const incomplete = answers.find((answer) => answer.incomplete !== undefined)?.incomplete
  return {
    contender: contender.name,
    ...('text' in spelling ? { spelled: spelling.text } : {}),
    ...(hits.length === 0 ? {} : { firstHit: rounded(median(hits)) }),
    whole: rounded(median(wholes)),
    fastest: rounded(Math.min(...wholes)),
    slowest: rounded(Math.max(...wholes)),
    rounds: answers.length,
    ...(last.lines === undefined ? {} : { lines: last.lines }),
    bytes: last.bytes,
    ...(last.candidates === undefined ? {} : { candidates: last.candidates }),
    ...(incomplete === undefined ? {} : { incomplete }),
  }
}
