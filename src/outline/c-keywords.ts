/**
 * C for the grammar of C++, which knows all of it but for one thing: what are names in C, such as `class` and `new`,
 * are keywords there. Each gets a capital letter, so that everything stays in its place.
 */
export const withoutKeywords = (text: string): string =>
  isCpp.test(text) ? text : text.replace(keywords, (word) => word[0]!.toUpperCase() + word.slice(1))

/** What stands in headers of C++ that are called `.h` as those of C are. */
const isCpp =
  /^[ \t]*(?:template[ \t]*<|namespace\b[^;()]{0,100}\{|class[ \t]+\w+[^;()]{0,200}\{|(?:public|private|protected)[ \t]*:)/m

const keywords = new RegExp(
  `\\b(?:${[
    ...['and', 'bitand', 'bitor', 'catch', 'class', 'compl', 'concept', 'decltype', 'delete'],
    ...[
      'explicit',
      'export',
      'friend',
      'mutable',
      'namespace',
      'new',
      'noexcept',
      'not',
      'operator',
    ],
    ...['or', 'private', 'protected', 'public', 'requires', 'template', 'this', 'throw', 'try'],
    ...['typename', 'using', 'virtual', 'xor'],
  ].join('|')})\\b`,
  'g',
)
