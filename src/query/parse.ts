/**
 * The text in the box. Known filters (`repo:linux`, `-path:"a b"`) are read wherever they stand at the beginning of a
 * word; everything else is text to find, spaces and quotes included. A text without a filter is never touched.
 *
 * A filter that is taken out takes one space with it: the one before it, or, where it begins the text, the one behind
 * it. So `foo repo:x bar` is `foo bar`, and `repo:x  foo` looks for a space before `foo`.
 *
 * What stands in double quotes is text. They are text themselves, as in `"quoted words"`, unless a filter follows the
 * first one: `"file:x"` is the text `file:x`, and `content:"\"file:x\""` that with its quotes.
 */
import { failed, type Result, succeeded } from '../failure.ts'
import { type FilterHead, type FilterName, filterHeadAt } from './filter-words.ts'

/** A text, as it is understood. */
export interface ParsedText {
  /** What is left to find. */
  readonly pattern: string
  readonly filters: readonly TypedFilter[]
}

/** A filter in the box. */
export interface TypedFilter {
  readonly name: FilterName
  /** As it was typed: `count` for `limit`. */
  readonly word: string
  /** As the parameter of that name takes it. */
  readonly value: string
  /** Where it stands, in UTF-16 units of the text: from its first character to behind its last. */
  readonly from: number
  readonly to: number
}

/** A piece of the box between spaces. */
interface Piece {
  readonly from: number
  readonly to: number
  readonly head: FilterHead | undefined
  /** A filter's value, or what a quoted filter says; `undefined` for text as it stands. */
  readonly value: string | undefined
  readonly fault: string | undefined
}

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\n' || character === '\r'

export function parseText(text: string): Result<ParsedText> {
  const pieces = lettersInPlace(piecesOf(text))
  const filters: TypedFilter[] = []
  let pattern = ''
  let at = 0
  for (const piece of pieces) {
    pattern += text.slice(at, piece.from)
    at = piece.to
    const { head, value, from, to } = piece
    if (!head || head.meaning === 'text') {
      if (head?.excludes || piece.fault) {
        return fault(piece, piece.fault ?? 'what a file must not contain is said by -has:')
      }
      pattern += value ?? text.slice(from, to)
      continue
    }
    const filter = filterOf(piece, head)
    if (typeof filter === 'string') return fault(piece, filter)
    filters.push(filter)
    if (pattern !== '') pattern = pattern.slice(0, -1)
    else if (isSpace(text[at])) at++
  }
  return succeeded({ pattern: pattern + text.slice(at), filters })
}

/** A text that is understood as just this pattern, without a filter: the pattern itself, if that is one. */
export function formatText(pattern: string): string {
  const pieces = piecesOf(pattern)
  if (isRead(pattern, pattern)) return pattern
  let written = ''
  let at = 0
  for (const { from, to, head, value } of pieces) {
    const word = pattern.slice(from, to)
    written += pattern.slice(at, from) + (head || value !== undefined ? quoted(word) : word)
    at = to
  }
  written += pattern.slice(at)
  return isRead(written, pattern) ? written : `content:"${escaped(pattern)}"`
}

function isRead(text: string, pattern: string): boolean {
  const parsed = parseText(text)
  return parsed.ok && parsed.value.filters.length === 0 && parsed.value.pattern === pattern
}

/** A piece of a text that is text where it would be a filter. */
export const quoted = (piece: string): string =>
  /["\\]/.test(piece) ? `content:"${escaped(piece)}"` : `"${piece}"`

const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&')

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < text.length; ) {
    if (isSpace(text[at])) {
      at++
      continue
    }
    const piece = pieceAt(text, at)
    pieces.push(piece)
    at = piece.to
  }
  return pieces
}

function pieceAt(text: string, from: number): Piece {
  const head = filterHeadAt(text, from)
  if (head) {
    const { valueAt } = head
    if (text[valueAt] !== '"') {
      const to = wordEnd(text, valueAt)
      return { from, to, head, value: text.slice(valueAt, to), fault: undefined }
    }
    const quoted = quotedAt(text, valueAt)
    if (quoted) return { from, ...quoted, head, fault: undefined }
    const to = wordEnd(text, valueAt)
    return { from, to, head, value: undefined, fault: 'a closing quotation mark is missing' }
  }
  const quoted = text[from] === '"' ? quotedAt(text, from) : undefined
  const none = { from, head: undefined, value: undefined, fault: undefined }
  if (!quoted) return { ...none, to: wordEnd(text, from) }
  return filterHeadAt(quoted.value, 0) ? { ...none, ...quoted } : { ...none, to: quoted.to }
}

/** Where the word that holds this place ends. */
function wordEnd(text: string, at: number): number {
  while (at < text.length && !isSpace(text[at])) at++
  return at
}

const quotedText = /"((?:[^"\\]|\\.)*)"(?![^ \t\r\n])/sy

/** The text in double quotes at a place, which end a word; `\"` and `\\` stand for `"` and `\`. */
function quotedAt(text: string, at: number): { to: number; value: string } | undefined {
  quotedText.lastIndex = at
  const [whole, inside] = quotedText.exec(text) ?? []
  if (whole === undefined || inside === undefined) return undefined
  return { to: at + whole.length, value: inside.replace(/\\(["\\])/g, '$1') }
}

/** Words of one letter are filters before and behind all text, with a value that looks like one; else they are text. */
function lettersInPlace(pieces: readonly Piece[]): readonly Piece[] {
  const isText = ({ head, value }: Piece) =>
    !head || head.meaning === 'text' || (head.looks && !head.looks.test(value ?? ''))
  const first = pieces.findIndex(isText)
  const last = pieces.findLastIndex(isText)
  return pieces.map((piece, i) => {
    if (!piece.head?.looks) return piece
    const isPlace = first !== -1 && (i < first || i > last)
    return isPlace ? piece : { ...piece, head: undefined, value: undefined, fault: undefined }
  })
}

const fault = ({ from, to }: Piece, message: string) =>
  failed({ kind: 'bad-query', message, position: from, length: to - from })

/** The filter, or what is wrong with it. */
function filterOf(
  { from, to, value, fault: wrong }: Piece,
  head: FilterHead,
): TypedFilter | string {
  const { word, excludes, meaning } = head
  if (meaning === 'symbol') return `${word}: searching for symbols is not supported yet`
  if (wrong !== undefined || value === undefined) return `${word}: ${wrong}`
  if (meaning === 'text') return `${word}: is text`
  const named = { name: meaning, word, from, to }
  switch (meaning) {
    case 'repo':
    case 'path':
    case 'lang':
    case 'has':
      if (value.replace(/^!/, '').trim() === '') return `${word}: has no value`
      if (excludes && value.startsWith('!')) return `${word}: is excluded twice, by - and by !`
      if (meaning === 'path' && value.startsWith('#'))
        return `${word}: a glob that begins with # is a comment; write \\# for the character`
      // `path:-x` is other searches' way to exclude; in the name of a repository the minus may be its own.
      if (!excludes && (meaning === 'path' || meaning === 'lang') && /^-[^-]/.test(value))
        return { ...named, value: `!${value.slice(1)}` }
      return { ...named, value: excludes ? `!${value}` : value }
  }
  if (excludes) return `${word}: cannot be excluded`
  switch (meaning) {
    case 'case': {
      const how = cases.get(value)
      return how ? { ...named, value: how } : `${word}: takes yes, no or auto, not ${short(value)}`
    }
    case 'context':
      return { ...named, value }
    case 'rev':
      return value.trim() === '' ? `${word}: has no value` : { ...named, value }
    case 'limit':
      if (!/^[1-9]\d{0,14}$/.test(value))
        return `${word}: takes a whole number from 1, not ${short(value)}`
      return { ...named, value }
    case 'type':
      if (value === 'repo') return `${word}: searching for repositories is not supported yet`
      if (value !== 'file' && value !== 'filename' && value !== 'path')
        return `${word}: takes file, not ${short(value)}`
      return { ...named, value: 'file' }
  }
}

const short = (value: string): string => value.slice(0, 100)

const cases: ReadonlyMap<string, string> = new Map([
  ['yes', 'sensitive'],
  ['sensitive', 'sensitive'],
  ['no', 'ignore'],
  ['ignore', 'ignore'],
  ['insensitive', 'ignore'],
  ['auto', 'smart'],
  ['smart', 'smart'],
])
