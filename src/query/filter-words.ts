/** What a filter in the box is about: the parameter that means the same. */
export type FilterName =
  | 'repo'
  | 'path'
  | 'lang'
  | 'has'
  | 'rev'
  | 'case'
  | 'context'
  | 'limit'
  | 'type'

/** What a word before a colon makes of what follows it. */
export type Meaning = FilterName | 'text' | 'symbol'

/**
 * Every word that makes a filter, those of other code searches included; nothing else does. Words that stand before a
 * colon in ordinary code (`c:`, `t:`, `b:`, `text:`, `re:`, `is:`) are not among them, also where another search has them.
 */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['repo', 'repo'],
  ['pkg', 'repo'],
  ['package', 'repo'],
  ['project', 'repo'],
  ['path', 'path'],
  ['file', 'path'],
  ['lang', 'lang'],
  ['language', 'lang'],
  ['filetype', 'lang'],
  ['ext', 'lang'],
  ['has', 'has'],
  ['case', 'case'],
  ['context', 'context'],
  ['count', 'limit'],
  ['max_matches', 'limit'],
  ['type', 'type'],
  ['content', 'text'],
  ['sym', 'symbol'],
  ['symbol', 'symbol'],
  ['rev', 'rev'],
  ['revision', 'rev'],
  ['branch', 'rev'],
])

/**
 * Words of one letter, which are ordinary code too (`f:fs`, `r:0`): each with what its value must look like. They count
 * before or behind all text only.
 */
const letters: ReadonlyMap<string, { readonly meaning: FilterName; readonly looks: RegExp }> =
  new Map([
    ['r', { meaning: 'repo', looks: /^[\w./*-]{2,}$/ }],
    ['f', { meaning: 'path', looks: /[./*]/ }],
    ['l', { meaning: 'lang', looks: /^[a-z][a-z0-9+#-]*$/i }],
  ])

/** The longest word, so that a text without a colon is not looked through for one. */
const longest = 'max_matches'.length

const head = new RegExp(`(-?)([a-z_]{1,${longest}}):(?=[^ \\t\\r\\n])`, 'y')

/** The beginning of a filter. */
export interface FilterHead {
  readonly word: string
  readonly excludes: boolean
  readonly meaning: Meaning
  /** Where its value begins. */
  readonly valueAt: number
  /** For a word of one letter: whether a value looks like one of its. */
  readonly looks: RegExp | undefined
}

/** The filter that begins at a place of a text, if one does: a known word, a colon, and a value right behind it. */
export function filterHeadAt(text: string, at: number): FilterHead | undefined {
  head.lastIndex = at
  const [whole, minus, word = ''] = head.exec(text) ?? []
  if (whole === undefined) return undefined
  const valueAt = at + whole.length
  // A file's URL is text.
  if (word === 'file' && text.startsWith('//', valueAt)) return undefined
  const letter = letters.get(word)
  const meaning = letter?.meaning ?? meanings.get(word)
  if (meaning === undefined) return undefined
  // Other searches take a name here, of which ripline knows none.
  if (meaning === 'context' && !/^\d+(?![^ \t\r\n])/.test(text.slice(valueAt))) return undefined
  return { word, excludes: minus === '-', meaning, valueAt, looks: letter?.looks }
}

/** Every word for a filter, by what it means, in the order in which they are read. */
export const filterWords: readonly { readonly word: string; readonly meaning: Meaning }[] = [
  ...[...meanings].map(([word, meaning]) => ({ word, meaning })),
  ...[...letters].map(([word, { meaning }]) => ({ word, meaning })),
]
