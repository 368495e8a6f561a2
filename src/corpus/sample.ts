import { isUtf8 } from 'node:buffer'
import { type Catalog, type CatalogFile, fileAt, pathBelowRoot } from './catalog.ts'
import { openInside, readAt } from './door.ts'

/** A word that occurs in a corpus, and where: what examples are made of. */
export interface Sample {
  readonly file: CatalogFile
  /** Letters, digits and `_`, at least five of them; the file holds it as a whole word. */
  readonly word: string
  /** The first line that holds it, one character a byte. */
  readonly line: string
}

const samples = new WeakMap<object, Sample | undefined>()

/** A sample from one of the first files; `undefined` if none of them has such a word. */
export function sampleOf(catalog: Catalog): Sample | undefined {
  const { columns } = catalog
  if (!samples.has(columns)) samples.set(columns, findSample(catalog))
  return samples.get(columns)
}

const mostFiles = 40
const mostBytes = 16_384

function findSample(catalog: Catalog): Sample | undefined {
  let best: Sample | undefined
  for (let i = 0; i < Math.min(catalog.columns.count, mostFiles); i++) {
    const file = fileAt(catalog, i)
    if (file.state !== 'searched' || !isUtf8(file.path)) continue
    const opened = openInside(file.repository.root, pathBelowRoot(file))
    if (typeof opened === 'string') continue
    const text = readAt(opened, 0, mostBytes).toString('latin1')
    opened.close()
    const sample = bestIn(file, text)
    // A file in a directory, and in a language, shows more.
    if (sample && file.language && file.path.includes('/')) return sample
    best ??= sample
  }
  return best
}

/** The line with a word of middling length that is repeated most. */
function bestIn(file: CatalogFile, text: string): Sample | undefined {
  const counts = new Map<string, number>()
  for (const [word] of text.matchAll(/\b[A-Za-z][A-Za-z0-9_]{4,15}\b/g)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const [word] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? []
  if (word === undefined) return undefined
  const line = text.split(/\r?\n/).find((one) => new RegExp(`\\b${word}\\b`).test(one)) ?? word
  return { file, word, line }
}
