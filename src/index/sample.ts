import type { Documents } from './documents.ts'
import { createReader } from './documents.ts'
import { gramCount, textGrams } from './symbols.ts'
import { addCommon, type CommonGrams, commonBytes, createTokenizer } from './tokens.ts'

/** What a look at some of the documents tells of all. */
export interface Sample {
  readonly common: CommonGrams | undefined
  /** Grams at which the postings fall into parts of about one size; the last is above all grams. */
  readonly bounds: readonly number[]
}

/** Fewer documents are searched without the help of long grams. */
const fewDocuments = 512
const sampled = 1_200
/** A text gram in this share of all documents is common. */
const commonShare = 0.01
/** A large document tells more of itself than of the others. */
const largest = 262_144

export function sampleOf(documents: Documents, parts: number, maxFileBytes: number): Sample {
  const { count } = documents
  const read = createReader(documents, Math.min(maxFileBytes, largest))
  const tokens = createTokenizer(undefined)
  const seen = new Uint16Array(gramCount)
  let total = 0
  let documentsSeen = 0
  const step = Math.max(1, Math.floor(count / sampled))
  for (let document = 0; document < count; document += step) {
    const text = read(document)
    if (!text) continue
    const { grams } = tokens(text.bytes)
    for (const gram of grams) seen[gram]!++
    total += grams.length
    documentsSeen++
  }
  return {
    common: count < fewDocuments ? undefined : commonGrams(seen, documentsSeen * commonShare),
    bounds: boundsOf(seen, total, parts),
  }
}

function commonGrams(seen: Uint16Array, least: number): CommonGrams {
  const common = new Uint8Array(commonBytes)
  for (let gram = 0; gram < textGrams; gram++) if (seen[gram]! >= least) addCommon(common, gram)
  return common
}

function boundsOf(seen: Uint16Array, total: number, parts: number): readonly number[] {
  const bounds: number[] = []
  let sum = 0
  for (let gram = 0; gram < gramCount && bounds.length < parts - 1; gram++) {
    sum += seen[gram]!
    if (sum > (total / parts) * (bounds.length + 1)) bounds.push(gram)
  }
  while (bounds.length < parts) bounds.push(gramCount)
  return bounds
}
