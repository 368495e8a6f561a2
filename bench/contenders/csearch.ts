import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildWith } from '../build.ts'
import type { Contender, Peer, Place, Spelling } from '../contender.ts'
import { asRegex, type Query } from '../queries.ts'

/** Russ Cox's codesearch, from Debian. */
export const csearch: Peer = {
  name: 'csearch',
  about:
    "Debian's package `codesearch`. Index: `CSEARCHINDEX=INDEX cindex -reset TREE`. Started anew for each question as `CSEARCHINDEX=INDEX csearch -n PATTERN`.",
  async start(place) {
    const program = place.peers.program('csearch')
    if (!program) return { missing: 'csearch is not on the PATH' }
    const index = indexOf(place)
    if (!index || !existsSync(index))
      return { missing: 'no index of this corpus: run with --build' }
    return {
      version: (await packaged()) ?? 'unknown version',
      contenders: [contender(place, program, index)],
      stop: async () => undefined,
    }
  },
  async build(place) {
    const program = place.peers.program('cindex')
    const index = indexOf(place)
    if (!program || !index)
      return { missing: 'cindex is not on the PATH, or --peers has no directory' }
    await mkdir(join(index, '..'), { recursive: true })
    const args = ['-reset', place.corpus.directory]
    return buildWith({ program, args, env: { CSEARCHINDEX: index }, outcome: index })
  },
}

function indexOf({ peers, corpus }: Place): string | undefined {
  const indexes = peers.indexes(corpus.name)
  return indexes && join(indexes, 'csearch.index')
}

async function packaged(): Promise<string | undefined> {
  const asked = promisify(execFile)('dpkg-query', ['--show', 'codesearch'])
  return asked.then(
    ({ stdout }) => stdout.trim().replaceAll(/\s+/g, ' '),
    () => undefined,
  )
}

const spell = (query: Query): Spelling => {
  if (query.multiline) return { cannot: 'looks at one line at a time' }
  const pattern = asRegex(query, 're2')
  if ('cannot' in pattern) return pattern
  return { text: `csearch -n ${query.case === 'ignore' ? '-i ' : ''}${pattern.text}` }
}

const contender = (place: Place, program: string, index: string): Contender => ({
  name: 'csearch',
  spell,
  async ask(query) {
    const pattern = asRegex(query, 're2')
    if ('cannot' in pattern) throw new Error(pattern.cannot)
    const run = await place.runner.run({
      program,
      args: ['-n', ...(query.case === 'ignore' ? ['-i'] : []), pattern.text],
      cwd: place.corpus.directory,
      env: { CSEARCHINDEX: index },
      marker: '\n',
    })
    return { firstHit: run.firstHit, whole: run.whole, lines: run.hits, bytes: run.bytes }
  },
})
