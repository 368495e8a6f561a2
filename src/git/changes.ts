import type { Look, Part } from './look.ts'
import { type FilePatch, parsePatch } from './patch.ts'
import type { ObjectFormat } from './run.ts'

/** What a commit did to a file. Paths are bytes, one character each. */
export interface Change {
  readonly kind: 'added' | 'removed' | 'renamed' | 'copied' | 'changed'
  /** Now, or before it was removed. */
  readonly path: string
  /** Before. */
  readonly from: string
  /** Lines; `undefined` for what git takes for binary. */
  readonly added: number | undefined
  readonly removed: number | undefined
  /** Whether it is the commit of a submodule. */
  readonly isSubmodule: boolean
}

/** The tree without anything, which every repository knows. */
const emptyTrees: Readonly<Record<ObjectFormat, string>> = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
}

const kinds: Readonly<Record<string, Change['kind']>> = {
  A: 'added',
  D: 'removed',
  R: 'renamed',
  C: 'copied',
}

/** @param parent whole id; `undefined` compares with nothing */
export async function readChanges(
  look: Look,
  format: ObjectFormat,
  parent: string | undefined,
  commit: string,
): Promise<{ readonly changes: readonly Change[]; readonly cutBy: Part['cutBy'] }> {
  const from = parent ?? emptyTrees[format]
  const args = ['diff-tree', '-r', '-M', '--raw', '--numstat', '-z', from, commit]
  const { bytes, cutBy } = await look.part(format, args)
  return { changes: parseChanges(bytes.toString('latin1')), cutBy }
}

/** Reads `git diff-tree --raw --numstat -z`: first what became of each file, then the lines of each. */
export function parseChanges(text: string): readonly Change[] {
  const { entries, end } = parseRaw(text)
  const tokens = text.slice(end).split('\0')
  let at = 0
  return entries.map(({ isTwofold, ...change }) => {
    // `3\t2\tpath`; of two names neither stands behind the numbers.
    const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(tokens[at++] ?? '') ?? []
    if (path === '') at += 2
    const lines = (text: string | undefined) =>
      text === undefined || text === '-' ? undefined : Number(text)
    return { ...change, added: lines(added), removed: lines(removed) }
  })
}

interface RawEntry extends Omit<Change, 'added' | 'removed'> {
  /** Whether a file has become a link, or the like: its patch is one that removes and one that adds. */
  readonly isTwofold: boolean
}

/** What `--raw -z` says at the beginning of a text, and where that ends. */
function parseRaw(text: string): { readonly entries: readonly RawEntry[]; readonly end: number } {
  const entries: RawEntry[] = []
  let at = 0
  const next = (): string => {
    const end = text.indexOf('\0', at)
    const token = text.slice(at, end === -1 ? undefined : end)
    at = end === -1 ? text.length : end + 1
    return token
  }
  while (text[at] === ':') {
    const [, before, after, letter = ''] = /^:(\d+) (\d+) \S+ \S+ ([A-Z])/.exec(next()) ?? []
    const from = next()
    const path = letter === 'R' || letter === 'C' ? next() : from
    const isSubmodule = before === '160000' || after === '160000'
    entries.push({
      ...{ kind: kinds[letter] ?? 'changed', path, from, isSubmodule },
      isTwofold: letter === 'T',
    })
  }
  return { entries, end: at }
}

/** Of a patch. */
const mostBytes = 2 * 2 ** 20

/**
 * The difference of two commits in some files.
 *
 * @param paths as text
 * @returns what is said of each file, by its path
 */
export async function readPatches(
  look: Look,
  format: ObjectFormat,
  parent: string | undefined,
  commit: string,
  paths: readonly string[],
): Promise<{
  readonly patches: ReadonlyMap<string, readonly FilePatch[]>
  readonly cutBy: Part['cutBy']
}> {
  const from = parent ?? emptyTrees[format]
  const how = ['-r', '-M', '--raw', '--patch', '-z', '--no-color', '--no-ext-diff', '--no-textconv']
  const args = ['diff-tree', ...how, from, commit, '--', ...paths]
  const { bytes, cutBy } = await look.part(format, args, { mostBytes })
  const { entries, end } = parseRaw(bytes.toString('latin1'))
  // Both are told of the same files in the same order.
  const told = parsePatch(bytes.toString('utf8', end).replace(/^\0/, ''))
  const patches = new Map<string, readonly FilePatch[]>()
  let at = 0
  for (const { path, isTwofold } of entries) {
    const count = isTwofold ? 2 : 1
    patches.set(path, told.slice(at, at + count))
    at += count
  }
  return { patches, cutBy }
}
