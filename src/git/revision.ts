/** What a user calls a commit. Only ids and plain names are understood: no `HEAD~2`, `@{1}`, `:/text` or `a..b`. */
export type Revision =
  | { readonly kind: 'head' }
  /** The first digits of an id, or all of them; lower case. */
  | { readonly kind: 'id'; readonly digits: string; readonly name: string }
  | { readonly kind: 'name'; readonly name: string }

/** No name of git's is longer on any file system. */
const longest = 255

/** @returns `undefined` for what can be no id and no name of a branch or tag, by the rules of `git check-ref-format` */
export function parseRevision(text: string): Revision | undefined {
  if (text === '' || text.length > longest) return undefined
  if (text === 'HEAD') return { kind: 'head' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are in no name
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(?:\/|$)/.test(text)) return undefined
  if (/^[-/.]|[/.]$|^@$|\/\./.test(text)) return undefined
  if (/^[0-9a-f]{4,64}$/i.test(text)) {
    return { kind: 'id', digits: text.toLowerCase(), name: text }
  }
  return { kind: 'name', name: text }
}

/** Whether it is the whole id of an object, and means the same for ever. */
export const isWholeId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
