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
  return glob.replace(/^[!#-]/, '\\$&')
}

/** Whether a shell puts the names of files in its place. */
const isShellGlob = ({ text, quoted }: ShellWord): boolean => !quoted && /[*?[]/.test(text)

/** A path of rg or grep: what a shell finds at the top, and what grep reads without -r, is there only. */
export function operandFilter(word: ShellWord, isRecursive: boolean): PathFilter {
  const path = pathFilter(word)
  if (path === undefined || path === '' || path === '.' || path.includes('/')) return path
  return isRecursive && !isShellGlob(word) ? path : `/${path}`
}

/** Components of the longest name that is looked for. */
const deepestName = 32

/** A path, read as one below a repository: its name, and what is left of the path. */
export interface PlaceInRepository {
  readonly name: string
  readonly rest: ShellWord | undefined
}

/** @param directories of the repositories, as a path has them, with their names */
export function placeInRepository(
  { text, quoted }: ShellWord,
  directories: ReadonlyMap<string, string>,
): PlaceInRepository | undefined {
  const components = text
    .replace(/^(?:\.\/+)+/, '')
    .replace(/\/+$/, '')
    .split('/')
  for (let to = Math.min(components.length, deepestName); to > 0; to--) {
    const name = directories.get(components.slice(0, to).join('/'))
    if (name === undefined) continue
    const rest = components.slice(to).join('/')
    return { name, rest: rest === '' ? undefined : { text: rest, quoted } }
  }
  return undefined
}

/**
 * What a glob means here that stands beside another: below the directories that it names it matches without saying so,
 * and hidden files are never searched unless that is the server's setting.
 */
export function withoutNeedless(globs: readonly string[], hidden: boolean): readonly string[] {
  const needless = new Set(['!.git', ...(hidden ? [] : ['!.*'])])
  const said = new Set(globs)
  return globs.filter((glob) => {
    if (needless.has(glob)) return false
    const [, mark, name] = /^(!?)(.*)\/\*\*$/s.exec(glob) ?? []
    if (name === undefined || /[*?[{]/.test(name.replace(/^\*\*\//, ''))) return true
    const short = name.replace(/^\*\*\//, '')
    return ![name, `${name}/`, short, `${short}/`].some((one) => said.has(`${mark}${one}`))
  })
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
