/** Where the links of a document lead: a document that lies in a repository, or begins at its top. */
export interface DocumentPlace {
  /** Our address of the repository's files, which their paths are appended to; ends in `/`. */
  readonly view: string
  /** The same for its pictures. */
  readonly image: string
  /** The document's directory, without a `/` at its end; empty for the top. `undefined` if its name is no text. */
  readonly directory: string | undefined
}

/** What a link or a picture of a document names, once it is safe to name it. */
export type Target =
  /** A path of the repository: the components below its top, whether or not there is such a file. */
  | { readonly kind: 'inside'; readonly path: string; readonly rest: string }
  /** A heading of the document itself. */
  | { readonly kind: 'heading'; readonly fragment: string }
  | { readonly kind: 'outside'; readonly url: string }

/** Ids of headings begin so, and no id of ours does. */
export const headingPrefix = 'md-'

/** Schemes of links that are kept; others than these can run something, or ask a program to. */
const schemes: readonly string[] = ['http:', 'https:', 'mailto:']

/**
 * What a destination as the document writes it names; `undefined` where it names nothing that may be linked: another
 * scheme, or a path that leads out of the repository.
 */
export function targetOf(destination: string, place: DocumentPlace): Target | undefined {
  // A browser would take these away, or read a backslash as a slash, after we have looked.
  if (/[\0-\x20\x7f\\]/.test(destination)) return undefined
  if (destination.startsWith('//')) return outside(`https:${destination}`)
  if (/^[a-z][a-z\d+.-]*:/i.test(destination)) return outside(destination)
  const [, path, query, hash] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(destination)!
  const fragment = hash ? fragmentOf(hash) : ''
  if (path === '' && query === undefined) {
    return fragment === undefined ? undefined : { kind: 'heading', fragment }
  }
  const inside = resolve(path!, place.directory)
  if (inside === undefined || fragment === undefined) return undefined
  return {
    kind: 'inside',
    path: inside,
    rest: `${query === 'plain=1' ? '?plain=1' : ''}${fragment}`,
  }
}

function outside(destination: string): Target | undefined {
  const url = URL.parse(destination)
  if (!url || !schemes.includes(url.protocol)) return undefined
  return { kind: 'outside', url: url.href }
}

/** With its `#`: lines stay lines, all else is a heading. */
function fragmentOf(hash: string): string | undefined {
  if (/^L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?$/.test(hash)) return `#${hash}`
  const text = decoded(hash)
  return text === undefined
    ? undefined
    : `#${headingPrefix}${encodeURIComponent(text.toLowerCase())}`
}

/** The path below the repository's top, each component escaped. */
function resolve(path: string, directory: string | undefined): string | undefined {
  const isAbsolute = path.startsWith('/')
  if (!isAbsolute && directory === undefined) return undefined
  const components = isAbsolute || !directory ? [] : directory.split('/')
  for (const sent of path.split('/')) {
    const component = decoded(sent)
    if (component === undefined || /[/\\\0]/.test(component)) return undefined
    if (component === '..') {
      if (components.length === 0) return undefined
      components.pop()
    } else if (component !== '' && component !== '.') components.push(component)
  }
  const isDirectory = components.length > 0 && /(?:^|\/)\.{0,2}$/.test(path)
  try {
    return components.map(encodeURIComponent).join('/') + (isDirectory ? '/' : '')
  } catch {
    return undefined // half a character
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
