import type { FastifyInstance, FastifyRequest } from 'fastify'
import { limitTable } from '../limits.ts'
import { parseQueryString } from '../query/query-string.ts'
import { sendFailure } from './errors.ts'
import { layout } from './layout.ts'
import { leftOutTexts } from './left-out.ts'
import { visible } from './marks.ts'
import { type Server, sentUrl } from './server.ts'
import {
  type CorpusStatus,
  type IndexAccount,
  leftOutReasons,
  type Status,
  serverStatus,
} from './status.ts'
import { count, longDuration, moment, plural, size } from './words.ts'

/** `GET /status`: what is served and how it is, for people; as JSON by `Accept` or `?format=json`. Never waits. */
export function statusPage(app: FastifyInstance, server: Server): void {
  app.get('/status', async (request, reply) => {
    const format = wantedFormat(request)
    if (format === undefined) {
      return sendFailure(server, request, reply, {
        kind: 'bad-parameter',
        parameter: 'format',
        message: 'format takes html or json here',
      })
    }
    const status = serverStatus(server)
    reply.header('vary', 'accept')
    if (format === 'json') return reply.send(status)
    const { head, foot } = await layout(server, {
      title: 'Status · ripline',
      noindex: true,
      styles: ['listing.css', 'status.css'],
    })
    const body = await server.render('status', statusView(server, status))
    return reply.type('text/html; charset=utf-8').send(head + body + foot)
  })
}

/** `undefined` if the one that is asked for is none. */
function wantedFormat(request: FastifyRequest): 'html' | 'json' | undefined {
  const parameters = parseQueryString(sentUrl(request))
  const values = parameters.ok ? (parameters.value.get('format') ?? []) : []
  if (values.length > 1) return undefined
  const format = values[0] ?? ''
  if (format === 'html' || format === 'json') return format
  if (format !== '') return undefined
  const accept = request.headers.accept ?? ''
  return /application\/json/i.test(accept) && !/text\/html/i.test(accept) ? 'json' : 'html'
}

/** Something that is said of something. */
interface Term {
  readonly term: string
  readonly text: string
  /** ISO 8601, if the text is a time. */
  readonly time?: string
  /** Whether it is something that the operator should see to. */
  readonly alert?: boolean
}

/** More rows than these make no page. */
const mostRows = 500

function statusView(server: Server, status: Status) {
  const { corpus, index, limits } = status
  const repositories = corpus?.repositories ?? []
  return {
    verdict: verdictOf(status),
    json: `${server.links.status}?format=json`,
    server: serverTerms(server, status),
    corpus: corpus && {
      terms: corpusTerms(server, corpus, status.scan),
      repositories: repositories.slice(0, mostRows).map(({ name, files, bytes, leftOut }) => ({
        name: visible(name),
        url: server.links.directory(name, ''),
        files: count(files),
        size: size(bytes),
        leftOut: leftOutReasons
          .filter((reason) => leftOut[reason] !== null && leftOut[reason] !== 0)
          .map((reason) => `${count(leftOut[reason]!)} ${shortReasons[reason]}`)
          .join(', '),
      })),
      more: repositories.length > mostRows ? count(repositories.length - mostRows) : undefined,
    },
    failures: status.failures.map(({ at, what, requestId }) => ({
      ...{ at, moment: moment(at), requestId },
      text: failureTexts[what] ?? what,
    })),
    index: index && { building: index.building, terms: indexTerms(index) },
    limits: limits.map(({ name, value, unit }) => {
      const { help } = Object.values(limitTable).find((limit) => limit.name === name)!
      return {
        name,
        value: unit === 'bytes' && value >= 10_000 ? size(value) : `${count(value)} ${unit}`,
        help: help.replace(/; 0 .*$/, ''),
      }
    }),
  }
}

/** The one sentence for who does not read on. */
function verdictOf({ corpus, scan, index }: Status): string {
  if (!corpus) return 'The corpus is being listed; searches wait for that.'
  if (scan.trouble !== null || (index && index.trouble !== null)) {
    return 'Searching works. Something went wrong that the operator should look at; it is said below.'
  }
  if (!corpus.complete) return 'Searching works; the files are still being looked at.'
  if (index && !index.ready) {
    return 'Searching works, and reads every file: the index is not ready yet.'
  }
  return 'Everything is in order.'
}

function serverTerms(
  server: Server,
  { searches, startedAt, uptimeSeconds, log, metrics }: Status,
): Term[] {
  const { slots, queue } = server.config.limits
  return [
    { term: 'ripline', text: server.version },
    { term: 'ripgrep', text: server.ripgrep },
    { term: 'Running for', text: longDuration(uptimeSeconds), time: startedAt },
    {
      term: 'Searches running',
      text: `${count(searches.running)}, with ${count(searches.processes - searches.slow)} of ${plural(slots, 'process', 'processes')}`,
    },
    ...(searches.slow === 0
      ? []
      : [
          {
            term: 'In the slow lane',
            text: `${plural(searches.slow, 'process', 'processes')} of searches that take over a second`,
          },
        ]),
    {
      term: 'Searches waiting',
      text: `${count(searches.waiting)} of at most ${count(queue)}${ofClients(searches.waitingByClient)}`,
    },
    { term: 'Request log', text: logTexts[log] },
    {
      term: 'Figures for Prometheus',
      text: metrics ? `at ${server.links.home}metrics` : 'off',
    },
  ]
}

function corpusTerms(server: Server, corpus: CorpusStatus, scan: Status['scan']): Term[] {
  const { rescanMs, limits } = server.config
  const { files, lines, bytes, leftOut, changed } = corpus
  const text = lines === null ? '' : `, ${plural(lines, 'line')}`
  const repositories = plural(corpus.repositories.length, 'repository', 'repositories')
  const age = Math.max(0, Date.now() - Date.parse(corpus.scannedAt)) / 1_000
  return [
    { term: 'Files', text: `${plural(files, 'file')}${text}, ${size(bytes)} in ${repositories}` },
    ...leftOutReasons
      .filter((reason) => leftOut[reason] !== 0)
      .map((reason) => ({
        term: `Left out: ${leftOutTexts(limits)[reason]}`,
        text: leftOut[reason] === null ? 'not counted yet' : count(leftOut[reason]),
      })),
    {
      term: 'Last listed',
      text: `${moment(corpus.scannedAt)}, ${longDuration(age)} ago`,
      time: corpus.scannedAt,
    },
    {
      term: 'Changes',
      text: corpus.watched
        ? rescanMs === 0
          ? 'not looked for: this corpus is told to be one that never changes'
          : 'heard of at once: every directory is watched'
        : `found by the next listing, ${longDuration(rescanMs / 1_000)} after this one or later`,
    },
    ...(changed === 0
      ? []
      : [
          {
            term: 'Changed since, searched as they are now',
            text: changed === null ? 'more files than are counted' : plural(changed, 'file'),
          },
        ]),
    ...(scan.running
      ? [
          {
            term: 'A scan is running',
            text: corpus.complete
              ? 'looking for what has changed'
              : `${count(scan.looked)} of ${plural(files, 'file')} looked at`,
          },
        ]
      : []),
    ...troubleTerm(scan.trouble),
  ]
}

function indexTerms(index: IndexAccount): Term[] {
  const { building, ready, documents, segments, bytes, textBytes, unindexed, trouble } = index
  const share = textBytes > 0 ? `, ${((100 * bytes) / textBytes).toFixed(1)} % of the text` : ''
  return [
    { term: 'Ready', text: ready ? 'yes' : 'not yet: searches read the files that it lacks' },
    ...(building
      ? [
          {
            term: 'Being built',
            text: `${count(building.done)} of ${plural(building.of, 'file')}`,
          },
        ]
      : []),
    {
      term: 'Documents',
      text: `${count(documents)} in ${plural(segments, 'segment')}`,
    },
    { term: 'On disk', text: `${size(bytes)}${share}` },
    {
      term: 'Files not in it, read by every search',
      text: unindexed === null ? 'not known yet' : count(unindexed),
    },
    ...troubleTerm(trouble),
  ]
}

const ofClients = (counts: readonly number[]): string =>
  counts.length === 0
    ? ''
    : `, of ${plural(counts.length, 'client')}${counts.length > 1 ? ` (at most ${count(counts[0]!)} of one)` : ''}`

const logTexts = {
  off: 'off',
  requests: 'on, without what is searched for',
  queries: 'on, with what is searched for',
} as const

const failureTexts: Readonly<Record<string, string>> = {
  busy: 'no process was free in time',
  'rate-limited': 'a client asked too often (max-searches-per-minute)',
  internal: 'a mistake of ours; the log says more',
  time: 'a search ran into its time limit',
  crash: 'ripgrep crashed',
}

const troubleTerm = (trouble: string | null): Term[] =>
  trouble === null ? [] : [{ term: 'Last trouble', text: visible(trouble), alert: true }]

const shortReasons: Readonly<Record<(typeof leftOutReasons)[number], string>> = {
  binary: 'binary',
  large: 'too large',
  unreadable: 'unreadable',
  ignored: 'ignored',
  hidden: 'hidden',
  links: 'links',
  special: 'special',
}
