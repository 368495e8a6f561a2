import { type GramQuery, textOf } from './query.ts'
import { runKinds } from './symbols.ts'

/** A query of the index in words: `"usb_" AND ("foo" OR "bar") AND run of [0-9a-f] of 40`. */
export function explained(query: GramQuery): string {
  switch (query.kind) {
    case 'all':
      return 'any file'
    case 'and':
      return [...new Set(query.of.map(nested))].join(' AND ')
    case 'or':
      return [...new Set(query.of.map(nested))].join(' OR ')
    case 'grams':
      return `“${textOf(query.steps)}”`
    case 'run':
      return `${query.length} of ${runKinds[query.of]!.name} in a row`
  }
}

const nested = (query: GramQuery): string =>
  query.kind === 'and' || query.kind === 'or' ? `(${explained(query)})` : explained(query)
