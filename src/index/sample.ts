import type { Documents } from './documents.ts'
import { createReader } from './documents.ts'
import { textGrams } from './symbols.ts'
import { addCommon, type CommonGrams, commonBytes, createTokenizer } from './tokens.ts'

/** Fewer documents are searched without the help of long grams. */
const fewDocuments = 512
const sampled = 1_200
/** A text gram in this share of all documents is common. */
const commonShare = 0.01
/** A large document tells more of itself than of the others. */
const largest = 262_144

/** The text grams that are common, as a look at some of the documents tells; `undefined` if these are few. */
export function commonOf(documents: Documents, maxFileBytes: number): CommonGrams | undefined {
  const { count } = documents
  if (count < fewDocuments) return undefined
  const read = createReader(documents, Math.min(maxFileBytes, largest))
  const tokens = createTokenizer(undefined)
  const seen = new Uint16Array(textGrams)
  let documentsSeen = 0
  const step = Math.max(1, Math.floor(count / sampled))
  for (let document = 0; document < count; document += step) {
    const text = read(document)
    if (!text) continue
    for (const gram of tokens(text.bytes).grams) if (gram < textGrams) seen[gram]!++
    documentsSeen++
  }
  const common = new Uint8Array(commonBytes)
  const least = documentsSeen * commonShare
  for (let gram = 0; gram < textGrams; gram++) if (seen[gram]! >= least) addCommon(common, gram)
  return common
}
