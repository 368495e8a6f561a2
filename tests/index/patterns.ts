import fc from 'fast-check'
import type { Matcher } from '../../src/query/query.ts'

/**
 * Texts with all that case folding, classes and encodings have in store, and patterns that are cut from them and then
 * changed bit by bit, so that most of them match something, and few of them match everything.
 */

/** Characters that fold to each other, or look as if they did. */
const folding = [
  ...['kK\u212a', 'sSſ', 'σςΣ', 'ßẞ', 'iıİI', 'აᲐ', 'ꭰᎠ', 'ﬅﬆ', 'ΐ\u1fd3', 'ΰ\u1fe3', 'ǆǅǄ', 'µμΜ'],
  ...[
    'åÅ\u212b',
    'ωΩ\u2126',
    'вВᲀ',
    'ꙋꙊᲈ',
    '𐐨𐐀',
    '𞤢𞤀',
    'éÉ',
    'ÿŸ',
    'ӏӀ',
    'ᾳᾼ',
    'θϑϴΘ',
    '\u0345ιΙ\u1fbe',
    'ẛṠṡ',
  ],
].map((characters) => [...characters])

const identifiers = [
  ...['foo', 'Foo', 'FOO', 'bar', 'baz', 'struct', 'kobject', 'kobj_get', 'KOBJ_ADD', 'skb', 'SKB'],
  ...['int', 'return', 'static', 'const', 'sizeof', 'spin_lock', 'spin_unlock', 'mask', 'MASK_ALL'],
  ...['i', 'j', 'x', 'id', 'task', 'desk', 'sky', 'ask_skip', 'is_ok', 'mutex', 'readl', 'writel'],
  ...[
    'Straße',
    'STRASSE',
    'naïve',
    'Ångström',
    'Ὀδυσσεύς',
    'ΟΔΥΣΣΕΥΣ',
    '日本語',
    'Ｋey',
    '\u017fize',
  ],
]
/** Words as somebody else may write them: their letters, digits and spaces are not those of ASCII. */
const disguised = [
  ...['\u212aobject', 'ta\u017f\u212a', 'de\u212a_id', '\u017f\u212ab', 'ma\u017fk', 'mutex\u0661'],
  ...['２０２６-١١-٢٤', '12٣4', '0x٣f', '٤٢', 'foo\u00a0bar', 'int\u2003i', 'return\u0085x'],
]
/** What is repeated in them can be counted in a pattern. */
const repeating = [
  'aaaa',
  'xxx',
  'ooo',
  '----',
  '====',
  '0000',
  'ababab',
  '   ',
  '\t\t',
  '日日',
  'ffff',
]
const numbers = ['0', '1', '42', '1999-12-31', '0x7fff', '127.0.0.1', '٣٤', '３', '8.25', '0755']
const marks = [
  ...[
    ' ',
    ' ',
    ' ',
    ' ',
    '\t',
    '_',
    '-',
    '->',
    '.',
    ',',
    ';',
    ':',
    '::',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    '"',
    "'",
    '*',
    '+',
    '=',
    '==',
    '&&',
    '||',
    '~',
    '^',
    '$',
    '\\',
    '/',
    '//',
    '<',
    '>',
    '#',
    '@',
  ],
  ...[
    '%',
    '!',
    '?',
    '`',
    '|',
    '\u00a0',
    '\u2028',
    '\u0085',
    '\v',
    '\f',
    '\b',
    '\u007f',
    '😀',
    'e\u0301',
  ],
  ...['\u200d', '\ufeff', '\ufffd', '\u{10ffff}', '\uffff', '\u07ff', '\u0800'],
]

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 6, maxLength: 44 })
const shouted = fc.string({ unit: fc.constantFrom(...'ABCKS019'), minLength: 3, maxLength: 20 })
const token: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...identifiers) },
  { weight: 12, arbitrary: fc.constantFrom(...marks) },
  { weight: 3, arbitrary: fc.constantFrom(...folding.flat()) },
  { weight: 3, arbitrary: fc.constantFrom(...numbers) },
  { weight: 2, arbitrary: fc.constantFrom(...disguised) },
  { weight: 2, arbitrary: fc.constantFrom(...repeating) },
  { weight: 1, arbitrary: fc.oneof(hex, shouted) },
)

const line = fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(''))
const terminator = fc.constantFrom('\n', '\n', '\n', '\n', '\r\n', '\r\n', '\r', '\n\n', '\r\r\n')
const text = fc
  .tuple(fc.array(fc.tuple(line, terminator), { maxLength: 5 }), fc.option(line))
  .map(([lines, last]) => lines.map(([text, end]) => text + end).join('') + (last ?? ''))

const utf8 = (text: string) => Buffer.from(text)
const swapped = (bytes: Buffer) => bytes.swap16()

/** A file's bytes. */
export const fileContent: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 20, arbitrary: text.map(utf8) },
  { weight: 2, arbitrary: text.map((text) => utf8(`\ufeff${text}`)) },
  { weight: 2, arbitrary: text.map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')) },
  { weight: 1, arbitrary: text.map((text) => swapped(Buffer.from(`\ufeff${text}`, 'utf16le'))) },
  { weight: 2, arbitrary: text.map((text) => Buffer.from(text, 'latin1')) },
  {
    // Bytes that are no character, also in the middle of one.
    weight: 2,
    arbitrary: fc
      .tuple(text, fc.nat(), fc.constantFrom('\xff', '\xe2\x84', '\xc5', '\x80\xbf'))
      .map(([text, at, wrong]) => {
        const bytes = utf8(text)
        const cut = at % (bytes.length + 1)
        return Buffer.concat([
          bytes.subarray(0, cut),
          Buffer.from(wrong, 'latin1'),
          bytes.subarray(cut),
        ])
      }),
  },
  { weight: 1, arbitrary: fc.tuple(line, fc.integer({ min: 200, max: 2_000 })).map(longLine) },
  { weight: 1, arbitrary: fc.tuple(text, text).map(([a, b]) => utf8(`${a}\0${b}`)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '\n', '\r', '\r\n', 'k', '\ufeff', 'é', 'ab').map(utf8),
  },
)

function longLine([part, times]: [string, number]): Buffer {
  return utf8(`${part}${' filler'.repeat(times)}${part}\n`)
}

/** What can be cut from a file: its text, as far as it is any. */
const textIn = (bytes: Buffer): string => {
  const label = { '\xff\xfe': 'utf-16le', '\xfe\xff': 'utf-16be' }[bytes.toString('latin1', 0, 2)]
  return new TextDecoder(label ?? 'utf-8').decode(bytes)
}

/** Draws values as it goes; see fast-check's `gen`. */
type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T
const drawn = <T>(make: (draw: Draw) => T): fc.Arbitrary<T> =>
  fc.gen().map((gen) => make((arbitrary) => gen(() => arbitrary)))

/** Patterns for these files. */
export function matcherFor(files: readonly Buffer[]): fc.Arbitrary<Matcher> {
  const texts = files.map(textIn).filter((text) => text !== '')
  return drawn((draw): Matcher => {
    const flags = {
      case: draw(fc.constantFrom('smart' as const, 'sensitive' as const, 'ignore' as const)),
      word: draw(fc.nat(4)) === 0,
      multiline: draw(fc.nat(2)) === 0,
      pcre2: draw(fc.nat(2)) === 0,
    }
    const kind = draw(fc.nat(9))
    if (kind === 0) {
      const patterns = flags.pcre2 ? fixedPcre2 : flags.multiline ? fixedLines : fixed
      return { kind: 'regex', pattern: draw(fc.constantFrom(...patterns, ...fixed)), ...flags }
    }
    const cut = cutFrom(draw, texts, flags.multiline && draw(fc.boolean()))
    if (kind === 1) {
      return { kind: 'literal', pattern: caseChanged(draw, cut.text, flags.case), ...flags }
    }
    const make = { 2: largeRegex, 3: kindsRegex }[draw(fc.constantFrom(kind, 4))] ?? regexFrom
    const changed = { ...cut, text: caseChanged(draw, cut.text, flags.case) }
    const pattern = make(draw, draw(fc.nat(2)) === 0 ? changed : cut, texts)
    return { kind: 'regex', pattern: flags.pcre2 ? asPcre2(draw, pattern, cut) : pattern, ...flags }
  })
}

interface Cut {
  readonly text: string
  readonly before: string
  readonly behind: string
}

/** A piece of a line, or of some: a few characters, or many. */
function cutFrom(draw: Draw, texts: readonly string[], spansLines = false): Cut {
  const whole = draw(fc.constantFrom(...texts))
  const lines = whole.split(spansLines ? '\0' : /\r*\n|\0/).filter((line) => line !== '')
  if (lines.length === 0) return { text: whole.replaceAll('\0', '').trim(), before: '', behind: '' }
  const line = [...draw(fc.constantFrom(...lines))]
  const from = draw(fc.oneof(fc.constant(0), fc.nat(line.length - 1)))
  const length = draw(
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 9, arbitrary: fc.integer({ min: 3, max: 30 }) },
      { weight: 1, arbitrary: fc.integer({ min: 30, max: 900 }) },
    ),
  )
  const piece = (from: number, to: number) => line.slice(from, to).join('')
  const to = Math.min(from + length, line.length)
  return { text: piece(from, to), before: piece(0, from), behind: piece(to, line.length) }
}

/** A text in another case, where that is to be ignored. */
function caseChanged(draw: Draw, text: string, letters: Matcher['case']): string {
  if (letters === 'sensitive') return text
  const change = draw(fc.nat(5))
  if (change === 0) return text.toLowerCase()
  if (change === 1 && letters === 'ignore') return text.toUpperCase()
  if (change > 3) return text
  return [...text].map((character) => folded(draw, character)).join('')
}

/** A character that folds to the same, perhaps. */
function folded(draw: Draw, character: string): string {
  const alike = folding.find((group) => group.includes(character))
  if (alike) return draw(fc.constantFrom(...alike))
  return draw(fc.constantFrom(character, character.toLowerCase(), character.toUpperCase()))
}

const escaped = (character: string): string =>
  character === '\n' ? '\\n' : /[\\.+*?()|[\]{}^$]/.test(character) ? `\\${character}` : character
const numbered = (character: string): string[] => {
  const digits = character.codePointAt(0)!.toString(16)
  const ways = [`\\x{${digits}}`, `\\u{${digits}}`, `\\U${digits.padStart(8, '0')}`]
  if (digits.length <= 4) ways.push(`\\u${digits.padStart(4, '0')}`)
  if (digits.length <= 2) ways.push(`\\x${digits.padStart(2, '0')}`)
  return ways
}
const controls: Readonly<Record<string, string>> = { '\t': 't', '\r': 'r', '\f': 'f', '\v': 'v' }
/** A character in a class. */
const member = (character: string): string =>
  /[\\[\]^&~-]/.test(character) ? `\\${character}` : character

/** A class that holds the character, most times. */
function classWith(draw: Draw, character: string): string {
  const code = character.codePointAt(0)!
  const near = (distance: number) => {
    const other = code + distance
    return other < 0x20 || other > 0x10ffff || (other >= 0xd800 && other < 0xe000)
      ? character
      : String.fromCodePoint(other)
  }
  const it = draw(fc.constantFrom(member(character), member(character), ...numbered(character)))
  return draw(
    fc.constantFrom(
      ...[
        `[${it}]`,
        `[${it}q]`,
        `[q${it}z]`,
        `[^q]`,
        `[^${member(near(1))}]`,
        `[^\\s]`,
        `[\\w${it}]`,
      ],
      ...[`[${member(near(-2))}-${it}]`, `[${it}-${member(near(3))}]`, `[-${it}]`, `[${it}-]`],
      ...[
        `[]${it}]`,
        `[^]q]`,
        `[^-q]`,
        `[q[${it}]]`,
        `[q[^z]]`,
        `[[:alpha:]${it}]`,
        `[[:^digit:]]`,
      ],
      ...['[[:alnum:]]', '[[:space:]]', '[[:punct:]]', '[[:word:]]', '[[:xdigit:]]', '[[:upper:]]'],
      ...[`[${it}&&[^q]]`, `[\\w&&${it}]`, `[${it}--q]`, `[\\w--[q]]`, `[${it}~~q]`, '[0-9a-fA-F]'],
      ...[
        '[a-z]',
        '[A-Z]',
        '[A-Za-z]',
        '[^A-Z]',
        '[a-zA-Z0-9_]',
        '[ -~]',
        '[\\x00-\\x7f]',
        '[^\\x00-\\x7f]',
      ],
      ...[
        `[\\d${it}]`,
        '[\\D]',
        '[^\\d]',
        '[\\p{L}\\p{N}]',
        `[\\PZ]`,
        `[^\\W]`,
        '[à-ÿ]',
        `[${it}\\-]`,
      ],
      ...[
        `[${it}${member(near(0x100))}]`,
        `[${folded(draw, character)}${it}]`,
        `[é${it}]`,
        `[${it}${it}]`,
      ],
    ),
  )
}

/** What matches a line end, or what is around one. */
const lineEnds = [
  ...[
    '\\s',
    '\\s+',
    '\\r?\\n',
    '$\\n',
    '\\n^',
    '[\\n]',
    '[\\r\\n]+',
    '[ \\n]',
    '(?s:.)',
    '(?s).',
    '[^a]',
    '\n',
  ],
  ...[
    '[^\\S ]',
    '\\n+',
    '(?:\\n)',
    '\\n?',
    '\\x0a',
    '\\x{a}',
    '[\\t-\\r]',
    '[[:space:]]',
    '\\W',
    '\\D',
    '(?m:$)(?s:.)',
  ],
]

/** A pattern with what only PCRE2 has: around it, in front of it, behind it. */
function asPcre2(draw: Draw, pattern: string, { before, behind }: Cut): string {
  const some = (text: string) => [...text].map(escaped).join('')
  const [left, right] = [
    some([...before].slice(-2).join('')),
    some([...behind].slice(0, 2).join('')),
  ]
  const ways = [
    ...[
      `(?<=${left})${pattern}`,
      `${pattern}(?=${right})`,
      `(?<!q)${pattern}(?!zz)`,
      `(?<!\\w)${pattern}(?!\\w)`,
    ],
    ...[
      `(?>${pattern})`,
      `(?:${pattern})++`,
      `(${pattern})(?:\\1)?`,
      `${left}\\K${pattern}`,
      `(?|${pattern}|(zz))`,
    ],
    ...[
      `(?i)${pattern}`,
      `(?:(?i)${pattern}|nowhere)`,
      `(?#note)${pattern}`,
      `(?=.)${pattern}`,
      `(?'name'${pattern})`,
    ],
    ...[
      `(?<n>q)?${pattern}`,
      `${pattern}|(?!)`,
      `\\Q${before}\\E${pattern}`,
      `(?(?=x)x|${pattern})`,
      `(?>q?+)${pattern}`,
    ],
    ...[
      `${pattern}\\h*`,
      `\\h*+${pattern}\\R?`,
      `(?=[^q]*+)${pattern}`,
      `(?:${pattern}|(?R)q)`,
      `(*F)|${pattern}`,
    ],
    ...[
      `(?:(?<!\\w)|q)${pattern}`,
      `(?!\\w)?${pattern}`,
      `(?=\\w)*${pattern}`,
      `(?<=\\w|^|\\W)${pattern}`,
    ],
    ...Array.from({ length: 12 }, () => pattern),
  ]
  return draw(fc.constantFrom(...ways))
}

function atomFor(draw: Draw, character: string): string {
  const choice = draw(fc.nat(39))
  if (character === '\n' && choice > 19) return draw(fc.constantFrom(...lineEnds))
  if (choice < 26) return escaped(character)
  if (choice < 30) return classWith(draw, character)
  switch (choice) {
    case 30:
      return draw(fc.constantFrom('.', '.', '(?s:.)', '(?-s:.)', '\\PQ'.replace('Q', '{Cn}')))
    case 31:
      return draw(fc.constantFrom(...perlFor(character)))
    case 32:
      return character in controls
        ? `\\${controls[character]}`
        : draw(fc.constantFrom(...numbered(character)))
    case 33:
      return `(?i:${escaped(folded(draw, character))})`
    case 34:
      return `(?:${escaped(character)})`
    case 35:
      return `(${escaped(character)})`
    case 36:
      return `(?-i:${escaped(character)})`
    case 37:
      return `(?:${escaped(character)}|${draw(fc.constantFrom('', 'q', 'zz', '\\d', '[a-f]{2}'))})`
    case 38:
      return `(?:|${escaped(character)})`
    default:
      return /[!-/:-@[-`{-~ ]/.test(character) && !/[<>]/.test(character)
        ? `\\${character}`
        : escaped(character)
  }
}

function perlFor(character: string): string[] {
  const [upper, lower] = ['\\W', '\\w']
  const ways = [/[\p{L}\p{N}_]/u.test(character) ? lower : upper]
  ways.push(/\p{Nd}/u.test(character) ? '\\d' : '\\D', /\s/.test(character) ? '\\s' : '\\S')
  if (/\p{L}/u.test(character)) ways.push('\\pL', '\\p{L}', '\\p{Alphabetic}', '\\P{N}')
  if (/\p{Nd}/u.test(character)) ways.push('\\pN', '\\p{Nd}', '[[:digit:]]')
  return ways
}

const quantifiers = [
  ...[
    '?',
    '*',
    '+',
    '??',
    '*?',
    '+?',
    '{1}',
    '{0,1}',
    '{1,2}',
    '{1,}',
    '{0,3}?',
    '{1,5}',
    '{1,2}?',
  ],
  ...['+', '{1,9}', '{0,}', '{1}{1}', '?+'],
]

/** What matches nothing, or something that need not be there. */
const nothings = [
  ...['(?:)', '()', 'q*', '(?:zz)?', '(|zz)', '(zz|)', 'z{0}', '(?:q|)', '[qz]*', '.*?', '.{0,2}'],
  ...[
    '\\B|',
    '(?i)',
    '(?s)',
    '(?m)',
    '(?U)',
    '(?R)',
    '(?-R)',
    '(?-m)',
    '(?-i)',
    '(?x: )',
    '(?P<name>)',
  ],
  ...[
    '(?<name>z?)',
    '(?:(?:q*)*)*',
    '(?:(?:)+)?',
    '(?i:)',
    '(?is-mU:)',
    '\\b{start-half}',
    '\\b{end-half}',
  ],
]

function regexFrom(draw: Draw, cut: Cut, texts: readonly string[]): string {
  const characters = [...cut.text]
  /** How much is changed: little, most times, so that it still narrows. */
  const changes = draw(fc.constantFrom(0, 1, 1, 2, 2, 3, 6, 99))
  const chance = changes / Math.max(changes, characters.length)
  const isChanged = () => draw(fc.double({ min: 0, max: 1, noNaN: true })) < chance
  let pattern = ''
  for (let i = 0; i < characters.length; i++) {
    if (draw(fc.nat(30)) === 0) pattern += lookAt(draw, cut, characters, i)
    if (!isChanged()) {
      pattern += escaped(characters[i]!)
      continue
    }
    switch (draw(fc.nat(11))) {
      case 0: {
        // A stretch repeated.
        const length = draw(fc.integer({ min: 1, max: 4 }))
        const inner = characters.slice(i, i + length).map((one) => atomFor(draw, one))
        pattern += `(${draw(fc.constantFrom('', '?:'))}${inner.join('')})${draw(fc.constantFrom(...quantifiers))}`
        i += inner.length - 1
        break
      }
      case 1: {
        // A stretch left open.
        pattern += draw(
          fc.constantFrom('.*', '.*?', '.+', '.{0,9}', '\\S*', '[^\\n]*', '\\w*', '(?:.*)'),
        )
        i += draw(fc.nat(5))
        break
      }
      case 2: {
        // One of many, some of them from elsewhere.
        const length = draw(fc.integer({ min: 1, max: 6 }))
        const own = characters.slice(i, i + length).map((one) => atomFor(draw, one))
        const others = Array.from({ length: draw(fc.nat(3)) }, () =>
          [...cutFrom(draw, texts).text].map(escaped).join(''),
        )
        const all = [...others, own.join('')]
        pattern += `(?:${(draw(fc.boolean()) ? all : all.reverse()).join('|')})`
        i += own.length - 1
        break
      }
      case 3:
        pattern += draw(fc.constantFrom(...nothings)).replace('name', `n${pattern.length}`)
        pattern += escaped(characters[i]!)
        break
      case 4:
      case 5:
      case 6:
        pattern += atomFor(draw, characters[i]!) + draw(fc.constantFrom(...quantifiers))
        break
      default:
        pattern += atomFor(draw, characters[i]!)
    }
  }
  pattern += draw(fc.nat(6)) === 0 ? lookAt(draw, cut, characters, characters.length) : ''
  if (draw(fc.nat(6)) === 0) pattern = lookAt(draw, cut, characters, 0) + pattern
  return wrapped(draw, pattern)
}

/** A text by the kinds of its characters, few of them themselves: what has a shape, and no words. */
function kindsRegex(draw: Draw, { text }: Cut): string {
  const isKept = draw(fc.constantFrom(0, 0, 1, 3))
  const parts = [...text].map((character) => {
    if (draw(fc.nat(4)) < isKept) return escaped(character)
    const ways = [...perlFor(character).filter((way) => /^.[dsw]/.test(way))]
    if (/[0-9]/.test(character)) ways.push('[0-9]', '[0-9a-f]', '[[:digit:]]', '[\\dx]')
    if (/[a-f]/.test(character)) ways.push('[a-f]', '[0-9a-f]', '[0-9A-Fa-f]')
    if (/[a-z]/.test(character)) ways.push('[a-z]', '[a-z]', '[a-z_]', '[[:lower:]]', '[\\w+/=-]')
    if (/[A-Z]/.test(character)) ways.push('[A-Z]', '[A-Z]', '[A-Z0-9]', '[[:upper:]]')
    if (/[^\w]/.test(character)) ways.push(escaped(character), escaped(character))
    if (character > '~') ways.push('[^a]', '[[:^digit:]]', '[^x-z]', '\\W', '.', '[a-\\x{ffff}]')
    return draw(fc.constantFrom(...ways))
  })
  return counted(draw, parts)
}

/** Equal parts next to each other as one that is counted, perhaps. */
function counted(draw: Draw, parts: readonly string[]): string {
  let pattern = ''
  for (let from = 0; from < parts.length; ) {
    let to = from + 1
    while (parts[to] === parts[from]) to++
    const [part, count] = [parts[from]!, to - from]
    const bounds = [
      `{${count}}`,
      `{${count},}`,
      `{1,${count}}`,
      `{${count - 1},${count}}`,
      '+',
      '*',
    ]
    bounds.push(`{${count},${count + 2}}?`, `{0,${count}}`, '+?')
    const isCounted = count > 1 && draw(fc.nat(2)) > 0
    pattern += isCounted ? part + draw(fc.constantFrom(...bounds)) : part.repeat(count)
    from = to
  }
  return pattern
}

/** More alternatives, or more of them one behind the other, than anybody tells apart. */
function largeRegex(draw: Draw, { text }: Cut, texts: readonly string[]): string {
  const characters = [...text]
  const count = draw(fc.integer({ min: 2, max: 120 }))
  const words = Array.from({ length: count }, () =>
    [...cutFrom(draw, texts).text].slice(0, 12).map(escaped).join(''),
  )
  const own = characters.map(escaped).join('')
  switch (draw(fc.nat(6))) {
    case 6:
      return counted(draw, characters.map(escaped))
    case 0:
      return [...words, own].join('|')
    case 1:
      return `(?:${[own, ...words].join('|')})$`
    case 2:
      return characters.map((one) => `(?:${escaped(one)}|qq)`).join('')
    case 3:
      return characters.map((one) => `(?:q|${escaped(one)}|[0-9]z)`).join('\\b|')
    case 4:
      return `(?:${own}|${words[0]}){1,${count}}${escaped(characters[0] ?? '')}?`
    default:
      return `(?:(?:${own}|q|zz)(?:|${words[0]}|${words[1]})){1,3}`
  }
}

/** A look that holds at that place of a cut, most times. */
function lookAt(
  draw: Draw,
  { before, behind }: Cut,
  characters: readonly string[],
  at: number,
): string {
  const left = `${before}${characters.slice(0, at).join('')}`
  const right = `${characters.slice(at).join('')}${behind}`
  const isWord = (character: string | undefined) => /[\p{L}\p{N}_]/u.test(character ?? '')
  const [wordLeft, wordRight] = [isWord([...left].at(-1)), isWord([...right][0])]
  const holding = wordLeft === wordRight ? ['\\B'] : ['\\b']
  if (!wordLeft) holding.push('\\b{start-half}')
  if (!wordRight) holding.push('\\b{end-half}')
  if (!wordLeft && wordRight) holding.push('\\<', '\\b{start}')
  if (wordLeft && !wordRight) holding.push('\\>', '\\b{end}')
  if (left === '') holding.push('^', '^', '(?m:^)', '\\A', '^\\b{start-half}')
  if (right === '') holding.push('$', '$', '(?m:$)', '\\r?$', '\\z', '\\s*$', '$\\b{end-half}')
  return draw(fc.constantFrom(...holding))
}

function wrapped(draw: Draw, pattern: string): string {
  switch (draw(fc.nat(29))) {
    case 0:
      return `(?i)${pattern}`
    case 1:
      return `(?i:${pattern})`
    case 2:
      return `(?x)${pattern}`
    case 3:
      return `(?-u:${pattern})`
    case 4:
      return `(?U)${pattern}`
    case 5:
      return `^.*${pattern}.*$`
    case 6:
      return `(?:${pattern})+`
    case 7:
      return `(?s)${pattern}`
    case 8:
      return `\\b(?:${pattern})\\b`
    case 9:
      return `nowhere|${pattern}`
    case 10:
      return `(${pattern}){1,2}`
    case 11:
      return `(?:(?i)${pattern}|nowhere)`
    case 12:
      return `(?is-m)${pattern}`
    case 13:
      return `(?R)^\\s*${pattern}`
    case 14:
      return `(?:${pattern})??`
    case 15:
      return `(?P<all>${pattern})|(?<other>\\d{12})`
    default:
      return pattern
  }
}

/** Patterns for matches that span lines. */
const fixedLines = [
  ...[
    '\\n',
    '\\n\\n',
    '\\r\\n',
    'foo\\nbar',
    'foo\\s+bar',
    '(?s)foo.*bar',
    'int\\n^',
    '$\\n^',
    '^\\n',
    '\\n$',
    '\\n\\z',
  ],
  ...[
    '\\A\\n',
    ';\\n\\s*\\w',
    '[^a]{3}',
    '(?-m)^foo',
    '(?-m)foo$',
    '\\Afoo(?s:.*)\\z',
    '(?:\\r?\\n){2}',
    '\\)\\n\\{',
    'foo$(?s:.)bar',
  ],
  ...[
    '[\\s\\S]',
    '(?:foo|\\n)bar',
    '\\nfoo|bar\\n',
    '(?s).',
    '.\\n.',
    '\\n?foo\\n?',
    '\\bfoo\\b\\n\\b',
    '(?R)foo$\\n',
  ],
]

/** Patterns that mean something in PCRE2 only, or something else. */
const fixedPcre2 = [
  ...[
    '(?<=foo)bar',
    'foo(?=bar)',
    'foo(?!bar)',
    '(?<!foo)bar',
    '(\\w)\\1',
    '(foo)\\g1',
    '(?<n>k)\\k<n>',
    '(?P<n>s)(?P=n)',
  ],
  ...[
    '\\Qfoo(\\E',
    'foo\\E*',
    'a(?#note)*',
    '(?>foo|fo)bar',
    'foo++',
    '(?|(foo)|(bar))',
    '\\h+',
    '\\R',
    '\\N+',
    '\\X',
    '\\v',
  ],
  ...[
    '(?(?=foo)foo|bar)',
    '(?(DEFINE)(?<d>foo))(?&d)',
    '(\\((?:[^()]|(?1))*\\))',
    '(*UCP)foo',
    'foo(*SKIP)(*F)|bar',
    'foo\\Kbar',
  ],
  ...[
    'x{,3}',
    'x{ 1, 2 }',
    'x{a}',
    'x{',
    '{',
    '{1}',
    '[[:alpha:]]',
    '[[:^digit:]]',
    '[[:<:]]foo',
    '[a[b]',
    '[a&&b]',
    '[\\d-z]',
    '[]a]',
  ],
  ...[
    '\\x41',
    '\\x4',
    '\\x{41}',
    '\\101',
    '\\o{101}',
    '\\cA',
    '\\e',
    '\\0',
    '\\81',
    '(a)\\10',
    '\\<int',
    'int\\>',
    '\\_',
    '\\%',
  ],
  ...[
    '(?i)k',
    '(?i)\\x{212a}',
    '(?i)ſ',
    '(?i)[j-l]',
    '(?^i)K',
    '(?x) f o o',
    '(?xx)[f o]',
    '(?-x)f o',
    '(?n)(foo)',
    '(?aD)\\d',
    '\\d{4}',
  ],
  ...[
    '\\pL\\p{Lu}',
    '\\p{^Lu}',
    '\\P{L}',
    'foo\\b',
    '\\Gfoo',
    'foo\\Z',
    '(?s).foo',
    '(?C)foo',
    '(?:foo',
    'foo)|(bar',
    '(?<=a+)b',
  ],
]

/** Patterns that no text has suggested. */
const fixed = [
  ...[
    '',
    '^',
    '$',
    '^$',
    '.',
    '.*',
    'x*',
    '(|foo)',
    '()',
    '[^a]',
    '\\w+',
    '\\s+$',
    '^\\s*$',
    '[[:^ascii:]]',
  ],
  ...[
    '\\d{4}-\\d{2}-\\d{2}',
    '[0-9a-f]{40}',
    '[A-Z]{3}\\d{2}',
    '0x[0-9a-fA-F]+',
    '\\b[0-9a-f]{8,}\\b',
  ],
  ...[
    '\\d{1,3}(\\.\\d{1,3}){3}',
    '[A-Z0-9]{8}',
    '[A-Z_]{6,}',
    '(?i)[A-Z]{3}\\d{2}',
    '[\\w+/=-]{20,}',
  ],
  ...[
    '\\d\\d',
    '\\d{8}',
    '[[:digit:]]{4}',
    '[0-9]{4}',
    '\\b\\d+\\b',
    '[٠-٩]+',
    '\\p{Nd}{2}',
    '[^\\D]{2}',
  ],
  ...[
    '(?i)k',
    '(?i)s',
    '(?i)sk',
    '(?i)[k]',
    '(?i)[j-l]s',
    '(?i)ß',
    '(?i)ΐ',
    '(?i)ﬅ',
    '(?i)ΰ',
    '(?i)ı',
    '(?i)İ',
  ],
  ...[
    '[k-s]{3}',
    '(?i)[r-t]k',
    '(?i)\\x{212a}ey',
    '(?i)\\x{17f}kb',
    '(?i)µ',
    '(?i)Å',
    '(?i)σας',
    '[σς]',
  ],
  ...[
    '\u212a',
    '(?i)ᲀ',
    '(?i)ა',
    '(?i)Ꭰ',
    '(?i)𐐀',
    '(?i)𞤀',
    '(?i)\u212b',
    'STRAẞE',
    '(?i)straẞe',
    '(?i:\u212a)obj',
  ],
  ...[
    'foo|bar|',
    '(?:foo|)bar',
    '(foo)?bar',
    '(foo)*bar',
    '(?:foo)+',
    'foo{0}bar',
    '(?:foo|ba[rz])+;',
  ],
  ...[
    '(?:a|b|c|d|e|f)(?:a|b|c|d|e|f)(?:i|j|k|l)',
    '[a-f][a-f][a-f]',
    '[ks][ks][ks]',
    '(?i)[ks]{3}',
    's{2,}',
  ],
  ...[
    '(?m)^int',
    '^(?:int|static)',
    '(?:int|return)$',
    ';$',
    '\\)$',
    '^\\t',
    '\\bfoo\\b',
    '\\<foo\\>',
    '\\Bo',
  ],
  ...[
    '(?:^|\\W)foo',
    'foo(?:\\W|$)',
    '(?:^|foo)bar',
    '^^foo',
    'foo$$',
    '$foo',
    'foo^',
    '(^foo)?bar',
    '(foo$)?',
  ],
  ...[
    '\\Afoo',
    'foo\\z',
    '\\A\\z',
    '(?-m)^foo',
    '(?-m:foo$)',
    '(?s).foo',
    '[\\s\\S]foo',
    '\\rfoo',
    'foo\\r',
  ],
  ...[
    '(?x) f o o',
    '(?x)foo # bar',
    '(?-u)\\xff',
    '(?-u:\\xe9)',
    '(?-u:.)foo',
    '\\p{Greek}+',
    '\\p{Lu}{3}',
    '\\PL',
  ],
  ...[
    'foo\\x20bar',
    '\\x{1F600}',
    '\\u{1f600}',
    '\\U0001F600',
    '\\u00e9',
    '\\xe9',
    '\\t',
    '\\v',
    '\\f',
    '\\a',
  ],
  ...[
    '[]foo]',
    '[^]foo]',
    '[a-]',
    '[-a]',
    '[a\\-z]',
    '[\\]]',
    '[\\[]',
    '[k-]obj[e]ct',
    '[a&&b]',
    '[&&a]',
    '[a-z&&[^k]]',
    '[a--b]',
  ],
  ...[
    '[[:alpha:]]{5}',
    '[[:^alpha:]]{3}',
    '[[:punct:]]{2}',
    '[^[:space:]]+',
    '[[a-c][x-z]]',
    '[a[^b]]',
    '[~~a]',
  ],
  ...[
    'a{2,1}',
    '(',
    ')',
    'foo)|(bar',
    '(?:foo)|bar)|(?:baz',
    '[',
    'x{',
    '{',
    '}',
    ']',
    '\\',
    '\\n',
    '\\q',
    '*a',
  ],
  ...[
    '(?P<a>x)(?P<b>y)',
    '(?<a>foo)',
    '(?=foo)',
    '(?!foo)',
    '(?<=a)',
    '(?i-s:foo)',
    '(?sU-i:FOO)',
    '(?ii)foo',
  ],
  ...[
    '\\/',
    '\\ ',
    '\\#',
    '\\&',
    '\\~',
    '\\-',
    '\\_',
    '\\%',
    '\\"',
    "\\'",
    '\\,',
    '\\<',
    '\\>',
    '\\b{start}foo',
  ],
]
