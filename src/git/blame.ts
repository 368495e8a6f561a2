import type { Look, Part } from './look.ts'
import type { ObjectFormat } from './run.ts'

/** Lines that follow each other and come from one commit. */
export interface BlameRun {
  /** The first of them, 1-based, in the file that was asked about. */
  readonly from: number
  readonly count: number
  readonly commit: BlamedCommit
  /** The first of them as it is in the commit, and what the file is called there. */
  readonly origin: number
  readonly path: string
}

export interface BlamedCommit {
  readonly id: string
  readonly author: string
  /** Seconds since 1970. */
  readonly authoredAt: number
  readonly subject: string
  /** The file before this commit, if it was there. */
  readonly before: { readonly id: string; readonly path: string } | undefined
  /** Whether the history that is here ends with it, as in a shallow clone. */
  readonly isBoundary: boolean
}

export interface Blame {
  /** By their first lines. */
  readonly runs: readonly BlameRun[]
  /** Why there are lines without one. */
  readonly cutBy: Part['cutBy']
}

/**
 * Who wrote the lines of a file last.
 *
 * @param commit its whole id
 * @param path as text
 * @param from the first line, 1-based
 * @param to the last one; it has to be there
 */
export async function blame(
  look: Look,
  format: ObjectFormat,
  commit: string,
  path: string,
  from: number,
  to: number,
): Promise<Blame> {
  // Told as it is found, so that what is known when the time is up is known.
  const args = ['blame', '--incremental', `-L${from},${to}`, commit, '--', path]
  const { bytes, cutBy } = await look.part(format, args)
  return { runs: parseBlame(bytes.toString('utf8')), cutBy }
}

/** Reads `git blame --incremental`; what is not told to its end is left out. */
export function parseBlame(text: string): readonly BlameRun[] {
  const commits = new Map<string, BlamedCommit>()
  const runs: BlameRun[] = []
  let head: RegExpExecArray | undefined
  let told = new Map<string, string>()
  const lines = text.split('\n')
  // What stands behind the last line end has not been written to its end.
  for (const line of lines.slice(0, -1)) {
    if (!head) {
      head = /^([0-9a-f]{40,64}) (\d+) (\d+) (\d+)$/.exec(line) ?? undefined
      told = new Map()
      continue
    }
    const space = line.indexOf(' ')
    const name = space === -1 ? line : line.slice(0, space)
    told.set(name, space === -1 ? '' : line.slice(space + 1))
    if (name !== 'filename') continue
    const [, id, origin, from, count] = head
    // A commit is described the first time only.
    const commit = commits.get(id!) ?? commitOf(id!, told)
    commits.set(id!, commit)
    const path = unquoted(told.get('filename')!)
    runs.push({ from: Number(from), count: Number(count), commit, origin: Number(origin), path })
    head = undefined
  }
  return runs.sort((a, b) => a.from - b.from)
}

function commitOf(id: string, told: ReadonlyMap<string, string>): BlamedCommit {
  const [, beforeId, beforePath] = /^([0-9a-f]{40,64}) (.*)$/.exec(told.get('previous') ?? '') ?? []
  return {
    id,
    author: told.get('author') ?? '',
    authoredAt: Number(told.get('author-time')),
    subject: told.get('summary') ?? '',
    before: beforeId === undefined ? undefined : { id: beforeId, path: unquoted(beforePath!) },
    isBoundary: told.has('boundary'),
  }
}

/** A path as git quotes it where it is not plain. */
function unquoted(path: string): string {
  if (!/^".*"$/.test(path)) return path
  const escapes: Readonly<Record<string, string>> = {
    ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  }
  const bytes = [...path.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)].map(
    ([, octal, mark, plain]) =>
      octal !== undefined
        ? Buffer.from([Number.parseInt(octal, 8)])
        : Buffer.from(mark !== undefined ? (escapes[mark] ?? mark) : plain!),
  )
  return Buffer.concat(bytes).toString('utf8')
}
