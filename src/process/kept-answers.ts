/** Answers that are asked for once, by all who want the same meanwhile, and kept for those who come later. */
export interface KeptAnswers<Answer> {
  /** @param ask never rejects */
  of(name: string, ask: () => Promise<Answer>): Promise<Answer>
}

export interface KeptAnswersOptions<Answer> {
  /** Of all together; what was asked for longest ago goes first. */
  readonly mostSize: number
  readonly sizeOf: (answer: Answer) => number
  /** `until-later`: it may be another then, as if it took too long for what else there was to do. */
  readonly lasts: (answer: Answer) => 'for-good' | 'until-later' | 'not-at-all'
}

/** What lasts until later is asked for again after this. */
const laterMs = 60_000

interface Kept<Answer> {
  readonly answer: Answer
  readonly untilMs: number
}

export function keepAnswers<Answer>(options: KeptAnswersOptions<Answer>): KeptAnswers<Answer> {
  const { mostSize, sizeOf, lasts } = options
  const coming = new Map<string, Promise<Answer>>()
  /** The one that was asked for last stands last. */
  const kept = new Map<string, Kept<Answer>>()
  let size = 0

  const put = (name: string, one: Kept<Answer>) => {
    kept.set(name, one)
    size += sizeOf(one.answer)
  }
  const take = (name: string): Kept<Answer> | undefined => {
    const one = kept.get(name)
    if (one && kept.delete(name)) size -= sizeOf(one.answer)
    return one
  }
  const keep = (name: string, answer: Answer) => {
    const how = lasts(answer)
    if (how === 'not-at-all') return
    put(name, { answer, untilMs: how === 'for-good' ? Infinity : performance.now() + laterMs })
    for (const oldest of kept.keys()) {
      if (size <= mostSize) break
      take(oldest)
    }
  }

  return {
    of(name, ask) {
      const known = take(name)
      if (known && known.untilMs > performance.now()) {
        put(name, known)
        return Promise.resolve(known.answer)
      }
      const asked = coming.get(name)
      if (asked !== undefined) return asked
      const answered = ask().then((answer) => {
        coming.delete(name)
        keep(name, answer)
        return answer
      })
      coming.set(name, answered)
      return answered
    },
  }
}
