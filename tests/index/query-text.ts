import type { GramQuery, Grams } from '../../src/index/query.ts'
import {
  highBase,
  highLength,
  longBase,
  runKinds,
  shapeBase,
  shapeLength,
  textLength,
  wordBase,
} from '../../src/index/symbols.ts'

/**
 * A query as text, read from the bytes of its steps and the families of its numbers: `"foob"` is a text gram,
 * `"foo…"` one of those that begin so, `high"é"` of bytes, `shape"…"` of kinds of characters, `long"…"` of phrases, `word"…"` of words.
 */
export function queryText(query: GramQuery): string {
  switch (query.kind) {
    case 'all':
      return 'all'
    case 'and':
      return query.of.map(inParentheses).join(' & ')
    case 'or':
      return query.of.map(inParentheses).join(' | ')
    case 'run':
      return `run ${kindNames[query.of]}{${query.length}}`
    case 'grams':
      return gramsText(query)
  }
}

const inParentheses = (query: GramQuery): string =>
  query.kind === 'and' || query.kind === 'or' ? `(${queryText(query)})` : queryText(query)

const kindNames = ['\\d', 'hex', 'upper', 'base64']
if (kindNames.length !== runKinds.length) throw new Error('a kind of run has no name here')

function gramsText({ ranges, steps, inCommon }: Grams): string {
  const first = ranges[0]!.from
  const text = steps.map(stepText).join('')
  if (first >= wordBase) return `word"${text}"${capitals(ranges)}`
  if (first >= longBase) return `long"${text}"${inCommon.length}${capitals(ranges)}`
  const [family, length] =
    first >= shapeBase
      ? ['shape', shapeLength]
      : first >= highBase
        ? ['high', highLength]
        : ['', textLength]
  return `${family}"${text}${steps.length < length ? '…' : ''}"`
}

/** How many ways there are to have capitals in it, if there are several. */
const capitals = (ranges: readonly unknown[]) => (ranges.length > 1 ? `×${ranges.length}` : '')

const sets: readonly (readonly [RegExp, string])[] = [
  [/^[\n\r]+$/, '↵'],
  [/^[0-9]+$/, 'd'],
  [/^[0-9a-f]+$/, 'x'],
  [/^[0-9A-F]+$/, 'X'],
  [/^[A-Z]+$/, 'U'],
  [/^[a-z]+$/, 'l'],
  [/^[A-Za-z]+$/, 'a'],
  [/^\w+$/, 'w'],
  [/^\W+$/, '·'],
]

const characterText = (character: string): string =>
  /[ -~]/.test(character)
    ? character
    : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`

/** One byte as itself; a letter in both cases as the small one; sets by a name, `·` for all that is no word. */
function stepText(step: Uint8Array): string {
  const bytes = [...step.entries()].flatMap(([byte, isIn]) => (isIn === 1 ? [byte] : []))
  const text = bytes.map((byte) => String.fromCharCode(byte)).join('')
  if (text.length === 1) return characterText(text)
  if (text.length === 2 && text[0]!.toLowerCase() === text[1]) return text[1]!
  if (text.length <= 4 && !text.includes('\n')) return `[${text}]`
  const [, name] = sets.find(([kind]) => kind.test(text)) ?? [undefined, `[${text.length} bytes]`]
  return text.length < 10 && name !== '↵' ? `[${text}]` : `<${name}>`
}
