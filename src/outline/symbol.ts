/** Something with a name in a file. Lines are 1-based, and the last is its own. */
export interface CodeSymbol {
  readonly name: string
  /** As people say it: `function`, `class`, `heading`. */
  readonly kind: string
  readonly line: number
  readonly endLine: number
  /** In how many others it stands. */
  readonly depth: number
}

/** Symbols of one file; of more it is said that there are. */
export const mostSymbols = 5_000

/** UTF-16 units of a name. */
const longestName = 200

/** A symbol whose depth is not known yet. */
export type Named = Omit<CodeSymbol, 'depth'>

/**
 * Names that fit on a line, in the order of the file, each below what it stands in.
 *
 * @param isFlat whether no function stands in another
 */
export function nested(found: readonly Named[], isFlat = false): readonly CodeSymbol[] {
  const inOrder = [...found].sort((a, b) => a.line - b.line || b.endLine - a.endLine)
  const around: CodeSymbol[] = []
  return inOrder.slice(0, mostSymbols).flatMap((symbol) => {
    // Of two on one line neither holds the other, unless it goes on.
    while (around.length > 0 && !holds(around.at(-1)!, symbol)) around.pop()
    if (isFlat && symbol.kind === 'function' && around.at(-1)?.kind === 'function') return []
    const kind = symbol.kind === 'function' && isType(around.at(-1)) ? 'method' : symbol.kind
    const placed = { ...symbol, name: fitted(symbol.name), kind, depth: around.length }
    around.push(placed)
    return [placed]
  })
}

const holds = (outer: Named, inner: Named): boolean =>
  outer.endLine >= inner.endLine && outer.endLine > outer.line && outer !== inner

const types = new Set(['class', 'struct', 'union', 'interface', 'trait', 'impl', 'enum', 'record'])
const isType = (symbol: CodeSymbol | undefined) => symbol !== undefined && types.has(symbol.kind)

function fitted(name: string): string {
  const line = name
    .slice(0, 2 * longestName)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= longestName ? line : `${line.slice(0, longestName - 1).toWellFormed()}…`
}
