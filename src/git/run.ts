import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, startChild } from '../process/child.ts'
import type { GitDirectory } from './directory.ts'

/** How the ids of a repository's objects are made. */
export type ObjectFormat = 'sha1' | 'sha256'

/**
 * Where a git process reads. `refs`: in the repository itself, whose configuration is then read; nothing is run there
 * that reads more than names and ids. `objects`: its objects only, with a configuration of ours.
 */
export type Place =
  | { readonly kind: 'refs'; readonly git: GitDirectory }
  | { readonly kind: 'objects'; readonly git: GitDirectory; readonly format: ObjectFormat }

export interface GitRun {
  readonly program: string
  readonly place: Place
  /** No word of a user's stands among them but paths, after `--`. */
  readonly args: readonly string[]
  /** What it reads from standard input. */
  readonly input?: Uint8Array
  /** Of its output; it is killed when there is more. */
  readonly mostBytes: number
  readonly signal: AbortSignal
}

export interface GitOutput {
  readonly bytes: Buffer
  readonly end:
    | { readonly kind: 'exited'; readonly code: number }
    /** There was more output than `mostBytes`. */
    | { readonly kind: 'cut' }
    /** By the signal. */
    | { readonly kind: 'stopped' }
    | { readonly kind: 'absent' }
    /** The system killed it: it took more memory than it may. */
    | { readonly kind: 'crashed' }
}

/** Packs are mapped, so this bounds address space and not what is used. */
const memoryBytes = 3 * 2 ** 30

const neutral = fileURLToPath(new URL('./neutral/', import.meta.url))

/** Nothing is asked, fetched, locked or paged; and only the settings that we mean count. */
const always: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  // For a git that does not know the variable above: a list without any protocol, which no configuration overrides.
  GIT_ALLOW_PROTOCOL: 'none',
}

function environmentOf(place: Place): Readonly<Record<string, string>> {
  const { own, common } = place.git
  // With GIT_DIR git asks no more whose it is: that it is a repository was decided by whoever named the root.
  if (place.kind === 'refs') return { ...always, GIT_DIR: own }
  return {
    ...always,
    GIT_DIR: join(neutral, place.format),
    GIT_OBJECT_DIRECTORY: join(common, 'objects'),
    GIT_SHALLOW_FILE: join(common, 'shallow'),
  }
}

/** For those few commands that read the repository's configuration. */
const override = [
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.pager=cat', 'protocol.allow=never'],
].flatMap((setting) => ['-c', setting])

/** Starts git, for those who read what it tells while it does. */
export function startGit(run: Omit<GitRun, 'mostBytes'>): Child {
  const { program, place, input, signal } = run
  const args = ['--no-pager', ...(place.kind === 'refs' ? override : []), ...run.args]
  return startChild(program, args, {
    // A directory that is no work tree, and that nobody's mount is.
    cwd: '/',
    env: environmentOf(place),
    bounds: { memoryBytes },
    signal,
    ...(input ? { input: [input] } : {}),
  })
}

/** Runs git to its end, or until it has told or taken too much. Never rejects. */
export async function runGit(run: GitRun): Promise<GitOutput> {
  const { mostBytes, signal } = run
  const child = startGit(run)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of child.stdout) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > mostBytes) break
    }
  } catch {
    // The stream is destroyed when the signal kills the process.
  }
  const isCut = length > mostBytes
  if (isCut) child.kill()
  const ended = await child.ended
  const bytes = Buffer.concat(chunks).subarray(0, mostBytes)
  if (isCut) return { bytes, end: { kind: 'cut' } }
  if (signal.aborted) return { bytes, end: { kind: 'stopped' } }
  if (ended.kind === 'not-started') return { bytes, end: { kind: 'absent' } }
  if (ended.kind === 'killed') return { bytes, end: { kind: 'crashed' } }
  // The wrapper that bounds it says so when there is no such program.
  if (ended.code === 127) return { bytes, end: { kind: 'absent' } }
  return { bytes, end: { kind: 'exited', code: ended.code } }
}
