import type { Failure } from '../failure.ts'
import type { Parameters } from './query-string.ts'

/** Reads parameters one by one, and keeps the first complaint. */
export interface Reader {
  /** Its only value; a parameter given twice means nothing. */
  one(name: string): string | undefined
  /** All values that are not blank: an empty field of a form means nothing was said. */
  many(name: string): readonly string[]
  flag(name: string): boolean
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined
  /** @param limit the name of the limit that `most` is, for the complaint */
  number(name: string, least: number, most: number, limit?: string): number | undefined
  refuse(parameter: string, complaint: string): void
  fail(failure: Failure): void
  /** The first complaint. */
  readonly failure: Failure | undefined
}

/** Reads the parameters of other pages, too. */
export function createReader(parameters: Parameters): Reader {
  let failure: Failure | undefined
  const fail = (refusal: Failure) => {
    failure ??= refusal
  }
  const refuse = (parameter: string, complaint: string) =>
    fail({ kind: 'bad-parameter', parameter, message: `${parameter} ${complaint}` })
  const one = (name: string): string | undefined => {
    const values = parameters.get(name)
    if (values && values.length > 1) refuse(name, 'is given more than once')
    return values?.[0]
  }
  return {
    one,
    refuse,
    fail,
    many: (name) => (parameters.get(name) ?? []).filter((value) => value !== ''),
    flag(name) {
      const value = one(name)
      if (value !== undefined && value !== '' && value !== '0' && value !== '1') {
        refuse(name, `takes 1 or 0, not ${value.slice(0, 100)}`)
      }
      return value === '1'
    },
    choice(name, choices) {
      const value = one(name)
      if (value === undefined || value === '') return undefined
      const choice = choices.find((candidate) => candidate === value)
      if (choice === undefined)
        refuse(name, `takes ${choices.join(' or ')}, not ${value.slice(0, 100)}`)
      return choice
    },
    number(name, least, most, limit) {
      const value = one(name)
      if (value === undefined || value === '') return undefined
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (number >= least && number <= most) return number
      const range = limit === undefined ? `from ${least}` : `from ${least} to ${most} (${limit})`
      refuse(name, `takes a whole number ${range}, not ${value.slice(0, 100)}`)
      return undefined
    },
    get failure() {
      return failure
    },
  }
}
