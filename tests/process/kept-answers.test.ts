import { afterEach, expect, it, vi } from 'vitest'
import { keepAnswers } from '../../src/process/kept-answers.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Answers are texts, of which the first letter says how long they last. */
function keep(mostSize = 100) {
  const answers = keepAnswers<string>({
    mostSize,
    sizeOf: (text) => text.length,
    lasts: ([letter]) =>
      letter === 'g' ? 'for-good' : letter === 'l' ? 'until-later' : 'not-at-all',
  })
  const asked: string[] = []
  const of = (name: string, answer: string) =>
    answers.of(name, async () => {
      asked.push(name)
      return answer
    })
  return { of, asked }
}

it('is asked once for all who want the same at a time', async () => {
  const { of, asked } = keep()
  const all = [of('a', 'busy'), of('a', 'never asked'), of('b', 'good')]
  expect(await Promise.all(all)).toEqual(['busy', 'busy', 'good'])
  expect(asked).toEqual(['a', 'b'])
})

it('keeps what lasts for good, and asks again for what is no answer', async () => {
  const { of } = keep()
  expect([await of('a', 'good'), await of('a', 'other')]).toEqual(['good', 'good'])
  expect([await of('b', 'busy'), await of('b', 'good')]).toEqual(['busy', 'good'])
})

it('asks again after a while for what may be another then', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const { of } = keep()
  expect([await of('a', 'late'), await of('a', 'good')]).toEqual(['late', 'late'])
  vi.advanceTimersByTime(61_000)
  expect([await of('a', 'good'), await of('a', 'other')]).toEqual(['good', 'good'])
  vi.advanceTimersByTime(1e9)
  expect(await of('a', 'other')).toBe('good')
})

it('lets go first what was asked for longest ago', async () => {
  const { of, asked } = keep(12)
  for (const name of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'b']) await of(name, 'good')
  expect(asked).toEqual(['a', 'b', 'c', 'd', 'b'])
})

it('keeps nothing that is larger than all may be', async () => {
  const { of, asked } = keep(12)
  await of('a', 'g'.repeat(13))
  await of('a', 'g'.repeat(13))
  expect(asked).toEqual(['a', 'a'])
})
