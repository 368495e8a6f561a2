import { createRequire } from 'node:module'
import type * as TreeSitter from '@vscode/tree-sitter-wasm'
import { withoutKeywords } from './c-keywords.ts'
import { type Grammar, grammars } from './grammars.ts'
import type { Named } from './symbol.ts'

const require = createRequire(import.meta.url)
const { Parser, Language, Query } = require('@vscode/tree-sitter-wasm') as typeof TreeSitter

await Parser.init()

interface Loaded {
  readonly parser: TreeSitter.Parser
  readonly query: TreeSitter.Query
}
const loaded = new Map<Grammar, Loaded>()

async function load(grammar: Grammar): Promise<Loaded> {
  const language = await Language.load(
    require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar.name}.wasm`),
  )
  const parser = new Parser()
  parser.setLanguage(language)
  const now = { parser, query: new Query(language, grammar.patterns) }
  loaded.set(grammar, now)
  return now
}

/**
 * What is named in a text, in no order.
 *
 * @param isLate asked now and then: whether it has taken too long
 * @returns `undefined` then
 */
export async function symbolsOfCode(
  text: string,
  language: string,
  isLate: () => boolean,
): Promise<readonly Named[] | undefined> {
  const grammar = grammars[language]!
  const { parser, query } = loaded.get(grammar) ?? (await load(grammar))
  // A parser that was stopped would go on where it was.
  parser.reset()
  const parsed = language === 'c' ? withoutKeywords(text) : text
  const tree = parser.parse(parsed, null, { progressCallback: isLate })
  if (!tree || isLate()) return undefined
  try {
    const found = query.matches(tree.rootNode, { progressCallback: isLate })
    if (isLate()) return undefined
    return found.flatMap(({ captures }) => named(captures, text, grammar))
  } finally {
    tree.delete()
  }
}

function named(
  captures: readonly TreeSitter.QueryCapture[],
  text: string,
  { hasMacros }: Grammar,
): readonly Named[] {
  const name = captures.find((capture) => capture.name === 'name')
  const whole = captures.find((capture) => capture.name !== 'name')
  if (!name || !whole) return []
  const node = innermost(name.node)
  const source = text.slice(node.startIndex, node.endIndex)
  const { startPosition: start, endPosition: end } = whole.node
  return [
    {
      name: hasMacros ? withoutMacros(source) : source,
      kind: whole.name,
      // Where the name stands: above it may be attributes and the like.
      line: node.startPosition.row + 1,
      // What ends with its line end has the next line as its end.
      endLine: Math.max(
        end.column === 0 && end.row > start.row ? end.row : end.row + 1,
        node.endPosition.row + 1,
      ),
    },
  ]
}

/** In C the name of `*(*f)(int)[2]` is inside. */
function innermost(node: TreeSitter.Node): TreeSitter.Node {
  for (let at = node; ; ) {
    const inner =
      at.childForFieldName('declarator') ??
      (wrapping.has(at.type)
        ? at.namedChildren.find((child) => child?.type.endsWith('declarator'))
        : null)
    if (!inner) return at
    at = inner
  }
}
const wrapping = new Set([
  'reference_declarator',
  'parenthesized_declarator',
  'attributed_declarator',
])

/** `__init start` is `start`: what stands before a name is a macro of which the grammar knows nothing. */
const withoutMacros = (name: string): string =>
  name.startsWith('operator') ? name : name.replace(/^(?:\w+\s+)+(?=\w+$)/, '')
