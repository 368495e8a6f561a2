import { execFileSync } from 'node:child_process'
import { realpath, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Contender, Peer, Place, Spelling } from '../contender.ts'
import { answerOf, keptConnection, type TimedRequest, timed } from '../http.ts'
import { asRegex, type Query } from '../queries.ts'
import { adopt, freePort, startServer, untilItAnswers } from '../server.ts'

/** Simon Willison's datasette-ripgrep: a page, and no index. */
export const datasette: Peer = {
  name: 'datasette-ripgrep',
  about:
    'From PyPI: `pip install datasette datasette-ripgrep`. Started: `datasette -m metadata.json -h 127.0.0.1 -p PORT`, where the metadata configures the plugin with `path` TREE, `time_limit` 30 and `max_lines` 1,000,000, so that its answers are whole, and the same `rg` comes first on the PATH.',
  async start(place) {
    const running = place.peers.url('datasette')
    if (running) return adopt(running, [contender(running)], place)
    const program = place.peers.program('datasette')
    if (!program) return { missing: 'datasette is neither among the peers nor on the PATH' }
    const metadata = join(place.scratch, `datasette-${place.corpus.name}.json`)
    await writeFile(metadata, await configuration(place))
    const port = await freePort()
    const args = ['-m', metadata, '-h', '127.0.0.1', '-p', String(port)]
    const path = [dirname(place.rg), process.env.PATH ?? ''].join(delimiter)
    const server = startServer(program, args, { PATH: path })
    const asked = contender(`http://127.0.0.1:${port}/`)
    const firstAnswer = await untilItAnswers(asked, place, server)
    return {
      version: version(program),
      contenders: [asked],
      pid: server.pid,
      firstAnswer,
      stop: server.stop,
    }
  },
}

const configuration = async ({ corpus }: Place): Promise<string> =>
  JSON.stringify({
    plugins: {
      'datasette-ripgrep': {
        path: await realpath(corpus.directory),
        time_limit: 30,
        max_lines: 1_000_000,
      },
    },
  })

function version(program: string): string {
  const own = execFileSync(program, ['--version']).toString().trim()
  const plugins: readonly { name: string; version: string }[] = JSON.parse(
    execFileSync(program, ['plugins']).toString(),
  )
  const plugin = plugins.find(({ name }) => name === 'datasette-ripgrep')
  return `${own}, datasette-ripgrep ${plugin?.version ?? 'is not installed'}`
}

function spell(query: Query): Spelling {
  if (query.multiline || query.pcre2) return { cannot: 'has no switch for it' }
  return { text: decodeURIComponent(parametersOf(query).toString().replaceAll('+', ' ')) }
}

function parametersOf(query: Query): URLSearchParams {
  const isLiteral = query.syntax === 'literal' && !query.word
  const pattern = asRegex(query, 're2')
  if ('cannot' in pattern) throw new Error(pattern.cannot)
  return new URLSearchParams({
    pattern: isLiteral ? query.pattern : pattern.text,
    ...(isLiteral ? { literal: 'on' } : {}),
    ...(query.case === 'ignore' ? { ignore: 'on' } : {}),
  })
}

function contender(url: string): Contender {
  const agent = keptConnection()
  const request = (query: Query): TimedRequest => ({
    url: `${url}-/ripgrep?${parametersOf(query)}`,
  })
  return {
    name: 'datasette-ripgrep',
    spell,
    request,
    hitSelector: 'pre.match',
    ask: async (query) => answerOf(await timed(request(query), '<pre class="match', agent)),
  }
}
