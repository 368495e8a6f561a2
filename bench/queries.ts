/** A question, in ripgrep's terms; `spelled` where another engine needs other words, `null` where it has none. */
export interface Query {
  readonly name: string
  readonly kind: Kind
  readonly pattern: string
  readonly syntax: 'literal' | 'regex'
  readonly case?: 'ignore'
  readonly word?: true
  readonly multiline?: true
  readonly pcre2?: true
  /** Only so many matching lines are asked for. */
  readonly limit?: number
  readonly spelled?: Readonly<Partial<Record<Engine, string | null>>>
}

/**
 * What a query stands for in the targets: `scan` has no literal an index could use, `shape` is only classes of a fixed
 * shape, `engine` needs more than a line or a finite automaton.
 */
export type Kind = 'absent' | 'selective' | 'common' | 'scan' | 'shape' | 'engine'

/** `re2`: Zoekt, Hound and csearch. `pcre`: git grep. */
export type Engine = 're2' | 'pcre'

/** The words of one corpus, from which its questions are made. */
interface Words {
  readonly rare: string
  readonly medium: string
  readonly common: string
  readonly phrase: string
  readonly regex: string
  readonly regexRare: string
  readonly alternation: string
  readonly ignoreCase: string
  readonly twoCharacters: string
  readonly word: string
  readonly prefix: string
  readonly noLiteral: string
  readonly lines: string
  readonly lookBehind: string
}

const words: Readonly<Record<string, Words>> = {
  linux: {
    rare: 'usb_register_notify',
    medium: 'EXPORT_SYMBOL_NS',
    common: 'kmalloc',
    phrase: 'for the first time',
    regex: String.raw`kmem_cache_create\("\w+_cache"`,
    regexRare: String.raw`static int usb_\w+_probe\(`,
    alternation: 'usb_register_notify|kmemdup_nul|devm_clk_bulk_get_all',
    ignoreCase: 'KMEMDUP_nul',
    twoCharacters: '@@',
    word: 'hugepage',
    prefix: String.raw`\b0x[0-9a-f]{12}\b`,
    noLiteral: String.raw`\b[a-z]{3}\d{6}\b`,
    lines: String.raw`static int \w+\(void\)\n\{\n\treturn 0;`,
    lookBehind: String.raw`(?<!k)free_netdev\(`,
  },
  packages: {
    rare: 'lastIndexOf(separator',
    medium: 'toStringTag',
    common: 'require',
    phrase: 'if there is no',
    regex: String.raw`function is\w+Node\(`,
    regexRare: String.raw`Object\.is\w+\(\w+\)`,
    alternation: 'captureStackTrace|isTypedArray|queueMicrotask',
    ignoreCase: 'flatmapDEEP',
    twoCharacters: '@@',
    word: 'semver',
    prefix: String.raw`\b0x[0-9a-f]{6}\b`,
    noLiteral: String.raw`\b[a-z]{3}\d{6}\b`,
    lines: String.raw`catch \(\w+\) \{\n\s*return`,
    lookBehind: String.raw`(?<!\w)structuredClone\((?!\))`,
  },
}

/** The corpora that there are questions for. */
export const knownCorpora = Object.keys(words)

/** The questions asked of a corpus, in the order of the table. */
export function queriesFor(corpus: string): readonly Query[] {
  const said = words[corpus]
  if (!said) throw new Error(`no words for the corpus “${corpus}”: add them to bench/queries.ts`)
  return [
    literal('absent literal', 'absent', 'zzqqxx_absent'),
    literal('rare literal', 'selective', said.rare),
    literal('medium literal', 'selective', said.medium),
    literal('common literal', 'common', said.common),
    { ...literal('common literal, first 2,000 lines', 'common', said.common), limit: 2_000 },
    literal('phrase', 'selective', said.phrase),
    regex('regex with literals', 'selective', said.regex),
    regex('regex with literals, rare', 'selective', said.regexRare),
    regex('alternation', 'selective', said.alternation),
    { ...literal('ignore case', 'selective', said.ignoreCase), case: 'ignore' },
    literal('two characters', 'selective', said.twoCharacters),
    { ...literal('word', 'selective', said.word), word: true },
    regex('regex, two literal bytes', 'scan', said.prefix),
    regex('regex without literals', 'scan', said.noLiteral),
    regex('40 hex digits', 'shape', '[0-9a-f]{40}'),
    regex('date', 'shape', String.raw`\d{4}-\d{2}-\d{2}`),
    regex('part number', 'shape', String.raw`[A-Z]{3}\d{4}[a-z]{2}_\w`),
    {
      ...regex('multi-line', 'engine', said.lines),
      multiline: true,
      spelled: { pcre: null },
    },
    {
      ...regex('look-behind', 'engine', said.lookBehind),
      pcre2: true,
      spelled: { re2: null },
    },
  ]
}

const literal = (name: string, kind: Kind, pattern: string): Query => ({
  name,
  kind,
  pattern,
  syntax: 'literal',
})
const regex = (name: string, kind: Kind, pattern: string): Query => ({
  name,
  kind,
  pattern,
  syntax: 'regex',
})

/** A literal that is asked for by programs that make up their own words. */
export const wordQuery = (word: string): Query => literal(word, 'selective', word)

/** A query as one regular expression of an engine that has no switch for literals and words, or why it has none. */
export function asRegex(query: Query, engine: Engine): { text: string } | { cannot: string } {
  const spelled = query.spelled?.[engine]
  if (spelled === null) return { cannot: cannotBecause(query) }
  const pattern =
    spelled ?? (query.syntax === 'literal' ? escapeRegex(query.pattern) : query.pattern)
  return { text: query.word ? String.raw`\b(?:${pattern})\b` : pattern }
}

/** Why an engine without it cannot answer. */
export function cannotBecause(query: Query): string {
  if (query.multiline) return 'looks at one line at a time'
  return query.pcre2 ? 'has no look-around' : 'has no way to say it'
}

/** A text as a regular expression that matches just it. */
export const escapeRegex = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')
