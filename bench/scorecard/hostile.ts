import { defaultLimits } from '../../src/limits.ts'
import { send } from './crowd.ts'
import { atMost, type Row } from './row.ts'
import { type Ground, mostRipgreps, type Served, searchUrl, serve } from './served.ts'
import { watch } from './watch.ts'

/** Patterns that cost an engine, an index or an answer as much as they can. */
const regexes: readonly string[] = [
  '.',
  '.*',
  '^',
  '$',
  '',
  'e',
  String.raw`\w`,
  String.raw`\W*`,
  String.raw`\b`,
  '[^x]{1,500}',
  '[ab].{60}[cd].{60}[ef]',
  '[ab].{60}[cd].{60}[ef].{60}[gh]',
  String.raw`\w{50}\W`,
  String.raw`\w{200}`,
  '.{900}$',
  '.*[^A-Z]|[A-Z]',
  '(a{1000}){1000}',
  String.raw`\w{1000,}`,
  '(a*)*$',
  '(a|aa)+$',
  '(x+x+)+y',
  '(.*)(.*)(.*)(.*)(.*)[^x]zq',
  String.raw`(?i)\p{L}{40}`,
  String.raw`(?i)[\p{Greek}\p{Cyrillic}]+`,
  '(?i)(struct|static|return|const|void|int|char|long|if|for)',
  `(${Array.from({ length: 90 }, (_, i) => `w${i}x`).join('|')})`,
  `${'('.repeat(300)}a${')'.repeat(300)}`,
  '(?:(?:(?:(?:a?){30}){30}){3})',
  String.raw`\d+.*\d+.*\d+.*\d+.*\d+.*z`,
  String.raw`\S+\s+\S+\s+\S+\s+\S+\s+q`,
]

const multiline: readonly string[] = [
  '(?s).*',
  '(?s).*[^A-Z]|[A-Z]',
  '(?s)a.*z',
  String.raw`\n`,
  String.raw`(\n.*){200}x`,
  String.raw`[\s\S]{1,5000}zq`,
]

const pcre2: readonly string[] = [
  '(a+)+$',
  '(.*)*zq$',
  String.raw`(?=(\w+)+)\1!`,
  String.raw`^(\w+\s?)*$`,
  '(?R)?a',
  String.raw`(\w)(?=.*\1).*\1.*\1.*zq`,
]

/** Addresses of searches that cost as much as they can. */
export function hostileUrls(server: Served): readonly string[] {
  const regex = { regex: '1', case: 'sensitive' }
  return [
    ...regexes.map((pattern) => searchUrl(server, pattern, regex)),
    ...multiline.map((pattern) => searchUrl(server, pattern, { ...regex, multiline: '1' })),
    ...pcre2.map((pattern) => searchUrl(server, pattern, { ...regex, pcre2: '1' })),
  ]
}

/** H1: each by itself, so that what it costs is its own. */
export async function hostileQueries(ground: Ground): Promise<Row> {
  const server = await serve(ground, ['--pcre2', '--max-cache-bytes=0'])
  try {
    const urls = hostileUrls(server)
    const stop = await watch(server.pid, server.url)
    let longest = 0
    let longestOf = ''
    const silent: string[] = []
    for (const url of urls) {
      const [heard] = await send({
        groups: [{ name: 'hostile', clients: 1, urls: [url] }],
        ...{ seconds: 60, requests: 1 },
      })
      const pattern = new URL(url).searchParams.get('q')!
      if (heard!.ms > longest) [longest, longestOf] = [heard!.ms, pattern]
      // A stream says how it ended; a refusal is a status, whose body says why.
      const isTold = heard!.status === 200 ? heard!.end !== undefined : heard!.status === 400
      if (!isTold) silent.push(`${pattern} (${heard!.status})`)
    }
    const seen = await stop()
    const mostMs = defaultLimits.seconds * 1_000 + 200
    return {
      id: 'H1',
      what: `${urls.length} hostile queries, one after the other (${regexes.length} regular expressions, ${multiline.length} across lines, ${pcre2.length} of PCRE2)`,
      targets: [
        atMost('longest, ms', mostMs, longest, longestOf),
        atMost(
          'without a word of how they ended',
          0,
          silent.length,
          silent.join(', ') || undefined,
        ),
        atMost('largest ripgrep, MB', 64, seen.ripgrep / 1e6),
        atMost('server, MB', 150, seen.server / 1e6),
        atMost('longest hold of the event loop, ms', 300, seen.loopMost),
        atMost('ripgreps at work at once', mostRipgreps, seen.working),
      ],
    }
  } finally {
    await server.stop()
  }
}
