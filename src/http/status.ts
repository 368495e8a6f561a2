import { basename } from 'node:path'
import { type Absent, absentReasons, type Catalog } from '../corpus/catalog.ts'
import { type RepositorySummary, summaryOf } from '../corpus/summary.ts'
import { type Limits, limitTable } from '../limits.ts'
import type { LogMode } from '../log.ts'
import type { RecentFailure } from './recent-failures.ts'
import type { Server } from './server.ts'

/**
 * How the server is, for people and programs: `GET /status` as JSON. Numbers are what they are called, in bytes and
 * files; `null` is what is not known yet, or is not there. Nothing in it tells where on the machine anything is.
 */
export interface Status {
  readonly version: string
  readonly ripgrep: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly uptimeSeconds: number
  /** `null` until there is a first listing. */
  readonly corpus: CorpusStatus | null
  readonly scan: {
    readonly running: boolean
    /** Files looked at by it, or by the last one. */
    readonly looked: number
    readonly trouble: string | null
  }
  /** `null` if the server was told to do without. */
  readonly index: IndexAccount | null
  readonly searches: {
    readonly running: number
    readonly waiting: number
    readonly processes: number
    /** Of the processes, those of searches that take long. */
    readonly slow: number
    /** Of those that wait, how many each client has, the most first. */
    readonly waitingByClient: readonly number[]
  }
  /** What went wrong lately, the latest first: a kind of failure, or `time` or `crash` where that cut an answer. */
  readonly failures: readonly RecentFailure[]
  /** What is written of requests: `off`, `requests`, `queries`. */
  readonly log: LogMode
  readonly metrics: boolean
  readonly limits: readonly {
    readonly name: string
    readonly value: number
    readonly unit: string
  }[]
}

export interface CorpusStatus extends Holding {
  readonly generation: string
  /** Whether every file has been looked at. */
  readonly complete: boolean
  /** ISO 8601. */
  readonly scannedAt: string
  /** Whether changes since then are heard of at once. */
  readonly watched: boolean
  /** Files that are known to have changed since; `null` if they are too many to be counted. */
  readonly changed: number | null
  readonly repositories: readonly (Holding & { readonly name: string; readonly kind: string })[]
}

/** What a repository, or all of them, hold. */
interface Holding {
  /** Listed, also those that are not searched. */
  readonly files: number
  readonly bytes: number
  /** `null` until counted. */
  readonly lines: number | null
  readonly leftOut: Readonly<Record<LeftOutReason, number | null>>
}

export const leftOutReasons = ['binary', 'large', 'unreadable', ...absentReasons] as const
export type LeftOutReason = (typeof leftOutReasons)[number]

export interface IndexAccount {
  /** Whether it has once held every file that it can. */
  readonly ready: boolean
  readonly building: { readonly done: number; readonly of: number } | null
  readonly segments: number
  readonly documents: number
  /** On disk, and of the text that it is about. */
  readonly bytes: number
  readonly textBytes: number
  /** Files that it does not know, so that every search reads them; `null` before the first look at all files. */
  readonly unindexed: number | null
  readonly trouble: string | null
}

/** From what is known already: no file is touched, and the sums are made once for each catalog. */
export function serverStatus(server: Server): Status {
  const { corpus, slots, config } = server
  const { catalog } = corpus
  return {
    version: server.version,
    ripgrep: server.ripgrep,
    startedAt: new Date(server.startedAtMs).toISOString(),
    uptimeSeconds: Math.round((performance.now() - server.began) / 1_000),
    corpus: catalog ? corpusStatus(server, catalog) : null,
    scan: {
      running: corpus.isScanning,
      looked: corpus.looked,
      trouble: withoutPlaces(server, corpus.trouble),
    },
    index: indexAccount(server),
    searches: {
      ...{ running: slots.searches, waiting: slots.waiting, processes: slots.running },
      ...{ slow: slots.slow, waitingByClient: slots.waitingByClient },
    },
    failures: server.failures.all,
    log: config.log,
    metrics: config.metrics,
    limits: Object.entries(limitTable).map(([key, { name, unit }]) => ({
      name,
      value: config.limits[key as keyof Limits],
      unit,
    })),
  }
}

function corpusStatus({ corpus }: Server, catalog: Catalog): CorpusStatus {
  const { positions } = corpus.changedSince(catalog)
  return {
    generation: catalog.generation,
    complete: catalog.complete,
    scannedAt: new Date(catalog.scannedAtMs).toISOString(),
    watched: corpus.isWatched,
    changed: positions === 'all' ? null : positions.length,
    ...holdingsOf(catalog),
  }
}

type Holdings = Pick<CorpusStatus, 'repositories' | keyof Holding>

const holdings = new WeakMap<Catalog['repositories'], Holdings>()

/** Summed up once for each catalog: a corpus may have thousands of repositories. */
function holdingsOf(catalog: Catalog): Holdings {
  const known = holdings.get(catalog.repositories)
  if (known) return known
  const { repositories } = summaryOf(catalog)
  // The counts of what is not in the catalog change without its files.
  const absent = new Map(catalog.repositories.map(({ name, absent }) => [name, absent]))
  const each = repositories.map((summary) => {
    const { name, kind } = summary.repository
    return { name, kind, ...holdingOf(catalog, summary, absent.get(name)) }
  })
  const holding = { ...each.reduce(addHoldings, nothing), repositories: each }
  holdings.set(catalog.repositories, holding)
  return holding
}

function holdingOf(
  { complete }: Catalog,
  { files, bytes, lines, binary, large, unreadable }: RepositorySummary,
  absent: Absent | undefined,
): Holding {
  const shut = absent?.shut ?? 0
  const reasons = absentReasons.map((reason) => [reason, absent?.[reason] ?? null] as const)
  return {
    files,
    bytes,
    lines: complete ? lines : null,
    leftOut: {
      ...{
        binary: complete ? binary : null,
        large,
        unreadable: complete ? unreadable + shut : null,
      },
      ...(Object.fromEntries(reasons) as Record<keyof Absent, number | null>),
    },
  }
}

const nothing: Holding = {
  files: 0,
  bytes: 0,
  lines: 0,
  leftOut: { binary: 0, large: 0, unreadable: 0, ignored: 0, hidden: 0, links: 0, special: 0 },
}

function addHoldings(a: Holding, b: Holding): Holding {
  const sum = (x: number | null, y: number | null) => (x === null || y === null ? null : x + y)
  const reasons = leftOutReasons.map((reason) => [
    reason,
    sum(a.leftOut[reason], b.leftOut[reason]),
  ])
  return {
    files: a.files + b.files,
    bytes: a.bytes + b.bytes,
    lines: sum(a.lines, b.lines),
    leftOut: Object.fromEntries(reasons) as Holding['leftOut'],
  }
}

function indexAccount(server: Server): IndexAccount | null {
  if (!server.index) return null
  const { isReady, building, segments, documents, bytes, textBytes, unindexed, trouble } =
    server.index.status
  return {
    ready: isReady,
    building: building ?? null,
    ...{ segments, documents, bytes, textBytes, unindexed: unindexed ?? null },
    trouble: withoutPlaces(server, trouble),
  }
}

/** What went wrong, for those who are not to know where on the machine anything is: of a path its last name is left. */
function withoutPlaces({ config, corpus }: Server, trouble: string | undefined): string | null {
  if (trouble === undefined) return null
  // Those that may hold spaces, and then any other.
  const roots = [
    ...config.roots.map(({ directory }) => directory),
    ...(corpus.catalog?.repositories ?? []).map(({ root }) => root),
    config.indexDirectory ?? '/',
  ].filter((root) => root !== '/')
  return [...new Set(roots)]
    .sort((a, b) => b.length - a.length)
    .reduce((text, root) => text.replaceAll(root, basename(root)), trouble)
    .replace(/(?<=^|[\s'"(])\/(?:[^\s'"/]+\/)*(?=[^\s'"/])/g, '')
}
