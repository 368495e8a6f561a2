import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from '../process/child.ts'
import { listArgs } from '../ripgrep/args.ts'
import { openInside, readAt } from './door.ts'
import type { ListOptions } from './list.ts'
import { absolute } from './path.ts'

/** What the ignore files of a tree make of a path, whether or not there is such a file. */
export type Judgement =
  | { readonly kind: 'not-ignored' }
  | { readonly kind: 'ignored'; readonly rule: IgnoreRule | undefined }
  /** It could not be found out. */
  | { readonly kind: 'unknown' }

export interface IgnoreRule {
  /** The ignore file, relative to the root; bytes one character each. */
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly text: string
}

const mostBytes = 1 << 20
const mostComponents = 64
const bounds = { memoryBytes: 1 << 29, cpuSeconds: 5 }
/** What ripgrep tells of its reasons, a few lines for each ignore file. */
const stderrBytes = 1 << 18

/**
 * Asks ripgrep itself: the ignore files on a path's way are copied into an empty directory, with a file of that path,
 * and listed there. So it is its own rules and no others that decide, and the answer is the same whether the file is
 * there or not.
 *
 * @param root absolute, without links
 * @param path relative to it, none of its components hidden; bytes one character each
 */
export async function judge(
  root: string,
  path: string,
  { rgPath, hidden }: ListOptions,
  signal: AbortSignal,
): Promise<Judgement> {
  const components = path.split('/')
  const place = components.length > mostComponents ? undefined : makeDirectory()
  if (place === undefined) return { kind: 'unknown' }
  try {
    const rules = copyRules(root, components, place)
    const args = ['--debug', ...listArgs({ hidden, ignored: false })]
    const child = startChild(rgPath, args, {
      cwd: place,
      bounds,
      signal: AbortSignal.any([signal, AbortSignal.timeout(bounds.cpuSeconds * 1_000)]),
      stderrBytes,
    })
    const chunks: Buffer[] = []
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
    const ended = await child.ended
    if (ended.kind !== 'exited') return { kind: 'unknown' }
    const listed = Buffer.concat(chunks).toString('latin1').split('\0')
    const isWhole = rules.wholeTo === components.length
    if (listed.includes(`./${path}`)) return { kind: isWhole ? 'not-ignored' : 'unknown' }
    const { depth, rule } = ruleIn(ended.stderr, components, rules.copied)
    // What stands in an ignored directory changes nothing, whatever it says.
    return isWhole || depth <= rules.wholeTo ? { kind: 'ignored', rule } : { kind: 'unknown' }
  } catch {
    // The stream was destroyed by the signal, or there is no room for the copy.
    return { kind: 'unknown' }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/**
 * Asks ripgrep likewise about many paths at once: which of them no rule ignores for certain.
 *
 * @param paths as `judge` takes them, but hidden ones too where those are let in
 * @param exclude of the repository whose `.git` is a file: where it stands, and what its exclude file says
 */
export async function notIgnored(
  root: string,
  paths: readonly string[],
  { rgPath, hidden }: ListOptions,
  signal: AbortSignal,
  exclude: { readonly prefix: string; readonly text: string } | undefined,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const place = paths.length === 0 ? undefined : makeDirectory()
  if (place === undefined) return found
  try {
    const directories = new Map<string, boolean>()
    const isMade = (above: string): boolean => {
      const known = directories.get(above)
      if (known !== undefined) return known
      const parent = above.slice(0, above.lastIndexOf('/', above.length - 2) + 1)
      const own = exclude?.prefix === above ? exclude.text : undefined
      const isWhole =
        (above === '' || isMade(parent)) && copyRulesOf(root, above, place, new Map(), own)
      directories.set(above, isWhole)
      return isWhole
    }
    const asked = new Set<string>()
    for (const path of paths) {
      if (path.split('/').length > mostComponents) continue
      try {
        if (!isMade(path.slice(0, path.lastIndexOf('/') + 1))) continue
        writeFileSync(absolute(place, path), '', { flag: 'wx' })
        asked.add(path)
      } catch {
        // One that is a directory of another's way; or its name is none here.
      }
    }
    const child = startChild(rgPath, listArgs({ hidden, ignored: false }), {
      cwd: place,
      bounds,
      signal: AbortSignal.any([signal, AbortSignal.timeout(bounds.cpuSeconds * 1_000)]),
    })
    const chunks: Buffer[] = []
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
    const ended = await child.ended
    if (ended.kind !== 'exited') return found
    for (const line of Buffer.concat(chunks).toString('latin1').split('\0')) {
      if (asked.has(line.slice(2))) found.add(line.slice(2))
    }
  } catch {
    // The stream was destroyed by the signal.
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
  return found
}

/** A container's file system may be read-only, but for shared memory. */
function makeDirectory(): string | undefined {
  for (const parent of [tmpdir(), '/dev/shm']) {
    try {
      return mkdtempSync(join(parent, 'ripline-'))
    } catch {
      // The next one may do.
    }
  }
  return undefined
}

interface Rules {
  /** What the ignore files say, by where they are. */
  readonly copied: ReadonlyMap<string, string>
  /** The number of components of the first directory in which one cannot be copied; that of the path's if all could. */
  readonly wholeTo: number
}

/** Makes the path, with the ignore files on its way. */
function copyRules(root: string, components: readonly string[], place: string): Rules {
  const copied = new Map<string, string>()
  let wholeTo = components.length
  for (let depth = 0; depth < components.length; depth++) {
    const above = components
      .slice(0, depth)
      .map((component) => `${component}/`)
      .join('')
    if (!copyRulesOf(root, above, place, copied)) wholeTo = Math.min(wholeTo, depth)
  }
  writeFileSync(absolute(place, components.join('/')), '')
  return { copied, wholeTo }
}

/**
 * Makes a directory whose parent is there, with its ignore files.
 *
 * @param above the directory: empty, or ending in `/`
 * @param exclude what its repository's own exclude file says, where that is not in `.git`
 * @returns whether they all could be copied
 */
function copyRulesOf(
  root: string,
  above: string,
  place: string,
  copied: Map<string, string>,
  exclude?: string,
): boolean {
  const copy = (file: string): boolean => {
    const door = openInside(root, Buffer.from(file, 'latin1'))
    if (door === 'absent') return true
    if (typeof door === 'string') return false
    try {
      if (door.bytes > mostBytes) return false
      const content = readAt(door, 0, door.bytes)
      writeFileSync(absolute(place, file), content)
      copied.set(file, content.toString('latin1'))
      return true
    } finally {
      door.close()
    }
  }
  let isWhole = true
  if (above !== '') mkdirSync(absolute(place, above.slice(0, -1)))
  for (const name of ['.git', '.jj']) {
    const kind = kindOf(root, `${above}${name}`)
    if (kind === undefined) continue
    mkdirSync(absolute(place, `${above}${name}/info`), { recursive: true })
    if (kind === 'directory') continue
    // A worktree's or a submodule's own rules are kept elsewhere.
    if (name === '.git' && exclude !== undefined) {
      writeFileSync(absolute(place, `${above}.git/info/exclude`), exclude)
    } else isWhole = false
  }
  const hasOwn = kindOf(root, `${above}.git`) === 'directory'
  if (hasOwn && !copy(`${above}.git/info/exclude`)) isWhole = false
  for (const name of ['.gitignore', '.ignore', '.rgignore']) {
    if (!copy(`${above}${name}`)) isWhole = false
  }
  return isWhole
}

function kindOf(root: string, path: string): 'directory' | 'other' | undefined {
  try {
    const stat = lstatSync(absolute(root, path), { throwIfNoEntry: false })
    return stat && (stat.isDirectory() ? 'directory' : 'other')
  } catch {
    return undefined
  }
}

/** The rule that ripgrep names for the path, or for a directory above it, and how many components that has. */
function ruleIn(
  told: string,
  components: readonly string[],
  copied: ReadonlyMap<string, string>,
): { readonly depth: number; readonly rule: IgnoreRule | undefined } {
  for (let length = 1; length <= components.length; length++) {
    const above = Buffer.from(components.slice(0, length).join('/'), 'latin1').toString('utf8')
    const start = `ignoring ./${above}: Ignore(IgnoreMatch(Gitignore(Glob { from: Some("./`
    const at = told.indexOf(start)
    if (at === -1) continue
    const rest = told.slice(at + start.length)
    const [, from, original] =
      /^((?:[^"\\]|\\.)*)"\), original: "((?:[^"\\]|\\.)*)"/s.exec(rest) ?? []
    if (from === undefined || original === undefined) return { depth: length, rule: undefined }
    const file = unescaped(from)
    const text = unescaped(original)
    const lines = (copied.get(file) ?? '').replace(/^\xef\xbb\xbf/, '').split('\n')
    // Of equal rules the last one counts.
    const line = lines.findLastIndex((line) => line === text || line.trimEnd() === text) + 1
    const words = Buffer.from(text, 'latin1').toString('utf8')
    return { depth: length, rule: line === 0 ? undefined : { file, line, text: words } }
  }
  return { depth: components.length, rule: undefined }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' }

/** A text as Rust's `{:?}` writes it, as bytes one character each. */
function unescaped(text: string): string {
  const parts = text.matchAll(/\\u\{([0-9a-f]+)\}|\\x([0-9A-Fa-f]{2})|\\(.)|([^\\]+)/gsu)
  return [...parts]
    .map(([, point, byte, mark, plain]) => {
      if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16))
      const character =
        point !== undefined
          ? String.fromCodePoint(Number.parseInt(point, 16))
          : mark !== undefined
            ? (escapes[mark] ?? mark)
            : plain!
      return Buffer.from(character).toString('latin1')
    })
    .join('')
}
