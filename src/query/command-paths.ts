import type { ShellWord } from './shell-words.ts'

/** A path or glob of a command: as a filter, or nothing that can be one. */
export type PathFilter = string | undefined

/** What a command names as a file or directory; `undefined` for what lies outside a corpus. */
export function pathFilter({ text, quoted }: ShellWord): PathFilter {
  const path = text.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '')
  if (text === '-' || text.startsWith('/') || /^~|^\.\.(?:\/|$)|\/\.\.(?:\/|$)/.test(path)) {
    return undefined
  }
  const glob = quoted ? path.replace(/[*?[\]{}\\]/g, '\\$&') : path
  return glob.replace(/^[!#]/, '\\$&')
}

/** A path of `git grep`, where `*` matches slashes too; `undefined` where it cannot be said as a glob. */
export function pathspecFilter(word: ShellWord): PathFilter {
  const exclude = /^:(?:[!^]|\(exclude\))(.*)$/s.exec(word.text)
  const text = exclude ? exclude[1]! : word.text
  if (text.startsWith(':')) return undefined
  const glob = pathFilter({ text, quoted: false })?.replace(/\/\*(?=[^*/])/g, '/**/*')
  if (glob === undefined || glob === '') return glob
  // `a*/b` would have to match `a/x/b`.
  if (/\*[^/]*\//.test(glob.replaceAll('**/', ''))) return undefined
  if (!exclude) return glob
  return /[*?[/]/.test(glob) ? `!${glob}` : `!/${glob}`
}

/** `--iglob`: each letter in either case; `undefined` where that cannot be said. */
export function anyCase(glob: string): PathFilter {
  if (/[[\\]/.test(glob) || !/^[\x20-\x7e]*$/.test(glob)) return undefined
  return glob.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
}

/**
 * Globs that apply below directories only: filters of one list are alternatives, and a command's globs and paths are
 * not.
 *
 * @returns `undefined` if they cannot be said as one list
 */
export function globsBelow(
  paths: readonly string[],
  globs: readonly string[],
): readonly string[] | undefined {
  const isIncluding = globs.some((glob) => !glob.startsWith('!'))
  if (paths.length === 0 || !isIncluding) return [...paths, ...globs]
  if (globs.some((glob) => !glob.startsWith('!') && glob.replace(/\/$/, '').includes('/'))) {
    return undefined
  }
  return globs.flatMap((glob) =>
    glob.startsWith('!')
      ? [glob]
      : paths.map((path) => `${path.includes('/') ? '' : '**/'}${path}/**/${glob}`),
  )
}
