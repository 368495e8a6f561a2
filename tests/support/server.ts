import type { AddressInfo } from 'node:net'
import { rgPath } from '@vscode/ripgrep'
import type { FastifyInstance } from 'fastify'
import { afterAll } from 'vitest'
import type { Charset } from '../../src/charset.ts'
import type { Config } from '../../src/config.ts'
import type { Catalog } from '../../src/corpus/catalog.ts'
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts'
import { buildApp } from '../../src/http/app.ts'
import { type Index, openIndex } from '../../src/index/keeper.ts'
import { defaultLimits, type Limits } from '../../src/limits.ts'
import type { LogMode } from '../../src/log.ts'
import { createSlots, type Slots } from '../../src/process/slots.ts'
import { openLauncher } from '../../src/search/launcher.ts'
import { makeTree, type Tree } from './tree.ts'

export interface ServerOptions {
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<Limits>
  /** A ripgrep other than our own. */
  readonly rgPath?: string
  /** A git other than the one that is installed. */
  readonly gitPath?: string
  /** Begins and ends with `/`. */
  readonly basePath?: string
  readonly hidden?: boolean
  readonly pcre2?: boolean
  readonly trustProxy?: readonly string[]
  /** Names by which it may be asked for; any, if none are given. */
  readonly hosts?: readonly string[]
  readonly log?: LogMode
  /** On unless said. */
  readonly metrics?: boolean
  /** What repositories, by name, are read as. */
  readonly encodings?: Readonly<Record<string, Charset>>
  readonly codeHosts?: Readonly<Record<string, string>>
  readonly editor?: string
  /** 0, the default: the files never change. */
  readonly rescanMs?: number
  /** With an index, in a directory of its own, which is ready when the server is. */
  readonly index?: boolean
  /** Whether processes of searches are started ahead, as those of the program are. */
  readonly launcher?: boolean
  /** Where the files of revisions are written; a directory of its own unless said. */
  readonly revisionDirectory?: string
}

/** A server in this process, on a free port, whose every file has been looked at. It ends with the test file. */
export interface TestServer {
  /** `http://127.0.0.1:PORT` and the base path, with a `/` at its end. */
  readonly url: string
  readonly app: FastifyInstance
  readonly config: Config
  readonly corpus: Corpus
  readonly index: Index | undefined
  readonly slots: Slots
  /** Its catalog of now, which is complete. */
  readonly catalog: Catalog
  /** Fetches an address below `url`; redirects are not followed. */
  get(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

const servers = new Set<TestServer>()
afterAll(async () => {
  for (const server of servers) await server.close()
})

/** @param trees each is a repository that bears its directory's name, or the name it is given here */
export async function startServer(
  trees: Tree | Readonly<Record<string, Tree>>,
  options: ServerOptions = {},
): Promise<TestServer> {
  const limits = { ...defaultLimits, slots: 2, queue: 16, ...options.limits }
  const roots =
    typeof trees.root === 'string'
      ? [{ directory: trees.root, name: undefined }]
      : Object.entries(trees as Record<string, Tree>).map(([name, { root }]) => ({
          directory: root,
          name,
        }))
  const config = {
    host: '127.0.0.1',
    port: 0,
    basePath: options.basePath ?? '/',
    hidden: options.hidden ?? false,
    trustProxy: options.trustProxy ?? [],
    hosts: options.hosts,
    log: options.log ?? 'off',
    metrics: options.metrics ?? true,
    rescanMs: options.rescanMs ?? 0,
    indexDirectory: options.index ? `${makeTree().root}/index` : undefined,
    revisionDirectory: options.revisionDirectory ?? `${makeTree().root}/revisions`,
    rgPath: options.rgPath ?? rgPath,
    gitPath: options.gitPath ?? 'git',
    pcre2: options.pcre2 ?? false,
    encodings: new Map(Object.entries(options.encodings ?? {})),
    codeHosts: new Map(Object.entries(options.codeHosts ?? {})),
    editor: options.editor,
    limits,
    roots,
    isDemo: false,
    missingCorpus: undefined,
  }
  // The corpus is listed by the real ripgrep also where searches are run by another.
  const corpus = openCorpus({
    roots,
    hidden: config.hidden,
    rgPath,
    maxFileBytes: limits.fileBytes,
    rescanMs: config.rescanMs,
  })
  const index =
    config.indexDirectory === undefined
      ? undefined
      : openIndex({ corpus, directory: config.indexDirectory, maxFileBytes: limits.fileBytes })
  const slots = createSlots({
    count: limits.slots,
    queue: limits.queue,
    waitMs: limits.waitSeconds * 1_000,
  })
  const launcher = options.launcher ? openLauncher(config.rgPath, config.limits) : undefined
  const app = await buildApp({
    ...{ config, corpus, index, slots, launcher },
    ...{ version: '0.0.0', ripgrep: '15.0.0' },
  })
  await app.listen({ host: config.host, port: 0 })
  await index?.ready
  await corpus.complete
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}${config.basePath}`
  const server: TestServer = {
    url,
    app,
    config,
    corpus,
    index,
    slots,
    get catalog() {
      return corpus.catalog!
    },
    get: (path, init) => fetch(new URL(path, url), { redirect: 'manual', ...init }),
    async close() {
      servers.delete(server)
      await app.close()
    },
  }
  servers.add(server)
  return server
}

/** The events of a JSON-lines answer, read to its end. */
// biome-ignore lint/suspicious/noExplicitAny: what a test expects of an event, its assertions say
export async function jsonLines(answer: Response): Promise<any[]> {
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line))
}

/** Fetches what may have to be made first, such as the files of a revision: again and again, as one is told to. */
export async function getMade(server: TestServer, path: string): Promise<Response> {
  for (;;) {
    const answer = await server.get(path)
    const isUnderway =
      answer.status === 503 && /isUnderway|data-again/.test(await answer.clone().text())
    if (!isUnderway) return answer
  }
}
