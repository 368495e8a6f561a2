import type { Form } from '../query/form.ts'

/** Forms that ask for less than another does. `undefined` where no form says just that. */

export const onlyRepository = (form: Form, name: string): Form => ({ ...form, repo: [name] })

export const withoutRepository = (form: Form, name: string): Form => ({
  ...form,
  repo: [...form.repo.filter((value) => value !== name), `!${name}`],
})

export const onlyLanguage = (form: Form, id: string): Form => ({ ...form, lang: [id] })

export const withoutLanguage = (form: Form, id: string): Form => ({
  ...form,
  lang: [...form.lang.filter((value) => value !== id), `!${id}`],
})

/** A later glob wins, so that this takes away and nothing else. */
export const withoutDirectory = (form: Form, directory: string): Form => ({
  ...form,
  path: [...form.path, `!${escaped(directory)}`],
})

/**
 * Of several globs one is enough, so that another would widen: each that includes is replaced by what it includes in
 * the directory.
 */
export function onlyDirectory(form: Form, directory: string): Form | undefined {
  const place = escaped(directory)
  const includes = form.path.filter((glob) => !isNoInclude(glob))
  if (includes.length === 0) return { ...form, path: [place, ...form.path] }
  // What is excluded first and included again, as a directory, no glob below it includes again.
  if (form.path.findLastIndex((glob) => !isNoInclude(glob)) >= includes.length) return undefined
  const paths = form.path.map((glob) => (isNoInclude(glob) ? glob : insideOf(glob, place)))
  const kept = paths.filter((path) => path !== '')
  if (kept.some((path) => path === undefined)) return undefined
  // If none includes anything there, any file would do.
  if (kept.every((path) => isNoInclude(path!))) return undefined
  return { ...form, path: kept as readonly string[] }
}

/** It excludes, or is a comment. */
const isNoInclude = (glob: string): boolean => /^[!#]/.test(glob) || glob.trim() === ''

/** What a glob includes in a directory, as a glob; `''` for nothing, `undefined` if no glob says it. */
function insideOf(glob: string, place: string): string | undefined {
  const bare = place.replace(/\/$/, '')
  const name = glob.trimEnd().replace(/\/$/, '')
  const isPlain = !/[*?[{\\]/.test(name)
  if (!name.includes('/')) {
    // A name means all of that name, wherever they are.
    if (isPlain) return bare.split('/').includes(name) ? place : undefined
    return name === glob && !name.includes('\\') ? `${bare}/**/${glob}` : undefined
  }
  const rooted = name.startsWith('/') ? name : `/${name}`
  if (bare === rooted) return place
  if (!isPlain) return undefined
  if (bare.startsWith(`${rooted}/`)) return place
  return rooted.startsWith(`${bare}/`) ? glob : ''
}

/** A directory as a glob that names it and nothing else. White space at its end would be trimmed away. */
const escaped = (directory: string): string =>
  `/${directory.replaceAll(/[\\*?[\]{}]/g, (mark) => `\\${mark}`)}${/\s$/.test(directory) ? '/' : ''}`
