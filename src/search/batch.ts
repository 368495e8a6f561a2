import { type Catalog, type CatalogFile, fileAt, pathBelowRoot } from '../corpus/catalog.ts'
import { asSearched } from '../corpus/decode.ts'
import { type OpenFile, openInside, type Refusal } from '../corpus/door.ts'
import type { Limits } from '../limits.ts'
import type { Launcher } from '../process/ahead.ts'
import type { Query } from '../query/query.ts'
import { searchArgs } from '../ripgrep/args.ts'
import { textBytes } from '../ripgrep/events.ts'
import { type Outcome, run } from '../ripgrep/run.ts'
import { argumentsOf, descriptorPath } from './arguments.ts'
import type { Batch, CharsetOf } from './batches.ts'
import { fileLimit, processBounds } from './bounds.ts'
import { type Collected, type Collector, createCollector, type MatchEvent } from './collect.ts'
import { type FileReader, openFileReader } from './file-reader.ts'
import { type Evidence, holding } from './held.ts'
import type { Held } from './verify.ts'

/** What a batch yields, in the order of its files; `ended` comes last, exactly once, maybe before its process is gone. */
export type BatchItem =
  | { readonly type: 'file'; readonly file: CatalogFile; readonly collected: Collected }
  /** Hits that are not shown, since the file is no longer one that is searched, or cannot be read to verify them. */
  | { readonly type: 'dropped'; readonly file: CatalogFile; readonly reason: Dropped }
  | {
      readonly type: 'ended'
      readonly outcome: Outcome
      /** Files, from the first, that have been searched to their end. */
      readonly searched: number
      readonly unreadable: number
      /** Files in which ripgrep has stopped short, since PCRE2's own limits have. */
      readonly givenUp: number
      /** The file that was being searched when the process was stopped, with what was found in it. */
      readonly partial: { readonly file: CatalogFile; readonly collected: Collected } | undefined
    }

export type Dropped = 'binary' | 'large' | 'changed' | 'unreadable'

export interface BatchOptions {
  readonly catalog: Catalog
  readonly rgPath: string
  readonly launcher: Pick<Launcher, 'start'> | undefined
  readonly query: Query
  readonly limits: Limits
  readonly charsetOf: CharsetOf
  /** Matching lines kept of one file. */
  readonly linesPerFile: number
  /** Only lines behind this one are wanted; for a batch of one file. */
  readonly afterLine: number
}

/** Searches a batch with one ripgrep process. */
export async function* searchBatch(
  batch: Batch,
  options: BatchOptions,
  signal: AbortSignal,
): AsyncGenerator<BatchItem> {
  const { catalog, query, limits } = options
  const { positions } = batch
  const opened: OpenFile[] = []
  const reader = openFileReader()
  let current: Current | undefined
  // ripgrep takes explicit paths in the order given, so the next file is always further on.
  let at = -1
  try {
    const given = argumentsOf(catalog, positions, opened)
    const descriptors = opened.map(({ descriptor }) => descriptor)
    const held = await holding(given.paths, options, batch.charset, descriptors, signal)
    const { kept } = held
    const paths = kept ? kept.map((index) => given.paths[index]!) : given.paths
    const placeOf = (index: number) => {
      const argument = kept ? kept[index]! : index
      return given.places ? given.places[argument]! : argument
    }
    const endOf = (outcome: Outcome): BatchItem => {
      const complete = outcome.kind === 'complete'
      const searches = complete ? outcome.searches + held.rejected : 0
      const missing = complete ? Math.max(0, positions.length - searches) : 0
      const isGivenUp = complete && outcome.complaints.includes('PCRE2: error matching')
      return {
        type: 'ended',
        outcome,
        // A file whose search had begun was not finished; all before it were.
        searched: complete ? positions.length : at < 0 ? 0 : placeOf(at) + (current ? 0 : 1),
        unreadable: isGivenUp ? 0 : missing,
        givenUp: isGivenUp ? missing : 0,
        partial: current && partialOf(current),
      }
    }
    if (held.outcome) {
      yield endOf(held.outcome)
      return
    }
    if (paths.length === 0) {
      yield endOf({ kind: 'complete', searches: 0, complaints: '' })
      return
    }
    const events = run({
      rgPath: options.rgPath,
      launcher: options.launcher,
      args: searchArgs(query, paths, {
        maxCount: maxCount(options),
        isEager: batch.isEager,
        charset: batch.charset,
      }),
      cwd: '/',
      signal,
      bounds: processBounds(limits),
      wantsComplaints: query.matcher.pcre2,
      descriptors,
      eventBytes: limits.eventBytes,
    })
    for await (const items of events) {
      for (const item of items) {
        if (item.type === 'ended') {
          if (item.outcome.kind === 'complete') {
            const found = current && partialOf(current)
            if (found) yield { type: 'file', ...found }
            current = undefined
          }
          yield endOf(item.outcome)
          continue
        }
        const { event } = item
        if (event.type === 'begin') {
          const begun = paths.indexOf(textBytes(event.data.path).toString('utf8'), at + 1)
          // A file that has become a directory is searched with all below it; none of that is in the catalog.
          if (begun === -1) continue
          at = begun
          // A file that has not ended is one that ripgrep has given up on.
          const found = current && partialOf(current)
          if (found) yield { type: 'file', ...found }
          const file = fileAt(catalog, positions[placeOf(at)]!)
          current = begin(file, options, reader, held.evidence.get(kept ? kept[at]! : at))
        } else if (event.type === 'match') {
          current?.add(event, item)
        } else if (event.type === 'end' && current) {
          const { file } = current
          let result = current.end()
          if (result === 'changed') result = await again(file, options, signal)
          // Stopped in the middle of that: the file has not been dealt with.
          if (result === 'changed' && signal.aborted) continue
          current = undefined
          if (typeof result === 'string') yield { type: 'dropped', file, reason: result }
          else if (result.matchingLines > 0) yield { type: 'file', file, collected: result }
        }
      }
    }
  } finally {
    reader.close()
    for (const file of opened) file.close()
  }
}

/** One line more than is kept tells "all" from "cut"; lines that an earlier part has shown come before it. */
const maxCount = ({ query, afterLine, linesPerFile }: BatchOptions): number | undefined =>
  // Where a match may span lines, it is matches that ripgrep counts, of which a line may have many.
  afterLine > 0 || query.matcher.multiline ? undefined : linesPerFile + 1

function partialOf({
  file,
  soFar,
}: Current): { file: CatalogFile; collected: Collected } | undefined {
  const collected = soFar()
  return typeof collected === 'string' || collected.matchingLines === 0
    ? undefined
    : { file, collected }
}

const openFile = (file: CatalogFile): OpenFile | Refusal =>
  openInside(file.repository.root, pathBelowRoot(file))

/** It has gone since ripgrep read it; or it is there, and the disk or the system gives no more of it. */
const droppedFor = (refusal: Refusal): Dropped =>
  refusal === 'unreadable' || refusal === 'exhausted' ? 'unreadable' : 'changed'

interface Current {
  readonly file: CatalogFile
  add(event: MatchEvent, held: Held): void
  end(): Collected | Dropped
  soFar(): Collected | Dropped
}

/** Begins to collect a file's lines, reading the file itself through the door. */
function begin(
  file: CatalogFile,
  options: BatchOptions,
  reader: FileReader,
  evidence: readonly Evidence[] | undefined,
): Current {
  const door = openFile(file)
  if (typeof door === 'string') return dropping(file, droppedFor(door))
  try {
    return collecting(file, door, options, reader, evidence)
  } finally {
    door.close()
  }
}

function collecting(
  file: CatalogFile,
  door: OpenFile,
  options: BatchOptions,
  reader: FileReader,
  evidence: readonly Evidence[] = [],
): Current {
  const { limits, linesPerFile: most, afterLine: after, query } = options
  if (door.bytes > limits[fileLimit(query.matcher, limits)]) return dropping(file, 'large')
  let raw: Buffer
  try {
    raw = reader.read(door)
  } catch {
    return dropping(file, 'unreadable')
  }
  const searched = asSearched(raw, options.charsetOf(file.repository)).bytes
  if (searched.includes(0)) return dropping(file, 'binary')
  const collector: Collector = createCollector(searched, {
    limits,
    after,
    most,
    context: query.context,
    multiline: query.matcher.multiline,
  })
  let faithful = evidence.every(
    ({ offset, line }) => line && searched.subarray(offset, offset + line.length).equals(line),
  )
  return {
    file,
    add(event, held) {
      faithful &&= collector.add(event, held)
    },
    end: () => (faithful ? collector.collected() : 'changed'),
    soFar: () => (faithful ? collector.collectedSoFar() : 'changed'),
  }
}

const dropping = (file: CatalogFile, reason: Dropped): Current => ({
  file,
  add() {},
  end: () => reason,
  soFar: () => reason,
})

/** Searches one file once more, by an open descriptor, since it changed while it was searched by name. */
async function again(
  file: CatalogFile,
  options: BatchOptions,
  signal: AbortSignal,
): Promise<Collected | Dropped> {
  const door = openFile(file)
  if (typeof door === 'string') return droppedFor(door)
  const reader = openFileReader()
  try {
    const current = collecting(file, door, options, reader)
    const charset = options.charsetOf(file.repository)
    const paths = [descriptorPath(0)]
    const held = await holding(paths, options, charset, [door.descriptor], signal)
    if (held.outcome || (held.kept?.length === 0 && held.rejected === 0)) return 'changed'
    if (held.kept?.length === 0) return current.end()
    const events = run({
      rgPath: options.rgPath,
      launcher: options.launcher,
      args: searchArgs(options.query, paths, { maxCount: maxCount(options), charset }),
      cwd: '/',
      signal,
      bounds: processBounds(options.limits),
      descriptors: [door.descriptor],
      eventBytes: options.limits.eventBytes,
    })
    for await (const items of events) {
      for (const item of items) {
        if (item.type === 'ended') {
          if (item.outcome.kind !== 'complete' || item.outcome.searches === 0) return 'changed'
        } else if (item.event.type === 'match') {
          current.add(item.event, item)
        }
      }
    }
    return current.end()
  } finally {
    reader.close()
    door.close()
  }
}
