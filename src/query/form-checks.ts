import type { Limits } from '../limits.ts'
import { type Form, lists } from './form.ts'
import { heldText } from './query.ts'
import type { Reader } from './reader.ts'

/** Refuses what is too large, or can be in no file. @param pattern the text of the box without its filters */
export function checkSizes(pattern: string, form: Form, limits: Limits, reader: Reader): void {
  if ([...pattern].length > limits.queryCharacters) {
    reader.fail({
      kind: 'bad-query',
      message: `the pattern has ${[...pattern].length} characters, and at most ${limits.queryCharacters} are searched for (max-query-characters)`,
    })
  }
  if (pattern.includes('\0')) {
    reader.fail({ kind: 'bad-query', message: 'a NUL stands in no text file' })
  }
  if ([...(form.replace ?? '')].length > limits.queryCharacters) {
    reader.refuse(
      'replace',
      `has more than ${limits.queryCharacters} characters (max-query-characters)`,
    )
  }
  if (form.replace?.includes('\0')) reader.refuse('replace', 'holds a NUL')
  for (const name of lists) {
    if (form[name].length > limits.globs) {
      reader.refuse(
        name,
        `is given ${form[name].length} times, and at most ${limits.globs} are read (max-globs)`,
      )
    }
    if (form[name].some((value) => Buffer.byteLength(value) > 256)) {
      reader.refuse(name, 'is longer than 256 bytes')
    }
    if (form[name].some((value) => value.includes('\0'))) reader.refuse(name, 'holds a NUL')
  }
  for (const value of form.has) {
    const { text } = heldText(value)
    if (text === '') reader.refuse('has', 'excludes nothing: no text follows its !')
    if (/[\r\n]/.test(text)) reader.refuse('has', 'holds a line end, which no line does')
  }
}

/** Refuses what means something by itself, and nothing together. */
export function checkTogether(
  { type, has, sort, replace }: Form,
  totals: boolean,
  reader: Reader,
): void {
  if (type && has.length > 0) {
    reader.refuse('has', 'is about what files hold, and type=file about their names')
  }
  if (type && sort === 'matches') {
    reader.refuse('sort', 'counts the matches in files, and type=file is about their names')
  }
  if (totals && (type || has.length > 0)) {
    reader.refuse('totals', 'are not counted for type=file, nor with has')
  }
  if (type && replace !== undefined) {
    reader.refuse('replace', 'is for what files hold, and type=file is about their names')
  }
}
