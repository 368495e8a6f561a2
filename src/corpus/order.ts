/**
 * The order key of a file: a pure function of repository, class and path whose bytes sort in the order of every
 * answer: repository, then class (sources first), then path in natural order. Events carry it and cursors hold it,
 * so that an answer can be continued on another server.
 */

/** The key's bytes, one character each, compared with `<`. */
export type OrderKey = string

/** What a repository's keys begin with. */
export function repositoryKey(name: string): OrderKey {
  const raw = Buffer.from(name, 'utf8').toString('latin1')
  // The raw name behind the natural one keeps two names that differ by letter case apart.
  return `${natural(raw)}\0${raw}\0`
}

/**
 * @param repository from `repositoryKey`
 * @param pathClass the index of the path's class
 * @param path the path's bytes, one character each
 */
export function orderKey(repository: OrderKey, pathClass: number, path: string): OrderKey {
  return `${repository}${pathClass}${naturalPath(path)}\0${path}`
}

/**
 * What the keys of all files of a class below a directory begin with, and those below directories whose names differ
 * from its own by letter case or leading zeros.
 *
 * @param directory ends in `/`, or is empty
 */
export function directoryKey(repository: OrderKey, pathClass: number, directory: string): OrderKey {
  return `${repository}${pathClass}${natural(directory)}`
}

/** Files of one directory are mostly asked for together, so the form of the last one is kept. */
let last = { directory: '', form: '' }

function naturalPath(path: string): string {
  const name = path.lastIndexOf('/') + 1
  const directory = path.slice(0, name)
  if (directory !== last.directory) last = { directory, form: natural(directory) }
  return last.form + natural(path.slice(name))
}

/** Letter case folded, numbers by value, and a directory's files together, before names it is a prefix of. */
export function natural(text: string): string {
  return text
    .toLowerCase()
    .replace(/\d+/g, (digits) => {
      const value = digits.replace(/^0+(?=\d)/, '')
      return `0${String.fromCharCode(0x30 + Math.min(value.length, 200))}${value}`
    })
    .replaceAll('/', '\x01')
}

const alphabet = Buffer.from('-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz')

/** The key as text for JSON and URLs: six bits a character, in an alphabet that is itself in byte order. */
export function keyText(key: OrderKey): string {
  const codes = Buffer.allocUnsafe(Math.ceil((key.length * 4) / 3))
  let at = 0
  for (let i = 0; i < key.length; i += 3) {
    const left = key.length - i
    const bits =
      (key.charCodeAt(i) << 16) |
      ((left > 1 ? key.charCodeAt(i + 1) : 0) << 8) |
      (left > 2 ? key.charCodeAt(i + 2) : 0)
    codes[at++] = alphabet[bits >> 18]!
    codes[at++] = alphabet[(bits >> 12) & 63]!
    if (left > 1) codes[at++] = alphabet[(bits >> 6) & 63]!
    if (left > 2) codes[at++] = alphabet[bits & 63]!
  }
  return codes.toString('latin1', 0, at)
}
