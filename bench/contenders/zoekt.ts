import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildWith } from '../build.ts'
import type { Contender, Peer, Place, Spelling } from '../contender.ts'
import { answerOf, keptConnection, type TimedRequest, timed } from '../http.ts'
import { asRegex, type Query } from '../queries.ts'
import { adopt, freePort, startServer, untilItAnswers } from '../server.ts'

/** `**`, since a single star matches no name with a slash in it, and files over 2 MB would be left out. */
const indexOptions = ['-disable_ctags', '-large_file', '**', '-parallelism', '2']

/** Sourcegraph's Zoekt: its JSON API and its page. */
export const zoekt: Peer = {
  name: 'Zoekt',
  about: `Installed as its own documentation says; the bench needs \`zoekt-index\` and \`zoekt-webserver\`. Index: \`zoekt-index ${indexOptions.join(' ').replace('**', "'**'")} -index INDEX TREE\`. Started: \`zoekt-webserver -index INDEX -listen 127.0.0.1:PORT -rpc\`. The API is asked without limits of its own and with two lines of context.`,
  async start(place) {
    const running = place.peers.url('zoekt')
    if (running) return adopt(running, both(running), place)
    const program = place.peers.program('zoekt-webserver')
    if (!program) return { missing: 'zoekt-webserver is neither among the peers nor on the PATH' }
    const index = indexOf(place)
    if (!index || !existsSync(index))
      return { missing: 'no index of this corpus: run with --build' }
    const port = await freePort()
    const args = ['-index', index, '-listen', `127.0.0.1:${port}`, '-rpc']
    const server = startServer(program, args)
    const contenders = both(`http://127.0.0.1:${port}/`)
    const firstAnswer = await untilItAnswers(contenders[0]!, place, server)
    return {
      version: place.peers.version('zoekt') ?? 'unknown version',
      contenders,
      pid: server.pid,
      firstAnswer,
      stop: server.stop,
    }
  },
  async build(place) {
    const program = place.peers.program('zoekt-index')
    const index = indexOf(place)
    if (!program || !index) {
      return {
        missing:
          'zoekt-index is neither among the peers nor on the PATH, or --peers has no directory',
      }
    }
    await rm(index, { recursive: true, force: true })
    await mkdir(index, { recursive: true })
    const args = [...indexOptions, '-index', index, place.corpus.directory]
    return buildWith({ program, args, outcome: index })
  },
}

function indexOf({ peers, corpus }: Place): string | undefined {
  const indexes = peers.indexes(corpus.name)
  return indexes && join(indexes, 'zoekt')
}

const both = (url: string): readonly Contender[] => [api(url), page(url)]

/** In Zoekt's language: the content, not the name, in quotes, where a backslash takes the next character as it is. */
function spell(query: Query): Spelling {
  const pattern = asRegex(query, 're2')
  if ('cannot' in pattern) return pattern
  const quoted = pattern.text.replaceAll(/["\\]/g, '\\$&')
  return { text: `content:"${quoted}" case:${query.case === 'ignore' ? 'no' : 'yes'}` }
}

function spelled(query: Query): string {
  const spelling = spell(query)
  if ('cannot' in spelling) throw new Error(spelling.cannot)
  return spelling.text
}

function api(url: string): Contender {
  const agent = keptConnection()
  const request = (query: Query): TimedRequest => {
    const most = query.limit ?? 1_000_000
    const limits = { TotalMaxMatchCount: most, ShardMaxMatchCount: most }
    const shown = query.limit === undefined ? {} : { MaxMatchDisplayCount: query.limit }
    const Opts = { ...limits, ...shown, NumContextLines: 2 }
    return { url: `${url}api/search`, body: JSON.stringify({ Q: spelled(query), Opts }) }
  }
  return {
    name: 'Zoekt API',
    spell,
    request,
    // Only a match says in a boolean whether it is in the file's name.
    ask: async (query) => answerOf(await timed(request(query), '"FileName":false', agent)),
  }
}

function page(url: string): Contender {
  const agent = keptConnection()
  const request = (query: Query): TimedRequest => {
    const parameters = new URLSearchParams({ q: spelled(query), num: '2000', ctx: '2' })
    return { url: `${url}search?${parameters}` }
  }
  return {
    name: 'Zoekt page',
    spell,
    request,
    hitSelector: '#results table b',
    ask: async (query) => answerOf(await timed(request(query), '<td style="width: 1%', agent)),
  }
}
