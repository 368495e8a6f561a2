import type { Catalog, Repository } from '../corpus/catalog.ts'
import { type Failure, failed, type Result, succeeded } from '../failure.ts'
import { type Blame, type BlameRun, blame } from '../git/blame.ts'
import { mapLines } from '../git/line-map.ts'
import type { Look } from '../git/look.ts'
import { readBlob } from '../git/tree.ts'
import { findAtCommit, lookAt } from './at-revision.ts'
import { visible } from './marks.ts'
import { commitName } from './pinned.ts'
import type { Server } from './server.ts'

/** What stands beside the lines of a page, as `views/blame-cell.eta` shows it. */
export interface Beside {
  /** For each line, from the first of the page: a cell, or `null` where the one above goes on. */
  readonly cells: readonly (BlameCell | null)[]
  /** What is to be said of all of it, in words. */
  readonly note: string | undefined
}

export interface BlameCell {
  /** In words, where there is no commit. */
  readonly text: string | undefined
  readonly commit: ReturnType<typeof commitName> | undefined
  /** The lines as they were before that commit. */
  readonly before: string | undefined
}

/** Lines of a page: 1-based, both there. */
export interface Lines {
  readonly from: number
  readonly to: number
}

export interface BlameRequest {
  readonly repository: Repository
  readonly path: Buffer
  /** `undefined` for the file as it is now. */
  readonly revision: string | undefined
  /** The file as it is shown. */
  readonly content: Buffer
}

/** Who wrote the lines of a page. Never fails: what could not be found out is said. */
export async function blameBeside(
  server: Server,
  catalog: Catalog,
  request: BlameRequest,
  lines: Lines,
  signal: AbortSignal,
): Promise<Beside> {
  const nothing = (note: string) => ({ cells: [], note })
  if (lines.to < lines.from) return nothing('There is no line to blame.')
  const told = await lookAt(server, request.repository, signal, (look) =>
    lookUp(server, catalog, look, request, lines, signal),
  )
  if (!told.ok) return nothing(`There is no blame: ${told.failure.message}`)
  const { runs, cutBy, isNew } = told.value
  const cells = cellsOf(server, request, lines, runs, cutBy !== undefined)
  const note = isNew
    ? 'git knows nothing of this file: it has not been committed.'
    : cutBy === 'time'
      ? `git did not come to an end within ${server.config.limits.gitSeconds} seconds (max-git-seconds): what is not blamed here was not looked up.`
      : cutBy && 'git told more than is read: what is not blamed here was not looked up.'
  return { cells, note: note || undefined }
}

interface Told extends Blame {
  readonly isNew: boolean
}

async function lookUp(
  server: Server,
  catalog: Catalog,
  look: Look,
  { repository, path, revision, content }: BlameRequest,
  { from, to }: Lines,
  signal: AbortSignal,
): Promise<Result<Told>> {
  const text = path.toString('utf8')
  if (!Buffer.from(text).equals(path)) return failed(unnamed)
  const at = revision ?? 'HEAD'
  const found = await findAtCommit(server, catalog, look, repository, at, path, signal)
  if (!found.ok) {
    const isNew = revision === undefined && found.failure.kind === 'not-found'
    return isNew ? succeeded({ runs: [], cutBy: undefined, isNew }) : found
  }
  const { refs, commit, entry } = found.value
  if (entry?.kind !== 'file') return failed(unnamed)
  if (revision !== undefined) {
    const runs = await blame(look, refs.format, commit, text, from, to)
    return succeeded({ ...runs, isNew: false })
  }
  // The work tree's file is not git's to read: filters that its configuration names would run.
  const most = server.config.limits.fileBytes
  const before = linesOf(await readBlob(look, refs.format, entry.id, most))
  const map = await mapLines(before, linesOf(content))
  const old = [...map.subarray(from - 1, to)].filter((line) => line !== -1)
  if (old.length === 0) return succeeded({ runs: [], cutBy: undefined, isNew: false })
  const [first, last] = [old[0]! + 1, old.at(-1)! + 1]
  const told = await blame(look, refs.format, commit, text, first, last)
  return succeeded({ runs: moved(told.runs, map, from, to), cutBy: told.cutBy, isNew: false })
}

const unnamed: Failure = {
  kind: 'not-found',
  message: 'git’s names of files are text here, and this one’s is not, or it is no file there.',
}

/** As git counts lines; an end of two characters is one of one. */
function linesOf(content: Buffer): readonly string[] {
  const lines = content.toString('latin1').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

/** Runs of the old file's lines as runs of the new one's. @param map see `mapLines` */
function moved(
  runs: readonly BlameRun[],
  map: Int32Array,
  from: number,
  to: number,
): readonly BlameRun[] {
  const found: BlameRun[] = []
  let nth = 0
  for (let line = from; line <= to; line++) {
    const old = map[line - 1]! + 1
    if (old === 0) continue
    while (nth < runs.length && runs[nth]!.from + runs[nth]!.count <= old) nth++
    const run = runs[nth]
    if (!run || run.from > old) continue
    const last = found.at(-1)
    const origin = run.origin + old - run.from
    const goesOn =
      last &&
      last.from + last.count === line &&
      last.commit === run.commit &&
      last.path === run.path
    if (goesOn) found[found.length - 1] = { ...last, count: last.count + 1 }
    else found.push({ ...run, from: line, count: 1, origin })
  }
  return found
}

function cellsOf(
  server: Server,
  { repository, revision }: BlameRequest,
  { from, to }: Lines,
  runs: readonly BlameRun[],
  isCut: boolean,
): readonly (BlameCell | null)[] {
  const now = Date.now()
  const cells: (BlameCell | null)[] = []
  const without = revision === undefined && !isCut ? 'Not committed' : 'Not looked up'
  let last: BlameRun['commit'] | undefined
  let nth = 0
  for (let line = from; line <= to; line++) {
    while (nth < runs.length && runs[nth]!.from + runs[nth]!.count <= line) nth++
    const run = runs[nth] && runs[nth]!.from <= line ? runs[nth] : undefined
    if (line > from && run?.commit === last) cells.push(null)
    else if (!run) cells.push({ text: without, commit: undefined, before: undefined })
    else cells.push(cellOf(server, repository, run, line, now))
    last = run?.commit
  }
  return cells
}

function cellOf(
  server: Server,
  repository: Repository,
  { commit, from, origin }: BlameRun,
  line: number,
  nowMs: number,
): BlameCell {
  const { before } = commit
  const name = commitName(server, repository, commit, nowMs)
  return {
    text: undefined,
    // The history that is here begins with it: it may be older.
    commit: commit.isBoundary ? { ...name, subject: visible(`${name.subject} (or before)`) } : name,
    before:
      before &&
      server.links.blame(
        { repository, path: Buffer.from(before.path), revision: before.id },
        origin + line - from,
      ),
  }
}
