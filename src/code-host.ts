/** A place where a repository is shown by others, and how its files are addressed there. */
export interface CodeHost {
  /** What a link to it says. */
  readonly name: string
  /** With `{commit}` and `{path}`. */
  readonly file: string
  /** With `{line}` too. */
  readonly line: string
  /** With `{last}` too. */
  readonly lines: string
}

/** The kinds that are known, by the names that a setting gives them. */
const flavours = {
  github: ['GitHub', '/blob/{commit}/{path}', '#L{line}', '#L{line}-L{last}'],
  gitlab: ['GitLab', '/-/blob/{commit}/{path}', '#L{line}', '#L{line}-{last}'],
  gitea: ['Gitea', '/src/commit/{commit}/{path}', '#L{line}', '#L{line}-L{last}'],
  forgejo: ['Forgejo', '/src/commit/{commit}/{path}', '#L{line}', '#L{line}-L{last}'],
  bitbucket: ['Bitbucket', '/src/{commit}/{path}', '#lines-{line}', '#lines-{line}:{last}'],
  cgit: ['cgit', '/tree/{path}?id={commit}', '#n{line}', '#n{line}'],
  sourcehut: ['SourceHut', '/tree/{commit}/item/{path}', '#L{line}', '#L{line}-{last}'],
} as const

type Flavour = keyof typeof flavours

const isFlavour = (text: string): text is Flavour => Object.hasOwn(flavours, text)

/** Whose kind is known by the name. */
const hosts: readonly (readonly [RegExp, Flavour])[] = [
  [/(?:^|\.)github\./, 'github'],
  [/(?:^|\.)gitlab\./, 'gitlab'],
  [/^bitbucket\.org$/, 'bitbucket'],
  [/^codeberg\.org$|(?:^|\.)forgejo\./, 'forgejo'],
  [/(?:^|\.)gitea\./, 'gitea'],
  [/^git\.kernel\.org$|(?:^|\.)cgit\./, 'cgit'],
  [/^git\.sr\.ht$/, 'sourcehut'],
]

/** Whether a setting names a kind, a template with `{path}`, or `none`. */
export const isCodeHostSetting = (text: string): boolean =>
  text === 'none' ||
  isFlavour(text) ||
  (/^https?:\/\/[^\s/]+\/\S*$/.test(text) && text.includes('{path}'))

/**
 * Where the files of a repository are shown.
 *
 * @param origin the URL that it was cloned from, as its configuration has it: a stranger's words, of which only a host
 *   and a path are taken; a name and a password in it are not
 * @param setting of the operator, which says more than the host's name
 */
export function codeHostOf(origin: string | undefined, setting?: string): CodeHost | undefined {
  if (setting === 'none') return undefined
  if (setting !== undefined && !isFlavour(setting)) return ofTemplate(setting)
  const place = origin === undefined ? undefined : placeOf(origin)
  if (!place) return undefined
  const flavour = setting ?? hosts.find(([name]) => name.test(place.host))?.[1]
  if (!flavour) return undefined
  const [name, file, line, lines] = flavours[flavour]
  // cgit's own addresses end as the repository does.
  const path = flavour === 'cgit' ? place.path : place.path.replace(/\.git$/, '')
  const base = `${place.scheme}://${place.host}${place.port}/${path}`
  return { name, file: base + file, line: base + file + line, lines: base + file + lines }
}

function ofTemplate(template: string): CodeHost {
  const line = template.replaceAll('{last}', '{line}')
  const hash = line.indexOf('#')
  const isBehind = hash !== -1 && line.slice(hash).includes('{line}')
  const file = (isBehind ? line.slice(0, hash) : line).replaceAll('{line}', '1')
  return { name: /^https?:\/\/([^/:]+)/.exec(template)![1]!, file, line, lines: template }
}

/** `https://user:word@host:port/path`, `ssh://git@host/path`, `git@host:path`. */
function placeOf(origin: string) {
  const url = /^(https?|ssh|git|git\+ssh):\/\/(?:[^@/]*@)*([^@/:]+)(?::(\d{1,5}))?\/(.+)$/s.exec(
    origin,
  )
  const short = url ? undefined : /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)\/?(.+)$/s.exec(origin)
  const [scheme, host, port, path] = url
    ? [url[1]!, url[2]!, url[3], url[4]!]
    : ['ssh', short?.[1] ?? '', undefined, short?.[2] ?? '']
  const names = path.replace(/\/+$/, '').split('/')
  const isPlain = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(host) && host.includes('.')
  if (!isPlain || names.some((name) => ['', '.', '..'].includes(name))) return undefined
  const isWeb = scheme === 'http' || scheme === 'https'
  return {
    scheme: scheme === 'http' ? 'http' : 'https',
    host: host.toLowerCase(),
    // That of another protocol is none of the web's.
    port: isWeb && port !== undefined ? `:${port}` : '',
    path: names.map((name) => encodeURIComponent(name).replaceAll('%7E', '~')).join('/'),
  }
}

/** Whether a setting is the template of an editor's links: with `{path}`, and of a scheme that runs nothing here. */
export const isEditorSetting = (text: string): boolean =>
  /^(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:\S+$/i.test(text) && text.includes('{path}')

/** An editor, as a code host: `{path}` is the whole one then. */
export const editorOf = (template: string): CodeHost => {
  const first = template.replaceAll('{last}', '{line}')
  const file = first.replaceAll('{line}', '1')
  return { name: 'Open in editor', file, line: first, lines: template }
}

/** Puts a commit and a path into a template; line numbers are put in later. */
export const filledIn = (template: string, commit: string, path: Buffer): string =>
  template.replace(/\{(commit|path)\}/g, (_, word) =>
    word === 'commit' ? commit : path.toString('utf8').split('/').map(encodeURIComponent).join('/'),
  )
