import { failed, type Result, succeeded } from '../failure.ts'
import type { Limits } from '../limits.ts'
import type { Form } from './form.ts'
import type { TypedFilter } from './parse.ts'
import { type Case, cases } from './query.ts'

/**
 * A form with the filters of its box among its fields. Those that take several values join what is there; another takes
 * the place of its field, since a form always says something there, but is not given twice itself.
 */
export function withTyped(form: Form, typed: readonly TypedFilter[], limits: Limits): Result<Form> {
  let whole = form
  const given = new Set<string>()
  for (const filter of typed) {
    const { name, word, value, from, to } = filter
    const fault = (message: string) =>
      failed({ kind: 'bad-query', message, position: from, length: to - from })
    if (name === 'repo' || name === 'path' || name === 'lang' || name === 'has') {
      whole = { ...whole, [name]: [...whole[name], value] }
      continue
    }
    if (given.has(name)) return fault(`${word}: is given more than once`)
    given.add(name)
    if (name === 'context' && Number(value) > limits.context) {
      return fault(
        `context takes a whole number from 0 to ${limits.context} (max-context), not ${value.slice(0, 100)}`,
      )
    }
    switch (name) {
      case 'case':
        whole = { ...whole, case: caseOf(value) }
        break
      case 'rev':
        whole = { ...whole, rev: value }
        break
      case 'type':
        whole = { ...whole, type: 'file' }
        break
      default:
        whole = { ...whole, [name]: Number(value) }
    }
  }
  return succeeded(whole)
}

const caseOf = (value: string): Case => cases.find((one) => one === value) ?? 'smart'
