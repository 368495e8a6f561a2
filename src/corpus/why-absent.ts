import { lstatSync, type Stats } from 'node:fs'
import type { Repository } from './catalog.ts'
import { type IgnoreRule, judge } from './ignore-rule.ts'
import type { ListOptions } from './list.ts'
import { absolute } from './path.ts'
import { isHidden } from './policy.ts'

/**
 * Why a path is not in the catalog, as much of it as may be said. Of hidden paths, and of those that are ignored or may
 * be, it is never said whether there is such a file: `hidden` and `ignored` are told from the path and the rules alone.
 */
export type Absence =
  /** A component begins with a dot. */
  | { readonly kind: 'hidden' }
  | {
      readonly kind: 'ignored'
      /** In the repository; `undefined` if it cannot be told, or must not: what is below `.git` is nobody's business. */
      readonly rule: IgnoreRule | undefined
      readonly isExclude: boolean
    }
  /** Whether it is ignored could not be found out. */
  | { readonly kind: 'ignored-or-absent' }
  /** The repository is git's own. */
  | { readonly kind: 'bare' }
  | { readonly kind: 'absent' }
  /** A link; or a component of the path is one, and links are not followed. @see link */
  | { readonly kind: 'link'; readonly link: string }
  | { readonly kind: 'special' }
  | { readonly kind: 'unreadable' }
  /** It is there, and nothing speaks against it: it has come since the files were listed. */
  | { readonly kind: 'new' }

/** @param path of no file of the catalog, relative to the repository, in components; bytes one character each */
export async function whyAbsent(
  { root, prefix, kind }: Repository,
  path: string,
  options: ListOptions,
  signal: AbortSignal,
): Promise<Absence> {
  // First of all, and without a look at the disk: hidden and absent cannot be told apart, not even by the time it takes.
  if (isHidden(path)) return { kind: 'hidden' }
  if (kind === 'bare') return { kind: 'bare' }
  const judgement = await judge(root, `${prefix}${path}`, options, signal)
  if (judgement.kind === 'unknown') return { kind: 'ignored-or-absent' }
  if (judgement.kind === 'ignored') return ignored(judgement.rule)
  return lookAt(root, prefix, path)
}

function ignored(rule: IgnoreRule | undefined): Absence {
  const isExclude = rule?.file.endsWith('.git/info/exclude') ?? false
  return { kind: 'ignored', rule: isExclude ? undefined : rule, isExclude }
}

/** Only what no rule ignores is looked at. */
function lookAt(root: string, prefix: string, path: string): Absence {
  const components = path.split('/')
  for (let length = 1; length <= components.length; length++) {
    const below = components.slice(0, length).join('/')
    let stat: Stats | undefined
    try {
      stat = lstatSync(absolute(root, `${prefix}${below}`), { throwIfNoEntry: false })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return { kind: code === 'EACCES' ? 'unreadable' : 'absent' }
    }
    if (!stat) return { kind: 'absent' }
    if (stat.isSymbolicLink()) return { kind: 'link', link: below }
    if (length < components.length) {
      if (!stat.isDirectory()) return { kind: 'absent' }
      // A directory may be ignored as one, which a file of its name is not.
    } else if (stat.isDirectory()) return { kind: 'absent' }
    else return { kind: stat.isFile() ? 'new' : 'special' }
  }
  return { kind: 'absent' }
}
