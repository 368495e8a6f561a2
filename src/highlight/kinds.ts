/**
 * What a stretch of code is to the eye. The scopes of highlight.js's grammars are many and nested; these are few, one
 * for each colour of the theme (`views/assets/code.css`), and a stretch has one of them. The first means none.
 */
export const kinds = [
  'plain',
  'comment',
  'keyword',
  'string',
  'number',
  'type',
  'title',
  'variable',
  'attribute',
  'meta',
  'escape',
  'added',
  'removed',
  'strong',
  'emphasis',
] as const

export type Kind = (typeof kinds)[number]

/** Scopes of highlight.js by their kind; of a tiered one (`title.class`) the longest beginning counts. */
const scopes: Readonly<Record<Kind, string>> = {
  // What is put into a string is code again.
  plain: 'subst',
  comment: 'comment quote',
  keyword: 'keyword built_in name selector-tag section template-tag variable.language',
  string: 'string regexp link code',
  number: 'number literal symbol bullet variable.constant',
  type: 'type title.class class-name',
  title: 'title title.function selector-id selector-class',
  variable: 'variable template-variable',
  attribute: 'attr attribute selector-attr selector-pseudo property',
  meta: 'meta doctag',
  escape: 'char.escape formula',
  added: 'addition',
  removed: 'deletion',
  strong: 'strong',
  emphasis: 'emphasis',
}

const byScope = new Map(
  kinds.flatMap((kind, at) =>
    scopes[kind].split(' ').map((scope): [string, number] => [scope, at]),
  ),
)

/** The place in `kinds` of what a scope is, `undefined` if it is what is around it. */
export function kindOf(scope: string): number | undefined {
  for (let name = scope; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const kind = byScope.get(name)
    if (kind !== undefined) return kind
  }
  return undefined
}
