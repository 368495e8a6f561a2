// The language of a file, from its name alone or with its first line, and the languages that people
// can name. What is known of each is in the table of languages.ts; it is put into maps once.

import { type LanguageRow, languageRows } from './languages.ts'

/** A language. There is one object of each, so that two can be compared with `===`. */
export interface Language {
  /** What a filter takes: lower case, no spaces (`typescript`, `c++`). */
  readonly id: string
  /** What people read (`TypeScript`, `C++`). */
  readonly name: string
  /** The grammar for it in highlight.js, where there is one. */
  readonly highlight?: string
}

/** All languages, in the order of their ids. */
export const languages: readonly Language[] = languageRows.map(({ id, name, highlight }) =>
  highlight === undefined ? { id, name } : { id, name, highlight },
)

const byFileName = mapOf('filenames')
const byExtension = mapOf('extensions')
const byInterpreter = mapOf('interpreters')
const byText = mapOfTexts()
const longestExtension = Math.max(...[...byExtension.keys()].map((extension) => extension.length))

/**
 * The language of the file at `path`, a path with `/` between its parts: by its well-known name
 * (`Makefile`), else by its longest known extension (`.blade.php` before `.php`) in any letter case,
 * else by the interpreter in `firstLine`, if that is given and begins with `#!`.
 */
export function languageOf(path: string, firstLine?: string): Language | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return (
    ofName(name) ??
    ofName(withoutTemplateEnding(name)) ??
    ofVariant(name) ??
    (firstLine === undefined ? undefined : ofFirstLine(firstLine))
  )
}

/**
 * The language that a user means by `text`: an id, a name, an alias, or an extension with or without
 * its dot, in any letter case; the earlier of these wins.
 */
export function findLanguage(text: string): Language | undefined {
  const lower = text.toLowerCase()
  // `lang=c++` written into a URL by hand arrives as `c` and two spaces.
  return byText.get(lower.replaceAll(' ', '-')) ?? byText.get(lower.replaceAll(' ', '+'))
}

/** What files of a language end in or are called: globs of their names. Some are told by their first lines besides. */
export function globsOf({ id }: Language): readonly string[] {
  const row = languageRows.find((one) => one.id === id)
  return [...words(row?.extensions).map((extension) => `*${extension}`), ...words(row?.filenames)]
}

/** A name for a language that is of letters and digits alone, as a type of rg's is. */
export function typeNameOf(language: Language): string {
  const row = languageRows.find(({ id }) => id === language.id)
  const names = [
    language.id,
    ...words(row?.aliases),
    ...words(row?.extensions?.replaceAll('.', '')),
  ]
  const plain = (name: string) => /^[a-z0-9]+$/.test(name) && findLanguage(name) === language
  return names.find(plain) ?? language.id.replace(/[^a-z0-9]/g, '')
}

function ofName(name: string): Language | undefined {
  const known = byFileName.get(name)
  if (known !== undefined) return known
  // No extension is longer, and so a name of a thousand dots takes no longer than another.
  const end = name.slice(-longestExtension).toLowerCase()
  for (let dot = end.indexOf('.'); dot !== -1; dot = end.indexOf('.', dot + 1)) {
    const language = byExtension.get(end.slice(dot))
    // `mount.8` is a manual page, `LGPL-2.1` is not.
    if (language !== undefined && !(isDigit(end, dot - 1) && isDigit(end, dot + 1))) return language
  }
  return undefined
}

/** `config.h.in`, `.env.example`: what a file is made from is in the language of that file. */
function withoutTemplateEnding(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 && templateEndings.has(name.slice(dot + 1)) ? name.slice(0, dot) : name
}
const templateEndings = new Set(['dist', 'example', 'in', 'orig', 'sample', 'template'])

/** `Dockerfile.dev`, `Kconfig.debug`, `LICENSE-MIT`: a variant of a well-known capitalized name. */
function ofVariant(name: string): Language | undefined {
  const stem = /^[A-Z][A-Za-z]*(?=[.-])/.exec(name)?.[0]
  return stem === undefined ? undefined : byFileName.get(stem)
}

function ofFirstLine(line: string): Language | undefined {
  if (!line.startsWith('#!')) return undefined
  // Linux reads no more than 256 bytes of it.
  const [program = '', ...rest] = line
    .slice(2, 256)
    .trim()
    .split(/[ \t\r\n]+/)
  let interpreter = baseName(program)
  if (interpreter === 'env') {
    interpreter = baseName(rest.find((word) => !word.startsWith('-') && !word.includes('=')) ?? '')
  }
  return byInterpreter.get(interpreter) ?? byInterpreter.get(withoutVersion(interpreter))
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** `python3.12` → `python`. */
function withoutVersion(interpreter: string): string {
  let end = interpreter.length
  while (end > 0 && (isDigit(interpreter, end - 1) || interpreter[end - 1] === '.')) end--
  return interpreter.slice(0, end)
}

function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 48 && unit <= 57
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(' ')
}

function mapOf(list: 'extensions' | 'filenames' | 'interpreters'): ReadonlyMap<string, Language> {
  return new Map(
    languageRows.flatMap((row, at) => words(row[list]).map((word) => [word, languages[at]!])),
  )
}

/** Every text that names a language; an earlier kind of name is not displaced by a later one. */
function mapOfTexts(): ReadonlyMap<string, Language> {
  const map = new Map<string, Language>()
  const kinds: ((row: LanguageRow) => string[])[] = [
    ({ id }) => [id],
    ({ name }) => [name.toLowerCase().replaceAll(' ', '-')],
    ({ aliases }) => words(aliases),
    ({ extensions }) => words(extensions).map((extension) => extension.slice(1)),
    ({ extensions }) => words(extensions),
  ]
  for (const textsOf of kinds) {
    languageRows.forEach((row, at) => {
      for (const text of textsOf(row)) if (!map.has(text)) map.set(text, languages[at]!)
    })
  }
  return map
}
