import { createHash } from 'node:crypto'
import { linkSync } from 'node:fs'
import type { Query } from '../../src/query/query.ts'
import { makeTree, type Tree } from '../support/tree.ts'
import { queryOf } from './answer.ts'

/** 12 MB of letters and digits in short lines; always the same. */
export function noise(): string {
  let seed = Buffer.from('noise')
  const parts: string[] = []
  for (let bytes = 0; bytes < 12_000_000; bytes += 91) {
    seed = createHash('sha512').update(seed).digest()
    parts.push(seed.toString('base64').slice(0, 86), 'aaaa\n')
  }
  return parts.join('')
}

/** It needs a longer line than there is: ripgrep thinks for a second or more about 12 MB, and says nothing. */
export const slowPattern = '[ab].{60}[cd].{60}[ef].{60}[gh]'

/** A tree on which `silent` and `talking` take ten seconds and more. */
export function hogTree(): Tree {
  const tree = makeTree({ '0.txt': 'needle\n', '1.txt': noise() })
  for (let i = 2; i < 14; i++) linkSync(tree.at('1.txt'), tree.at(`${i}.txt`))
  return tree
}

export const silent: Query = queryOf(slowPattern, { kind: 'regex' })
/** Each line, and each character of it. */
export const talking: Query = queryOf('.', { kind: 'regex' })
