import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Corpus } from '../contender.ts'
import { address } from '../contenders/ripline.ts'
import { untilIndexed } from '../contenders/ripline-options.ts'
import { type ServerProcess, startServer } from '../server.ts'

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

/** What the rows share. */
export interface Ground {
  readonly corpus: Corpus
  readonly rg: string
  /** Where the index is kept from row to row. */
  readonly cache: string
  /** How long a row of load lasts. */
  readonly seconds: number
  /** Of the runs of what is random: all of them, 1, unless there is less time. */
  readonly share: number
  /** Words that stand in few files. */
  readonly words: readonly string[]
}

/** A ripline that runs as it is delivered, but for what is said here. */
export interface Served extends ServerProcess {
  /** With a `/` at its end. */
  readonly url: string
}

/** Ripgreps that may be at work at once: a slot and a place in the slow lane for each core. */
export const mostRipgreps = 2 * cpus().length

/**
 * Starts ripline on the corpus and waits for its index. Who asks is told apart by what a proxy on this machine says, and
 * nobody is refused for asking often: the rows say how often.
 */
export async function serve(ground: Ground, options: readonly string[] = []): Promise<Served> {
  const server = startServer(process.execPath, [
    ...[bin, '--port=0', `--cache=${ground.cache}`],
    ...['--trust-proxy=127.0.0.1', '--max-searches-per-minute=0'],
    ...[...options, ground.corpus.directory],
  ])
  const url = await address(server)
  await untilIndexed(url)
  return { ...server, url }
}

/** The address of a search of the corpus, as JSON lines. */
export const searchUrl = (
  { url }: Served,
  pattern: string,
  parameters: Readonly<Record<string, string>> = {},
): string => `${url}api/search?${new URLSearchParams({ q: pattern, ...parameters })}`
