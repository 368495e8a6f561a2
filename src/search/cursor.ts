import { createHash } from 'node:crypto'
import { type Catalog, fileAt, keyAt } from '../corpus/catalog.ts'
import { keyText } from '../corpus/order.ts'
import type { Query } from '../query/query.ts'

/** Where an answer was cut: it survives a restart, a new catalog and a move to another server. */
export interface Cursor {
  /** Order key, as text, of the last file that was delivered. */
  readonly key: string
  /** Last matching line of it that was delivered; 0 if the file was delivered, or passed over, whole. */
  readonly line: number
  /** Whether only the rest of that file is wanted. */
  readonly only: boolean
  /** The generation of the repository it was cut in. */
  readonly generation: string
}

const version = 1

/** Opaque to everyone else. Bound to its query, so that it cannot continue another one. */
export function formatCursor(query: Query, cursor: Cursor): string {
  const { key, line, only, generation } = cursor
  const fields = [version, queryHash(query), key, line, only ? 1 : 0, generation]
  return Buffer.from(JSON.stringify(fields)).toString('base64url')
}

/** The cursor, `'foreign'` if it belongs to another query, or `undefined` if it is none. */
export function parseCursor(query: Query, text: string): Cursor | 'foreign' | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(fields) || fields.length !== 6 || fields[0] !== version) return undefined
    const [, hash, key, line, only, generation] = fields as unknown[]
    if (typeof key !== 'string' || typeof generation !== 'string') return undefined
    if (typeof line !== 'number' || !Number.isSafeInteger(line) || line < 0) return undefined
    if (hash !== queryHash(query)) return 'foreign'
    return { key, line, only: only === 1, generation }
  } catch {
    return undefined
  }
}

/** Context is presentation, and may differ from one part of an answer to the next. */
function queryHash({ matcher, filters, type, revision }: Query): string {
  const rest = [...(type ? [type] : []), ...(revision === undefined ? [] : [{ revision }])]
  return createHash('sha256')
    .update(JSON.stringify([matcher, filters, ...rest]))
    .digest('base64url')
    .slice(0, 11)
}

/** The cursor behind a line of a file in the catalog, or, with line 0, behind the file. */
export function cursorAt(
  catalog: Catalog,
  query: Query,
  index: number,
  line: number,
  only: boolean,
): string {
  return formatCursor(query, {
    key: keyText(keyAt(catalog, index)),
    line,
    only,
    generation: fileAt(catalog, index).repository.generation,
  })
}

/** Whether the cursor is of an answer with most matches first: the dot stands in no key of the catalog's order. */
export const isRanked = ({ key }: Cursor): boolean => key.includes('.')
